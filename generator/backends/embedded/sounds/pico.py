"""
One line said by Pico, in a process of its own: ``python pico.py VOICE SPEED PITCH < text > samples``.

The library is C that keeps state from line to line: in one process the same line is not the same sound twice,
and some texts after some others never end.  A fresh process, bounded, has neither fault; it costs a tenth of
a second.  This file runs by its path and imports nothing of ours.
"""

from __future__ import annotations

import sys

_MOST_CPU_S = 10
_MOST_MEMORY_BYTES = 1 << 30


def main() -> None:
    """Read the text, write 16 kHz samples in 16 bits."""
    from py_nanotts import NanoTTS

    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (_MOST_CPU_S, _MOST_CPU_S))
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY_BYTES, _MOST_MEMORY_BYTES))
    voice, speed, pitch = sys.argv[1:]
    text = sys.stdin.buffer.read().decode()
    said = NanoTTS().speak(text, voice=voice, speed=float(speed), pitch=float(pitch))
    sys.stdout.buffer.write(said)


if __name__ == "__main__":
    main()

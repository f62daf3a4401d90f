"""
The embedded engine: a prompt becomes a plan, the plan picture and sound, both one file.

 1 read      the prompt, into a plan
 2 say       its lines, so that mouths move while they are heard
 3 simulate  what moves, so that contacts are heard when they are seen
 4 draw      the frames, in order, by a few processes
 5 sound     beds, effects, music and voices, while the first frames are drawn
 6 encode    as the frames come, a preview looked at every second
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING

from generator.backend import Look, Progress
from generator.clip import Clip
from generator.errors import GenerationFailed, InvalidMedia
from generator.media.encode import encode
from generator.request import Submission

if TYPE_CHECKING:  # who only asks for the name of an engine needs none of what it draws with
    from generator.backends.embedded.plan import ScenePlan
    from generator.backends.embedded.studio import Planes, Studio

_DRAWN_SHARE = 0.95  # of the progress; the rest is what the encoder still has to write


class EmbeddedBackend:
    """
    Makes real clips on any processor, without a model and without a network.

    Equal requests give equal files.

    Args:
        drawings: a folder of drawings (SVG files named by code point) for what no rig of ours shows, or None.
        processes: how many draw; 0 draws in the caller's own process.
    """

    def __init__(self, drawings: Path | None = None, processes: int = 2) -> None:
        self._opened: Studio | None = None
        self._processes = processes
        self._drawings = drawings

    @property
    def name(self) -> str:
        """The model name; its number changes when equal requests no longer give equal frames."""
        return "filigrane-1"

    @property
    def is_model(self) -> bool:
        """False: everything is computed from rules (`algorithmicMedia` in the manifest)."""
        return False

    def generate(self, request: Submission, folder: Path, progress: Progress, look: Look) -> Clip:
        """Make the clip as `clip.mp4` in `folder`; `look` sees its first frame and one a second after it."""
        target = folder / "clip.mp4"
        progress(0.0)
        try:
            clip = self._made(request, target, progress, look)
        except BrokenProcessPool as error:
            target.unlink(missing_ok=True)
            raise GenerationFailed("a drawing process died, perhaps for want of memory; try again") from error
        except InvalidMedia as error:
            target.unlink(missing_ok=True)
            raise GenerationFailed(f"the reference cannot be used. {error}", is_refusal=True) from error
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        progress(1.0)
        return clip

    def close(self) -> None:
        """End the drawing processes; the next clip starts new ones."""
        if self._opened is not None:
            self._opened.close()

    @property
    def _studio(self) -> Studio:
        """The drawing processes' owner, made for the first clip."""
        from generator.backends.embedded.studio import Studio

        if self._opened is None:
            self._opened = Studio(self._drawings, self._processes)
        return self._opened

    def _made(self, request: Submission, target: Path, progress: Progress, look: Look) -> Clip:
        from generator.backends.embedded.grammar import read_prompt
        from generator.backends.embedded.motion import simulate
        from generator.backends.embedded.sound import make_sound
        from generator.backends.embedded.sounds.speech import spoken

        plan = read_prompt(
            request.prompt,
            duration_s=request.duration_s,
            fps=request.fps,
            width_px=request.width_px,
            height_px=request.height_px,
            seed=request.seed % 2**31,
            drawings=self._drawings,
        )
        voices = spoken(plan.spoken, plan.frame_count / plan.fps)
        plan = simulate(plan.with_spoken(voices.lines))
        with self._studio.drawing(plan, request.references, look) as frames:
            sound = make_sound(plan, voices.track)
            return encode(
                _counted(frames, plan, progress),
                sound,
                target,
                fps=plan.fps,
                width_px=plan.width_px,
                height_px=plan.height_px,
                backend=self.name,
                seed=request.seed,
            )


def _counted(frames: Iterator[Planes], plan: ScenePlan, progress: Progress) -> Iterator[Planes]:
    for number, frame in enumerate(frames, 1):
        yield frame
        if number % max(1, plan.fps // 4) == 0:
            progress(_DRAWN_SHARE * number / plan.frame_count)

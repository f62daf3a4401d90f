"""What giving memory back promises."""

import subprocess
import sys

_FREED = """
import resource
from pathlib import Path
from api.heap import give_back_memory

def held_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

pieces = [bytearray(50_000) for _ in range(2_000)]
kept = pieces[::20]
del pieces
before = held_bytes()
give_back_memory()
print(before - held_bytes(), sum(map(len, kept)))
"""


def test_what_is_free_between_things_that_stay_is_given_back() -> None:
    """Of a hundred megabytes of which a twentieth stays, most return to the system; what stays is whole."""
    told = subprocess.run([sys.executable, "-c", _FREED], check=True, capture_output=True, text=True)
    given_back, kept = map(int, told.stdout.split())
    assert given_back > 50_000_000
    assert 5_000_000 == kept

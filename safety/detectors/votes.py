"""
From what frames say one by one to what a clip shows: agreement counts, a lone frame does not decide.

A still is judged by itself.  In a clip a single frame may mislead, by blur, by a flash or between two poses,
so a stretch scores what two of its frames agree on.  What one frame says alone brings a person to look,
whatever its score, and stops nothing.  A frame that says something is never left alone for want of looking:
its neighbours among all samples are looked at too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from policies.finding import Seconds
from safety.detector import Footage, Picture
from safety.detectors.frames import thinned

Told = TypeVar("Told")

ALONE = 0.49
"""What one frame of a clip says at most: above the lines from which nets hold a picture, below every stop."""

_FRAME_S = 0.04


def looked_at(
    footage: Footage, every_s: float, look: Callable[[Picture], Told], says: Callable[[Told], bool]
) -> tuple[tuple[Picture, Told], ...]:
    """
    Look at the frames `every_s` apart and at every scene change; where one says something, beside it too.

    Returns the frames that were looked at, in order of time, each with what was told of it.
    """
    asked = {id(picture): look(picture) for picture in thinned(footage, every_s)}
    told = [picture for picture in footage.pictures if id(picture) in asked and says(asked[id(picture)])]
    for picture in beside(footage, told):
        if id(picture) not in asked:
            asked[id(picture)] = look(picture)
    return tuple((picture, asked[id(picture)]) for picture in footage.pictures if id(picture) in asked)


def stretches(
    scored: Iterable[tuple[Picture, float]], least: float, alone: float = ALONE
) -> Iterator[tuple[float, Seconds | None]]:
    """
    Yield the score and the time of each run of frames, in order of time, that reach `least`.

    A stretch lasts from its first frame to the frame after its last; a still has no time.  `alone` is the
    most that a single frame of a clip says.
    """
    frames = list(scored)
    run: list[int] = []
    for at in range(len(frames) + 1):
        if at < len(frames) and frames[at][1] >= least:
            run.append(at)
        elif run:
            where = _where(frames, run)
            scores = [frames[one][1] for one in run]
            yield (max(scores) if where is None else agreed(scores, alone)), where
            run = []


def agreed(scores: Sequence[float], alone: float = ALONE) -> float:
    """Return what at least two of a clip's frames say, or what one says as far as that counts."""
    highest, second, *_ = [*sorted(scores, reverse=True), 0.0]
    return max(second, min(highest, alone))


def beside(footage: Footage, told: Iterable[Picture]) -> tuple[Picture, ...]:
    """Return, in order of time, the told frames and those next to them in the same scene."""
    pictures = footage.pictures
    marked = {id(picture) for picture in told}
    near: set[int] = set()
    for at in (at for at, picture in enumerate(pictures) if id(picture) in marked):
        near.add(at)
        if at > 0 and not pictures[at].is_scene_change:
            near.add(at - 1)
        if at + 1 < len(pictures) and not pictures[at + 1].is_scene_change:
            near.add(at + 1)
    return tuple(pictures[at] for at in sorted(near))


def _where(frames: Sequence[tuple[Picture, float]], run: Sequence[int]) -> Seconds | None:
    start_s = frames[run[0]][0].at_s
    if start_s is None:
        return None
    after = frames[min(run[-1] + 1, len(frames) - 1)][0].at_s
    last_s = frames[run[-1]][0].at_s
    return Seconds(start_s=start_s, end_s=max(after or start_s, (last_s or start_s) + _FRAME_S))

"""What another engine returned, probed, looked at and written anew; nothing of it is trusted."""

from __future__ import annotations

from pathlib import Path

from generator.backend import Look, Progress
from generator.clip import Clip
from generator.errors import GenerationFailed, InvalidMedia
from generator.media.limits import CLIP_LIMITS
from generator.media.reencode import reencode
from generator.media.view import Frame, MediaFacts, view
from generator.request import Submission

_SHORT_BY_S = 0.5  # engines round to their own frame counts


def taken_in(
    path: Path,
    folder: Path,
    request: Submission,
    *,
    backend: str,
    progress: Progress,
    look: Look,
    keep_shape: bool = False,
) -> Clip:
    """
    Return a foreign clip as one of ours, in `folder`.

    Args:
        path: what the other engine gave.
        folder: where the clip is written; on failure nothing is left there.
        request: what was asked; its size, rate and length are imposed unless `keep_shape`.
        backend: the engine's name.
        progress: told the share of this step, from 0 to 1.
        look: shown a frame a second before anything is written.
        keep_shape: keep the clip's own size, rate and length (an import).

    Raises:
        GenerationFailed: it cannot be read, or is shorter than what was asked.
        GenerationStopped: `look` ended the work.
    """
    target = folder / "clip.mp4"
    try:
        facts = _looked_through(path, look)
        progress(0.4)
        clip = _rewritten(path, target, backend, facts, None if keep_shape else request)
    except (InvalidMedia, OSError) as error:
        target.unlink(missing_ok=True)
        raise GenerationFailed(f"{backend} returned a clip that cannot be used. {error}") from error
    progress(1.0)
    return clip


def part_of(progress: Progress, start: float, end: float) -> Progress:
    """Return a progress that maps 0 to 1 onto a part of another's."""

    def tell(share: float) -> None:
        progress(start + (end - start) * share)

    return tell


def _looked_through(path: Path, look: Look) -> MediaFacts:
    def show(frame: Frame) -> None:
        look(frame.rgb)

    return view(path, show, every_s=1.0, limits=CLIP_LIMITS).facts


def _rewritten(path: Path, target: Path, backend: str, facts: MediaFacts, asked: Submission | None) -> Clip:
    """Write it anew, in the shape that was asked for if it is long enough; without one in its own."""
    if asked is None:
        return reencode(path, target, backend=backend, facts=facts)
    if facts.duration_s < asked.duration_s - _SHORT_BY_S:
        raise GenerationFailed(
            f"the clip lasts {facts.duration_s:.1f} s where {asked.duration_s} s were asked; try again"
        )
    return reencode(
        path,
        target,
        backend=backend,
        size=(asked.width_px, asked.height_px),
        fps=asked.fps,
        longest_s=asked.duration_s,
        facts=facts,
    )

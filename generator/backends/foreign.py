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
        if keep_shape:
            clip = reencode(path, target, backend=backend, facts=facts)
        else:
            _check_length(facts, request)
            size = (request.width_px, request.height_px)
            clip = reencode(
                path,
                target,
                backend=backend,
                size=size,
                fps=request.fps,
                longest_s=request.duration_s,
                facts=facts,
            )
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


def _check_length(facts: MediaFacts, request: Submission) -> None:
    if facts.duration_s < request.duration_s - _SHORT_BY_S:
        raise GenerationFailed(
            f"the clip lasts {facts.duration_s:.1f} s where {request.duration_s} s were asked; try again"
        )

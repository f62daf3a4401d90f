"""
What a reviewer sees of a case: stills of a clip where something was found, the picture that led a request.

Grey and blurred unless they ask otherwise; of what is sealed, nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool

from api.creation import Desk
from api.db.stores.submissions import SubmissionRow
from generator.media.pictures import read_picture
from generator.media.view import decode
from policies.bundle import Policy
from policies.finding import Box, Seconds
from policies.ruling import Reason

_BLUR_SHARE = 0.04
_LONGEST_SIDE_PX = 960
_QUALITY = 80


def moments(policy: Policy, reasons: Iterable[Reason]) -> list[float]:
    """
    Return the seconds at which stills may be shown, one for each place that was found.

    Of what is sealed (child safety) none: no frame of it is ever written or shown.
    """
    found: list[float] = []
    for reason in reasons:
        if policy.is_sealed(reason.category):
            return []
        if isinstance(reason.where, Box):
            found.append(reason.where.at_s or 0.0)
        elif isinstance(reason.where, Seconds):
            found.append((reason.where.start_s + reason.where.end_s) / 2)
    return found or [0.0]


async def at(desk: Desk, digest: str, moment_s: float, *, is_clear: bool) -> bytes:
    """Return the frame shown at a moment of a kept clip, as JPEG."""
    with desk.home.work_folder() as folder:
        path = Path(folder) / "clip.mp4"
        await desk.objects.fetch(digest, path)
        return await run_in_threadpool(_still, path, moment_s, is_clear=is_clear)


def reference_of(policy: Policy, reasons: Iterable[Reason], asked: SubmissionRow | None) -> str | None:
    """Return the digest of the picture that came with a request, None where there is none to be looked at."""
    if asked is None or asked.kind == "import" or any(policy.is_sealed(one.category) for one in reasons):
        return None
    return asked.reference_digest


async def reference(desk: Desk, digest: str, *, is_clear: bool) -> bytes:
    """Return a kept picture, as JPEG."""
    with desk.home.work_folder() as folder:
        path = Path(folder) / "picture"
        await desk.objects.fetch(digest, path)
        return await run_in_threadpool(lambda: _shown(read_picture(path), is_clear=is_clear))


def _still(path: Path, moment_s: float, *, is_clear: bool) -> bytes:
    shown: NDArray[np.uint8] | None = None
    for frame in decode(path):
        if shown is not None and frame.at_s > moment_s:
            break
        shown = frame.rgb
    if shown is None:
        raise ValueError("a kept clip has a frame")
    return _shown(shown, is_clear=is_clear)


def _shown(shown: NDArray[np.uint8], *, is_clear: bool) -> bytes:
    ratio = min(1.0, _LONGEST_SIDE_PX / max(shown.shape[:2]))
    picture = cv2.resize(shown[:, :, ::-1], None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
    if not is_clear:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        picture = cv2.GaussianBlur(grey, (0, 0), max(picture.shape[:2]) * _BLUR_SHARE)
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1])

"""Pictures that clients send along: as files, or inside data URLs."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool

from api.creation import Desk
from api.errors import AddressRefused, AnswerTooLarge, NoAnswer
from api.home import Home
from api.keeping import keep
from api.outbound import Outbound
from api.problems import Problem, problem_of_error, too_large
from generator.media.pictures import probe_picture, read_picture
from policies.ruling import Sentence

LARGEST_PICTURE_BYTES = 20_000_000

_DATA_URL = re.compile(r"data:image/(?:png|jpeg|webp);base64,(?P<content>.*)", re.DOTALL)


def wrong_picture(field: str) -> Problem:
    """Return the problem that says how a picture is sent."""
    return Problem(
        "invalid",
        Sentence(
            en=f"`{field}` is a picture file, or holds an https or data URL of a PNG, JPEG or WebP.",
            fr=f"`{field}` est un fichier image, ou contient une URL https ou data de PNG, JPEG ou WebP.",
        ),
        pointer=f"/{field}",
    )


def bytes_from_url(url: object, field: str) -> bytes:
    """
    Return the bytes of a picture in a data URL.

    Raises:
        Problem: 422 where it is no such URL, 413 where it holds more than 20 MB.
    """
    match = _DATA_URL.fullmatch(url) if isinstance(url, str) else None
    if match is None:
        raise wrong_picture(field)
    try:
        content = base64.b64decode(match["content"], validate=True)
    except binascii.Error as error:
        raise wrong_picture(field) from error
    return bounded(content, field)


async def bytes_at_url(outbound: Outbound, home: Home, url: object, field: str) -> bytes:
    """
    Return the bytes of a picture in a data URL, or at an address on the internet.

    Raises:
        Problem: 422 where it is no such URL or gives no picture, 413 where it holds more than 20 MB.
    """
    if not isinstance(url, str) or not url.startswith(("https:", "http:")):
        return bytes_from_url(url, field)
    with home.work_folder() as folder:
        path = Path(folder) / "fetched"
        await fetch_file(outbound, url, path, largest_bytes=LARGEST_PICTURE_BYTES, field=field)
        return bounded(await run_in_threadpool(path.read_bytes), field)


async def fetch_file(outbound: Outbound, url: object, path: Path, *, largest_bytes: int, field: str) -> None:
    """
    Write what an address on the internet holds to a new file.

    Raises:
        Problem: naming the field; 422 where it may not be called or gave no file, 413 where it is too large.
    """
    try:
        await outbound.fetch(url, path, largest_bytes=largest_bytes)
    except (AddressRefused, NoAnswer, AnswerTooLarge) as error:
        raise Problem(problem_of_error(error).code, pointer=f"/{field}") from error


def bounded(content: bytes, field: str) -> bytes:
    """Return the bytes of a picture, unless they are none or too many."""
    if len(content) > LARGEST_PICTURE_BYTES:
        raise too_large(LARGEST_PICTURE_BYTES, pointer=f"/{field}")
    if not content:
        raise wrong_picture(field)
    return content


async def decode_picture(home: Home, content: bytes) -> NDArray[np.uint8]:
    """
    Return a picture's pixels, (height, width, 3); nothing is kept.

    Raises:
        InvalidMedia: it is not a picture we read.
    """
    with home.work_folder() as folder:
        path = Path(folder) / "picture"
        path.write_bytes(content)
        return await run_in_threadpool(read_picture, path)


async def keep_picture(desk: Desk, content: bytes) -> tuple[NDArray[np.uint8], str]:
    """
    Keep a reference picture; return its pixels and its digest.

    Raises:
        InvalidMedia: it is not a picture we read; nothing is kept.
    """
    with desk.home.work_folder() as folder:
        path = Path(folder) / "picture"
        path.write_bytes(content)
        pixels = await run_in_threadpool(read_picture, path)
        facts = await run_in_threadpool(probe_picture, path)
        stored = await keep(desk.pool, desk.objects, path, f"image/{facts.kind}")
    return pixels, stored.digest

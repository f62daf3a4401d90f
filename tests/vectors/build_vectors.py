"""
Builds the media that tests feed to readers: good clips, and files with one defect each.

Run it to look at them: ``python tests/vectors/build_vectors.py FOLDER``.  Nothing is downloaded and nothing
is random, so they are built anew for each test session instead of being stored.
"""

from __future__ import annotations

import functools
import struct
import sys
import zlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

FPS = 24


def picture(index: int, width: int = 96, height: int = 64) -> np.ndarray:
    """A frame that differs from the next: a gradient with a square that walks."""
    rows, columns = np.mgrid[0:height, 0:width]
    frame = np.stack([columns * 255 // width, rows * 255 // height, np.full_like(rows, 90)], axis=-1)
    left = (index * 3) % max(1, width - 16)
    frame[height // 3 : height // 3 + 12, left : left + 16] = (250, 240, 60)
    return frame.astype(np.uint8)


@functools.cache
def drawn(index: int, width: int, height: int, pix_fmt: str) -> av.VideoFrame:
    """The same picture, ready to encode."""
    frame = av.VideoFrame.from_ndarray(picture(index, width, height), format="rgb24")
    return frame.reformat(format=pix_fmt, threads=1)


def tone(seconds: float, rate: int = 48_000) -> np.ndarray:
    """A quiet 440 Hz tone, (2, count) float32."""
    t = np.arange(round(seconds * rate)) / rate
    return np.tile(0.2 * np.sin(2 * np.pi * 440 * t), (2, 1)).astype(np.float32)


def clip(
    path: Path,
    *,
    frames: int = FPS,
    fps: int = FPS,
    size: tuple[int, int] = (96, 64),
    codec: str = "libx264",
    sound: str | None = "aac",
    sound_s: float | None = None,
    sound_at_s: float = 0.0,
    pictures: int = 1,
    format: str | None = None,
    pix_fmt: str = "yuv420p",
    metadata: dict[str, str] | None = None,
    faststart: bool = True,
) -> Path:
    """Write a clip as told."""
    options = {"movflags": "+faststart"} if faststart and path.suffix in {".mp4", ".mov"} else {}
    with av.open(str(path), "w", format=format, options=options) as container:
        container.metadata.update(metadata or {})
        tracks = []
        for _ in range(pictures):
            track = container.add_stream(codec, rate=Fraction(fps))
            track.width, track.height, track.pix_fmt = *size, pix_fmt
            track.codec_context.thread_count = 1
            if codec == "libx264":
                track.options = {"preset": "ultrafast"}
            tracks.append(track)
        heard = container.add_stream(sound, rate=48_000, layout="stereo") if sound else None
        for index in range(frames):
            for track in tracks:
                frame = drawn(index % FPS, *size, pix_fmt)
                frame.pts, frame.time_base = index, Fraction(1, fps)
                container.mux(track.encode(frame))
        for track in tracks:
            container.mux(track.encode(None))
        if heard is not None:
            _write_sound(container, heard, frames / fps if sound_s is None else sound_s, sound_at_s)
    return path


def _write_sound(container, stream, seconds: float, at_s: float = 0.0) -> None:
    if seconds <= 0:  # a track is declared and nothing ever comes
        return
    whole = av.AudioFrame.from_ndarray(tone(seconds), format="fltp", layout="stereo")
    whole.sample_rate, whole.pts = 48_000, round(at_s * 48_000)
    resampler = av.AudioResampler(
        format=stream.codec_context.format or "fltp",
        layout="stereo",
        rate=48_000,
        frame_size=stream.frame_size or 960,
    )
    for part in [*resampler.resample(whole), *resampler.resample(None)]:
        container.mux(stream.encode(part))
    container.mux(stream.encode(None))


def sound_only(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        _write_sound(container, container.add_stream("aac", rate=48_000, layout="stereo"), 1.0)
    return path


def changing_size(path: Path) -> Path:
    """VP8 key frames of two sizes in one track: the format allows it, a pipeline that trusts its header breaks."""
    with av.open(str(path), "w", format="webm") as container:
        stream = container.add_stream("libvpx", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for start, size in ((0, (96, 64)), (12, (64, 96))):
            encoder = av.CodecContext.create("libvpx", "w")
            encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
            encoder.time_base = Fraction(1, FPS)
            packets = []
            for index in range(start, start + 12):
                frame = av.VideoFrame.from_ndarray(picture(index, *size), format="rgb24").reformat(
                    format="yuv420p"
                )
                frame.pts, frame.time_base = index, Fraction(1, FPS)
                packets += encoder.encode(frame)
            for packet in packets + encoder.encode(None):
                packet.stream = stream
                container.mux(packet)
    return path


def patched(source: Path, target: Path, box: bytes, change) -> Path:
    """Copy an MP4, changing the body of every box of this name by `change(bytearray, start of the body)`."""
    data = bytearray(source.read_bytes())
    at = data.find(box)
    while at >= 0:
        change(data, at + 4)
        at = data.find(box, at + 4)
    target.write_bytes(data)
    return target


def _longer(factor: int):
    def change(data: bytearray, start: int) -> None:
        if data[start] == 0:  # version 0: creation, modification, timescale, duration of 32 bits each
            (duration,) = struct.unpack_from(">I", data, start + 16)
            struct.pack_into(">I", data, start + 16, duration * factor)

    return change


def lying(source: Path, target: Path) -> Path:
    """Every header says ten times the length."""
    patched(source, target, b"mvhd", _longer(10))
    patched(target, target, b"mdhd", _longer(10))

    def tkhd(data: bytearray, start: int) -> None:
        (duration,) = struct.unpack_from(">I", data, start + 20)
        struct.pack_into(">I", data, start + 20, duration * 10)

    def elst(data: bytearray, start: int) -> None:
        (duration,) = struct.unpack_from(">I", data, start + 8)
        struct.pack_into(">I", data, start + 8, duration * 10)

    patched(target, target, b"tkhd", tkhd)
    return patched(target, target, b"elst", elst)


def lying_webm(source: Path, target: Path) -> Path:
    """The segment's Duration element (0x4489, a float of 8 bytes, in milliseconds) says nine seconds more."""
    data = bytearray(source.read_bytes())
    at = data.find(b"\x44\x89\x88") + 3
    (duration_ms,) = struct.unpack_from(">d", data, at)
    struct.pack_into(">d", data, at, duration_ms + 9000)
    target.write_bytes(data)
    return target


def damaged(source: Path, target: Path) -> Path:
    """The pictures' bytes are overwritten in the middle; the boxes are whole."""
    data = bytearray(source.read_bytes())
    start = data.find(b"mdat") + 4
    middle = start + (len(data) - start) // 3
    data[middle : middle + 400] = bytes(400)
    target.write_bytes(data)
    return target


def png(path: Path, width: int, height: int, *, rows: bytes | None = None) -> Path:
    """A PNG that declares these sides; without `rows` it holds next to nothing of them."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(rows if rows is not None else bytes(1000))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )
    return path


def build_clips(folder: Path) -> None:
    """Good clips, and clips with one defect each."""
    good = clip(folder / "good.mp4", metadata={"title": "tracker-7", "comment": "where I live"})
    clip(folder / "good.mov", format="mov")
    clip(folder / "good.webm", codec="libvpx", sound="libopus")
    clip(folder / "silent.mp4", sound=None)
    clip(folder / "slow.mp4", fps=10, frames=10)
    data = good.read_bytes()
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "playlist.mp4").write_bytes(b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/secret\n")
    (folder / "page.mp4").write_bytes(b"<!doctype html><script>alert(1)</script>")
    (folder / "header_then_noise.mp4").write_bytes(data[:32] + bytes(range(256)) * 40)
    (folder / "cut_in_half.mp4").write_bytes(data[: len(data) // 2])
    (folder / "cut_in_header.mp4").write_bytes(data[:600])
    tail = clip(folder / "_tail.mp4", faststart=False)
    (folder / "no_index.mp4").write_bytes(tail.read_bytes()[:-2000])
    tail.unlink()
    damaged(good, folder / "damaged.mp4")
    lying(good, folder / "lying_header.mp4")
    clip(folder / "empty_sound.webm", codec="libvpx", sound="libopus", sound_s=0.0)
    lying_webm(folder / "good.webm", folder / "lying_duration.webm")
    sound_only(folder / "sound_only.mp4")
    clip(folder / "two_pictures.mp4", pictures=2)
    clip(folder / "too_long.mp4", frames=44, fps=2, sound=None)
    clip(folder / "sound_too_long.mp4", sound_at_s=24.0)
    clip(folder / "too_many_frames.mp4", frames=2600, fps=240, size=(32, 32), sound=None)
    clip(folder / "too_narrow.mp4", size=(16, 1600), frames=2, sound=None)
    clip(folder / "too_large.mp4", size=(4096, 2304), frames=1, sound=None)
    clip(folder / "wrong_codec.mov", codec="png", pix_fmt="rgb24", format="mov", frames=4)
    changing_size(folder / "size_changes.webm")


def build_pictures(folder: Path) -> None:
    """Good pictures, and pictures with one defect each."""
    pixels = Image.fromarray(picture(0))
    pixels.save(folder / "good.png")
    pixels.save(folder / "good.jpg", quality=90)
    pixels.save(folder / "good.webp")
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn a quarter
    pixels.save(folder / "turned.jpg", exif=exif)
    pixels.save(folder / "moving.gif")
    png(folder / "one_by_30000.png", 1, 30_000, rows=bytes(4 * 30_000))
    png(folder / "bomb.png", 60_000, 60_000)
    png(folder / "bomb_within_pillow.png", 9_000, 9_000)
    png(folder / "short_rows.png", 400, 400)
    (folder / "cut.jpg").write_bytes((folder / "good.jpg").read_bytes()[:-200])
    (folder / "empty.png").write_bytes(b"")
    (folder / "drawing.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')
    (folder / "script.png").write_bytes(b"<script>alert(1)</script>")


def build(folder: Path) -> None:
    """Write every vector into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    build_clips(folder)
    build_pictures(folder)


if __name__ == "__main__":
    build(Path(sys.argv[1]))

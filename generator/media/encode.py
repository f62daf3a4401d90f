"""
Clips written: H.264 and AAC in MP4, the same bytes for the same frames.

x264 is deterministic for a given number of threads, so the number is fixed, not the machine's.  Its
look-ahead (B-frames, macroblock tree) is off: for pictures of some widths (96, 192, 258 measured) it reads
memory it never wrote, and the file then differs from one run to the next.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream
from numpy.typing import NDArray

from generator.clip import Clip
from generator.media.sound import AAC_FRAME, Sound, aac_frames

SOUND_RATE_HZ = 48_000
_THREADS = 2
_BT709 = 1  # FFmpeg's number for the primaries, the transfer and the matrix alike
_LIMITED_RANGE = 1


def encode(
    frames: Iterable[NDArray[np.uint8]],
    sound: Sound | None,
    path: Path,
    *,
    fps: int | Fraction,
    width_px: int,
    height_px: int,
    backend: str,
    seed: int | None = None,
    crf: int = 18,
    preset: str = "ultrafast",
) -> Clip:
    """
    Write frames and sound as an MP4 that plays everywhere and starts before it is whole, over what is there.

    Each of `frames` is (height, width, 3) in RGB, or (height × 3/2, width): BT.709 planes as decoded to
    yuv420p.  `sound` is at 48 kHz, of one or two channels, cut to the picture's length.  `backend` and `seed`
    are told in the clip, not in the file.  `crf` and `preset` are x264's: 18 is visually lossless; the preset
    suits a clip soon decoded again, to be marked: three times faster than "veryfast", half as large again.

    Raises:
        ValueError: no frame, a frame of another size, odd sides, or sound at another rate.
    """
    pictures = _checked(frames, sound, width_px, height_px)
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        picture = _picture_stream(container, fps, width_px, height_px, crf, preset)
        count = _write(container, picture, _sound_stream(container, sound), pictures, sound)
    return Clip(
        path=path,
        digest=digest_of(path),
        duration_s=float(count / Fraction(fps)),
        fps=float(fps),
        width_px=width_px,
        height_px=height_px,
        audio_rate_hz=None if sound is None else SOUND_RATE_HZ,
        backend=backend,
        seed=seed,
    )


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _picture_stream(
    container: OutputContainer, fps: int | Fraction, width_px: int, height_px: int, crf: int, preset: str
) -> VideoStream:
    stream = container.add_stream("libx264", rate=Fraction(fps))
    stream.width, stream.height, stream.pix_fmt = width_px, height_px, "yuv420p"
    context = stream.codec_context
    context.thread_count = _THREADS
    context.color_primaries = context.color_trc = context.colorspace = _BT709
    context.color_range = _LIMITED_RANGE
    stream.options = {
        "crf": str(crf),
        "preset": preset,
        "x264-params": f"threads={_THREADS}:bframes=0:rc-lookahead=0:no-mbtree=1",
    }
    return stream


def _sound_stream(container: OutputContainer, sound: Sound | None) -> AudioStream | None:
    if sound is None:
        return None
    layout = "mono" if sound.samples.shape[1] == 1 else "stereo"
    stream = container.add_stream("aac", rate=SOUND_RATE_HZ, layout=layout)
    stream.bit_rate = 160_000
    return stream


def _checked(
    frames: Iterable[NDArray[np.uint8]], sound: Sound | None, width_px: int, height_px: int
) -> Iterator[NDArray[np.uint8]]:
    """Return the frames, of which there is one at least; each is checked when it is asked for."""
    if width_px % 2 or height_px % 2:
        raise ValueError(f"sides must be even, not {width_px} x {height_px}")
    if sound is not None and sound.rate_hz != SOUND_RATE_HZ:
        raise ValueError(f"sound must be at {SOUND_RATE_HZ} Hz, not {sound.rate_hz}")
    sized = _sized(frames, width_px, height_px)
    first = next(sized, None)
    if first is None:
        raise ValueError("a clip needs at least one frame")
    return itertools.chain([first], sized)


def _sized(frames: Iterable[NDArray[np.uint8]], width_px: int, height_px: int) -> Iterator[NDArray[np.uint8]]:
    shapes = {(height_px, width_px, 3), (height_px * 3 // 2, width_px)}
    for frame in frames:
        if frame.shape not in shapes:
            raise ValueError(f"a frame is {frame.shape}, the clip {(height_px, width_px)}")
        yield frame


def _write(
    container: OutputContainer,
    picture: VideoStream,
    track: AudioStream | None,
    frames: Iterator[NDArray[np.uint8]],
    sound: Sound | None,
) -> int:
    """Write both tracks side by side, so that a player finds them near each other; return the frames."""
    packets = iter(()) if sound is None else aac_frames(sound)
    rate = Fraction(picture.codec_context.framerate)
    count = written = 0
    for pixels in frames:
        frame = _planes(pixels)
        frame.pts, frame.time_base = count, 1 / rate
        container.mux(picture.encode(frame))
        count += 1
        until = int(count / rate * SOUND_RATE_HZ)
        while track is not None and written + AAC_FRAME <= until and (packet := next(packets, None)):
            written += packet.samples
            container.mux(track.encode(packet))
    _finish_sound(container, track, packets, int(count / rate * SOUND_RATE_HZ) - written)
    container.mux(picture.encode(None))
    return count


def _finish_sound(
    container: OutputContainer, track: AudioStream | None, packets: Iterator[av.AudioFrame], left: int
) -> None:
    if track is None:
        return
    last = next(packets, None)
    if last is not None and left > 0:
        samples = np.ascontiguousarray(last.to_ndarray()[:, :left], np.float32)
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=last.layout.name)
        frame.sample_rate, frame.pts = SOUND_RATE_HZ, last.pts
        container.mux(track.encode(frame))
    container.mux(track.encode(None))


def to_planes(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return RGB (height, width, 3) as yuv420p planes (height × 3/2, width) in BT.709, limited range."""
    return np.asarray(_converted(rgb).to_ndarray(), np.uint8)


def _planes(pixels: NDArray[np.uint8]) -> VideoFrame:
    if pixels.ndim == 2:
        return VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="yuv420p")
    return _converted(pixels)


def _converted(rgb: NDArray[np.uint8]) -> VideoFrame:
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
    return frame.reformat(
        format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG, threads=1
    )

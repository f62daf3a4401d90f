"""What falls, drifts and flies through the air."""

from __future__ import annotations

import math

from numpy.random import Generator

from generator.backends.embedded.colour import lighter, mix, rgb
from generator.backends.embedded.layer import Frame, Layer, Painter, View, layer
from generator.backends.embedded.light import Light
from generator.backends.embedded.pen import Canvas, fill, halo, lines, oval, painted, stroke
from generator.backends.embedded.plan import Place, Weather
from generator.backends.embedded.rigs.leaves import leaf
from generator.backends.embedded.skia_library import skia

_INDOORS = ("room", "space", "underwater")


def falling(
    frame: Frame, weather: Weather, place: Place, light: Light, rng: Generator
) -> tuple[Painter, ...]:
    """Return what the weather puts before the scene; indoors only what belongs there."""
    if place in _INDOORS:
        return (_motes(frame, light, rng, 26),) if place == "room" else ()
    if weather in ("rain", "storm"):
        heavy = 1.0 if weather == "rain" else 1.7
        return (_rain(frame, light, rng, heavy, 0.6), _rain(frame, light, rng, heavy * 0.5, 1.4))
    if weather == "snow":
        return (
            _snow(frame, rng, 190, 0.5, 0.9),
            _snow(frame, rng, 90, 1.0, 0.95),
            _snow(frame, rng, 16, 2.4, 0.5),
        )
    if place in ("forest", "meadow", "mountains"):
        airborne = _leaves(frame, light, rng, 26 if weather == "wind" else 10)
        return (
            (_fireflies(frame, rng, 16),)
            if light.is_night and weather == "clear"
            else (airborne, _motes(frame, light, rng, 16))
        )
    if weather == "wind":
        return (_streaks(frame, light, rng),)
    return ()


def _rain(frame: Frame, light: Light, rng: Generator, heavy: float, near: float) -> Painter:
    drops = rng.uniform(0, 1, (int(150 * heavy * frame.width * frame.height / 921600), 3))
    tone = mix(light.haze, (1.0, 1.0, 1.0), 0.55)
    slant = 0.16 + 0.3 * max(0.0, light.wind - 0.4)
    length, speed = 26 * near + 14, 1050 * (0.7 + 0.4 * near)

    def paint(view: View) -> None:
        deep, wide = frame.height + 90, frame.width + 300
        segments = []
        for x, y, pace in drops:
            fall = (y * deep + view.at_s * speed * (0.85 + 0.3 * pace)) % deep - 60
            px = (x * wide - slant * fall - view.camera.x * near) % wide - 100
            long = length * (0.7 + 0.6 * pace)
            segments.append((px, fall, px - slant * long, fall + long))
        view.canvas.drawPath(lines(segments), stroke(tone, 0.9 + 0.6 * near, 0.30 if near < 1 else 0.24))

    return paint


def _snow(frame: Frame, rng: Generator, count: int, size: float, alpha: float) -> Painter:
    flakes = rng.uniform(0, 1, (int(count * frame.width * frame.height / 921600), 4))
    soft = painted(
        64, 64, lambda canvas: canvas.drawCircle(32, 32, 30, halo((32, 32), 30, (1.0, 1.0, 1.0), 1.0))
    )

    def paint(view: View) -> None:
        deep, wide = frame.height + 60, frame.width + 80
        wind = 40 * view.light.wind
        crisp = skia.Paint(AntiAlias=True, Color=skia.Color(255, 255, 255, int(255 * alpha)))
        for x, y, pace, big in flakes:
            fall = (y * deep + view.at_s * (44 + 50 * pace) * (0.6 + 0.6 * size)) % deep - 30
            drift = 26 * math.sin(view.at_s * (0.5 + pace) + 9 * x) - wind * view.at_s * (0.5 + 0.5 * pace)
            px = (x * wide + drift - view.camera.x * 0.5 * size) % wide - 40
            radius = size * (1.2 + 2.4 * big)
            if size > 2:
                target = skia.Rect.MakeXYWH(px - 3 * radius, fall - 3 * radius, 6 * radius, 6 * radius)
                view.canvas.drawImageRect(
                    soft, target, skia.SamplingOptions(skia.FilterMode.kLinear), skia.Paint(Alphaf=alpha)
                )
            else:
                view.canvas.drawCircle(px, fall, radius, crisp)

    return paint


def _leaves(frame: Frame, light: Light, rng: Generator, count: int) -> Painter:
    spots = rng.uniform(0, 1, (count, 5))
    hues = [light.at_depth(rgb(code), 1.0) for code in ("d9823c", "c9602c", "e8b04a", "9aa84a")]

    def paint(view: View) -> None:
        deep, wide = frame.height + 80, frame.width + 160
        for x, y, pace, big, turn in spots:
            age = view.at_s * (34 + 40 * pace) + y * deep
            sway = math.sin(view.at_s * (0.8 + pace) + 20 * x)
            px = (
                x * wide
                + view.at_s * 60 * light.wind * (0.6 + pace)
                + 34 * sway
                - view.camera.x * (0.8 + 0.4 * big)
            ) % wide - 80
            view.canvas.save()
            view.canvas.translate(px, age % deep - 40)
            view.canvas.rotate(57 * (view.at_s * (0.6 + pace) + 6 * turn) + 30 * sway)
            view.canvas.scale(1, 0.35 + 0.6 * abs(math.sin(view.at_s * (1.1 + turn) + 7 * x)))
            view.canvas.drawPath(leaf(6 + 7 * big), fill(hues[int(turn * len(hues))], 0.92))
            view.canvas.restore()

    return paint


def _motes(frame: Frame, light: Light, rng: Generator, count: int) -> Painter:
    spots = rng.uniform(0, 1, (count, 4))
    tone = lighter(light.sun, 0.3)

    def paint(view: View) -> None:
        for x, y, pace, size in spots:
            px = (
                x * frame.width
                + 22 * math.sin(view.at_s * (0.2 + 0.4 * pace) + 9 * y)
                + 9 * view.at_s
                - view.camera.x * 0.6
            ) % frame.width
            py = (y * frame.height - 7 * view.at_s * (0.4 + pace)) % frame.height
            glimmer = 0.5 + 0.5 * math.sin(view.at_s * (0.9 + pace) + 12 * x)
            view.canvas.drawCircle(px, py, 1 + 1.8 * size, fill(tone, 0.55 * glimmer * light.glow))

    return paint


def _fireflies(frame: Frame, rng: Generator, count: int) -> Painter:
    spots = rng.uniform(0, 1, (count, 4))
    glow = painted(
        96, 96, lambda canvas: canvas.drawCircle(48, 48, 46, halo((48, 48), 46, rgb("f6ec8a"), 1.0))
    )

    def paint(view: View) -> None:
        for x, y, pace, size in spots:
            px = (
                x * frame.width
                + 60 * math.sin(view.at_s * (0.25 + 0.3 * pace) + 12 * y)
                - view.camera.x * 0.4 * (0.5 + size)
            )
            py = frame.height * (0.4 + 0.5 * y) + 26 * math.sin(view.at_s * (0.4 + 0.5 * pace) + 8 * x)
            pulse = max(0.0, math.sin(view.at_s * (1.0 + pace) + 10 * x)) ** 1.5
            radius = (10 + 14 * size) * (0.7 + 0.3 * pulse)
            target = skia.Rect.MakeXYWH(px % frame.width - radius, py - radius, 2 * radius, 2 * radius)
            view.canvas.drawImageRect(
                glow, target, skia.SamplingOptions(skia.FilterMode.kLinear), skia.Paint(Alphaf=pulse)
            )

    return paint


def _streaks(frame: Frame, light: Light, rng: Generator) -> Painter:
    spots = rng.uniform(0, 1, (22, 3))
    tone = lighter(light.haze, 0.5)

    def paint(view: View) -> None:
        segments = []
        for x, y, pace in spots:
            px = (x * 2 * frame.width + view.at_s * (500 + 500 * pace)) % (
                frame.width * 1.6
            ) - 0.3 * frame.width
            py = frame.height * (0.2 + 0.7 * y) + 12 * math.sin(3 * view.at_s + 9 * x)
            segments.append((px, py, px + 60 + 120 * pace, py - 5))
        view.canvas.drawPath(lines(segments), stroke(tone, 1.6, 0.3))

    return paint


def fog_bank(frame: Frame, light: Light, rng: Generator, strength: float) -> Layer:
    """Return a veil that wanders before the scene."""

    def draw(canvas: Canvas) -> None:
        for x, y, wide, high in rng.uniform(0, 1, (22, 4)):
            centre = (x * frame.period, (0.45 + 0.5 * y) * frame.height)
            canvas.drawOval(
                oval(*centre, 130 + 240 * wide, 26 + 50 * high), fill(lighter(light.haze, 0.25), 0.26)
            )

    return layer(
        frame,
        draw,
        depth=0.8,
        top=frame.height * 0.25,
        bottom=frame.height,
        blur=26,
        drift=-26,
        alpha=strength,
    )


def lightning(view: View, strikes: tuple[float, ...]) -> float:
    """
    Return how bright the sky flashes at this moment, 0 to 1.

    One soft flash a strike, and strikes lie seconds apart: flicker of more than three flashes a
    second can harm people with photosensitive epilepsy (WCAG 2.3.1).
    """
    since = min((view.at_s - strike for strike in strikes if strike <= view.at_s), default=9.0)
    return min(1.0, since / 0.06) * math.exp(-since / 0.22) if since < 1.2 else 0.0

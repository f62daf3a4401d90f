"""The open sea: a far shore, a path of light on the water, swell that comes nearer."""

from __future__ import annotations

import math
from collections.abc import Callable

from generator.backends.embedded.colour import Rgb, lighter, mix, rgb, times
from generator.backends.embedded.flora import Outline, grass
from generator.backends.embedded.layer import OVERSCAN, Layer, Painter, View, layer
from generator.backends.embedded.pen import Canvas, box, curve, down, faded, fill, oval, stroke
from generator.backends.embedded.scene import Scene, Setting
from generator.backends.embedded.scenery import clouds, contour, hill, mist, sky, terrain, twinkles
from generator.backends.embedded.skia_library import skia

_FAR, _NEAR = rgb("4f9fae"), rgb("0f3f63")


def build(setting: Setting) -> Scene:
    """Build the sea."""
    frame, light, rng = setting.frame, setting.light, setting.rng
    horizon = setting.stage.horizon_y
    stars = (twinkles(frame, rng, horizon, 30),) if light.is_night else ()
    behind = (
        sky(frame, light, rng, horizon), *stars, clouds(frame, light, rng, horizon, cover=0.45),
        _shore(setting, 0.07, 46), _shore(setting, 0.12, 22), mist(frame, light, rng, horizon - 6, 0.12, 0.6),
        _water(setting), _gulls(setting), _swell(setting, 0.42, 0.16, 4), _swell(setting, 0.6, 0.30, 7),
        _swell(setting, 0.82, 0.48, 10), _glitter(setting),
    )  # fmt: skip
    if setting.stage.ashore:
        shore = (_swell(setting, 0.95, 0.54, 10), _beach(setting), _wash(setting))
        return Scene(behind=(*behind, *shore), before=(_dune_grass(setting),))
    before = (
        _swell(setting, 1.0, 0.62, 12),
        _swell(setting, 1.22, 0.86, 15),
        _swell(setting, 1.6, 1.16, 20, blur=3.0),
    )
    return Scene(behind=behind, before=before)


def _beach(setting: Setting) -> Layer:
    """Return a strip of sand with shells and stones."""
    rng = setting.rng
    sand = setting.light.at_depth(mix(rgb("e2c493"), rgb("eef2f7"), 0.8 if setting.snowy else 0.0), 0.96)

    def scattered(canvas: Canvas, outline: Outline) -> None:
        for _ in range(70):
            x, share = rng.uniform(0, setting.frame.period), rng.uniform(0, 1)
            hue = lighter(sand, rng.uniform(-0.35, 0.3))
            y = setting.stage.ground_y - 50 + outline(x) + 14 + 130 * share
            canvas.drawOval(oval(x, y, 2 + 4 * share, 1.2 + 1.8 * share), fill(hue, 0.8))

    return terrain(
        setting,
        base=setting.stage.ground_y - 50,
        height=9,
        depth=1.0,
        rough=3,
        hues=(lighter(sand, -0.16), lighter(sand, 0.04)),
        more=scattered,
        room=10,
    )


def _wash(setting: Setting) -> Painter:
    """Return the thin sheet of foam that runs up the sand and back."""
    base = setting.stage.ground_y - 52
    foam = mix(setting.light.horizon, (1.0, 1.0, 1.0), 0.5)
    water = _water_hue(setting, 0.5)

    def draw(view: View) -> None:
        view.enter(1.0)
        left, right = view.seen(1.0)
        reach = 9 + 11 * math.sin(0.9 * view.at_s)
        edge = [
            (x, base + reach + 5 * math.sin(0.013 * x + 0.7 * view.at_s) + 3 * math.sin(0.041 * x))
            for x in (left + (right - left) * step / 48 for step in range(49))
        ]
        sheet = curve((left, base - 14), *edge, (right, base - 14))
        view.canvas.drawPath(sheet, fill(water, 0.42))
        for thick, alpha in ((7.0, 0.16), (2.2, 0.5)):
            view.canvas.drawPath(curve(edge[0], *edge[1:], closed=False), stroke(foam, thick, alpha))
        view.leave()

    return draw


def _dune_grass(setting: Setting) -> Layer:
    green = setting.light.at_depth(rgb("9aa06a"), 1.0)
    foot = setting.frame.height + OVERSCAN
    return grass(
        setting,
        foot=foot,
        height=120,
        hues=(lighter(green, -0.45), lighter(green, -0.2)),
        depth=1.5,
        count=46,
        blur=2.6,
    )


def _water_hue(setting: Setting, nearness: float) -> Rgb:
    """Return the water's colour: it mirrors the low sky far off, the high sky and its own depth near by."""
    light = setting.light
    own = times(mix(_FAR, _NEAR, min(1.0, nearness)), mix(light.ambient, (1, 1, 1), 0.15))
    place = min(1.0, max(0.0, nearness)) ** 0.6 * (len(light.sky) - 1)
    low = min(len(light.sky) - 2, int(place))
    mirrored = mix(light.sky[len(light.sky) - 1 - low], light.sky[len(light.sky) - 2 - low], place - low)
    low_sun = light.sun_at[1] > 0.4
    return mix(lighter(mirrored, -0.14), own, 0.12 + 0.3 * nearness if low_sun else 0.5 + 0.36 * nearness)


def _shore(setting: Setting, depth: float, height: float) -> Layer:
    frame, rng = setting.frame, setting.rng
    horizon = setting.stage.horizon_y
    outline = contour(rng, frame.period, height, 7)
    hue = setting.light.at_depth(rgb("4d6d78"), 0.2 + 1.4 * depth)

    def draw(canvas: Canvas) -> None:
        canvas.drawPath(
            hill(lambda x: min(6.0, outline(x)), frame, horizon, horizon + 20),
            down(horizon - height, horizon, hue, mix(hue, setting.light.haze, 0.5)),
        )

    return layer(frame, draw, depth=depth, top=horizon - 2.4 * height, bottom=horizon + 2)


def _water(setting: Setting) -> Layer:
    """Return the flat of the sea under everything that moves on it."""
    frame, horizon = setting.frame, setting.stage.horizon_y
    paint = down(horizon, frame.height, *(_water_hue(setting, k / 3) for k in range(4)))
    edge = faded((0, horizon), (0, horizon + 26), (setting.light.horizon, 0.7), (setting.light.horizon, 0.0))

    def draw(canvas: Canvas) -> None:
        canvas.drawRect(box(0, horizon, frame.period, frame.height), paint)
        canvas.drawRect(box(0, horizon, frame.period, 30), edge)

    return layer(frame, draw, depth=0.13, top=horizon, bottom=frame.height + OVERSCAN)


def _glitter(setting: Setting) -> Painter:
    """Return dashes of light: thick under the sun, sparse elsewhere, each flashing in its own time."""
    frame, light, horizon = setting.frame, setting.light, setting.stage.horizon_y
    count = 230
    spots = setting.rng.uniform(0, 1, (count, 4))
    spread = setting.rng.normal(0, 1, count)
    sunlit = lighter(light.sun, 0.15)
    path_share = 0.72 if light.glow > 0.3 else 0.1

    def draw(view: View) -> None:
        depth = frame.height - horizon
        bright, faint = skia.Path(), skia.Path()
        for (x, y, pace, size), offset in zip(spots, spread, strict=True):
            flash = math.sin(view.at_s * (0.9 + 1.6 * pace) + 50 * x + 30 * y)
            if flash < 0.05:
                continue
            near = y**1.5
            in_path = pace < path_share
            wide = (6 + 60 * size) * (0.2 + 1.2 * near) * flash
            cx = light.sun_at[0] * frame.width + offset * (36 + 200 * near) if in_path else x * frame.width
            cx += 10 * near * math.sin(view.at_s * 0.8 + 9 * y) - view.camera.x * (0.1 + 0.7 * near) * (
                not in_path
            )
            cy = horizon + 4 + near * depth
            (bright if in_path else faint).addOval(oval(cx, cy, wide / 2, 0.7 + 2.0 * near))
        view.canvas.drawPath(faint, fill(light.horizon, 0.22))
        view.canvas.drawPath(bright, fill(sunlit, 0.62 * min(1.0, light.glow + 0.15)))

    return draw


def _swell(setting: Setting, depth: float, nearness: float, height: float, blur: float = 0.0) -> _Swell:
    """Return one crest of the sea that rides up and down and travels."""
    frame, rng = setting.frame, setting.rng
    crest = setting.stage.horizon_y + 8 + nearness * (frame.height - setting.stage.horizon_y) * 0.92
    rough = 1 + 1.6 * max(0.0, setting.light.wind - 0.35)
    outline = contour(rng, frame.period, height * 0.8 * rough, 9, fall=0.55)
    hue, tip = (
        _water_hue(setting, nearness + 0.08),
        mix(_water_hue(setting, nearness * 0.55), setting.light.horizon, 0.22),
    )
    foam = mix(tip, (1.0, 1.0, 1.0), 0.35)
    deep = min(frame.height + OVERSCAN, crest + 190) if nearness < 0.8 else frame.height + OVERSCAN + 60

    def draw(canvas: Canvas) -> None:
        body = hill(outline, frame, crest, deep, step=6)
        clear = 0.0 if nearness < 0.8 else 0.85
        canvas.drawPath(
            body, faded((0, crest - height), (0, deep), (tip, 0.95), (hue, 0.9), (lighter(hue, -0.16), clear))
        )
        rim = polyline(outline, frame.period, crest)
        canvas.drawPath(rim, stroke(foam, 1.2 + 1.4 * nearness, 0.5))
        _ripples(canvas, setting, outline, (crest, nearness), tip)

    picture = layer(
        frame, draw, depth=depth, top=crest - 3.2 * height * rough, bottom=deep, blur=blur,
        drift=(-1) ** int(depth * 10) * (8 + 26 * nearness) * (0.5 + rough / 2),
    )  # fmt: skip
    return _Swell(picture, ride=height * 0.42 * rough, phase=depth * 9)


def polyline(outline: Callable[[float], float], period: float, base: float) -> object:
    """Return an outline as an open line."""
    path = skia.Path()
    path.moveTo(0, base + outline(0))
    for x in range(6, int(period) + 7, 6):
        path.lineTo(x, base + outline(float(x)))
    return path


def _ripples(
    canvas: Canvas, setting: Setting, outline: Callable[[float], float], band: tuple[float, float], tip: Rgb
) -> None:
    crest, nearness = band
    for _ in range(60):
        x, down_by = setting.rng.uniform(0, setting.frame.period), setting.rng.uniform(0.05, 1) ** 1.5
        wide = setting.rng.uniform(14, 70) * (0.4 + nearness)
        y = crest + outline(x) * (1 - down_by) + 10 + down_by * 120
        canvas.drawOval(oval(x, y, wide, 0.8 + 1.4 * nearness), fill(tip, 0.34 * (1 - down_by)))


class _Swell:
    """A crest that rides up and down on the waves beneath it."""

    def __init__(self, picture: Layer, ride: float, phase: float) -> None:
        self.picture, self.ride, self.phase = picture, ride, phase
        self.depth = picture.depth

    def __call__(self, view: View) -> None:
        """Draw the crest where it now is."""
        view.canvas.save()
        view.canvas.translate(0, self.ride * math.sin(1.1 * view.at_s + self.phase))
        self.picture.paint(view)
        view.canvas.restore()


def _gulls(setting: Setting) -> Painter:
    """Return a few far birds, unless the sky is closed."""
    frame, light = setting.frame, setting.light
    if light.is_night or light.wind > 0.95:
        return lambda _view: None
    birds = setting.rng.uniform(0, 1, (4, 3))
    tone = mix(light.sky[0], (0.1, 0.08, 0.15), 0.7)

    def draw(view: View) -> None:
        for x, y, pace in birds:
            beat = math.sin(view.at_s * (5 + 2 * pace) + 9 * x) * (
                0.5 + 0.5 * math.sin(view.at_s * 0.7 + 7 * pace)
            )
            px = (x * frame.width * 1.2 + view.at_s * (14 + 12 * pace)) % (frame.width + 80) - 40
            py = setting.stage.horizon_y * (0.3 + 0.35 * y) + 8 * math.sin(view.at_s * 0.8 + 5 * x)
            wing, tip = 9 + 5 * pace, -3 - 5 * beat
            shape = curve(
                (px - wing, py + tip),
                (px - wing * 0.4, py + tip - 3, px, py),
                (px + wing * 0.4, py + tip - 3, px + wing, py + tip),
                closed=False,
            )
            view.canvas.drawPath(shape, stroke(tone, 1.8, 0.85))

    return draw

"""The actors of a shot, drawn in their places with their shadows and reflections."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from generator.backends.embedded.colour import NAMED, lighter, mix, rgb
from generator.backends.embedded.layer import View
from generator.backends.embedded.light import Light
from generator.backends.embedded.motion import Actor, Take, mouth
from generator.backends.embedded.pen import Image, fill, oval, painted
from generator.backends.embedded.plan import Line
from generator.backends.embedded.rig import Coat, Pose, draw_lit, place
from generator.backends.embedded.rigs.afloat import draw_beam
from generator.backends.embedded.skia_library import skia


class Figures:
    """Everybody in a shot, ready to be drawn at any moment of it."""

    def __init__(self, take: Take, light: Light, spoken: tuple[Line, ...], drawings: Path | None) -> None:
        self._take, self._light, self._spoken = take, light, spoken
        self._shadow = _soft_shadow()
        self._coats = [_coat(actor, light, drawings) for actor in take.actors]

    def draw(self, view: View, beyond: float, until: float) -> None:
        """Draw the actors at depths from `beyond` (included) to `until`, from far to near."""
        for actor, coat in zip(self._take.actors, self._coats, strict=True):
            pose = actor.track(view.at_s)
            if beyond <= pose.depth < until:
                self._draw_one(view, actor, coat, pose)

    def _draw_one(self, view: View, actor: Actor, coat: Coat, pose: Pose) -> None:
        speaking = mouth(self._spoken, actor.subject.kind, view.at_s + self._take.shot.start_s)
        pose = dataclasses.replace(pose, speaking=speaking)
        veil = max(0.0, (1 - pose.depth) * 0.5 * (0.4 + self._light.fog))
        view.enter(pose.depth)
        if actor.subject.kind == "lighthouse":
            self._beam(view, actor, pose, coat)
        self._ground(view, actor, pose, coat)
        draw_lit(view.canvas, actor.rig, pose, coat, view.size_px, veil)
        view.leave()

    def _beam(self, view: View, actor: Actor, pose: Pose, coat: Coat) -> None:
        view.canvas.save()
        place(view.canvas, pose, actor.rig.height, centred=False)
        draw_beam(view.canvas, pose, coat)
        view.canvas.restore()

    def _ground(self, view: View, actor: Actor, pose: Pose, coat: Coat) -> None:
        """Lay a shadow on the ground, or a reflection on the water."""
        stage = self._take.stage
        if actor.rig.nature == "sailer" and stage.water_y is not None:
            self._reflect(view, actor, pose, coat)
            return
        if (
            actor.rig.nature == "fixture"
            or (stage.medium in ("water", "space") and not stage.ashore)
            or pose.lift > 620
        ):
            return
        left, _, right, _ = actor.rig.bounds
        wide = 0.34 * (right - left) * pose.scale * min(1.0, actor.rig.height / 200 + 0.2)
        spread = 1 + pose.lift / 420
        strength = (0.42 if not self._light.is_night else 0.5) * (1 - 0.5 * self._light.fog) / spread**1.6
        shift = (0.5 - self._light.sun_at[0]) * (60 + pose.lift * 0.5)
        ground = (
            max(stage.ground_y, pose.y)
            if actor.rig.nature in ("flyer", "swimmer", "thing")
            else pose.y + pose.lift
        )
        target = oval(pose.x + shift, ground + 3, wide * spread, 17 * pose.scale * spread)
        paint = skia.Paint(Alphaf=min(1.0, strength))
        view.canvas.drawImageRect(self._shadow, target, skia.SamplingOptions(skia.FilterMode.kLinear), paint)

    def _reflect(self, view: View, actor: Actor, pose: Pose, coat: Coat) -> None:
        canvas = view.canvas
        bounds = skia.Rect.MakeLTRB(*actor.rig.bounds)
        canvas.save()
        place(canvas, pose, actor.rig.height, centred=False)
        canvas.drawOval(oval(0, 6, 170, 22), fill(lighter(self._light.sky[0], -0.5), 0.28))
        canvas.scale(1, -0.55)
        canvas.saveLayerAlpha(bounds, 62)
        actor.rig.draw(canvas, pose, coat)
        canvas.restore()
        canvas.restore()


def _coat(actor: Actor, light: Light, drawings: Path | None) -> Coat:
    name = actor.subject.colour
    if name and name in NAMED and name not in actor.rig.natural:
        asked = mix(rgb(NAMED[name]), actor.rig.colour, 0.1)
        return Coat(main=asked, light=light, is_named=True, drawings=drawings)
    if actor.number and actor.rig.siblings:
        sibling = actor.rig.siblings[(actor.number - 1) % len(actor.rig.siblings)]
        return Coat(main=rgb(NAMED[sibling]), light=light)
    return Coat(main=actor.rig.colour, light=light, drawings=drawings)


def _soft_shadow() -> Image:
    def draw(canvas: object) -> None:
        canvas.drawOval(oval(64, 32, 44, 14), fill((0.06, 0.03, 0.12), 0.95))  # type: ignore[attr-defined]

    return painted(128, 64, draw, 7.0)

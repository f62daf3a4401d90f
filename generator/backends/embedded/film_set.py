"""One shot with its place built and its actors ready: give it a moment, it gives a frame."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from generator.backends.embedded.atlas import ATLAS
from generator.backends.embedded.camera import camera_at
from generator.backends.embedded.figures import Figures
from generator.backends.embedded.film import Film
from generator.backends.embedded.layer import Layer, Painter, View
from generator.backends.embedded.light import light_in
from generator.backends.embedded.motion import flashes, take_of
from generator.backends.embedded.pen import Pixels, surface_on
from generator.backends.embedded.plan import ScenePlan
from generator.backends.embedded.scene import Setting, paint_part
from generator.backends.embedded.skia_library import skia
from generator.backends.embedded.weather import falling, fog_bank, lightning


class FilmSet:
    """A shot being filmed; building it takes a part of a second, each frame some hundredths."""

    def __init__(self, plan: ScenePlan, index: int, drawings: Path | None) -> None:
        self._shot, self._take = plan.shots[index], take_of(plan, index)
        self._seed = plan.seed + 31 * index
        shot, frame = self._shot, self._take.frame
        self._light = light_in(shot.place, shot.time, shot.weather, shot.mood)
        rng = np.random.default_rng(self._seed)
        setting = Setting(
            frame=frame, stage=self._take.stage, light=self._light, rng=rng, snowy=shot.weather == "snow",
            wet=shot.weather in ("rain", "storm"),
        )  # fmt: skip
        self.scene = ATLAS[shot.place](setting)
        self._figures = Figures(self._take, self._light, plan.spoken, drawings)
        self._air: tuple[Layer | Painter, ...] = falling(frame, shot.weather, shot.place, self._light, rng)
        if shot.weather == "fog" and shot.place not in ("room", "space", "underwater"):
            self._air = (*self._air, fog_bank(frame, self._light, rng, 0.9))
        self._strikes = flashes(shot, int(shot.start_s * 1000))
        self._film = Film(frame, plan.width_px, plan.height_px, plan.seed)
        self._pixels: Pixels = np.zeros((plan.height_px, plan.width_px, 4), np.uint8)
        self._surface = surface_on(self._pixels)

    def shoot(self, number: int, at_s: float) -> Pixels:
        """Return the RGB frame of this clip number, `at_s` into the shot."""
        view = self._view(at_s)
        view.canvas.save()
        view.canvas.scale(view.frame.unit_px, view.frame.unit_px)
        drawn = -1.0
        for part in self.scene.behind:
            depth = getattr(part, "depth", drawn)
            if depth > drawn:
                self._figures.draw(view, drawn, depth)
                drawn = depth
            paint_part(part, view)
        self._figures.draw(view, drawn, math.inf)
        for part in self.scene.before:
            paint_part(part, view)
        for painter in self._air:
            paint_part(painter, view)
        self._flash(view)
        view.canvas.restore()
        self._surface.flushAndSubmit()
        return self._film.develop(self._pixels, number)

    def _view(self, at_s: float) -> View:
        length = self._shot.end_s - self._shot.start_s
        camera = camera_at(
            self._shot.camera, at_s, length, seed=self._seed, followed_x=self._take.followed_x(at_s)
        )
        return View(
            canvas=self._surface.getCanvas(), frame=self._take.frame, light=self._light, camera=camera, at_s=at_s,
            seed=self._seed,
        )  # fmt: skip

    def _flash(self, view: View) -> None:
        brightness = lightning(view, self._strikes)
        if brightness > 0.02:
            view.canvas.drawColor(skia.Color(214, 222, 255, int(118 * brightness)))

"""Everybody who can be filmed without borrowed drawings."""

from __future__ import annotations

from generator.backends.embedded.colour import rgb
from generator.backends.embedded.rig import Rig
from generator.backends.embedded.rigs import afloat, air, people, sea_life, spirit, things, wheels
from generator.backends.embedded.rigs.animals import ANIMALS

_FLYERS: dict[str, Rig] = {
    "bird": Rig(
        draw=air.draw_bird, nature="flyer", colour=rgb("4a86b4"), height=90, bounds=(-130, -130, 110, 110),
        material="air", beats_hz=3.2, pace=150, siblings=("orange", "turquoise", "yellow"),
    ),
    "butterfly": Rig(
        draw=air.draw_butterfly, nature="flyer", colour=rgb("ee8e44"), height=100, bounds=(-120, -100, 120, 90),
        material="air", beats_hz=5.2, pace=60, siblings=("blue", "yellow", "purple", "pink"),
    ),
    "owl": Rig(
        draw=air.draw_owl, nature="flyer", colour=rgb("9a7450"), height=150, bounds=(-210, -190, 210, 150),
        material="air", beats_hz=1.7, pace=120,
    ),
    "balloon": Rig(
        draw=air.draw_balloon, nature="flyer", colour=rgb("d8443c"), height=340, bounds=(-150, -170, 150, 195),
        material="air", beats_hz=0.4, pace=34, own_light=0.3, siblings=("blue", "green", "gold", "purple"),
    ),
    "rocket": Rig(
        draw=air.draw_rocket, nature="flyer", colour=rgb("d8443c"), height=150, bounds=(-270, -120, 140, 120),
        material="metal", beats_hz=1.0, pace=170, own_light=0.4,
    ),
    "lantern": Rig(
        draw=air.draw_lantern, nature="flyer", colour=rgb("e8743c"), height=150, bounds=(-180, -180, 180, 180),
        material="air", beats_hz=0.4, pace=20, own_light=0.95,
    ),
}  # fmt: skip

_SWIMMERS: dict[str, Rig] = {
    "whale": Rig(
        draw=sea_life.draw_whale, nature="swimmer", colour=rgb("3a668f"), height=190, bounds=(-360, -150, 230, 180),
        material="water", beats_hz=0.42, pace=62,
    ),
    "fish": Rig(
        draw=sea_life.draw_fish, nature="swimmer", colour=rgb("f08a3c"), height=110, bounds=(-150, -100, 95, 90),
        material="water", beats_hz=1.9, pace=80, siblings=("yellow", "turquoise", "pink", "blue"),
    ),
    "turtle": Rig(
        draw=sea_life.draw_turtle, nature="swimmer", colour=rgb("5f8a5a"), height=130, bounds=(-130, -90, 140, 190),
        material="water", beats_hz=0.6, pace=46,
    ),
    "jellyfish": Rig(
        draw=sea_life.draw_jellyfish, nature="swimmer", colour=rgb("c98ad9"), height=180, bounds=(-200, -220, 200, 190),
        material="water", beats_hz=0.7, pace=16, own_light=0.6, siblings=("pink", "turquoise"),
    ),
}  # fmt: skip

_WHEELS: dict[str, Rig] = {
    "tram": Rig(
        draw=wheels.draw_tram, nature="vehicle", colour=rgb("b8482f"), height=230, bounds=(-310, -310, 410, 10),
        material="metal", beats_hz=2.2, pace=230, own_light=0.8,
    ),
    "train": Rig(
        draw=wheels.draw_train, nature="vehicle", colour=rgb("2f6f6a"), height=220, bounds=(-360, -340, 360, 10),
        material="metal", beats_hz=1.7, pace=260, own_light=0.6,
    ),
    "car": Rig(
        draw=wheels.draw_car, nature="vehicle", colour=rgb("d8743c"), height=160, bounds=(-180, -170, 240, 10),
        material="rubber", beats_hz=1.9, pace=260, own_light=0.35, siblings=("turquoise", "yellow", "red", "white"),
    ),
}  # fmt: skip

CAST: dict[str, Rig] = {
    **ANIMALS,
    **_FLYERS,
    **_SWIMMERS,
    **_WHEELS,
    "person": Rig(
        draw=people.draw_person, nature="walker", colour=rgb("2f6f6a"), height=276, bounds=(-120, -310, 130, 16),
        beats_hz=1.7, pace=230, siblings=("orange", "purple", "red", "blue"),
    ),
    "robot": Rig(
        draw=people.draw_robot, nature="walker", colour=rgb("d98a4a"), height=290, bounds=(-160, -330, 160, 16),
        material="metal", beats_hz=1.5, pace=170, own_light=0.5, siblings=("turquoise", "red", "grey"),
    ),
    "boat": Rig(
        draw=afloat.draw_boat, nature="sailer", colour=rgb("f7f1e4"), height=200, bounds=(-170, -210, 170, 20),
        material="water", beats_hz=0.35, pace=46, siblings=("beige", "pink", "turquoise"),
    ),
    "ball": Rig(
        draw=things.draw_ball, nature="thing", colour=rgb("d8443c"), height=90, bounds=(-50, -50, 50, 50),
        material="rubber", siblings=("blue", "yellow", "green", "purple"),
    ),
    "flower": Rig(
        draw=things.draw_flower, nature="fixture", colour=rgb("f2c545"), height=270, bounds=(-120, -320, 120, 10), siblings=("pink", "red", "purple", "white"),
    ),
    "tree": Rig(
        draw=things.draw_tree, nature="fixture", colour=rgb("f08a24"), height=430, bounds=(-190, -480, 190, 10),
        material="wood",
    ),
    "spirit": Rig(
        draw=spirit.draw, nature="walker", colour=rgb("e8b7a0"), height=200, bounds=(-160, -245, 160, 20),
        beats_hz=1.4, pace=150, own_light=0.4, siblings=("turquoise", "gold", "purple"),
    ),
    "lighthouse": Rig(
        draw=afloat.draw_lighthouse, nature="fixture", colour=rgb("d4564a"), height=440,
        bounds=(-290, -450, 290, 70), material="stone", own_light=0.55,
    ),
}  # fmt: skip
"""Rigs by the kind that plans name."""

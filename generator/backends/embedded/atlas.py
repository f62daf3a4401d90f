"""Every place by its name."""

from __future__ import annotations

from generator.backends.embedded.places import (
    city,
    desert,
    forest,
    meadow,
    mountains,
    room,
    sea,
    snowfield,
    space,
    underwater,
)
from generator.backends.embedded.plan import Place
from generator.backends.embedded.scene import Builder

ATLAS: dict[Place, Builder] = {
    "forest": forest.build,
    "sea": sea.build,
    "mountains": mountains.build,
    "city": city.build,
    "desert": desert.build,
    "room": room.build,
    "meadow": meadow.build,
    "space": space.build,
    "underwater": underwater.build,
    "snowfield": snowfield.build,
}

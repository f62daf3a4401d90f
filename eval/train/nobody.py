"""
Fit the head that knows pictures without people, `safety/detectors/nobody.npz`, on what `photographed` drew.

People are those of the photographs and clips that are known to show them, the avatars, and what the face net
finds of our own rig of a person.  Nobody is in the other photographs and in frames of all rigs that are not
like a person.  What shows a part of a person, or one far away, is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from safety.detectors.nobody import HEAD

_PEOPLE = frozenset({"grace_hopper", "help.mkv", "milk.mkv", "yes.mkv"})
_UNSURE = frozenset({"camera", "rocket", "nasa_13013.mp4", "bottle-detection.mp4"})
_LIKE_PEOPLE = ("robot", "spirit", "drawing:")
_HELD_BACK = 0.3
_SPREAD = 5.0

Vectors = NDArray[np.float32]


def write_nobody(
    photographed: Sequence[tuple[str, Vectors]],
    avatars: Sequence[Vectors],
    filmed: Sequence[tuple[str, bool, Vectors]],
    probe: Vectors,
    path: Path = HEAD,
) -> None:
    """Fit and write the head: photographs by name, avatars, and cuts of our rigs by kind, faces or not."""
    from sklearn.linear_model import LogisticRegression

    people = [vector for name, vector in photographed if name in _PEOPLE]
    people += [*avatars, *(vector for kind, is_face, vector in filmed if kind == "person" and is_face)]
    nobody = [vector for name, vector in photographed if name not in _PEOPLE | _UNSURE]
    nobody += [vector for kind, _, vector in filmed if kind != "person" and not kind.startswith(_LIKE_PEOPLE)]
    vectors = np.array(people + nobody)
    centre = vectors.mean(axis=0)
    fit = LogisticRegression(C=_HELD_BACK, class_weight="balanced", max_iter=1000)
    fit.fit((vectors - centre) * _SPREAD, np.arange(len(vectors)) >= len(people))
    np.savez(
        path,
        weights=(fit.coef_[0] * _SPREAD).astype(np.float32),
        centre=centre,
        bias=np.float32(fit.intercept_[0]),
        probe=probe,
    )
    print(f"{len(people)} pictures with people, {len(nobody)} without -> {path}")

"""
Nudity and sexual acts in pictures, by two nets that were trained apart, and a third voice that sees nobody.

Scores are calibrated so that 0.35 is worth a person's look and 0.85 is a stop: the safety net's own scale,
on which 1,000 photographs of everyday things gave 11 above 0.35 and 3 above 0.85.  When both nets say more
likely than not, and the picture is not surely without people, that is a stop.  What one says alone, however
surely, and what both say of a picture in which nobody is, is a look.  Where the newer net and the third voice
both see nothing, the older one, which takes deer for people, counts half.

No explicit picture was used to measure them: what they miss is not known, and a policy should not rest on
them alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from policies.finding import Finding
from safety.detector import Footage, Picture
from safety.detectors.frames import Pixels, resized
from safety.detectors.image_safety import LEAST, ImageSafety
from safety.detectors.nets import Nets
from safety.detectors.nobody import Nobody
from safety.detectors.votes import ALONE, stretches

_BOTH = 0.5
_CLEAR = 0.1
_STOP = 0.85
_SIDE_PX = 256
_CROP_PX = 224
_MEAN_BGR = np.array([104.0, 117.0, 123.0], np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudity:
    """Looks at a frame a second and every scene change for naked bodies and sexual acts."""

    nets: Nets
    safety: ImageSafety
    nobody: Nobody
    name: str = "picture.nudity@2"
    categories: frozenset[str] = frozenset({"sexual.explicit", "sexual.nudity"})

    def examine(self, footage: Footage, /) -> tuple[Finding, ...]:
        """
        Say in which stretches a frame looks sexual; the nets do not tell nudity from acts.

        Raises:
            ModelUnavailable: the weights of one of the nets are absent.
        """
        scored = [
            (told.picture, self._score(told.picture, told.sexual)) for told in self.safety.shares(footage)
        ]
        return tuple(
            Finding(
                category="sexual.explicit", score=score, why="naked or sexual in the picture", where=where
            )
            for score, where in stretches(scored, LEAST)
        )

    def _score(self, picture: Picture, first: float) -> float:
        second = self._second_opinion(picture.rgb)
        highest = max(first, second)
        if highest < LEAST:
            return highest
        if self.nobody.is_sure(picture.rgb):
            return min(max(first, second / 2 if first < _CLEAR else second), ALONE)
        if first >= _BOTH and second >= _BOTH:
            return max(highest, _STOP)
        return min(highest, ALONE)

    def _second_opinion(self, rgb: Pixels) -> float:
        """The older net's share, on a picture treated as it was in training: a JPEG round trip included."""
        net = self.nets.net("nudity", "classify.onnx")
        small = resized(rgb, _SIDE_PX, _SIDE_PX)[:, :, ::-1]
        _, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 75])
        edge = (_SIDE_PX - _CROP_PX) // 2
        decoded = np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR))
        bgr = decoded[edge : edge + _CROP_PX, edge : edge + _CROP_PX]
        (shares,) = net((bgr.astype(np.float32) - _MEAN_BGR)[None]).values()
        return float(np.clip(shares[0, 1], 0.0, 1.0))

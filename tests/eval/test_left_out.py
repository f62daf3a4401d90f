"""Sources left out of the training are told by the shipped lines."""

import json

import pytest

from eval.left_out import left_out_sources
from safety.heads import Heads


def test_left_out_sources_are_counted_at_the_shipped_lines(tmp_path) -> None:
    """A logit at the line of .5 is held, one at that of .8 stopped; both sides of a source are ranked."""
    heads = Heads.read()
    review = -heads.offset / heads.slope
    path = tmp_path / "heads.json"
    path.write_text(
        json.dumps(
            {
                "seeds en harmful": [review + 9] * 5 + [review + 1e-3] * 5,
                "seeds en harmless": [review - 1] * 10,
            }
        )
    )
    harmful, harmless = left_out_sources(path)
    assert ("seeds en", 1.0, 0.5, 1.0) == (
        harmful["source"],
        harmful["held"]["value"],
        harmful["stopped"]["value"],
        harmful["auroc"]["value"],
    )
    assert (0.0, None) == (harmless["held"]["value"], harmless["auroc"])


def test_another_file_is_refused(tmp_path) -> None:
    """A name without a truth cannot be counted."""
    path = tmp_path / "other.json"
    path.write_text('{"benign_t2v": [0.1]}')
    with pytest.raises(ValueError, match="harmful or harmless"):
        left_out_sources(path)

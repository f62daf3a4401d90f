"""Every wheel of the environment has a licence that people have read, and one that lets us ship."""

import importlib.metadata
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

from api.doctor import licences, reviewed_licences

FREE = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "CNRI-Python", "ISC", "MIT", "MIT-0",
    "MIT-CMU", "PSF-2.0", "PostgreSQL", "Zlib",
}  # fmt: skip
WITH_DUTIES = {"GPL-2.0-or-later", "LGPL-2.1-or-later", "LGPL-3.0-only", "LicenseRef-NVIDIA"}
WEAK_COPYLEFT = {"MPL-2.0"}
NEVER = re.compile(r"AGPL|Affero|non-?commercial|\bNC\b|CC-BY-NC|SSPL|proprietary", re.IGNORECASE)


def words(expression: str) -> set[str]:
    return set(re.split(r" (?:AND|OR) |[()]", expression)) - {""}


def stated(wheel: importlib.metadata.Distribution) -> str:
    """What the wheel says of itself: expression, classifiers, and the first line of a free text."""
    told = wheel.metadata
    classifiers = [line for line in told.get_all("Classifier") or [] if line.startswith("License")]
    return " ".join(
        [told.get("License-Expression") or "", (told.get("License") or "").split("\n")[0], *classifiers]
    )


def test_every_wheel_is_reviewed() -> None:
    """A wheel whose licence nobody has read does not ship; add it to api/licences.toml once you have."""
    assert [] == [f"{wheel.name} {wheel.version}" for wheel in licences() if wheel.licence is None]


def test_every_licence_is_one_we_may_ship() -> None:
    """Known SPDX words only; one with duties says in a note what they are."""
    for name, row in reviewed_licences().items():
        assert words(row["licence"]) <= FREE | WEAK_COPYLEFT | WITH_DUTIES, name
        assert not words(row["licence"]) & WITH_DUTIES or row.get("note"), name


def test_no_wheel_says_of_itself_what_we_never_ship() -> None:
    """Whatever our list says, a wheel that calls itself AGPL or non-commercial fails."""
    told = {wheel.metadata["Name"]: stated(wheel) for wheel in importlib.metadata.distributions()}
    assert {} == {
        name: text for name, text in told.items() if NEVER.search(text) and not fnmatch(name, "nvidia-*")
    }


@pytest.mark.parametrize(
    "text", ["AGPL-3.0", "GNU Affero GPL", "CC-BY-NC-4.0", "Non-Commercial", "noncommercial use"]
)
def test_the_guard_can_fail(text: str) -> None:
    """The words that must never pass are seen."""
    assert NEVER.search(text)


def test_weights_that_ask_for_more_than_credit_wait_for_the_operator() -> None:
    """Every model names a licence; one that is not free is never fetched unless it was accepted."""
    from safety.models.fetch import wanted_models
    from safety.models.manifest import Manifest
    from safety.models.store import ModelStore

    manifest = Manifest.read()
    assert all(model.licence for model in manifest.models.values())
    by_default = wanted_models(ModelStore(Path("/unused"), manifest), (), frozenset())
    assert [] == [model.role for model in by_default if not model.is_free or NEVER.search(model.licence)]

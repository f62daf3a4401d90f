"""The service with its public check, for pages."""

import html.parser

import pytest

from api.registry import DatabaseRegistry
from api.verification import Verification
from safety.provenance.examine import Examiner


@pytest.fixture
def checking(creating, studio):
    """The app with creation and the public check."""
    issuer = studio.bench.issuer
    registry = DatabaseRegistry(studio.desk.pool, studio.desk.objects, issuer.keys)
    creating.parts.wired[Verification] = Verification(
        registry=registry, examiner=Examiner(keys=issuer.keys, trust=issuer.trust)
    )
    return creating


class Read(html.parser.HTMLParser):
    """A page's elements as (tag, attributes), and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._words: list[str] = []
        self.feed(text)
        self.words = " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag, attrs) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data) -> None:
        self._words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def read():
    return Read

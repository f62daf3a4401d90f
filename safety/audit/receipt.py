"""
A proof that an act stands in the log, checkable without asking us.

Source: c2sp.org/tlog-proof@v1; its `extra` field carries our event and salt.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from dataclasses import dataclass

from safety.audit import checkpoint as notes
from safety.audit.entry import ActionClass, commitment, leaf
from safety.audit.merkle import is_included, leaf_hash
from safety.errors import LogInconsistent

_HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """An event's canonical bytes, its salt, class and day, and where it stands under a checkpoint."""

    body: bytes
    salt: bytes
    action_class: ActionClass
    day: str
    index: int
    path: tuple[bytes, ...]
    note: str

    def text(self) -> str:
        """Return the `.tlog-proof` file."""
        extra = {
            "event": self.body.decode(),
            "salt": self.salt.hex(),
            "class": self.action_class.value,
            "day": self.day,
        }
        encoded = base64.b64encode(json.dumps(extra, ensure_ascii=False).encode()).decode()
        hashes = "".join(base64.b64encode(node).decode() + "\n" for node in self.path)
        return f"{_HEADER}\nextra {encoded}\nindex {self.index}\n{hashes}\n{self.note}"

    @classmethod
    def parse(cls, text: str) -> Receipt:
        """
        Read a `.tlog-proof` file.

        Raises:
            LogInconsistent: it is not one of ours.
        """
        head, _, note = text.partition("\n\n")
        try:
            header, extra_line, index_line, *hashes = head.split("\n")
            extra = json.loads(base64.b64decode(extra_line.removeprefix("extra "), validate=True))
            if header != _HEADER or not index_line.startswith("index "):
                raise ValueError(header)  # noqa: TRY301  (one place tells every malformed receipt)
            return cls(
                body=extra["event"].encode(),
                salt=bytes.fromhex(extra["salt"]),
                action_class=ActionClass(extra["class"]),
                day=str(extra["day"]),
                index=int(index_line.removeprefix("index ")),
                path=tuple(base64.b64decode(line, validate=True) for line in hashes),
                note=note,
            )
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
            raise LogInconsistent("this is not a receipt of ours") from error


def verify_receipt(receipt: Receipt, key: notes.VerifierKey) -> dict[str, object]:
    """
    Return the event that the receipt proves to be in the log of `key`.

    Raises:
        LogInconsistent: the signature, the path or the commitment does not hold.
    """
    checkpoint = notes.open_note(receipt.note, key)
    day = json.loads(receipt.body)["at"][:10]
    if day != receipt.day:
        raise LogInconsistent("the receipt's day is not that of its event")
    public_leaf = _leaf_of(receipt)
    if not is_included(leaf_hash(public_leaf), receipt.index, checkpoint.size, receipt.path, checkpoint.root):
        raise LogInconsistent("the receipt's path does not lead to the signed root")
    event: dict[str, object] = json.loads(receipt.body)
    return event


def _leaf_of(receipt: Receipt) -> bytes:
    return leaf(
        receipt.action_class,
        dt.date.fromisoformat(receipt.day),
        commitment(receipt.salt, receipt.body),
    )

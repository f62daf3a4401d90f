"""The journal tells what happened, never what was written or what opens doors."""

import psycopg
import pytest
from psycopg.errors import CheckViolation

from api.db.addresses import Addresses
from api.journal import WITHHELD, told, withhold

KEY = "fg_" + "0" * 32 + "." + "A" * 43


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"prompt": "a fox"}, {"prompt": WITHHELD}),
        ({"authorization": f"Bearer {KEY}"}, {"authorization": WITHHELD}),
        ({"event": f"used {KEY} twice"}, {"event": f"used {WITHHELD} twice"}),
        ({"event": "read eyJhbGciOiJub25lIn0.e30.AA twice"}, {"event": f"read {WITHHELD} twice"}),
        ({"event": "to postgresql://me:hush@db/x"}, {"event": f"to postgresql{WITHHELD}db/x"}),
        ({"at": "s3.test/a?X-Amz-Signature=abc&b=1"}, {"at": f"s3.test/a?{WITHHELD}&b=1"}),
        ({"status": 200, "route": "/livez"}, {"status": 200, "route": "/livez"}),
    ],
)
def test_secrets_are_masked_by_name_and_by_form(event: dict, expected: dict) -> None:
    """Values of telling names go whole; keys, passwords and signatures wherever they stand."""
    assert expected == withhold(None, "info", event)


def test_an_errors_message_is_not_told(database: Addresses) -> None:
    """A database error quotes the failing row; only its class, place and constraint are told."""
    with psycopg.connect(database.owner) as connection, pytest.raises(CheckViolation) as caught:
        connection.execute("INSERT INTO accounts (id, display_name) VALUES ('canary-8812', 'x')")
    assert "canary-8812" in str(caught.value)
    found = told(caught.value)
    assert ("psycopg.errors.CheckViolation", "accounts_id_check") == (found["error"], found["constraint"])
    assert "canary-8812" not in str(found)

"""What the service says of its own speed is measured on its own parts."""

import pytest
from psycopg import AsyncConnection

from api import figures
from api.db.addresses import Addresses
from api.home import Home
from api.settings import Settings
from safety.models.store import ModelStore

pytestmark = pytest.mark.anyio


async def test_every_act_measured_left_its_entry(
    database: Addresses, home: Home, models: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Figures are above zero, and the log, the opt-outs and the clips they speak of are there."""
    for name, count in {"ENTRIES": 300, "ACTS": 16, "OPT_OUTS": 50, "GATE_ROUNDS": 2, "WARM_UP": 1}.items():
        monkeypatch.setattr(figures, name, count)
    told = await figures.measure(Settings(home=home.root, models=models.folder), home, database)
    assert all(value > 0 for value in (told.sequenced_per_s, told.chained_per_s, told.recorded_per_s))
    assert told.bare_act_ms > 0
    assert 2 == len(told.gate_ms) == len(told.gate_processor_ms)
    async with await AsyncConnection.connect(database.owner) as owner:

        async def count(table: str) -> int:
            return (await (await owner.execute(f"SELECT count(*) FROM {table}")).fetchone())[0]

        acts_with_entries = 16 + 2 * figures.WRITERS + 2
        assert 300 + acts_with_entries == await count("audit_entries")
        assert 1 + 2 * figures.WRITERS + 2 == await count("figures_chain")
        assert 50 == await count("optouts")
        assert 3 == await count("submissions")
        assert await count("audit_intake") >= 3

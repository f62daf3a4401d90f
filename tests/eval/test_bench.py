"""The bench measures real parts and says plainly which targets are missed."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from eval.bench import __main__ as bench
from eval.bench import log, processes
from eval.bench.row import Row, Target, at_least, at_most, ratio_at_most


def row(figure: float, beside: float, target: Target | None) -> Row:
    return Row(what="a boat", figure=figure, unit="ms", beside="a raft", beside_figure=beside, target=target)


@pytest.mark.parametrize(
    ("figure", "beside", "target", "is_met"),
    [
        (10, 5, at_most(10), True),
        (11, 5, at_most(10), False),
        (10, 5, at_least(10), True),
        (9, 5, at_least(10), False),
        (10, 5, ratio_at_most(2), True),
        (11, 5, ratio_at_most(2), False),
        (11, 5, None, None),
    ],
)
def test_a_target_is_met_or_missed(
    figure: float, beside: float, target: Target | None, is_met: bool | None
) -> None:
    """A bound is kept at the bound itself; a row without one neither meets nor misses."""
    assert is_met is row(figure, beside, target).is_met


def test_every_row_of_the_log_stands_beside_something() -> None:
    """Figure and comparison are measured, above zero, and their ratio is theirs."""
    rows = list(log.rows())
    assert 2 == len(rows)
    assert all(one.figure > 0 and one.beside_figure > 0 for one in rows)
    assert [one.figure / one.beside_figure for one in rows] == [one.ratio for one in rows]


def test_a_missed_target_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """The table names figure, comparison, ratio and bound, and calls a miss a miss."""
    Console(width=150).print(
        bench.table("boats", [row(12, 4, at_most(10)), row(4, 4, ratio_at_most(1.1)), row(1, 1, None)])
    )
    lines = capsys.readouterr().out.splitlines()
    missed, met, untold = (line for line in lines if "a boat" in line)
    assert all(part in missed for part in ("12 ms", "a raft: 4", " 3 ", "≤ 10 ms", "missed"))
    assert "≤ 1.1 ×" in met
    assert "met" in met
    assert "met" not in untold
    assert "missed" not in untold


def test_programs_get_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    """`--json` tells the machine and every row of the groups asked for, and nothing else."""
    bench.main(["--json", "log"])
    told = json.loads(capsys.readouterr().out)
    assert ["log"] == list(told["groups"])
    assert {"cores", "load", "machine", "python"} == set(told["machine"])
    assert all(
        {"what", "figure", "unit", "beside", "beside_figure", "ratio", "target", "is_met"} == set(one)
        for one in told["groups"]["log"]
    )


def test_unknown_group_is_refused() -> None:
    """A misspelt group measures nothing in silence."""
    with pytest.raises(SystemExit):
        bench.main(["wrods"])


def test_a_child_is_asked_and_weighed(tmp_path: Path) -> None:
    """A server of the bench answers, costs processor time and memory, and ends with its block."""
    port, journal = processes.free_port(), tmp_path / "journal"
    with processes.running("eval.bench.bare", str(port), journal=journal) as child:
        processes.answers(child, f"http://127.0.0.1:{port}/livez", journal)
        asker = processes.Asker(port, "/livez")
        asker.ask()
        asker.ask()
        asker.close()
        assert processes.memory_bytes(child.pid) > 1_000_000
        assert processes.processor_s(child.pid) > 0
    assert child.returncode is not None


def test_a_child_that_ends_is_told(tmp_path: Path) -> None:
    """A server that does not start is an error with its own words, not a wait without end."""
    journal = tmp_path / "journal"
    with (
        processes.running("eval.bench.bare", "no port", journal=journal) as child,
        pytest.raises(processes.DidNotServe, match="no port"),
    ):
        processes.answers(child, "http://127.0.0.1:9/livez", journal)

"""The bench measures real parts and prints what it measured."""

from eval import bench


def test_the_rows_of_the_log_are_measured() -> None:
    """Each row names its figure, its target and what it stands beside."""
    rows = list(bench._log())
    assert 2 == len(rows)
    assert all(row.what and row.measured and row.target and row.beside for row in rows)

"""What every test may rely on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# One thread a native library: two test processes share two cores.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the service does."""
    return "asyncio"


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The evaluation data, from FILIGRANE_EVAL_DATA or beside the repository; tests that need it say so when absent."""
    folder = Path(os.environ.get("FILIGRANE_EVAL_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("not run: no data")
    return folder

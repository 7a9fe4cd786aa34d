"""What every test may lean on: a data folder of its own, a browser that reaches nobody, a served dashboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest_plugins = ["tests.browser", "tests.pages"]


@pytest.fixture(scope="session", autouse=True)
def nothing_in_data_var(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A test that forgets to choose a data folder writes here, never into the checkout."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_DIR", str(tmp_path_factory.mktemp("unchosen")))
        patch.delenv("APP_LANGUAGE", raising=False)
        yield


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder of this test alone, also for what it calls without naming it."""
    own = tmp_path / "var"
    monkeypatch.setenv("DATA_DIR", str(own))
    return own

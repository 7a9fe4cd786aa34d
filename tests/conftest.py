"""What every test may lean on: a data folder of its own, the examples, a browser that reaches nobody, a served dashboard."""

from __future__ import annotations

import fcntl
import gc
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from pipelines.history.snapshot import Snapshot

# As many processes as there are processors run tests already; threads for linear algebra within each would only cost.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
pytest_plugins = ["tests.browser"]
pytest.register_assert_rewrite("tests.pages")


# How many examples a property is tried on that says no number itself: a few every day, many in the long run.
settings.register_profile("everyday", max_examples=15, deadline=None)
settings.register_profile("long", max_examples=400, deadline=None)


def pytest_configure(config: pytest.Config) -> None:
    # Nothing that is collected is garbage: looking for some takes a sixth of the collection.
    gc.disable()
    settings.load_profile("long" if "trust" in (config.getoption("markexpr") or "").replace("not trust", "") else "everyday")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests in a browser come first, so that one worker runs them all, with one browser and one served dashboard.

    It loads the examples for them. The other workers, each of which is given as many tests in their order, begin with modules
    that ask for none.
    """
    in_browser, asking, others = [], [], []
    n_workers = int(getattr(config, "workerinput", {}).get("workercount", 1))
    for module in _by_module(items):
        asks = any("examples" in getattr(item, "fixturenames", ()) for item in module)
        first = [item for item in module if item.get_closest_marker("browser")]
        in_browser += first
        (asking if asks else others).append([item for item in module if item not in first])
    parts: list[list[pytest.Item]] = [in_browser, *([] for _ in range(n_workers - 1))]
    for module in (*others, *asking):
        # The emptiest takes the next; the first has its tests in a browser already.
        min(parts, key=len).extend(module)
    items[:] = [item for part in parts for item in part]


def _by_module(items: list[pytest.Item]) -> list[list[pytest.Item]]:
    found: dict[Path, list[pytest.Item]] = {}
    for item in items:
        found.setdefault(item.path, []).append(item)
    return list(found.values())


def pytest_collection_finish() -> None:
    """Thousands of tests and all libraries stay until the end: who looks for garbage need not look through them each time."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def nothing_in_data_var(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A test that forgets to choose a data folder writes here, never into the checkout."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_DIR", str(tmp_path_factory.mktemp("unchosen")))
        patch.delenv("APP_LANGUAGE", raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def databases_have_one_thread() -> Iterator[None]:
    """A third of the processor time of small databases goes into handing work to threads, of which they need none."""
    import duckdb

    connect = duckdb.connect

    def connect_with_one(*given: Any, config: dict[str, Any] | None = None, **named: Any) -> duckdb.DuckDBPyConnection:
        return connect(*given, config={"threads": 1, **(config or {})}, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duckdb, "connect", connect_with_one)
        yield


@pytest.fixture(scope="module", autouse=True)
def parquet_is_written_for_who_looks_at_it(request: pytest.FixtureRequest) -> Iterator[None]:
    """The copies of the marts for other tools are written in modules that say LOOKS_AT_PARQUET, and with the examples.

    They are a fifth of the price of a publication, of which tests make hundreds.
    """
    if "pipelines.history.publish" not in sys.modules or getattr(request.module, "LOOKS_AT_PARQUET", False):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipelines.history.publish.write_parquet", lambda *_: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def packages_are_searched_once() -> Iterator[None]:
    """Every AppTest reads the papers of all installed packages, for components; they stay the same while tests run."""
    if "streamlit.testing.v1" not in sys.modules:
        yield
        return
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with the built-in examples, for reading only: loaded once for all workers of a run, and unchanged by them."""
    own = tmp_path_factory.getbasetemp()
    # Under pytest-xdist each worker's folder lies in one that all of them share.
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder = shared / "examples"
    with (shared / "examples.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _load_examples(own / "loading").rename(folder)
    before = _sizes(folder)
    yield folder
    assert _sizes(folder) == before, "a test has written into the examples; let it copy them first"


@pytest.fixture(scope="session")
def example_snapshot(examples: Path) -> Snapshot:
    """The published snapshot of the built-in examples."""
    from pipelines.history.snapshot import open_snapshot

    return open_snapshot(examples)


def _load_examples(folder: Path) -> Path:
    # Imported here, so that a run without examples does not wait for the store.
    from tests.loaded_examples import loaded_examples

    loaded_examples(folder)
    return folder


def _sizes(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*")}


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder of this test alone, also for what it calls without naming it."""
    own = tmp_path / "var"
    monkeypatch.setenv("DATA_DIR", str(own))
    return own

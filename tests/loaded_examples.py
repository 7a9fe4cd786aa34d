"""The built-in examples in a data folder, loaded as `demo` loads them but for the suites of columns, which take longest.

Those suites find nothing in the invented workbooks, as tests/pipelines/examples/test_fjordbyen_loading.py holds.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from checks import columns
from pipelines import returns
from pipelines.examples.demo import load_examples
from pipelines.history import publish
from pipelines.history.parquet import write_parquet
from pipelines.reading.worker import check_here
from tests.builders import AT


class Here:
    """Stands in for the warm process: checks in this one."""

    check = staticmethod(check_here)
    warm_up = staticmethod(lambda: None)


def loaded_examples(folder: Path) -> str:
    """The snapshot in the folder that holds all built-in examples."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(returns, "the_worker", Here)
        patch.setattr(columns, "column_findings", lambda *_: ())
        patch.setattr(publish, "write_parquet", write_parquet)
        return load_examples("admin", AT, folder)

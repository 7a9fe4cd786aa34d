"""All windows of the rolling index against the slow oracle of the tests, on the invented points and on an official file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

from domain.rows import PointMonth
from pipelines.examples.fjordbyen.points import generate
from pipelines.methods.city_index import rolling_index
from pipelines.reading.traffic_file import read_traffic_file
from tests.oracles import rolling_index_slowly

_OFFICIAL = Path(__file__).resolve().parents[2] / "shared" / "official"


def compare() -> Iterator[str]:
    """Milliseconds of each way, and how many times faster the product's is, in the same run."""
    _, invented = generate()
    yield _line("invented, 60 points", invented, 2018)
    for path in sorted(_OFFICIAL.glob("*_with_punkt_mdt.xlsx")):
        yield _line(path.name, read_traffic_file(path).point_months, 2018)


def _line(name: str, months: Sequence[PointMonth], reference_year: int) -> str:
    fast = _median_ms(lambda: rolling_index(months, reference_year), 9)
    slow = _median_ms(lambda: rolling_index_slowly(months, reference_year), 1)
    rows = len(rolling_index(months, reference_year))
    return f"rolling index, all windows, {name}: {rows} rows, {fast:.1f} ms; oracle {slow:.0f} ms; {slow / fast:.0f} times"


def _median_ms(act: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        taken.append(1000 * (time.perf_counter() - start))
    return median(taken)

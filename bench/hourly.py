"""The index of matched hours on invented counts: ours, its reading alone, and a self join in DuckDB.

Each runs in a process of its own, which tells its seconds (without its imports), those of its processors, and its peak memory.
"""

from __future__ import annotations

import calendar
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.hourly import hourly_index
from pipelines.methods.hourly import YearPair, doubled_hour
from pipelines.reading.hourly_file import HOUR_COLUMNS, open_hourly

ROOT = Path(__file__).resolve().parent.parent
YEARS = range(2019, 2024)
PAIRS = [YearPair(year, year + 1) for year in YEARS[:-1]]
POINTS_A_FILE = 1000
# A machine that has used this much of its time leaves the largest size out, and says so.
BUDGET_S = 130.0
BYTES_A_POINT = 200_000

# The obvious way. The doubled hour of October alone is grouped before the join: grouping all hours makes it three times as slow.
SELF_JOIN = """
WITH accepted AS (
    SELECT point_id, year, month, day, hour, volume
    FROM read_parquet($paths)
    WHERE round(length_quality) >= 95 AND round(coverage) >= 99
), hours AS (
    SELECT * FROM accepted WHERE NOT (month = 10 AND day >= 25 AND hour = 2)
    UNION ALL
    SELECT point_id, year, month, day, hour, sum(volume)::INTEGER FROM accepted
    WHERE month = 10 AND day >= 25 AND hour = 2
    GROUP BY ALL
), days AS (
    SELECT base.point_id, base.year, base.month, base.day,
        sum(base.volume) AS base, sum(calculation.volume) AS calculation, count(*) AS hours
    FROM hours AS base
    JOIN hours AS calculation
        ON base.point_id = calculation.point_id AND base.month = calculation.month AND base.day = calculation.day
        AND base.hour = calculation.hour AND base.year + 1 = calculation.year
    GROUP BY ALL
), months AS (
    SELECT point_id, year, month, sum(base) AS base, sum(calculation) AS calculation, count(*) AS days
    FROM days WHERE hours >= 16
    GROUP BY ALL HAVING count(*) >= 16
)
SELECT count(*), sum(base), sum(calculation), sum(days)
FROM months
"""


def compare() -> Iterator[str]:
    """Seconds and GiB of each way in one run, their ratios, and the time of a point at each size."""
    start = time.monotonic()
    runs: dict[int, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="hourly-") as made:
        folder = Path(made)
        for n_points in (200, 1000, 4000):
            is_late = time.monotonic() - start > BUDGET_S
            if n_points > 1000 and (is_late or shutil.disk_usage(folder).free < 2 * n_points * BYTES_A_POINT):
                yield f"hourly, {_number(n_points)} points: left out, {'late' if is_late else 'too little disk'}"
                continue
            paths = _files(folder, n_points)
            runs[n_points] = fastest = _best("ours", paths)
            alone = _best("read", paths)
            size = f"{_number(n_points)} points, five years, four pairs, {_number(fastest['rows'])} rows"
            yield f"hourly, {size}: {_said('ours', fastest)}; {_said('read alone', alone)}, {_ratio(alone, fastest)} of ours"
            if n_points <= 1000:
                yield _beside_join(fastest, paths, folder)
            if n_points == 200:
                yield _by_time(fastest, paths, folder)
    per_point = {n: {key: run[key] / n for key in ("seconds", "processor_seconds")} for n, run in runs.items()}
    said = ", ".join(f"{_number(n)} points {_ratio(taken, per_point[200])}" for n, taken in per_point.items())
    yield f"hourly, time of a point against that of 200 points: {said}"


def _beside_join(fastest: dict[str, Any], paths: Sequence[Path], folder: Path) -> str:
    """The self join beside ours. RuntimeError if they differ."""
    join = _child("join", [folder / "spill", *paths])
    if join["months"] != fastest["months"]:
        raise RuntimeError(f"the self join gives {join['months']}, ours {fastest['months']}")
    same = f"ours {_ratio(fastest, join)} of it, the same {_number(fastest['months'][0])} months"
    return f"hourly, the same rows: {_said('self join in DuckDB', join)}; {same}"


def _by_time(fastest: dict[str, Any], paths: Sequence[Path], folder: Path) -> str:
    """The same rows in an order that lets no point be complete before the end. RuntimeError if they give something else."""
    by_time = folder / "by-time.parquet"
    _child("sort", [*paths, by_time])
    unsorted = _best("ours", [by_time])
    if unsorted["months"] != fastest["months"]:
        raise RuntimeError(f"sorted by time ours gives {unsorted['months']}, by point {fastest['months']}")
    return f"hourly, the same rows sorted by time: {_said('ours', unsorted)}, {_ratio(unsorted, fastest)} of sorted by point"


def _files(folder: Path, n_points: int) -> list[Path]:
    """Files of so many points, made where they are not there yet. Those of 1 000 points are a part of those of 4 000."""
    sizes = [min(POINTS_A_FILE, n_points)] * -(-n_points // POINTS_A_FILE)
    paths = [folder / f"{place}-{size}.parquet" for place, size in enumerate(sizes)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda path: path.exists() or _child("make", [path]), paths))
    return paths


def _best(way: str, paths: Sequence[Path]) -> dict[str, Any]:
    """The fastest of some runs: what else the machine does only adds."""
    return min((_child(way, paths) for _ in range(3 if len(paths) == 1 else 2)), key=lambda run: run["seconds"])


def _child(way: str, paths: Sequence[Path]) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.hourly", way, *map(str, paths)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _said(name: str, run: dict[str, Any]) -> str:
    return f"{name} {run['seconds']:.2f} s ({run['processor_seconds']:.2f} s of processors), {run['gib']:.2f} GiB"


def _ratio(one: dict[str, Any], other: dict[str, Any]) -> str:
    """What part of the other the one takes, by the clock and by processors. The second says more on a busy machine."""
    by_clock, by_processors = (one[seconds] / other[seconds] for seconds in ("seconds", "processor_seconds"))
    return f"{by_clock:.2f} ({by_processors:.2f})"


def _number(number: int) -> str:
    return f"{number:,}".replace(",", " ")


# What the children do.


def ours(paths: Sequence[str]) -> dict[str, Any]:
    """The product's way, through the function that the command calls."""
    answer = hourly_index([Path(path) for path in paths], PAIRS)
    columns = [(len(index.months.base), *_sums(index.months)) for index in answer.indices]
    return {"months": [sum(found) for found in zip(*columns, strict=True)], "rows": _n_rows(paths)}


def _sums(months: Any) -> Iterator[int]:
    return (int(column.sum()) for column in (months.base, months.calculation, months.days))


def read(paths: Sequence[str]) -> dict[str, Any]:
    """The same columns of the same files, two row groups at a time, and nothing done with them."""
    files = [open_hourly(Path(path))[0] for path in paths]
    row_groups = [(file, number) for file in files for number in range(file.metadata.num_row_groups)]

    def rows_of(place: tuple[Any, int]) -> int:
        file, number = place
        with file.opened() as opened:
            return int(opened.read_row_group(number, list(HOUR_COLUMNS), use_threads=False).num_rows)

    with ThreadPoolExecutor(2) as pool:
        return {"rows": sum(pool.map(rows_of, row_groups))}


def join(paths: Sequence[str]) -> dict[str, Any]:
    """The self join; what does not fit into memory goes to the folder that is named first."""
    import duckdb

    spill, *files = paths
    with duckdb.connect(config={"temp_directory": spill, "preserve_insertion_order": "false"}) as connection:
        found = connection.execute(SELF_JOIN, {"paths": files}).fetchone()
    return {"months": [int(number) for number in found or ()]}


def make(paths: Sequence[str]) -> dict[str, Any]:
    """Writes a file of invented counts, sorted by point and time; its name says its number and that of its points."""
    path = Path(paths[0])
    place, n_points = map(int, path.stem.split("-"))
    year, month, day, hour = _local_hours()
    random = np.random.default_rng(place)
    shape = (200 + 1500 * np.exp(-(((hour - 15) / 5) ** 2))).astype(np.float32)
    names = list(HOUR_COLUMNS)
    with pq.ParquetWriter(path, _schema()) as writer:
        for start in range(0, n_points, 20):
            ids, parts = [], []
            for point in range(start, min(start + 20, n_points)):
                ids += [f"{place * POINTS_A_FILE + point:05d}V{point % 97}"] * len(year)
                parts.append(_counts(random, shape * random.uniform(0.1, 3)))
            times = [np.tile(column, len(parts)) for column in (year, month, day, hour)]
            counts = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
            writer.write_table(pa.table([pa.array(ids), *times, *counts], names=names).cast(_schema()))
    return {}


def sort(paths: Sequence[str]) -> dict[str, Any]:
    """Writes a file once more, sorted by time."""
    table = pq.read_table(paths[0]).sort_by([(name, "ascending") for name in ("year", "month", "day", "hour")])
    pq.write_table(table, paths[1])
    return {}


def _counts(random: np.random.Generator, level: Any) -> tuple[Any, Any, Any]:
    """Volume, coverage and length quality of every hour of a point; 93 of 100 are accepted. No half is among them."""
    lot = random.random(len(level), dtype=np.float32)
    volume = (level * (0.7 + 0.6 * random.random(len(level), dtype=np.float32))).astype(np.int32)
    fine = np.round(99 + random.random(len(level), dtype=np.float32), 2)
    quality = np.round(97 + 3 * random.random(len(level), dtype=np.float32), 2)
    coverage = np.where(lot < 0.04, np.round(90 * lot / 0.04), fine).astype(np.float32)
    return volume, coverage, np.where(lot > 0.97, 90, quality).astype(np.float32)


def _local_hours() -> tuple[Any, ...]:
    """Year, month, day and hour of five years as clocks show them: an hour skipped in March, one twice in October."""
    found = []
    for year in YEARS:
        skipped = max(week[calendar.SUNDAY] for week in calendar.monthcalendar(year, 3))
        twice = (10, doubled_hour(year) // 24 % 31 + 1, 2)
        for month in range(1, 13):
            for day in range(1, calendar.monthrange(year, month)[1] + 1):
                for hour in range(24):
                    times = 0 if (month, day, hour) == (3, skipped, 2) else 2 if (month, day, hour) == twice else 1
                    found += [(year, month, day, hour)] * times
    return tuple(np.array(found, dtype=np.int16).T)


def _schema() -> Any:
    kinds = (pa.string(), pa.int16(), pa.int8(), pa.int8(), pa.int8(), pa.int32(), pa.float32(), pa.float32())
    return pa.schema(list(zip(HOUR_COLUMNS, kinds, strict=True)))


def _n_rows(paths: Sequence[str]) -> int:
    return sum(int(pq.read_metadata(path).num_rows) for path in paths)


def _peak_gib() -> float:
    """The most memory that this process has held. What getrusage says may be the parent's, from before the child was itself."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024**2
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**3 if sys.platform == "darwin" else 1024**2)


WAYS: dict[str, Callable[[Sequence[str]], dict[str, Any]]] = {
    "ours": ours,
    "read": read,
    "join": join,
    "make": make,
    "sort": sort,
}

if __name__ == "__main__":
    _, chosen, *given = sys.argv
    begun, worked = time.perf_counter(), time.process_time()
    outcome = WAYS[chosen](given)
    taken, work = time.perf_counter() - begun, time.process_time() - worked
    print(json.dumps({**outcome, "seconds": taken, "processor_seconds": work, "gib": _peak_gib()}))

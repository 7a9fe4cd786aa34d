"""Publication of 8 quarters, and of 40 of 125 to 2 000 projects: from nothing, and after one quarter more; and answers on that.

The returns are those of the invented agreement, their projects repeated under other ids, written straight into a ledger. Each
size runs in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import datetime as dt
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path

import pyarrow as pa

from domain.load import load_agreements
from domain.period import Period
from pipelines.answers.costs import costs
from pipelines.answers.deviations.deviations import deviations
from pipelines.answers.economy.bridges import portfolio_bridge
from pipelines.answers.economy.economy import economy
from pipelines.answers.kept import forget
from pipelines.answers.portfolio import projects
from pipelines.answers.prices import price
from pipelines.answers.progress.progress import moved
from pipelines.answers.selection import EVERYTHING
from pipelines.answers.uncertainty.portfolio_risk import portfolio, portfolio_at
from pipelines.answers.uncertainty.uncertainty import uncertainty_projects
from pipelines.examples.fjordbyen.returns import generate_returns
from pipelines.history.ledger import Ledger, open_ledger
from pipelines.history.publish import publish
from pipelines.history.return_rows import return_tables
from pipelines.history.snapshot import Snapshot, open_snapshot
from pipelines.memory import spare_what_stays

SIZES = ((8, 63), (40, 125), (40, 500), (40, 2000))
LAST, AGREEMENT = Period.parse("2026-Q2"), "fjordbyen"
AS_OF = dt.date(2026, 11, 22)
AT = dt.datetime(2026, 11, 22, 12)
TIMES = 9
# Of a late correction and its first try, one.
_KEEP_BASE = """
CREATE TEMP TABLE base AS FROM generated
QUALIFY row_number() OVER (PARTITION BY party_id, quarter, table_name, position) = 1
"""
_ADD_HEAD = """
INSERT INTO return_submission (submission_id, party_id, period, form_id, form_version, tables) VALUES (?, ?, ?, ?, ?, ?)
"""
_ADD_ROWS = """
INSERT INTO return_row
SELECT $submission_id, b.table_name, c.copy * 100000 + b.position, b.sheet, b.row_number + c.copy * 1000,
    replace(b.row_key, 'F-', c.copy || '.F-'), replace(b.answers, '"F-', '"' || c.copy || '.F-'), b.missing, b.places
FROM base AS b CROSS JOIN (SELECT unnest(range($copies)) AS copy) AS c
WHERE b.party_id = $party_id AND b.quarter = $quarter
"""


def compare() -> Iterator[str]:
    """The lines of each size."""
    for quarters, n_projects in SIZES:
        command = [sys.executable, "-m", "bench.publication", str(quarters), str(n_projects)]
        yield from subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def measured(quarters: int, n_projects: int) -> Iterator[str]:
    """Publication from nothing and after one quarter more, the memory of both, and the answers on the result."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_ledger(folder) as ledger:
            _base(ledger)
            copies = round(n_projects / 63)
            for number in range(quarters - 1):
                _add_quarter(ledger, number, quarters, copies)
            first = _timed(lambda: publish(ledger, AT))
            commit = _timed(lambda: _add_quarter(ledger, quarters - 1, quarters, copies))
            forward = _timed(lambda: publish(ledger, AT + dt.timedelta(seconds=1)))
        snapshot = open_snapshot(folder)
        n_rows = snapshot.rows("SELECT count(*) AS n FROM snapshot.return_row")["n"][0]
        head = f"publication: {quarters} quarters x {len(projects(snapshot, load_agreements()[AGREEMENT], AS_OF))} projects"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        yield (
            f"{head}, {n_rows} rows: {quarters - 1} quarters from nothing {first:.1f} s, one quarter more {forward:.1f} s "
            f"(its rows written in {commit:.1f} s), peak {peak:.2f} GiB"
        )
        # As the dashboard does it.
        spare_what_stays()
        for as_of in (AS_OF, _in_the_middle(quarters)):
            for said, answer in answers(snapshot, as_of):
                cold = [_first(answer) for _ in range(TIMES)]
                again = [_timed(answer) for _ in range(TIMES)]
                yield f"{head}: {said} as of {as_of} {_middle(cold):.0f} ms the first time, {_middle(again):.0f} ms then"


def answers(snapshot: Snapshot, as_of: dt.date) -> list[tuple[str, Callable[[], object]]]:
    """What pages ask of a date, each by a name."""
    agreement = load_agreements()[AGREEMENT]
    chosen = price(agreement, as_of)
    # Draws are kept by their seed, of another snapshot or date too.
    seeds = count(1)
    return [
        ("projects", partial(projects, snapshot, agreement, as_of)),
        ("costs", partial(costs, snapshot, agreement, chosen, as_of)),
        ("economy", partial(economy, snapshot, agreement, chosen, as_of)),
        ("openings moved", partial(moved, snapshot, agreement, as_of)),
        ("deviations", partial(deviations, snapshot, agreement, as_of)),
        ("bridge", partial(portfolio_bridge, snapshot, agreement, as_of.replace(year=as_of.year - 1), as_of, EVERYTHING, chosen)),
        ("uncertain costs", partial(uncertainty_projects, snapshot, agreement, chosen, as_of)),
        ("portfolio risk", lambda: portfolio_at(portfolio(snapshot, agreement, chosen, as_of))),
        ("portfolio risk of other draws", lambda: portfolio_at(portfolio(snapshot, agreement, chosen, as_of), seed=next(seeds))),
    ]


def _in_the_middle(quarters: int) -> dt.date:
    """The day on which half of the quarters were known."""
    return LAST.first.plus(-3 * (quarters // 2)).first_day


def _first(answer: Callable[[], object]) -> float:
    """The seconds of an answer when nothing of its snapshot is kept."""
    forget()
    return _timed(answer)


def _middle(seconds: list[float]) -> float:
    return 1000 * statistics.median(seconds)


def _base(ledger: Ledger) -> None:
    """The rows of every invented return, by party and quarter, as a table to repeat from."""
    rows = []
    periods: dict[str, int] = {}
    for found, _, _ in generate_returns():
        quarter = periods.setdefault(found.period, len(periods))
        tables = return_tables(found)
        rows += [{**row, "party_id": found.party_id, "quarter": quarter, **_form(tables)} for row in tables["return_row"]]
    ledger.connection.register("generated", pa.Table.from_pylist(rows))
    ledger.connection.execute(_KEEP_BASE)


def _form(tables: dict[str, list[dict[str, object]]]) -> dict[str, object]:
    (head,) = tables["return_submission"]
    return {"form_id": head["form_id"], "form_version": head["form_version"], "tables": head["tables"]}


def _add_quarter(ledger: Ledger, number: int, quarters: int, copies: int) -> None:
    """A return of each party for a quarter, approved: the rows of one of the invented quarters, in turn."""
    period = LAST
    for _ in range(quarters - 1 - number):
        period = period.previous()
    handed_in = dt.datetime.combine(period.last.plus(1).first_day, dt.time(12)) + dt.timedelta(days=10)
    connection = ledger.connection
    heads = connection.execute(
        "SELECT DISTINCT party_id, form_id, form_version, tables FROM base WHERE quarter = ? ORDER BY party_id", [number % 8]
    ).fetchall()
    for party_id, form_id, form_version, tables in heads:
        submission_id = ledger.next_id()
        receipt = f"sha256:{submission_id:064d}"
        connection.execute(
            "INSERT INTO submission VALUES (?, ?, 'return', ?, 'x.xlsx', 'x', NULL, ?, ?, ?, 'x', false, true)",
            [submission_id, AGREEMENT, receipt, handed_in.date(), handed_in, AT],
        )
        head = [submission_id, party_id, str(period), form_id, form_version, tables]
        connection.execute(_ADD_HEAD, head)
        connection.execute(
            "INSERT INTO return_act (sequence, submission_id, act, person_id, roles, acted_at, receipt) "
            "VALUES (?, ?, 'approve', 'x', '[]', ?, ?)", [submission_id, submission_id, handed_in, receipt],
        )  # fmt: skip
        asked = {"submission_id": submission_id, "copies": copies, "party_id": party_id, "quarter": number % 8}
        connection.execute(_ADD_ROWS, asked)
    connection.execute("CHECKPOINT")


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    for line in measured(int(sys.argv[1]), int(sys.argv[2])):
        print(line, flush=True)

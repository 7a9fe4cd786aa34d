"""Loads the examples of the built-in agreements through the ledger, like any submission. A second run changes nothing."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from domain.load import load_agreements
from domain.model import Agreement, Person
from domain.period import Month
from domain.rows import Cell, Point, PointMonth, PublishedRolling, PublishedYearly, TrafficFile
from pipelines.acting import person_who_may
from pipelines.examples.fjordbyen.loading import Filed, check_workbooks, filed_workbooks, load_returns, not_loaded
from pipelines.examples.fjordbyen.points import generate
from pipelines.history.ledger import Ledger, NewSubmission, Original, open_ledger
from pipelines.history.publish import publish
from pipelines.recompute import check_traffic
from pipelines.returns import CheckedReturn
from pipelines.settings import ROOT
from pipelines.traffic import commit_traffic

EXAMPLES = ROOT / "data" / "examples"
# The invented months end in June 2026; their invented publication follows in July.
INVENTED = ("fjordbyen", dt.date(2026, 7, 10))
# When the cited figures were collected from the public pages that they name.
COLLECTED_ON = dt.date(2026, 11, 22)
CITED_TOPICS = ("projects", "frames", "indicators")


def load_examples(actor: str, at: dt.datetime, data_dir: Path) -> str:
    """The snapshot that holds all built-in examples. NotAllowed, LedgerBusy."""
    agreements = load_agreements(data_dir / "agreements")
    people = {name: person_who_may("load_examples", actor, agreement, data_dir) for name, agreement in agreements.items()}
    checked = _checked_returns(agreements[INVENTED[0]], data_dir)
    with open_ledger(data_dir) as ledger:
        for agreement in agreements.values():
            folder, person = EXAMPLES / agreement.agreement_id, people[agreement.agreement_id]
            if agreement.agreement_id == INVENTED[0]:
                _load_invented(ledger, agreement, person, at)
                load_returns(ledger, agreement, checked, person, at)
            elif folder.is_dir():
                _load_cited_index(ledger, agreement, folder, person, at)
                _load_cited_figures(ledger, agreement, folder, person, at)
        return publish(ledger, at)


def _checked_returns(agreement: Agreement, data_dir: Path) -> Mapping[Filed, CheckedReturn]:
    """The workbooks as checked, if the ledger lacks any. It is not held meanwhile, so that nobody waits for it."""
    filed = filed_workbooks()
    with open_ledger(data_dir) as ledger:
        is_whole = not not_loaded(ledger, agreement.agreement_id, filed)
    return {} if is_whole else check_workbooks(filed, agreement)


def _load_invented(ledger: Ledger, agreement: Agreement, actor: Person, at: dt.datetime) -> None:
    points, months = generate()
    point_file = _csv(
        "points.csv", ("point_id", "name", "road", "municipality", "latitude", "longitude"), map(_point_line, points)
    )
    month_file = _csv(
        "point_months.csv", ("point_id", "month", "mdt", "coverage_pct", "length_quality_pct"), map(_month_line, months)
    )
    file = TrafficFile(
        points=tuple(replace(row, cell=Cell("points.csv", line, 1)) for line, row in enumerate(points, start=2)),
        point_months=tuple(replace(row, cell=Cell("point_months.csv", line, 3)) for line, row in enumerate(months, start=2)),
    )
    new = _submission(agreement, "traffic", (point_file, month_file), INVENTED[1], actor, at)
    commit_traffic(ledger, new, check_traffic(file, agreement.index.reference_year), agreement)


def _load_cited_index(ledger: Ledger, agreement: Agreement, folder: Path, actor: Person, at: dt.datetime) -> None:
    """The published index, one submission per date of publication."""
    rolling, yearly = _lines(folder / "index_rolling.csv"), _lines(folder / "index_yearly.csv")
    originals = tuple(Original(name, (folder / name).read_bytes()) for name in ("index_rolling.csv", "index_yearly.csv"))
    for published_on in sorted({line["published_on"] for _, line in (*rolling, *yearly)}):
        file = TrafficFile(
            rolling=tuple(_rolling(number, line) for number, line in rolling if line["published_on"] == published_on),
            yearly=tuple(_yearly(number, line) for number, line in yearly if line["published_on"] == published_on),
        )
        new = _submission(agreement, "traffic", originals, dt.date.fromisoformat(published_on), actor, at)
        source = next(line["source"] for _, line in rolling if line["published_on"] == published_on)
        commit_traffic(ledger, replace(new, source_url=source), check_traffic(file, agreement.index.reference_year), agreement)


def _load_cited_figures(ledger: Ledger, agreement: Agreement, folder: Path, actor: Person, at: dt.datetime) -> None:
    """Projects, frames and indicators as cited, cell by cell."""
    names = [f"{topic}.csv" for topic in CITED_TOPICS if (folder / f"{topic}.csv").is_file()]
    originals = tuple(Original(name, (folder / name).read_bytes()) for name in names)
    new = _submission(agreement, "cited_figures", originals, COLLECTED_ON, actor, at)
    if ledger.submission_with(new.agreement_id, new.kind, new.receipt, new.published_on):
        return
    cells = [
        {
            "topic": Path(name).stem, "line": number, "column_name": column, "content": content,
            "sheet": name, "cell": Cell(name, number, place).address,
        }
        for name in names
        for number, line in _lines(folder / name)
        for place, (column, content) in enumerate(line.items(), start=1)
        if content
    ]  # fmt: skip
    ledger.commit(new, {"cited_figure": cells})


def _submission(
    agreement: Agreement, kind: str, originals: tuple[Original, ...], published_on: dt.date, actor: Person, at: dt.datetime
) -> NewSubmission:
    return NewSubmission(
        agreement.agreement_id, kind, originals, agreement.index.maker, None, published_on, actor.person_id, at,
        agreement.is_synthetic, act="load_examples", roles=actor.roles,
    )  # fmt: skip


def _rolling(number: int, line: dict[str, str]) -> PublishedRolling:
    return PublishedRolling(
        int(line["window_months"]),
        Month.parse(line["last_month"]),
        int(line["reference_year"]),
        float(line["index_pct"]),
        float(line["ci_low_pct"]),
        float(line["ci_high_pct"]),
        n_points=int(line["n_points"]),
        standard_error_pct=float(line["standard_error_pct"]),
        cell=Cell("index_rolling.csv", number, list(line).index("index_pct") + 1),
    )


def _yearly(number: int, line: dict[str, str]) -> PublishedYearly:
    index_pct = float(line["index_pct"])
    return PublishedYearly(
        int(line["year_from"]),
        int(line["year_to"]),
        int(line["month"]),
        is_chained=line["is_chained"] == "true",
        is_to_date=False,
        index_ratio=1 + index_pct / 100,
        index_pct=index_pct,
        ci_low_pct=float(line["ci_low_pct"]),
        ci_high_pct=float(line["ci_high_pct"]),
        n_points=int(line["n_points"]),
        cell=Cell("index_yearly.csv", number, list(line).index("index_pct") + 1),
    )


def _lines(path: Path) -> list[tuple[int, dict[str, str]]]:
    """The lines of a CSV file with a header, numbered as a spreadsheet does."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(enumerate(csv.DictReader(file), start=2))


def _csv(name: str, header: Sequence[str], lines: Iterable[Sequence[object]]) -> Original:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(lines)
    return Original(name, text.getvalue().encode())


def _point_line(point: Point) -> tuple[object, ...]:
    return point.point_id, point.name, point.road, point.municipality_name, point.latitude, point.longitude


def _month_line(row: PointMonth) -> tuple[object, ...]:
    return row.point_id, row.month, row.mdt, row.coverage_pct, row.length_quality_pct

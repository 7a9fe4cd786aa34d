"""The story of our own calculation: months from the public API, exclusions, index, commit, publish.

It is kept as another kind of submission than what its maker published: neither ever replaces the other.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from checks.traffic import points_lie_in_agreement
from domain.model import Agreement
from domain.period import Month
from domain.rows import Cell, Finding, Point, PointMonth, TrafficFile, VolumeIndex
from pipelines.acting import person_who_may
from pipelines.exclusions import LeftOut, exclusions_of, without_excluded
from pipelines.history.ledger import NewSubmission, Original, open_ledger
from pipelines.history.publish import publish
from pipelines.methods.volume_index import volume_index
from pipelines.reading.graphql import NoAnswer, Server
from pipelines.reading.traffic_api import Answers, Fetched, Progress, fetch, finish_run, run_folder
from pipelines.recompute import CheckedTraffic, check_traffic
from pipelines.traffic import commit_traffic
from pipelines.writing.tables import Cell as Written
from pipelines.writing.tables import ExportTable, as_csv

KIND = "traffic_api"
POINTS_FILE, MONTHS_FILE, EXCLUSIONS_FILE, ANSWERS_FILE = "points.csv", "point_months.csv", "exclusions.csv", "answers.zip"
# Archives of the same answers are the same bytes on any day.
_NO_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class OwnCalculation:
    """What became of a run. Without a receipt there was nothing to store; `left_out` says what exclusions took away.

    `yearly` is the volume index of each year to date, over the points and volumes that the API publishes.
    """

    submission_id: int | None
    receipt: str | None
    already_submitted_as: int | None
    findings: tuple[Finding, ...]
    left_out: tuple[LeftOut, ...] = ()
    yearly: tuple[VolumeIndex, ...] = ()

    @property
    def is_refused(self) -> bool:
        return self.submission_id is None


def load_traffic_api(
    actor: str,
    agreement: Agreement,
    first: Month,
    at: dt.datetime,
    data_dir: Path,
    server: Server,
    progress: Progress | None = None,
) -> OwnCalculation:
    """Fetches all months from `first` on, computes the index, stores it as known from the day of `at`, and publishes.

    NotAllowed, LedgerBusy, LoadError. A run that fails stores nothing, and keeps the answers that it got for the next one.
    """
    person = person_who_may("fetch_traffic", actor, agreement, data_dir)
    index_id, refusal = _index_to_fetch(agreement, first)
    if index_id is None:
        return OwnCalculation(None, None, None, refusal)
    exclusions = exclusions_of(agreement, data_dir)  # read first: what is wrong with them is told before anything is asked
    folder = run_folder(data_dir / "api_cache" / agreement.agreement_id, server.url, at.date())
    try:
        fetched = fetch(Answers(server, folder), index_id, first, at.date(), progress)
    except NoAnswer as error:
        return OwnCalculation(None, None, None, (error.finding,))
    file = _as_file(fetched)
    kept, left_out = without_excluded(file.point_months, exclusions, "rolling")
    checked = check_traffic(replace(file, point_months=kept), agreement.index.reference_year)
    new = NewSubmission(
        agreement.agreement_id,
        KIND,
        _originals(fetched, left_out),
        f"{agreement.index.maker}, API",
        server.url,
        at.date(),
        person.person_id,
        at,
        agreement.is_synthetic,
        act="fetch_traffic",
        roles=person.roles,
    )
    findings = (*fetched.findings, *checked.findings, *_nothing_computed(checked), *points_lie_in_agreement(file, agreement))
    yearly = volume_index(fetched.volumes)
    if checked.is_refused:
        return OwnCalculation(None, new.receipt, None, findings, left_out, yearly)
    with open_ledger(data_dir) as ledger:
        submission_id, earlier = commit_traffic(ledger, new, checked, agreement)
        publish(ledger, at)
    finish_run(folder)
    return OwnCalculation(submission_id, new.receipt, earlier, findings, left_out, yearly)


def _index_to_fetch(agreement: Agreement, first: Month) -> tuple[int | None, tuple[Finding, ...]]:
    """The number of the agreement's index, or why it cannot be fetched: invented, without one, or without its reference year."""
    index = agreement.index
    reference = Month(index.reference_year, 1)
    if agreement.is_synthetic or not (index.index_id or "").isdecimal():
        return None, (Finding("api_agreement_without_index", "error", quoted=agreement.short_name),)
    if first > reference:
        return None, (Finding("api_starts_too_late", "error", quoted=str(first), named={"latest": str(reference)}),)
    return int(index.index_id or ""), ()


def _nothing_computed(checked: CheckedTraffic) -> tuple[Finding, ...]:
    return () if checked.rows or checked.is_refused else (Finding("api_months_give_no_index", "warning"),)


def _as_file(fetched: Fetched) -> TrafficFile:
    """What was fetched, each row with its place in the tables that are kept with it."""
    return TrafficFile(
        points=tuple(replace(row, cell=Cell(POINTS_FILE, line, 1)) for line, row in enumerate(fetched.points, start=2)),
        point_months=tuple(
            replace(row, cell=Cell(MONTHS_FILE, line, 3)) for line, row in enumerate(fetched.point_months, start=2)
        ),
    )


def _originals(fetched: Fetched, left_out: Sequence[LeftOut]) -> tuple[Original, ...]:
    """The answers byte for byte in one archive, and what we read of them as tables that a person can open."""
    excluded = {(found.exclusion.point_id, month) for found in left_out for month in found.months}
    return (
        Original(ANSWERS_FILE, _archive(fetched.answers)),
        _table(
            POINTS_FILE,
            ("point_id", "name", "road", "municipality_code", "municipality", "latitude", "longitude"),
            map(_point_line, fetched.points),
        ),
        _table(
            MONTHS_FILE,
            ("point_id", "month", "mdt", "coverage_pct", "length_quality_pct", "is_excluded"),
            [_month_line(row, (row.point_id, row.month) in excluded) for row in fetched.point_months],
        ),
        _table(
            EXCLUSIONS_FILE,
            ("point_id", "from_month", "to_month", "indices", "reason", "n_months"),
            map(_exclusion_line, left_out),
        ),
    )


def _archive(answers: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in sorted(answers):
            archive.writestr(zipfile.ZipInfo(name, _NO_DATE), answers[name], zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _table(name: str, headers: Sequence[str], rows: Iterable[Sequence[Written]]) -> Original:
    return Original(name, as_csv(ExportTable(name, headers, list(rows), {}, ""), decimal_comma=False))


def _point_line(point: Point) -> tuple[Written, ...]:
    return (
        point.point_id, point.name, point.road, point.municipality_code, point.municipality_name, point.latitude,
        point.longitude,
    )  # fmt: skip


def _month_line(row: PointMonth, is_excluded: bool) -> tuple[Written, ...]:
    return row.point_id, str(row.month), row.mdt, row.coverage_pct, row.length_quality_pct, str(is_excluded).lower()


def _exclusion_line(left_out: LeftOut) -> tuple[Written, ...]:
    found = left_out.exclusion
    return found.point_id, found.from_month, found.to_month, found.indices, found.reason.nb, len(left_out.months)

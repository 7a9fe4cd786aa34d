"""The story of a traffic file: read, recompute, gate, commit as a vintage, publish. The same for commands and pages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from checks.traffic import points_lie_in_agreement
from domain.model import Agreement
from domain.rows import Finding, VolumeIndex
from pipelines.acting import person_who_may
from pipelines.answers.goal.releases import revisions
from pipelines.history.ledger import Ledger, NewSubmission, Original, open_ledger
from pipelines.history.publish import publish
from pipelines.history.snapshot import open_snapshot
from pipelines.history.traffic_rows import placed, traffic_tables
from pipelines.methods.city_index import METHOD_VERSION, groups_of, index_from_means, means_of_points, rolling_index
from pipelines.methods.volume_index import volume_index
from pipelines.reading.raw_pointindex import read_raw_pointindex, year_to_date_volumes
from pipelines.reading.traffic_file import read_traffic_file
from pipelines.recompute import CheckedTraffic, check_traffic


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a submission. `already_submitted_as` is the number under which the same content was stored before.

    `revisions` are the months that an earlier release printed with other figures.
    """

    submission_id: int | None
    receipt: str
    already_submitted_as: int | None
    findings: tuple[Finding, ...]
    revisions: tuple[dict[str, Any], ...] = ()

    @property
    def is_refused(self) -> bool:
        return self.submission_id is None and self.already_submitted_as is None


def check_traffic_file(path: Path, reference_year: int) -> CheckedTraffic:
    """An official workbook read, recomputed and held against its gates. Nothing is stored."""
    return check_traffic(read_traffic_file(path), reference_year)


def index_of_raw_file(path: Path, year: int) -> tuple[tuple[VolumeIndex, ...], tuple[Finding, ...]]:
    """Our own index of a year from a raw file of point volumes, January to the last month printed; none with an error."""
    raw = read_raw_pointindex(path)
    if any(finding.severity == "error" for finding in raw.findings):
        return (), raw.findings
    return volume_index(year_to_date_volumes(raw, year)), raw.findings


def load_traffic(actor: str, path: Path, agreement: Agreement, published_on: dt.date, at: dt.datetime, data_dir: Path) -> Stored:
    """Stores an official workbook as a vintage and publishes. NotAllowed, LedgerBusy; a refused file stores nothing."""
    person = person_who_may("load_traffic", actor, agreement, data_dir)
    checked = check_traffic_file(path, agreement.index.reference_year)
    original = Original(path.name, path.read_bytes())
    new = NewSubmission(
        agreement.agreement_id,
        "traffic",
        (original,),
        f"{agreement.index.maker}, {path.name}",
        None,
        published_on,
        person.person_id,
        at,
        agreement.is_synthetic,
        act="load_traffic",
        roles=person.roles,
    )
    if checked.is_refused:
        return Stored(None, new.receipt, None, checked.findings)
    with open_ledger(data_dir) as ledger:
        submission_id, earlier = commit_traffic(ledger, new, checked, agreement)
        publish(ledger, at)
    findings = (*checked.findings, *points_lie_in_agreement(checked.file, agreement))
    return Stored(submission_id, new.receipt, earlier, findings, _revisions_of(submission_id, agreement, published_on, data_dir))


def _revisions_of(submission_id: int, agreement: Agreement, published_on: dt.date, data_dir: Path) -> tuple[dict[str, Any], ...]:
    """What a submission printed otherwise than the release before it."""
    found = revisions(open_snapshot(data_dir), agreement, published_on)
    return tuple(row for row in found.to_dict("records") if row["submission_id"] == submission_id)


def commit_traffic(ledger: Ledger, new: NewSubmission, checked: CheckedTraffic, agreement: Agreement) -> tuple[int, int | None]:
    """The number of the stored submission, and its earlier number where the same content of the same day was stored before."""
    earlier = ledger.submission_with(new.agreement_id, new.kind, new.receipt, new.published_on)
    return earlier or ledger.commit(new, _tables(checked, agreement)), earlier


def _tables(checked: CheckedTraffic, agreement: Agreement) -> dict[str, list[dict[str, Any]]]:
    """All that is stored of a checked file: what it says, and the index of its area and of each group of its points."""
    file, groups = checked.file, groups_of(placed(checked.file.points, agreement))
    means = file.point_means
    if file.point_months:
        by_group = rolling_index(file.point_months, agreement.index.reference_year, groups=groups)
        means = means_of_points(file.point_months, agreement.index.reference_year)
    else:
        by_group = index_from_means(means, groups)
    of_groups = [row for row in by_group if row.group_kind != "area"]
    return traffic_tables(replace(file, point_means=means), checked.rows, of_groups, METHOD_VERSION, agreement)

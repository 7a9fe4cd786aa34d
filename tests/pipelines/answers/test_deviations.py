"""The open deviations of a snapshot, against the rules applied to the returns themselves, on many dates."""

from __future__ import annotations

import datetime as dt

import pytest

from domain.limit_file import limits_of
from domain.load import load_agreements
from domain.model import ReportingCycle
from pipelines.answers.deviations.deviations import colours, deviations, rule_results
from pipelines.answers.selection import Selection
from pipelines.history.snapshot import open_snapshot
from pipelines.methods.deviations import open_deviations, statuses
from pipelines.methods.project_reports import project_reports
from tests.known_returns import known_returns

FJORDBYEN = load_agreements()["fjordbyen"]
# Before the late correction, the day before a deadline, the day after, and long after the last report.
DAYS = ["2025-02-01", "2025-07-20", "2025-07-21", "2026-01-26", "2026-06-30", "2026-08-01", "2026-11-22", "2027-06-01"]


@pytest.fixture(scope="module")
def snapshot(examples):
    return open_snapshot(examples)


def from_returns(snapshot, as_of):
    """Every return as it was known on the date, through the rules: slow, and as they are written."""
    assert isinstance(FJORDBYEN.reporting, ReportingCycle)
    days = FJORDBYEN.reporting.deadline_days
    reports = project_reports(known_returns(snapshot, as_of), as_of)
    return {project_id: statuses(listed, limits_of(FJORDBYEN), as_of, days) for project_id, listed in reports.items()}


# Every other of them every day, all in the long run.
@pytest.mark.parametrize(
    "day", [pytest.param(it, marks=[] if place % 2 else [pytest.mark.trust]) for place, it in enumerate(DAYS)]
)
def test_the_open_deviations_are_those_that_the_rules_give_of_the_returns(snapshot, day):
    as_of = dt.date.fromisoformat(day)
    histories = from_returns(snapshot, as_of)
    wanted = {
        it.deviation_id: (
            it.level, it.level_told, it.reported_level, it.data_colour, it.periods_in_a_row, str(it.since), it.body_id,
            it.submission_id, None if it.judgement.number is None else float(it.judgement.number),
            {name: str(found) for name, found in it.judgement.evidence.items()},
            tuple((cell.sheet, cell.address) for cell in it.judgement.cells),
        )
        for it in open_deviations(histories.values(), FJORDBYEN.authority)
    }  # fmt: skip
    found = {
        it.deviation_id: (
            it.result.level, it.result.level_told, it.result.report.reported_colour, it.result.report.data_colour, it.result.periods_in_a_row,
            it.result.since_period, it.body_id, it.result.report.submission_id, it.result.number,
            {name: str(given) for name, given in it.result.evidence.items()}, it.result.cells,
        )
        for it in deviations(snapshot, FJORDBYEN, as_of)
    }  # fmt: skip
    assert found == wanted
    assert wanted or day == "2025-02-01"
    assert {key: colour for key, (colour, _) in colours(snapshot, FJORDBYEN, as_of).items()} == {
        key: history[-1].data_colour for key, history in histories.items()
    }


@pytest.mark.parametrize("day", ["2025-07-21", "2026-11-22"])
def test_every_rule_of_every_project_is_told(snapshot, day):
    as_of = dt.date.fromisoformat(day)
    wanted = {
        (key, it.rule): (it.level, it.lack and (it.lack.reason, it.lack.table, it.lack.column))
        for key, history in from_returns(snapshot, as_of).items()
        for it in history[-1].judgements
    }
    assert {(it.project_id, it.rule): (it.level, it.lack) for it in rule_results(snapshot, FJORDBYEN, as_of)} == wanted


def test_a_selection_gives_its_projects_alone(snapshot):
    as_of = dt.date(2026, 11, 22)
    whole = deviations(snapshot, FJORDBYEN, as_of)
    for area in FJORDBYEN.working_areas:
        own = deviations(snapshot, FJORDBYEN, as_of, Selection(working_area_id=area.working_area_id))
        assert own == tuple(it for it in whole if f'"{area.working_area_id}"' in (it.result.report.working_area_split or ""))
    assert deviations(snapshot, FJORDBYEN, as_of, Selection(party_id="lindvag")) == tuple(
        it for it in whole if it.result.report.party_id == "lindvag"
    )

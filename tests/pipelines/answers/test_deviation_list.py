"""The working list against the rules applied to the returns themselves: what changed between dates, histories, cells and counts."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from domain.load import load_agreements
from pipelines.answers.deviations.deviations import deviations
from pipelines.answers.deviations.listed import (
    KINDS,
    NO_AREA,
    by_municipality,
    colour_reasons,
    deadlines,
    deviation_changes,
    deviation_history,
    deviation_matrix,
    owner_texts,
    read_cells,
    texts_about,
)
from pipelines.answers.portfolio import area_shares, projects
from pipelines.answers.reporting.returns import return_of
from pipelines.answers.selection import Selection
from pipelines.history.snapshot import open_snapshot
from pipelines.methods.deviations import DEVIATES, changes, open_deviations
from pipelines.methods.rules.all_rules import RULES
from tests.pipelines.answers.test_deviations import from_returns

FJORDBYEN = load_agreements()["fjordbyen"]
AUGUST = dt.date(2026, 8, 1)
DATES = [("2024-10-01", "2025-02-01"), ("2025-07-20", "2025-07-21"), ("2026-01-20", "2026-08-01"), ("2026-07-20", "2026-11-22")]


@pytest.fixture(scope="module")
def snapshot(examples):
    return open_snapshot(examples)


def steps_from_returns(snapshot, since, as_of):
    """What changed, from the rules on the returns as they were known on each of the dates."""
    earlier, later = from_returns(snapshot, since), from_returns(snapshot, as_of)
    before, after = (
        {it.deviation_id: it.level_told for it in open_deviations(found.values(), FJORDBYEN.authority)}
        for found in (earlier, later)
    )
    ever = {it.deviation_id for history in earlier.values() for it in changes(history)} - set(before)
    ended = {key for key, history in later.items() if all(it.lack and it.lack.reason == "ended" for it in history[-1].judgements)}
    found = {}
    for name in before | after:
        if name not in after:
            found[name] = "ended" if name.split(":")[0] in ended else "closed"
        elif name not in before:
            found[name] = "reopened" if name in ever else "opened"
        elif before[name] != after[name]:
            found[name] = "worsened" if after[name] == "red" else "improved"
    return found


@pytest.mark.parametrize(("since", "as_of"), DATES)
def test_what_changed_between_two_dates_is_what_the_rules_give_of_the_returns(snapshot, since, as_of):
    first, last = dt.date.fromisoformat(since), dt.date.fromisoformat(as_of)
    found = deviation_changes(snapshot, FJORDBYEN, first, last)
    assert {it.deviation_id: it.step for it in found} == steps_from_returns(snapshot, first, last)
    assert len({it.deviation_id for it in found}) == len(found)


def test_one_report_changes_what_the_steps_of_that_report_say(snapshot):
    """Where one return alone came in between, and no day was counted, the changes are the steps of the history."""
    since, as_of = dt.date(2026, 7, 12), dt.date(2026, 7, 13)
    histories = from_returns(snapshot, as_of)
    reported = {key for key, history in histories.items() if history[-1].reported_on == as_of}
    told = {
        it.deviation_id: it.step
        for key in reported
        for it in changes(histories[key])
        if it.reported_on == as_of and it.rule not in {"milestone_overdue", "report_missing", "report_stale", "reported_greener"}
    }
    found = {
        it.deviation_id: it.step
        for it in deviation_changes(snapshot, FJORDBYEN, since, as_of)
        if it.result.project_id in reported
    }
    assert told
    assert told.items() <= found.items()


def test_changes_of_a_selection_are_those_of_its_projects(snapshot):
    since = dt.date(2026, 1, 20)
    whole = deviation_changes(snapshot, FJORDBYEN, since, AUGUST)
    own = deviation_changes(snapshot, FJORDBYEN, since, AUGUST, Selection(party_id="lindvag"))
    assert own == tuple(it for it in whole if it.result.report.party_id == "lindvag")
    assert 0 < len(own) < len(whole)


@pytest.mark.parametrize("deviation_id", ["F-026:cost_over_p85", "F-003:reported_greener", "F-001:report_missing"])
def test_a_history_is_what_the_rule_said_of_each_report(snapshot, deviation_id):
    project_id, rule = deviation_id.split(":")
    found = deviation_history(snapshot, FJORDBYEN, project_id, rule, AUGUST)
    wanted = [
        (str(it.period), it.reported_on, it.reported_colour, judgement.level, judgement.number and float(judgement.number))
        for it in from_returns(snapshot, AUGUST)[project_id]
        if (judgement := it.judgement(rule))
    ]
    got = [(it.report.period, it.report.reported_on, it.report.reported_colour, it.level, it.number or None) for it in found]
    # The newest report is judged on the day of the question by the slow way, and on its own day here.
    assert got[:-1] == [(*row[:4], row[4] or None) for row in wanted[:-1]]
    assert got[-1][:3] == wanted[-1][:3]


def test_the_cells_that_were_read_are_those_of_the_return(snapshot):
    for one in deviations(snapshot, FJORDBYEN, AUGUST)[:40]:
        result = one.result
        given = return_of(snapshot, FJORDBYEN, result.report.party_id, result.report.period, AUGUST)
        for cell in read_cells(snapshot, result):
            (row,) = [it for it in given.rows[cell.table] if it.row == cell.row_number]
            assert row.code("project_id") == result.project_id
            assert (row.sheet, row.address(cell.column)) == (cell.sheet, cell.address)


def test_every_deviation_that_has_cells_leads_to_some(snapshot):
    without = [
        it.deviation_id
        for it in deviations(snapshot, FJORDBYEN, AUGUST)
        if it.result.cells and not read_cells(snapshot, it.result)
    ]
    assert without == []


def test_what_owners_wrote_stands_with_its_project(snapshot):
    texts, reasons = owner_texts(snapshot, FJORDBYEN, AUGUST), colour_reasons(snapshot, FJORDBYEN, AUGUST)
    assert [text.kind for text in texts["F-026"]] == ["cost", "cost", "time"]
    assert {text.kind for text in texts_about("cost_over_p85", texts["F-026"])} == {"cost"}
    assert texts_about("report_missing", texts["F-026"]) == ()
    assert reasons["F-026"]["reason_cost"]
    assert owner_texts(snapshot, FJORDBYEN, dt.date(2024, 10, 1)) == {}
    assert set(KINDS) < set(RULES)


@pytest.mark.parametrize("day", ["2025-02-01", "2026-08-01"])
def test_the_matrix_counts_projects_in_each_area_and_once_in_all(snapshot, day):
    as_of = dt.date.fromisoformat(day)
    rows = projects(snapshot, FJORDBYEN, as_of)
    listed = rows[~rows["has_ended"].astype(bool)].to_dict("records")
    found = deviations(snapshot, FJORDBYEN, as_of)
    worst = {}
    for it in found:
        worst.setdefault(it.result.project_id, set()).add(it.result.level_told)
    matrix = deviation_matrix(found, listed)
    ids = {row["project_id"] for row in listed}
    red = {key for key, levels in worst.items() if "red" in levels and key in ids}
    assert matrix.total.n_projects == len(listed)
    assert matrix.total.levels == {"red": len(red), "yellow": len(worst.keys() & ids) - len(red)}
    for area in [*(it.working_area_id for it in FJORDBYEN.working_areas), NO_AREA]:
        inside = {row["project_id"] for row in listed if area in (list(area_shares(row["working_area_split"])) or [NO_AREA])}
        cells = [cell for (place, _), cell in matrix.cells.items() if place == area]
        assert sum(cell.n_projects for cell in cells) == len(inside)
        assert sum(cell.levels["red"] for cell in cells) == len(inside & red)
    extra = sum(cell.n_projects for cell in matrix.by_area.values()) - len(listed)
    assert extra >= matrix.n_in_several > 0
    counted = Counter(code for row in listed for code in row["municipality_codes"])
    assert {code: cell.n_projects for code, cell in by_municipality(found, listed).items()} == counted


@pytest.mark.parametrize(
    ("as_of", "first", "n"),
    [("2024-10-20", None, 0), ("2024-10-21", "2024-10-20", 1), ("2026-08-01", "2026-07-20", 8), ("2026-11-22", "2026-10-20", 9)],
)
def test_deadlines_are_those_that_had_passed(as_of, first, n):
    found = deadlines(FJORDBYEN, dt.date.fromisoformat(as_of))
    assert len(found) == n
    assert (found[0].isoformat() if found else None) == first
    assert deadlines(load_agreements()["miljoloftet"], dt.date.fromisoformat(as_of)) == ()


def test_only_what_deviates_is_in_the_changes(snapshot):
    for it in deviation_changes(snapshot, FJORDBYEN, dt.date(2026, 1, 20), AUGUST):
        assert (it.before is None) or it.before.level_told in DEVIATES
        assert (it.after is None) or it.after.level_told in DEVIATES
        assert it.before or it.after

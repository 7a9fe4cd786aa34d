"""How much of a report has figures, and which findings come again: counted by hand, and against every typed return."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest

from domain.returns import Missing, Return
from domain.rows import Finding
from pipelines.answers.reporting.coverage import QUESTIONS, REASONS, coverage, recurring_findings
from pipelines.answers.reporting.returns import return_of
from pipelines.history.snapshot import Snapshot
from tests.builders import AT, agreement
from tests.pipelines.answers.test_quality import told
from tests.pipelines.answers.test_returns import stored
from tests.return_rows import a_return

FJORDBYEN = agreement()
OCTOBER = dt.datetime(2026, 10, 10, 9)
TODAY = AT.date()


def counted(snapshot: Snapshot, question: str, as_of: dt.date = TODAY, period: str | None = None) -> dict[str, int]:
    """What is counted of one question, without the zeros."""
    (row,) = coverage(snapshot, FJORDBYEN, as_of, period).query("question == @question").to_dict("records")
    return {name: row[name] for name in ("n_figures", *REASONS) if row[name]}


# Each case has a return of its own, for a period of its own.
CASES = [
    ("forecast_cost", {}, "n_figures"),
    ("forecast_cost", {"cost_estimates": {"forecast_mnok": Missing("not_yet_known", "regnes")}}, "not_yet_known"),
    ("forecast_cost", {"cost_estimates": {"forecast_mnok": Missing("exempt")}}, "exempt"),
    ("forecast_cost", {"cost_estimates": {"forecast_mnok": Missing("not_delivered")}}, "not_delivered"),
    ("forecast_cost", {"cost_estimates": {"forecast_mnok": None}}, "unanswered"),
    ("forecast_cost", {"cost_estimates": []}, "unanswered"),
    ("forecast_cost", {"cost_estimates": [], "projects": {"standing": "on_hold"}}, "not_asked"),
    ("forecast_cost", {"cost_estimates": {"forecast_mnok": 0}}, "n_figures"),
    ("frames", {}, "n_figures"),
    ("frames", {"cost_estimates": {"p85_mnok": None}}, "unanswered"),
    ("frames", {"cost_estimates": {"p85_mnok": Missing("not_applicable")}}, "not_applicable"),
    ("frames", {"cost_estimates": {"p50_mnok": None, "p85_mnok": None}, "projects": {"phase": "study"}}, "not_asked"),
    ("frames", {"projects": {"phase": "study"}}, "n_figures"),
    ("opening", {}, "n_figures"),
    ("opening", {"milestones": {3: {"forecast_on": Missing("not_yet_known")}}}, "not_yet_known"),
    ("opening", {"milestones": {3: {"forecast_on": None, "actual_on": "2026-09-01"}}}, "n_figures"),
    # not counted: the other milestones
    ("opening", {"milestones": {3: {"milestone": "partial"}}}, "unanswered"),
    ("physical_progress", {"progress": {"physical_pct": Missing("not_delivered")}}, "not_delivered"),
    ("physical_progress", {"progress": {"physical_pct": None}}, "unanswered"),
    ("physical_progress", {"progress": {"physical_pct": None}, "projects": {"phase": "design"}}, "not_asked"),
    ("physical_progress", {"progress": {"physical_pct": 0}}, "n_figures"),
    ("goal_contribution", {"goal_contributions": []}, "unanswered"),
    ("goal_contribution", {"goal_contributions": {"likely": Missing("not_applicable")}}, "not_applicable"),
    # One indicator with a figure is enough.
    (
        "goal_contribution",
        {"goal_contributions": [{"likely": Missing("not_yet_known")}, {"indicator_id": "nox", "likely": -3}]},
        "n_figures",
    ),
    ("reserve", {}, "n_figures"),
    ("reserve", {"reserve": {"held_mnok": Missing("not_delivered")}}, "not_delivered"),
    ("reserve", {"reserve": []}, "unanswered"),
]


@pytest.fixture(scope="module")
def cases(tmp_path_factory) -> Snapshot:
    returns = [(a_return(_period(number), **changes), OCTOBER) for number, (_, changes, _) in enumerate(CASES)]
    return stored(tmp_path_factory.mktemp("cases"), *returns)


def _period(number: int) -> str:
    return f"{2019 + number // 4}-Q{number % 4 + 1}"


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{question} {expected}" for question, _, expected in CASES])
def test_each_project_counts_once_a_question(cases, number):
    question, _, expected = CASES[number]
    assert counted(cases, question, period=_period(number)) == {expected: 1}


def _by_hand(found: Return) -> Counter[tuple[str, str]]:
    """Of one return, with plain loops over its typed rows: which questions have a figure of how many projects, by reason."""
    said: Counter[tuple[str, str]] = Counter()
    for project_id in found.project_rows():
        of = {
            table: [row for row in found.of(table) if row.code("project_id") == project_id]
            for table in ("cost_estimates", "milestones", "progress", "goal_contributions", "reserve")
        }
        said["forecast_cost", "n_figures"] += any(row.number("forecast_mnok") is not None for row in of["cost_estimates"])
        said["frames", "n_figures"] += any(
            row.number("p50_mnok") is not None and row.number("p85_mnok") is not None for row in of["cost_estimates"]
        )
        said["opening", "n_figures"] += any(
            row.day("forecast_on") or row.day("actual_on") for row in of["milestones"] if row.code("milestone") == "opening"
        )
        said["physical_progress", "n_figures"] += any(row.number("physical_pct") is not None for row in of["progress"])
        said["goal_contribution", "n_figures"] += any(row.number("likely") is not None for row in of["goal_contributions"])
        said["reserve", "n_figures"] += any(row.number("held_mnok") is not None for row in of["reserve"])
    return said


@pytest.mark.parametrize("as_of", [dt.date(2024, 10, 13), dt.date(2025, 10, 25), TODAY])
def test_the_examples_are_counted_as_by_hand(example_snapshot, as_of):
    rows = coverage(example_snapshot, FJORDBYEN, as_of)
    assert not rows.empty
    for row in rows.to_dict("records"):
        found = return_of(example_snapshot, FJORDBYEN, row["party_id"], row["period"], as_of)
        assert row["n_projects"] == len(found.project_rows())
        assert row["n_figures"] == _by_hand(found)[row["question"], "n_figures"], row
        assert row["n_figures"] + sum(row[reason] for reason in REASONS) == row["n_projects"]
        assert row["n_asked"] == row["n_projects"] - row["not_asked"]
    assert set(rows["question"]) == set(QUESTIONS)


def test_the_newest_return_of_each_party_counts_or_that_of_a_period(tmp_path):
    blank = {"cost_estimates": {"forecast_mnok": None}}
    earlier, later = (a_return("2026-Q2", **blank), dt.datetime(2026, 11, 1)), (a_return("2026-Q3"), OCTOBER)
    corrected = (a_return("2026-Q3", **blank), dt.datetime(2026, 11, 5))
    snapshot = stored(tmp_path, earlier, later, corrected)
    assert counted(snapshot, "forecast_cost", dt.date(2026, 11, 2)) == {"n_figures": 1}
    assert counted(snapshot, "forecast_cost", dt.date(2026, 11, 2), "2026-Q2") == {"unanswered": 1}
    assert counted(snapshot, "forecast_cost") == {"unanswered": 1}
    assert coverage(snapshot, FJORDBYEN, dt.date(2026, 10, 9)).empty
    assert coverage(snapshot, FJORDBYEN, TODAY, "2025-Q4").empty


def test_a_party_that_the_agreement_no_longer_has_comes_last(tmp_path):
    gone = FJORDBYEN.model_copy(update={"parties": FJORDBYEN.parties[1:]})
    other = replace(a_return(), party_id="lindvag")
    rows = coverage(stored(tmp_path, (a_return(), OCTOBER), (other, OCTOBER)), gone, TODAY)
    assert list(dict.fromkeys(rows["party_id"])) == ["lindvag", "fjordby"]


def test_findings_that_come_again_come_first(tmp_path):
    blank, jump = (
        Finding("not_a_number", "warning", "Økonomi", "B2", "x"),
        Finding("forecast_jumps", "hold", "Økonomi", "C2", "y"),
    )
    newest = Finding("not_a_number", "warning", "Økonomi", "B9", "ny")
    story = """
        2025-07-10 submit fjordby 2025-Q2
        2025-07-12 approve 1
        2025-10-10 submit fjordby 2025-Q3
        2025-10-12 approve 2
        2025-10-11 submit lindvag 2025-Q3
        2025-10-12 approve 3
        2025-10-13 submit austmark 2025-Q3
    """
    # not counted: that of the return which waits
    snapshot = told(tmp_path, story, (blank,), (jump, jump, jump), (newest, blank), (jump,))
    found = recurring_findings(snapshot, FJORDBYEN, TODAY)
    assert [(one.code, one.severity, one.n_findings, one.n_returns) for one in found] == [
        ("not_a_number", "warning", 3, 2),
        ("forecast_jumps", "hold", 3, 1),
    ]
    assert found[0].by_period == {"2025-Q3": 2, "2025-Q2": 1}
    assert list(found[0].by_period) == ["2025-Q3", "2025-Q2"]
    assert found[0].example == newest
    assert found[0].party_ids == ("fjordby", "lindvag")
    assert [one.code for one in recurring_findings(snapshot, FJORDBYEN, TODAY, "lindvag")] == ["not_a_number"]
    assert [one.n_findings for one in recurring_findings(snapshot, FJORDBYEN, dt.date(2025, 8, 1))] == [1]
    assert recurring_findings(snapshot, agreement("miljoloftet"), TODAY) == []

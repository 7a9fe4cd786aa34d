"""Counts with what they count: against plain counts of the returns themselves, and from the count to the cells of the files."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from domain.limit_file import limits_of
from domain.load import load_agreements
from domain.returns import Missing, Split
from pipelines.answers.deviations.deviations import deviations
from pipelines.answers.deviations.listed import read_cells
from pipelines.answers.named_figures import Asked
from pipelines.answers.prices import price
from pipelines.answers.reporting.coverage import REASONS
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.answers.trace.computed.computed import figure_on, read_parts, trace_figure
from pipelines.answers.trace.computed.counts import where_key, where_of
from pipelines.answers.trace.computed.made import Wanted
from pipelines.answers.trace.index_parts import index_parts, month_key, months_of_mean
from pipelines.answers.trace.published import mean_key, trace_published
from pipelines.history.snapshot import open_snapshot
from pipelines.methods.deviations import open_deviations, statuses
from pipelines.methods.project_reports import project_reports
from tests.known_returns import known_returns

_INDEX = "SELECT DISTINCT submission_id FROM snapshot.rolling_index WHERE agreement_id = $agreement_id"
DAY, EARLIER = dt.date(2026, 11, 22), dt.date(2026, 1, 26)
FJORDBYEN = load_agreements()["fjordbyen"]
RETURNS = Path(__file__).parents[3] / "data" / "examples" / "fjordbyen" / "returns"


@pytest.fixture(scope="module")
def asked(examples):
    return Asked(open_snapshot(examples), FJORDBYEN, price(FJORDBYEN, DAY), DAY, EVERYTHING)


def made_of(asked, page, name, **where):
    key = where_key(where)
    return trace_figure(asked, Wanted(page, name, "where" if key else "agreement", key)).made


@cache
def newest(snapshot, as_of):
    """Each project with its newest return that was known, and its row of the sheet of projects."""
    listed = sorted(known_returns(snapshot, as_of), key=lambda it: it.content.period)
    return {project_id: (it, row) for it in listed for project_id, row in it.content.project_rows().items()}


def going(snapshot, as_of, **place):
    """The projects that have not ended, in a place, read from the rows of the returns."""
    found = set()
    for project_id, (_, row) in newest(snapshot, as_of).items():
        split, codes = row.answers.get("working_area_split"), row.answers.get("municipality_codes") or ()
        areas = [area for area, _ in split.shares] if isinstance(split, Split) else ["no_area"]
        own = {"area": areas, "focus": [row.answers.get("focus_area_id", "no_focus")], "municipality": codes}
        if row.answers["standing"] not in ("cancelled", "merged") and all(it in own[name] for name, it in place.items()):
            found.add(project_id)
    return found


@cache
def by_rules(snapshot, as_of):
    """Every open deviation by the rules, applied to all returns: slow, and as they are written."""
    reports = project_reports(known_returns(snapshot, as_of), as_of)
    days = FJORDBYEN.reporting.deadline_days
    histories = [statuses(listed, limits_of(FJORDBYEN), as_of, days) for listed in reports.values()]
    return open_deviations(histories, FJORDBYEN.authority)


WHERES = [
    {}, {"level": "red"}, {"rule": "cost_over_p85"}, {"body": "styringsgruppe"}, {"age": "4"}, {"area": "sor"}, {"area": "no_area"},
    {"focus": "gange_sykkel"}, {"municipality": "F02", "level": "yellow"}, {"area": "nord", "subject": "project", "age": "1"},
]  # fmt: skip


@pytest.mark.parametrize("where", WHERES, ids=str)
@pytest.mark.parametrize("day", [DAY, pytest.param(EARLIER, marks=pytest.mark.trust)], ids=str)
def test_deviations_and_projects_are_counted_as_in_the_returns(asked, where, day):
    place = {name: it for name, it in where.items() if name in ("area", "focus", "municipality")}
    there = going(asked.snapshot, day, **place)
    in_colour = {limit.rule_code: limit.in_colour for limit in limits_of(FJORDBYEN).limits}
    wanted = [
        it
        for it in by_rules(asked.snapshot, day)
        if it.project_id in there
        and where.get("level", it.level_told) == it.level_told
        and where.get("rule", it.rule) == it.rule
        and where.get("body", it.body_id) == it.body_id
        and ("age" not in where or min(it.periods_in_a_row, 4) == int(where["age"]))
        and ("subject" not in where or in_colour[it.rule])
    ]
    then = replace(asked, as_of=day)
    assert {it.deviation_id for it in made_of(then, "deviations", "open", **where).cases} == {it.deviation_id for it in wanted}
    red = {it.project_id for it in wanted if it.level_told == "red"}
    assert made_of(then, "deviations", "deviating", **where).amount == len({it.project_id for it in wanted})
    assert made_of(then, "deviations", "deviating_red", **where).amount == len(red)
    found = made_of(then, "deviations", "going", **place)
    assert {part.project_id for part in found.parts} == there
    assert found.amount == len(there)


def test_a_count_has_its_history(asked):
    then = figure_on(asked, Wanted("deviations", "deviating_red", "where", "area=nord"), EARLIER).made
    assert then.amount == made_of(replace(asked, as_of=EARLIER), "deviations", "deviating_red", area="nord").amount


@pytest.mark.parametrize("since", [dt.date(2026, 4, 20), EARLIER], ids=str)
def test_what_is_new_or_closed_is_the_difference_of_two_days(asked, since):
    before = {it.deviation_id for it in by_rules(asked.snapshot, since)}
    after = {it.deviation_id for it in by_rules(asked.snapshot, DAY)}
    for name, wanted in (("changed_new", after - before), ("changed_closed", before - after)):
        found = trace_figure(asked, Wanted("deviations", name, since=since)).made
        ended = {it.deviation_id for it in trace_figure(asked, Wanted("deviations", "changed_ended", since=since)).made.cases}
        assert {it.deviation_id for it in found.cases} == (wanted - ended if name == "changed_closed" else wanted)
    assert trace_figure(asked, Wanted("deviations", "changed_new", since=DAY)) is None


@pytest.mark.parametrize("party", ["fjordby", "veietaten"])
@pytest.mark.parametrize(
    ("question", "table", "column"),
    [
        ("forecast_cost", "cost_estimates", "forecast_mnok"), ("physical_progress", "progress", "physical_pct"),
        ("goal_contribution", "goal_contributions", "likely"),
    ],
)  # fmt: skip
def test_projects_with_figures_are_those_of_the_newest_return(asked, party, question, table, column):
    last = max(known_returns(asked.snapshot, DAY, party), key=lambda it: it.content.period)
    rows = [row for row in last.content.of(table) if not isinstance(row.answers.get(column, Missing("blank")), Missing)]
    wanted = {str(row.answers["project_id"]) for row in rows}
    made = trace_figure(asked, Wanted("quality", f"has_{question}", "party", party)).made
    assert {part.project_id for part in made.parts} == wanted
    assert made.amount == len(wanted)


def test_frames_and_openings_have_a_cell_for_each_project_that_is_counted(asked):
    for question in ("frames", "opening", "reserve"):
        made = trace_figure(asked, Wanted("quality", f"has_{question}")).made
        assert made.amount == len({part.project_id for part in made.parts}) == len(made.parts)


def test_an_address_asks_for_nothing_unknown():
    assert where_of("area=nord;colour=red;level=;rule") == {"area": "nord"}
    assert where_of(None) == {}
    assert where_key({"level": "red", "area": "nord"}) == "area=nord;level=red"


# From a count to the cells in the files.


@cache
def opened(name):
    (path,) = RETURNS.rglob(name)
    return openpyxl.load_workbook(path, data_only=True)


def cells(asked, traced):
    """What stands in the file at each cell of a count, with what we have read of it."""
    files = {it.handed_in.submission_id: it.handed_in.files[0].file_name for it in traced.sources}
    for it in read_parts(asked.snapshot, traced, traced.made.parts):
        yield opened(files[it.part.submission_id])[it.sheet][it.address].value, it.answer


def test_projects_that_are_being_built_stand_in_the_files(asked):
    traced = trace_figure(asked, Wanted("progress", "projects_construction"))
    found = list(cells(asked, traced))
    assert len(found) == traced.made.amount > 20
    assert {written for written, _ in found} == {"Byggefase"}


def test_projects_with_a_forecast_have_an_amount_in_the_files(asked):
    traced = trace_figure(asked, Wanted("quality", "has_forecast_cost", "party", "fjordby"))
    found = list(cells(asked, traced))
    assert len(found) == traced.made.amount > 10
    assert all(isinstance(written, (int, float)) and float(written) == float(read) for written, read in found)


def test_deviations_above_the_cost_frame_are_so_in_the_files(asked):
    traced = trace_figure(asked, Wanted("deviations", "open", "where", "rule=cost_over_p85"))
    files = {it.handed_in.submission_id: it.handed_in.files[0].file_name for it in traced.sources}
    of_project = {it.deviation_id: it.result for it in deviations(asked.snapshot, FJORDBYEN, DAY)}
    assert traced.made.amount == len(traced.made.cases) > 0
    for case in traced.made.cases:
        read = {it.column: it for it in read_cells(asked.snapshot, of_project[case.deviation_id])}
        amounts = {
            name: opened(files[case.submission_id])[read[name].sheet][read[name].address].value
            for name in ("forecast_mnok", "p85_mnok")
        }
        assert amounts["forecast_mnok"] > amounts["p85_mnok"]


def test_a_filter_of_the_page_narrows_the_count(asked):
    own = replace(asked, selection=Selection(party_id="veietaten"))
    reported_by = {key for key, (it, _) in newest(asked.snapshot, DAY).items() if it.content.party_id == "veietaten"}
    found = {part.project_id for part in made_of(own, "deviations", "going").parts}
    assert found == reported_by & going(asked.snapshot, DAY)


# Findings, ages and frames outside the projects.


def test_findings_are_those_of_the_returns_and_each_is_in_a_sheet_of_its_file(asked):
    traced = trace_figure(asked, Wanted("quality", "findings", "found", "severity=warning"))
    returns = {it.submission_id for it in known_returns(asked.snapshot, DAY)}
    listed = [
        row
        for row in asked.snapshot.records("SELECT submission_id, code, severity FROM snapshot.return_finding", {})
        if row["submission_id"] in returns and row["severity"] == "warning"
    ]
    assert traced.made.amount == len(traced.made.findings) == len(listed) > 0
    files = {it.handed_in.submission_id: it.handed_in.files[0].file_name for it in traced.sources}
    for it in traced.made.findings[:3]:
        assert it.finding.sheet is None or it.finding.sheet in opened(files[it.submission_id]).sheetnames
    some = trace_figure(
        asked, Wanted("quality", "findings", "found", f"submission={listed[0]['submission_id']};severity=warning")
    )
    assert some.made.amount == sum(row["submission_id"] == listed[0]["submission_id"] for row in listed)


def test_projects_without_a_figure_are_the_others(asked):
    reported = trace_figure(asked, Wanted("quality", "projects_reported")).made.amount
    for question in ("forecast_cost", "reserve"):
        lacking = [trace_figure(asked, Wanted("quality", f"lacks_{question}_{reason}")).made for reason in REASONS]
        assert all(made.amount == len(made.parts) for made in lacking)
        n_projects = sum(made.amount for made in lacking) + trace_figure(asked, Wanted("quality", f"has_{question}")).made.amount
        assert n_projects >= reported


def test_the_frames_of_a_year_are_those_of_the_agreement(asked):
    nominal = replace(asked, price=None)
    stated = [it for it in FJORDBYEN.administration if it.from_year <= 2026 <= it.to_year]
    made = trace_figure(nominal, Wanted("economy", "administration", "frame", "2026")).made
    assert [it.key for it in made.outside] == [it.administration_frame_id for it in stated]
    one = trace_figure(nominal, Wanted("economy", "administration", "frame", f"2026:{stated[0].administration_frame_id}")).made
    assert one.amount == made.outside[0].amount
    assert trace_figure(nominal, Wanted("economy", "administration", "frame", "1999")) is None


# An index, from the points to the months of the file.


@pytest.mark.parametrize("key", [pytest.param("36 / 2026-06", marks=pytest.mark.trust), "12 / 2026-06 / municipality / Fjordby"])
def test_an_index_is_made_of_points_and_these_of_months_in_the_file(asked, examples, key):
    (number,) = {row["submission_id"] for row in asked.snapshot.records(_INDEX, {"agreement_id": "fjordbyen"})}
    found = trace_published(asked.snapshot, FJORDBYEN, number, "rolling_index", key, as_of=DAY)
    made = index_parts(asked.snapshot, FJORDBYEN, found)
    rows = made.points
    assert len(rows) == found.n_points
    mean = float((rows["mean_window"].sum() / rows["mean_reference"].sum() - 1) * 100)
    assert mean == pytest.approx(found.amount)
    assert float(rows["contribution_pct"].sum()) == pytest.approx(made.contribution_pct)
    point = rows["point_id"].iloc[0]
    window, month = dict(found.row)["window_months"], dict(found.row)["last_month"]
    of_point = trace_published(asked.snapshot, FJORDBYEN, number, "point_mean", mean_key(window, month, point), as_of=DAY)
    months = months_of_mean(asked.snapshot, FJORDBYEN, of_point)
    assert of_point.amount == pytest.approx(rows["mean_window"].iloc[0])
    (sha256,) = (file.sha256 for file in of_point.handed_in.files if file.file_name == months["sheet"].iloc[0])
    (original,) = (path for path in (examples / "originals").rglob(f"*{sha256}*") if path.is_file())
    written = original.read_text(encoding="utf-8").splitlines()
    for row in months.itertuples():
        line = written[int(row.cell[1:]) - 1]
        assert line.startswith(point)
        assert f"{row.month:%Y-%m}" in line
        of_month = trace_published(asked.snapshot, FJORDBYEN, number, "point_month", month_key(point, row.month), as_of=DAY)
        assert of_month.amount == (None if row.mdt != row.mdt else pytest.approx(row.mdt))

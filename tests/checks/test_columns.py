"""What the form says of single cells: the suites as facts, each rule with the cell it points at, and a slow reading of the same."""

from __future__ import annotations

import datetime as dt
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from checks.columns import RULES, asked_of, column_findings, suite_of
from checks.run_expectations import Asked, Expected, Failure, failures
from domain.facts import LocalText, Unknown
from domain.forms import RequiredWhen, load_form
from domain.returns import Missing, Return, ReturnRow, Split
from domain.rows import Finding
from domain.words import LANGUAGES
from pipelines.printing import finding_text
from tests.builders import agreement
from tests.return_files import small_return

FORM = load_form().at(load_form().newest)
NAN = Decimal("NaN")


def changed(table: str, row: int = 0, found: Return | None = None, **answers: Any) -> Return:
    """The small return with other answers in one row of a table; None takes one out."""
    found = found or small_return()
    rows = list(found.of(table))
    told = {name: answer for name, answer in {**rows[row].answers, **answers}.items() if answer is not None}
    rows[row] = replace(rows[row], answers=told)
    return with_rows(found, table, rows)


def with_rows(found: Return, table: str, rows: list[ReturnRow]) -> Return:
    return replace(found, rows={**found.rows, table: tuple(rows)})


@pytest.fixture(autouse=True)
def judged_plainly(request, monkeypatch):
    """Without the library, whose work on the same cells is compared with this below."""
    if "library" not in request.fixturenames:
        monkeypatch.setitem(sys.modules, "great_expectations", None)
        monkeypatch.setattr("checks.columns.failures", plainly)


@pytest.fixture
def library():
    """Asks for Great Expectations itself."""


def plainly(asked: Iterable[Asked]) -> list[Failure]:
    """What `failures` says, cell by cell."""
    failed = []
    for cells in asked:
        counts = Counter(cells.judged)
        for row, judged in zip(cells.rows, cells.judged, strict=True):
            if not is_as_expected(cells.expected, judged, counts):
                failed.append(Failure(cells.expected, row, judged))
    return failed


def is_as_expected(expected: Expected, judged: Any, counts: Counter[Any]) -> bool:
    against = expected.against
    match expected.kind:
        case "answered":
            return judged is not None
        case "one_of":
            return judged in against
        case "at_least":
            return judged >= against
        case "at_most":
            return judged <= against
        case "form":
            return re.fullmatch(against, judged) is not None
        case "unique":
            return counts[judged] == 1


def findings(found: Return) -> tuple[Finding, ...]:
    return column_findings(found, FORM, agreement(found.agreement_id))


def place(found: Return, table: str, row: int, column: str) -> tuple[str, str | None]:
    return found.of(table)[row].sheet, found.of(table)[row].address(column)


# The suites as facts.


def suites() -> Iterator[tuple[str, str, str, Any]]:
    for table in FORM.tables:
        for expected in suite_of(table, agreement()):
            yield expected.rule.code, expected.table, ", ".join(expected.columns), expected.against


@pytest.mark.parametrize(
    ("code", "table", "column", "against"),
    [
        ("answer_missing", "economy", "budget_mnok", None),
        ("answer_missing_when", "projects", "merged_into", RequiredWhen(column="standing", is_one_of=("merged",))),
        ("missing_not_taken", "economy", "year", frozenset()),
        ("missing_not_taken", "cost_estimates", "p50_mnok", frozenset({"not_yet_known", "not_applicable", "exempt"})),
        ("wrong_type", "projects", "working_area_split", frozenset({"split"})),
        ("not_allowed", "milestones", "milestone", frozenset(["plan_adopted", "funding_decided", "construction_start", "opening", "final_accounts"])),
        ("not_allowed", "projects", "working_area_split", frozenset({"nord", "sor", "vest", "sentrum"})),
        ("project_unknown", "risks", "project_id", None),
        ("project_elsewhere", "projects", "depends_on", None),
        ("project_elsewhere", "projects", "merged_into", None),
        ("below_minimum", "economy", "spent_to_date_mnok", Decimal(-5000)),
        ("above_maximum", "progress", "physical_pct", Decimal(100)),
        ("wrong_form", "risks", "risk_id", r"[A-Za-zÆØÅæøå0-9][A-Za-zÆØÅæøå0-9._\-]{0,39}"),
        ("too_long", "risks", "responsible", 80),
        ("key_twice", "economy", "project_id, funding_source_id, cost_element, year", None),
        ("project_without_row", "progress", "project_id", None),
    ],
)  # fmt: skip
def test_a_suite_says_what_the_form_says(code, table, column, against):
    assert (code, table, column, against) in list(suites())


def test_a_suite_does_not_say_what_the_form_does_not():
    told = {(code, f"{table}.{column}") for code, table, column, _ in suites()}
    assert ("answer_missing", "projects.latitude") not in told
    assert ("not_allowed", "economy.includes_vat") not in told  # yes or no is a type of its own
    assert ("too_long", "projects.phase") not in told
    assert ("below_minimum", "goal_contributions.likely") not in told
    assert ("project_elsewhere", "projects.project_id") not in told
    assert ("project_without_row", "risks.project_id") not in told
    assert ("project_elsewhere", "risks.risk_id") not in told


def test_where_the_agreement_has_no_list_any_short_text_will_do():
    nobody_knows = Unknown(unknown=LocalText(nb="Ikke oppgitt.", en="Not stated."))
    unlisted = agreement().model_copy(update={"focus_areas": nobody_knows})
    told = [found.rule.code for found in suite_of(FORM.table("projects"), unlisted) if found.columns == ("focus_area_id",)]
    assert told == ["answer_missing", "wrong_type", "missing_not_taken", "too_long"]


def test_every_rule_is_in_a_suite():
    assert {code for code, *_ in suites()} == {rule.code for rule in RULES}


# Each rule, with its cell.


@pytest.mark.parametrize("agreement_id", ["fjordbyen", "miljoloftet"])
def test_a_right_return_has_no_finding(agreement_id):
    party_id = agreement(agreement_id).parties[0].party_id
    assert findings(small_return(agreement_id, party_id)) == ()


FAULTS = [
    ("answer_missing", "economy", "budget_mnok", None),
    ("answer_missing", "projects", "project_name", "  "),
    ("answer_missing", "projects", "municipality_codes", ()),
    ("answer_missing", "projects", "working_area_split", Split(())),
    ("answer_missing_when", "progress", "physical_pct", None),
    ("answer_missing_when", "cost_estimates", "p85_mnok", None),
    ("answer_missing_when", "economy", "price_year", None),
    ("missing_not_taken", "economy", "year", Missing("not_yet_known")),
    ("missing_not_taken", "economy", "stated_change_pct", Missing("exempt", "se sak")),
    ("missing_not_taken", "progress", "status_text", Missing("no_such_code")),
    ("wrong_type", "economy", "budget_mnok", "12,4"),
    ("wrong_type", "economy", "budget_mnok", NAN),
    ("wrong_type", "economy", "budget_mnok", True),
    ("wrong_type", "economy", "year", Decimal(2026)),
    ("wrong_type", "milestones", "baseline_on", dt.datetime(2026, 5, 1)),
    ("wrong_type", "economy", "includes_vat", "yes"),
    ("wrong_type", "projects", "municipality_codes", "F01"),
    ("not_allowed", "projects", "phase", "building"),
    ("not_allowed", "projects", "municipality_codes", ("F01", "F99")),
    ("not_allowed", "projects", "working_area_split", Split((("nord", Decimal(60)), ("midt", Decimal(40))))),
    ("not_allowed", "projects", "owner_party_id", "Fjordby"),
    ("not_allowed", "economy", "funding_source_id", "lotteri"),
    ("not_allowed", "goal_contributions", "indicator_id", "no_such"),
    ("project_unknown", "risks", "project_id", "T-01"),
    ("project_elsewhere", "projects", "depends_on", ("T-002", "X-9")),
    ("below_minimum", "projects", "latitude", Decimal("54.99999999")),
    ("below_minimum", "economy", "spent_to_date_mnok", Decimal("-5000.00000001")),
    ("below_minimum", "economy", "year", 1999),
    ("below_minimum", "risks", "consequence_days", -(10**400)),
    ("above_maximum", "progress", "physical_pct", Decimal("100.00000001")),
    ("above_maximum", "economy", "budget_mnok", Decimal("50000.00000001")),
    ("above_maximum", "economy", "price_year", 2061),
    ("wrong_form", "projects", "road_number", "Fylkesveg 5476"),
    ("wrong_form", "projects", "road_number", "Fv 5476\n"),
    ("wrong_form", "risks", "risk_id", "R 1"),
    ("wrong_form", "risks", "risk_id", "R\ud800"),
    ("too_long", "projects", "project_name", "å" * 121),
    ("too_long", "progress", "status_text", "x" * 1001),
]  # fmt: skip


@pytest.mark.parametrize(("code", "table", "column", "answer"), FAULTS)
def test_a_fault_is_found_at_its_cell(code, table, column, answer):
    found = changed(table, **{column: answer})
    assert [(one.code, one.sheet, one.cell) for one in findings(found)] == [(code, *place(found, table, 0, column))]


def test_every_rule_has_a_fault():
    elsewhere = {"key_twice", "project_without_row"}  # tested on their own below
    assert {code for code, *_ in FAULTS} | elsewhere == {rule.code for rule in RULES}


@pytest.mark.parametrize(
    ("table", "column", "answer"),
    [
        ("economy", "budget_mnok", Missing("exempt")),
        ("economy", "budget_mnok", Decimal("0.00000001")),
        ("economy", "budget_mnok", 20),
        ("economy", "spent_to_date_mnok", Decimal(-5000)),
        ("economy", "spent_period_mnok", Decimal(0)),
        ("progress", "physical_pct", Missing("not_delivered", "venter på entreprenøren")),
        ("progress", "physical_pct", Decimal(100)),
        ("cost_estimates", "p50_mnok", Missing("not_yet_known")),
        ("projects", "road_number", "E 39; Fv5476"),
        ("projects", "working_area_split", Missing("not_applicable")),
        ("projects", "depends_on", ("T-002", "T-003")),
        ("projects", "project_name", "nan"),
        ("projects", "project_name", "$PARAMETER"),
        ("projects", "project_name", "å" * 120),
        ("goal_contributions", "likely", Decimal("1E+300")),
        ("risks", "responsible", None),
    ],
)  # fmt: skip
def test_a_right_answer_is_left_alone(table, column, answer):
    assert findings(changed(table, **{column: answer})) == ()


@pytest.mark.parametrize(
    ("table", "row", "answers"),
    [
        ("progress", 1, {"physical_pct": None}),  # design asks for none
        ("projects", 0, {"phase": None}),  # a blank hides its followers
        ("economy", 0, {"price_kind": "nominal", "price_year": None}),
        ("progress", 0, {"reason_time": None, "colour_time": "green"}),
    ],
)  # fmt: skip
def test_what_nothing_demands_is_not_missing(table, row, answers):
    found = changed("progress", 0, physical_pct=None, planned_pct=None) if table == "projects" else None
    assert [one for one in findings(changed(table, row, found, **answers)) if one.code == "answer_missing_when"] == []


def test_an_answer_that_another_demands_says_which():
    found = changed("progress", physical_pct=None)
    assert [one.named["where"] for one in findings(found)] == ["Prosjekter!I2"]
    found = changed("progress", 1, reason_time=None)
    (one,) = findings(found)
    assert (one.cell, one.named["where"]) == ("E3", "Fremdrift!D3")


def test_the_wrong_one_of_several_is_quoted_alone():
    (one,) = findings(changed("projects", municipality_codes=("F01", "F98", "F02")))
    assert one.quoted == "F98"


@pytest.mark.parametrize(
    ("table", "row", "answers", "first_row"),
    [
        ("projects", 1, {"project_id": "T-001"}, 2),
        ("milestones", 1, {"milestone": "construction_start"}, 2),
        ("economy", 1, {"year": 2025}, 2),
    ],
)  # fmt: skip
def test_of_rows_with_the_same_key_the_later_one_is_told_of_the_first(table, row, answers, first_row):
    found = changed(table, row, **answers)
    twice = [one for one in findings(found) if one.code == "key_twice"]
    assert [(one.sheet, one.cell, one.named["first_row"]) for one in twice] == [
        (*place(found, table, row, "project_id"), first_row)
    ]


def test_rows_with_the_same_key_three_times_are_told_twice():
    found = changed("risks")
    row = found.of("risks")[0]
    found = with_rows(found, "risks", [row, replace(row, row=5), replace(row, row=9)])
    assert [(one.code, one.cell, one.named["first_row"]) for one in findings(found)] == [
        ("key_twice", "A5", 2),
        ("key_twice", "A9", 2),
    ]


@pytest.mark.parametrize("blank", [None, Missing("not_yet_known")])
def test_a_key_that_is_not_whole_tells_nothing_apart(blank):
    found = changed("economy", 1, changed("economy", 0, year=blank), year=blank)
    assert "key_twice" not in {one.code for one in findings(found)}


def test_a_key_is_not_the_text_of_its_parts():
    row = small_return().of("risks")[0]
    rows = [replace(row, answers={**row.answers, "risk_id": "1"}), replace(row, row=3, answers={**row.answers, "risk_id": "1.0"})]
    assert findings(with_rows(small_return(), "risks", rows)) == ()


@pytest.mark.parametrize("table", ["progress", "cost_estimates"])
def test_a_running_project_without_a_row_is_told_at_the_project(table):
    found = small_return()
    found = with_rows(found, table, list(found.of(table))[:1])
    told = [(one.code, one.sheet, one.cell, one.quoted, one.named["table"]) for one in findings(found)]
    assert told == [("project_without_row", "Prosjekter", f"A{row}", f"T-00{row - 1}", table) for row in (3, 4)]


@pytest.mark.parametrize("answers", [{"standing": "on_hold"}, {"standing": "cancelled"}, {"phase": "closed"}, {"standing": None}])
def test_a_project_that_does_not_run_needs_no_row(answers):
    found = changed("projects", 2, **answers)
    for table in ("progress", "cost_estimates"):
        found = with_rows(found, table, list(found.of(table))[:2])
    assert "project_without_row" not in {one.code for one in findings(found)}


def test_what_the_reader_has_said_of_whole_sheets_and_columns_is_not_said_of_each_row():
    found = small_return()
    without_sheets = replace(
        found, rows={name: rows for name, rows in found.rows.items() if name not in {"projects", "progress"}}
    )
    assert findings(without_sheets) == ()
    row = found.of("economy")[0]
    places = {name: number for name, number in row.places.items() if name != "budget_mnok"}
    answers = {name: answer for name, answer in row.answers.items() if name != "budget_mnok"}
    assert findings(with_rows(found, "economy", [replace(row, places=places, answers=answers)])) == ()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("code", "table", "column", "answer"), {fault[0]: fault for fault in FAULTS}.values())
def test_every_finding_can_be_said(language, code, table, column, answer):
    (one,) = findings(changed(table, **{column: answer}))
    for part in ("message", "action"):
        assert "{" not in finding_text(one, part, language)


# The same, read slowly.


def read_slowly(found: Return) -> Counter[tuple[str, str, str | None]]:
    """What the suites say of the rows, one by one and without any library: code, sheet and cell."""
    projects = found.project_rows()
    told: Counter[tuple[str, str, str | None]] = Counter()
    for table in FORM.tables:
        for expected in suite_of(table, agreement()):
            first, *_ = expected.columns
            if expected.rule.code == "project_without_row":
                ids = {row.code("project_id") for row in found.of(table.table)}
                for project_id, row in projects.items():
                    is_running = row.code("standing") == "running" and row.code("phase") != "closed"
                    told[expected.rule.code, row.sheet, row.address(first)] += is_running and project_id not in ids
            elif expected.rule.code == "key_twice":
                seen: list[list[Any]] = []
                for row in found.of(table.table):
                    key = [row.answers.get(column) for column in expected.columns]
                    if all(is_right(part, table.column(name).type) for part, name in zip(key, expected.columns, strict=True)):
                        told[expected.rule.code, row.sheet, row.address(first)] += key in seen
                        seen.append(key)
            else:
                for row in found.of(table.table):
                    wrong = times_wrong(expected, row, projects)
                    told[expected.rule.code, row.sheet, row.address(first)] += wrong
    return Counter({key: count for key, count in told.items() if count})


def times_wrong(expected: Any, row: ReturnRow, projects: dict[str, ReturnRow]) -> int:
    column = FORM.table(row.table).column(expected.columns[0])
    answer, code, against = row.answers.get(column.column), expected.rule.code, expected.against
    if code == "answer_missing":
        return answer is None
    if code == "answer_missing_when":
        table, _, other = against.column.rpartition(".")
        demanding = projects.get(row.code("project_id") or "") if table else row
        return bool(answer is None and demanding and demanding.answers.get(other) in against.is_one_of)
    if code == "missing_not_taken":
        return isinstance(answer, Missing) and answer.code not in column.missing
    if answer is None or isinstance(answer, Missing):
        return 0
    if code == "wrong_type" or not is_right(answer, column.type):
        return code == "wrong_type" and not is_right(answer, column.type)
    if code in {"below_minimum", "above_maximum"}:
        return answer < against if code == "below_minimum" else answer > against
    texts = (
        [part for part, _ in answer.shares]
        if isinstance(answer, Split)
        else [answer]
        if isinstance(answer, str)
        else list(answer)
    )
    if code == "too_long":
        return any(len(text) > against for text in texts)
    if code == "wrong_form":
        return sum(re.fullmatch(against, text) is None for text in texts)
    return sum(text not in (projects if against is None else against) for text in texts)


def is_right(answer: Any, column_type: str) -> bool:
    right: dict[str, Any] = {
        "id": str, "text": str, "choice": str, "choices": tuple, "ids": tuple, "split": Split, "whole": int, "year": int,
        "decimal": (Decimal, int), "money": (Decimal, int), "percent": (Decimal, int), "date": dt.date, "yes_no": bool,
    }  # fmt: skip
    return isinstance(answer, right[column_type]) and (isinstance(answer, bool) == (column_type == "yes_no"))


ANYTHING = (
    None, Missing("exempt"), Missing("not_yet_known"), Missing("not_applicable"), "x", "T-002", "T-009", "running", "merged", "real",
    "red", "closed", "construction", "nord", "æ" * 600, "Fv 1; Fv 2", "Fv", "4\n", ("F01",), ("T-001", "x"), Split((("nord", Decimal(100)),)),
    Split((("x", Decimal(1)), ("y", Decimal(99)))), 0, -1, 2026, 10**9, Decimal("0.1"), Decimal(-6000), Decimal("50000.00000001"),
    Decimal(100), dt.date(2026, 1, 1), True, False,
)  # fmt: skip


def spoiled(found: Return, chance: random.Random, share: float) -> Return:
    """The return three times over, with anything at all in a share of its cells."""
    rows = {}
    for table in FORM.tables:
        rows[table.table] = tuple(
            replace(row, row=number, answers=dict(spoiled_answers(row, chance, share)))
            for number, row in enumerate(found.of(table.table) * 3, 2)
        )
    return replace(found, rows=rows)


def spoiled_answers(row: ReturnRow, chance: random.Random, share: float) -> Iterator[tuple[str, Any]]:
    for column in row.places:
        answer = chance.choice(ANYTHING) if chance.random() < share else row.answers.get(column)
        if answer is not None:
            yield column, answer


@pytest.mark.parametrize("seed", range(12))
def test_the_suites_find_what_a_slow_reading_finds(seed):
    found = spoiled(small_return(), random.Random(seed), share=(seed + 1) / 12)
    told = Counter((one.code, one.sheet, one.cell) for one in findings(found))
    assert told == read_slowly(found)
    assert len({code for code, *_ in told}) > 5


# The library itself.


@pytest.mark.parametrize("share", [0.05, 1.0])
def test_the_library_finds_what_is_found_plainly(library, share):
    found = spoiled(small_return(), random.Random(20261122), share)
    asked = list(asked_of(found, FORM, agreement()))
    assert failures(asked) == plainly(asked)


def test_the_library_finds_every_fault(library):
    asked = [
        cells for _, table, column, answer in FAULTS for cells in asked_of(changed(table, **{column: answer}), FORM, agreement())
    ]
    assert failures(asked) == plainly(asked)


def test_the_library_finds_nothing_in_a_right_return(library):
    assert findings(small_return()) == ()


def test_the_library_points_at_the_cell(library):
    found = changed("economy", 3, budget_mnok=Decimal(60000))
    assert [(one.code, one.sheet, one.cell, one.quoted) for one in findings(found)] == [
        ("above_maximum", "Økonomi", "E5", "60000")
    ]

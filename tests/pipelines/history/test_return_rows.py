"""Returns in the ledger: rebuilt as they were read, never closing another period, and typed exactly in the marts."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.forms import FormColumn, load_form
from domain.returns import Missing, Return, ReturnRow, Split
from pipelines.history import return_rows
from pipelines.history.ledger import LEDGER_FILE, Original, open_ledger
from pipelines.history.publish import publish
from pipelines.history.return_rows import (
    UnstorableAnswer,
    commit_return,
    commit_returns,
    new_return,
    return_from_rows,
    return_tables,
)
from pipelines.history.snapshot import open_snapshot
from tests.builders import AT, agreement, printed, store, submission

FORM = load_form("quarterly_return")
VERSION = FORM.newest
OCTOBER = dt.datetime(2025, 10, 9, 8, 2)


def a_return(period: str = "2025-Q3", party_id: str = "fjordby", **rows: list[dict]) -> Return:
    """A return with these answers in its tables, a header above and the columns of each in the order of the form."""
    form = FORM.at(VERSION)
    placed = {}
    for name, listed in (rows or {"projects": [{"project_id": "F-001"}]}).items():
        places = {column.column: place for place, column in enumerate(form.table(name).columns, start=1)}
        placed[name] = tuple(ReturnRow(name, name, number, row, places) for number, row in enumerate(listed, start=2))
    return Return("quarterly_return", VERSION, "fjordbyen", party_id, period, placed)


def handed_in(found: Return, at: dt.datetime = OCTOBER, content: str | None = None):
    """The submission of a return, whose file holds the given content or the return itself."""
    file = Original("a.csv", (content or repr(found)).encode())
    return new_return(found, (file,), agreement(), f"{found.party_id}.analyst", at, AT)


def published(data_dir, *returns: tuple[Return, dt.datetime]):
    with open_ledger(data_dir) as ledger:
        commit_returns(ledger, [(handed_in(found, at), found) for found, at in returns])
        publish(ledger, AT)
    return open_snapshot(data_dir)


# There and back.

TEXTS = st.text(min_size=1, max_size=6)
SHARES = st.tuples(TEXTS, st.decimals(0, 100, places=3))
MONEY = st.decimals(-(10**9), 10**9, places=8)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False)
LISTS = st.lists(TEXTS, min_size=1, max_size=3).map(tuple)
BY_TYPE = {
    "id": TEXTS, "text": TEXTS, "choice": TEXTS, "choices": LISTS, "ids": LISTS,
    "split": st.lists(SHARES, min_size=1, max_size=3).map(lambda shares: Split(tuple(shares))),
    "whole": st.integers(-(10**6), 10**6), "year": st.integers(1900, 2100),
    "decimal": NUMBERS, "percent": NUMBERS, "money": MONEY, "date": st.dates(), "yes_no": st.booleans(),
}  # fmt: skip
MISSING = st.builds(Missing, st.sampled_from([code.code for code in FORM.missing]), st.none() | TEXTS)


def answers(columns: tuple[FormColumn, ...]) -> st.SearchStrategy[dict]:
    """Any answer or coded missing value in any of the columns."""
    optional = {column.column: BY_TYPE[column.type] | MISSING for column in columns}
    return st.fixed_dictionaries({}, optional=optional)


@st.composite
def returns(draw) -> Return:
    form = FORM.at(draw(st.sampled_from([version.version for version in FORM.versions])))
    rows = {}
    for table in draw(st.lists(st.sampled_from(form.tables), unique_by=lambda table: table.table, max_size=4)):
        places = {column.column: draw(st.integers(1, 99)) for column in table.columns}
        numbers = draw(st.lists(st.integers(2, 10_000), max_size=3))
        rows[table.table] = tuple(ReturnRow(table.table, "Ark", n, draw(answers(table.columns)), places) for n in numbers)
    return Return("quarterly_return", form.newest, "fjordbyen", "fjordby", "2025-Q3", rows)


@given(returns())
@settings(max_examples=60, deadline=None)
def test_a_return_is_rebuilt_as_it_was_read(found):
    tables = return_tables(found)
    head = {**tables["return_submission"][0], "agreement_id": found.agreement_id}
    rebuilt = return_from_rows(head, tables["return_row"])
    assert rebuilt == found
    assert list(rebuilt.rows) == list(found.rows)
    assert [row.places for row in rebuilt.all_rows()] == [row.places for row in found.all_rows()]


def test_what_is_missing_stands_apart_from_what_is_answered():
    found = a_return(projects=[{"project_id": "F-001", "road_number": Missing("not_yet_known", "venter")}])
    (row,) = return_tables(found)["return_row"]
    assert json.loads(row["answers"]) == {"project_id": "F-001"}
    assert json.loads(row["missing"]) == {"road_number": {"missing": "not_yet_known", "reason": "venter"}}


def test_a_row_is_keyed_as_the_form_keys_it():
    row = {"project_id": "F-001", "funding_source_id": "kommunale", "cost_element": "bus", "year": 2025}
    assert return_tables(a_return(economy=[row]))["return_row"][0]["row_key"] == "F-001 / kommunale / bus / 2025"


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("economy", {"budget_mnok": Decimal("1E+10")}),
        ("economy", {"budget_mnok": Decimal("0.000000001")}),
        ("economy", {"budget_mnok": Decimal("NaN")}),
        ("economy", {"year": 2**31}),
    ],
)
def test_what_no_mart_could_hold_is_not_stored(tmp_path, table, row):
    found = a_return(**{table: [row]})
    with open_ledger(tmp_path) as ledger, pytest.raises(UnstorableAnswer, match=f"{table} [A-Z]+2: "):
        commit_return(ledger, handed_in(found), found)


# Commits.


def test_the_same_content_again_has_its_earlier_number_whenever_it_comes(tmp_path):
    one, other = a_return(), a_return("2025-Q4")
    with open_ledger(tmp_path) as ledger:
        assert commit_return(ledger, handed_in(one), one) == (1, None)
        assert commit_return(ledger, handed_in(one, OCTOBER + dt.timedelta(days=40)), one) == (1, 1)
        # The same bytes handed in as another period or party are something else.
        assert commit_return(ledger, handed_in(other, content=repr(one)), other) == (2, None)
        lindvag = replace(one, party_id="lindvag")
        assert commit_return(ledger, handed_in(lindvag, content=repr(one)), lindvag) == (3, None)


def test_many_are_committed_with_those_that_were_there_before(tmp_path):
    found = [a_return(period) for period in ("2025-Q1", "2025-Q2", "2025-Q3")]
    with open_ledger(tmp_path) as ledger:
        commit_return(ledger, handed_in(found[1]), found[1])
        assert commit_returns(ledger, [(handed_in(one), one) for one in found]) == [(2, None), (1, 1), (3, None)]
        assert commit_returns(ledger, [(handed_in(one), one) for one in found]) == [(2, 2), (1, 1), (3, 3)]


def test_of_many_all_are_stored_or_none(tmp_path, monkeypatch):
    found = [a_return("2025-Q1"), a_return("2025-Q2")]
    whole = return_rows.return_tables
    broken = {"2025-Q1": whole, "2025-Q2": lambda one: {"return_submission": [{"party_id": None}]}}
    monkeypatch.setattr(return_rows, "return_tables", lambda one: broken[one.period](one))
    with open_ledger(tmp_path) as ledger:
        with pytest.raises(duckdb.ConstraintException):
            commit_returns(ledger, [(handed_in(one), one) for one in found])
        for table in ("submission", "original", "return_submission", "return_row"):
            assert ledger.connection.table(table).aggregate("count(*)").fetchone() == (0,)


def test_a_return_is_known_from_when_it_was_handed_in_and_is_never_late(tmp_path):
    with open_ledger(tmp_path) as ledger:
        for found, at in ((a_return("2025-Q4"), dt.datetime(2026, 1, 11, 9)), (a_return("2025-Q3"), OCTOBER)):
            commit_return(ledger, handed_in(found, at), found)
        ledger.commit(submission(), {})
        rows = ledger.connection.execute(
            "SELECT known_from, submitted_at, submitted_by, published_on, is_late FROM submission ORDER BY submission_id"
        ).fetchall()
    assert rows[1] == (OCTOBER, AT, "fjordby.analyst", OCTOBER.date(), False)
    assert [row[0] for row in rows] == [dt.datetime(2026, 1, 11, 9), OCTOBER, dt.datetime(2026, 7, 10)]


def test_a_ledger_from_before_there_were_returns_still_opens(tmp_path):
    store(tmp_path, printed(1, 0, 2))
    with duckdb.connect(str(tmp_path / LEDGER_FILE)) as connection:
        for table in ("return_submission", "return_row"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("CHECKPOINT")
    found = a_return()
    with open_ledger(tmp_path) as ledger:
        assert commit_return(ledger, handed_in(found), found) == (2, None)
        publish(ledger, AT)
    assert len(open_snapshot(tmp_path).rows("FROM snapshot.return_project")) == 1


# Marts.

REAL = {"price_kind": "real", "price_year": 2024, "includes_vat": False, "amount_source": "Regnskap"}
P = {"project_id": "F-001"}
TYPED = [
    (
        "projects", "return_project",
        {**P, "municipality_codes": ("F01", "F02"), "latitude": Decimal("61.0035"), "depends_on": ("F-002",), "road_number": "Fv 901",
         "working_area_split": Split((("nord", Decimal("60.5")), ("sor", Decimal("39.5"))))},
        {"municipality_codes": ["F01", "F02"], "latitude": 61.0035, "longitude": None, "depends_on": ["F-002"],
         "road_number": "Fv 901", "working_area_split": '[["nord","60.5"],["sor","39.5"]]', "merged_into": None},
    ),
    ("projects", "return_project", {**P, "road_number": Missing("not_applicable")}, {"road_number": None, "depends_on": None}),
    ("progress", "return_progress", {**P, "physical_pct": Decimal("41.4"), "colour_time": "red"}, {"physical_pct": 41.4, "colour_time": "red"}),
    (
        "milestones", "return_milestone", {**P, "milestone": "opening", "baseline_on": dt.date(2026, 6, 12), "baseline_decision": "Sak 1/26"},
        {"milestone": "opening", "baseline_on": dt.date(2026, 6, 12), "forecast_on": None, "baseline_decision": "Sak 1/26"},
    ),
    (
        "economy", "return_economy",
        {**P, **REAL, "year": 2026, "budget_mnok": Decimal("0.1"), "spent_period_mnok": Decimal("-0.00000001"),
         "forecast_mnok": Missing("exempt"), "spent_to_date_mnok": Decimal("1E+2"), "stated_change_pct": Decimal("1.5")},
        {"year": 2026, "budget_mnok": Decimal("0.10000000"), "spent_period_mnok": Decimal("-0.00000001"), "forecast_mnok": None,
         "spent_to_date_mnok": Decimal("100.00000000"), "requisitioned_mnok": None, "stated_change_pct": 1.5, "price_year": 2024,
         "includes_vat": False, "price_kind": "real"},
    ),
    (
        "cost_estimates", "return_cost_estimate", {**P, **REAL, "p50_mnok": Decimal("86"), "estimated_on": dt.date(2024, 2, 1)},
        {"p50_mnok": Decimal("86.00000000"), "p85_mnok": None, "estimated_on": dt.date(2024, 2, 1), "amount_source": "Regnskap"},
    ),
    (
        "risks", "return_risk", {**P, **REAL, "risk_id": "R1", "is_open": True, "consequence_days": -20, "probability_pct": Decimal(25)},
        {"risk_id": "R1", "is_open": True, "consequence_days": -20, "probability_pct": 25.0, "consequence_low_mnok": None},
    ),
    (
        "goal_contributions", "return_goal_contribution", {**P, "indicator_id": "traffic_index", "likely": Decimal("-1250000000000")},
        {"indicator_id": "traffic_index", "likely": -1.25e12, "low": None},
    ),
    ("deviations", "return_deviation", {**P, "deviation_id": "K1", "body_id": "sekretariat"}, {"deviation_id": "K1", "body_id": "sekretariat"}),
    (
        "reserve", "return_reserve", {**P, **REAL, "reserve_level": "project", "held_mnok": Decimal("16.6")},
        {"reserve_level": "project", "held_mnok": Decimal("16.60000000"), "released_mnok": None},
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def typed(tmp_path_factory):
    """One return with all the rows above, each in its table."""
    rows: dict[str, list[dict]] = {}
    for table, _, row, _ in TYPED:
        rows.setdefault(table, []).append({**row, "project_id": f"F-{len(rows.get(table, [])) + 1:03d}"})
    return published(tmp_path_factory.mktemp("typed"), (a_return(**rows), OCTOBER))


@pytest.mark.parametrize("number", range(len(TYPED)), ids=lambda number: f"{TYPED[number][1]}-{number}")
def test_answers_are_typed_columns(typed, number):
    table, mart, row, expected = TYPED[number]
    place = [case[0] for case in TYPED[:number]].count(table) + 1
    with typed.connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM snapshot.{mart} WHERE row_number = ?", [place + 1])
        (found,) = [dict(zip([name for name, *_ in cursor.description], line, strict=True)) for line in cursor.fetchall()]
    assert {name: found[name] for name in expected} == expected
    whose = ("agreement_id", "party_id", "period", "project_id", "submission_id", "sheet", "known_from")
    assert tuple(found[name] for name in whose) == ("fjordbyen", "fjordby", "2025-Q3", f"F-{place:03d}", 1, table, OCTOBER)
    missing = {name: answer.code for name, answer in row.items() if isinstance(answer, Missing)}
    assert {name: said["missing"] for name, said in json.loads(found["missing"]).items()} == missing


@pytest.mark.parametrize("table", FORM.tables, ids=lambda table: table.table)
def test_every_column_of_the_form_is_in_its_mart(typed, table):
    marts = {name: mart for name, mart, *_ in TYPED}
    columns = set(typed.rows(f"FROM snapshot.{marts[table.table]}").columns)
    assert {column.column for column in table.columns} <= columns


def test_the_areas_of_a_project_in_rows(typed):
    found = typed.rows("FROM snapshot.return_project_area ORDER BY ALL")
    shares = list(zip(found["project_id"], found["working_area_id"], found["share_pct"], strict=True))
    assert shares == [("F-001", "nord", 60.5), ("F-001", "sor", 39.5)]


def test_one_line_a_return(tmp_path):
    found = a_return(projects=[P, {"project_id": "F-002"}], deviations=[], risks=[{**P, "risk_id": "R1"}])
    empty = a_return("2025-Q4", projects=[])
    one, other = published(tmp_path, (found, OCTOBER), (empty, AT)).rows("FROM snapshot.return_submission").to_dict("records")
    assert (one["n_rows"], one["n_projects"], one["submitted_by"]) == (3, 2, "fjordby.analyst")
    assert (one["submitted_at"], one["recorded_at"]) == (OCTOBER, AT)
    assert (other["n_rows"], other["n_projects"]) == (0, 0)


def test_a_correction_closes_all_of_its_period_and_nothing_of_another(tmp_path):
    months = [dt.datetime(2025, month, 9) for month in (1, 4, 7)]
    first = a_return("2024-Q4", projects=[P], deviations=[{**P, "deviation_id": "K1"}])
    later = a_return("2025-Q1", projects=[P])
    corrected = a_return("2024-Q4", projects=[{"project_id": "F-009"}])
    snapshot = published(tmp_path, (first, months[0]), (later, months[1]), (corrected, months[2]))
    never = dt.datetime(9999, 12, 31)
    rows = snapshot.rows("SELECT period, project_id, known_from, known_to FROM snapshot.return_project ORDER BY submission_id")
    known = [tuple(value.to_pydatetime() for value in row) for row in rows[["known_from", "known_to"]].itertuples(index=False)]
    assert list(rows["period"]) == ["2024-Q4", "2025-Q1", "2024-Q4"]
    assert known == [(months[0], months[2]), (months[1], never), (months[2], never)]
    # The correction has no deviation, and so ends the one that was reported.
    (deviation,) = snapshot.rows("FROM snapshot.return_deviation").to_dict("records")
    assert deviation["known_to"] == months[2]


def test_other_parties_and_agreements_do_not_close_each_other(tmp_path):
    same = {"projects": [P]}
    found = [a_return(party_id="fjordby", **same), a_return(party_id="lindvag", **same)]
    other = replace(found[0], agreement_id="another")
    with open_ledger(tmp_path) as ledger:
        for one in found:
            commit_return(ledger, handed_in(one), one)
        commit_return(ledger, replace(handed_in(other, content="other"), agreement_id="another"), other)
        publish(ledger, AT)
    rows = open_snapshot(tmp_path).rows("FROM snapshot.return_submission")
    assert [year.year for year in rows["known_to"]] == [9999] * 3

"""From a figure to its cell and back in time: what openpyxl finds in the kept file is what the answer says."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from domain.forms import load_form
from domain.returns import Missing, ReturnRow
from domain.rows import Finding, column_letters
from pipelines.answers.trace.published import TABLES, cited_key, rolling_key, trace_published, yearly_key
from pipelines.answers.trace.reported import Asked, projects_in, returns_to_choose, total_of, trace
from pipelines.history.snapshot import open_snapshot
from pipelines.originals import ChangedOriginal, NoSuchOriginal, OriginalFile, download_name, original_files, read_original
from tests.builders import AT, agreement, printed, store_all
from tests.workbooks_in_ledger import ANALYST, LEAD, cell_of, hand_in

FIRST, CORRECTED, NEXT = dt.datetime(2026, 10, 12, 9), dt.datetime(2026, 10, 20, 9), dt.datetime(2027, 1, 12, 9)
FORECAST = load_form().table("economy").column("forecast_mnok")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Nr. 1 of the third quarter, corrected by nr. 2; nr. 3 of the fourth; nr. 4 waits."""
    found = tmp_path_factory.mktemp("trace") / "var"
    cell = Finding("not_a_number", "warning", "Økonomi", "H2", "12")
    beside = Finding("not_a_number", "warning", "Økonomi", "G2", "12")
    hand_in(found, FIRST, economy__forecast_mnok=12.5, findings=(cell, beside))
    hand_in(found, CORRECTED, economy__forecast_mnok=13.25)
    hand_in(found, NEXT, period="2026-Q4", economy__forecast_mnok="Ikke kjent ennå: venter på anbud")
    hand_in(found, NEXT + dt.timedelta(days=9), period="2027-Q1", is_approved=False, economy__forecast_mnok=99)
    return found


@pytest.fixture(scope="module")
def ask(folder):
    def asked(column="forecast_mnok", table="economy", as_of=None, **named):
        return trace(open_snapshot(folder), agreement(), Asked(table, column, **named), as_of)

    return asked


@pytest.mark.trust
def test_every_number_of_the_return_is_in_the_cell_that_its_trace_names(folder, ask):
    content = read_original("admin", 1, 1, folder).content
    n_seen = 0
    for table in load_form().tables:
        for column in table.columns:
            found = ask(column.column, table.table, submission_id=1, project_id=None)
            for row in found.rows if found else ():
                number, place = row.number(column.column), row.address(column.column)
                if number is not None and place:
                    n_seen += 1
                    assert Decimal(str(cell_of(content, row.sheet, place))) == number
                    assert (
                        ask(column.column, table.table, submission_id=1, row_number=row.row).answer == row.answers[column.column]
                    )
    assert n_seen > 20


def test_a_cell_with_its_file_its_people_and_its_finding(ask):
    found = ask(submission_id=1, row_number=2)
    assert (found.answer, found.rows[0].address("forecast_mnok")) == (Decimal("12.5"), "H2")
    handed_in = found.handed_in
    assert (handed_in.party_id, handed_in.period, handed_in.submitted_by, handed_in.known_from) == (
        "fjordby",
        "2026-Q3",
        ANALYST,
        FIRST,
    )
    assert [(done.act, done.person_id) for done in handed_in.acts] == [("submit", ANALYST), ("approve", LEAD)]
    assert handed_in.file_of("Økonomi").file_name == "rapport.xlsx"
    assert [one.cell for one in found.findings] == ["H2"]


def test_history_has_periods_corrections_and_why_there_is_no_number(ask):
    history = ask(submission_id=1, row_number=2).history
    assert [(then.period, then.submission_id, then.known_from, then.replaced_at) for then in history] == [
        ("2026-Q3", 1, FIRST, CORRECTED),
        ("2026-Q3", 2, CORRECTED, None),
        ("2026-Q4", 3, NEXT, None),
    ]
    assert [then.answer for then in history] == [Decimal("12.5"), Decimal("13.25"), Missing("not_yet_known", "venter på anbud")]


@pytest.mark.parametrize(
    ("as_of", "numbers", "acts", "is_replaced"),
    [
        ("2026-10-11", None, None, None),
        ("2026-10-12", [1], ["submit"], False),
        ("2026-10-15", [1], ["submit", "approve"], False),
        ("2026-10-20", [1, 2], ["submit", "approve"], True),
        ("2027-01-12", [1, 2, 3], ["submit", "approve"], True),
    ],
)
def test_nothing_from_after_the_date_is_shown(ask, as_of, numbers, acts, is_replaced):
    found = ask(submission_id=1, row_number=2, as_of=dt.date.fromisoformat(as_of))
    if numbers is None:
        assert found is None
        return
    assert [then.submission_id for then in found.history] == numbers
    assert [done.act for done in found.handed_in.acts] == acts
    assert (found.handed_in.replaced_at is not None) == is_replaced


def test_a_return_that_waits_is_traced_but_is_in_no_history(ask):
    found = ask(submission_id=4, row_number=2)
    assert (found.answer, found.handed_in.standing) == (Decimal(99), "waits")
    assert 4 not in {then.submission_id for then in found.history}


@pytest.mark.parametrize(("period", "number"), [(None, 3), ("2026-Q3", 2), ("2025-Q1", None)])
def test_a_key_finds_the_newest_return_that_counts(ask, period, number):
    key = " / ".join(ask(submission_id=1, row_number=2).rows[0].key(load_form().table("economy").key))
    found = ask(key=key, period=period)
    assert (found.handed_in.submission_id if found else None) == number


@pytest.mark.parametrize(
    "named",
    [
        {"submission_id": 9, "row_number": 2},
        {"submission_id": 1, "row_number": 999},
        {"submission_id": 1, "project_id": "F-999"},
        {"submission_id": 1, "row_number": 2, "column": "no_such"},
        {"submission_id": 1, "row_number": 2, "table": "no_such"},
        {"key": "' OR 1=1 --"},
    ],
    ids=str,
)
def test_what_is_not_there_is_none(ask, named):
    assert ask(**named) is None


def test_another_agreement_sees_nothing_of_it(folder):
    asked = Asked("economy", "forecast_mnok", 1, 2)
    assert trace(open_snapshot(folder), agreement("miljoloftet"), asked) is None


def test_the_sum_of_a_project_is_the_sum_of_its_cells(folder, ask):
    everything = ask(submission_id=1)
    project = everything.rows[0].code("project_id")
    found = ask(submission_id=1, project_id=project)
    content = read_original("admin", 1, 1, folder).content
    cells = [
        cell_of(content, row.sheet, row.address("forecast_mnok")) for row in everything.rows if row.code("project_id") == project
    ]
    numbers = [Decimal(str(cell)) for cell in cells if isinstance(cell, (int, float))]
    assert found.total.amount == sum(numbers)
    assert (found.total.n_amounts, found.total.n_without) == (len(numbers), len(cells) - len(numbers))
    assert {row.code("project_id") for row in found.rows} == {project}
    newest = {then.period: then for then in found.history if not then.replaced_at}
    assert newest["2026-Q3"].answer == found.total.amount - Decimal("12.5") + Decimal("13.25")


def economy(amount, year=2024, **more):
    basis = {"price_kind": "real", "price_year": year, "includes_vat": False}
    return ReturnRow("economy", "Økonomi", 2, {**basis, **({} if amount is None else {"forecast_mnok": amount}), **more})


@pytest.mark.parametrize(
    ("rows", "amount", "n_without"),
    [
        ([economy(Decimal("0.1")), economy(Decimal("0.2"))], Decimal("0.3"), 0),
        ([economy(Decimal(1)), economy(None)], Decimal(1), 1),
        ([economy(Decimal(1)), economy(Missing("exempt"))], Decimal(1), 1),
        ([economy(Decimal(1)), economy(Decimal(1), 2025)], None, 0),
        ([economy(None)], None, 1),
        ([economy(Decimal(-2)), economy(Decimal(2))], Decimal(0), 0),
    ],
)
def test_amounts_are_summed_exactly_and_never_over_price_bases(rows, amount, n_without):
    total = total_of(rows, FORECAST)
    assert (total.amount, total.n_without) == (amount, n_without)


def test_what_is_no_amount_has_no_sum():
    assert total_of([economy(Decimal(1))], load_form().table("economy").column("stated_change_pct")) is None


def test_what_there_is_to_choose(folder):
    snapshot = open_snapshot(folder)
    known = returns_to_choose(snapshot, agreement())
    assert list(known["submission_id"]) == [3, 2]
    assert list(returns_to_choose(snapshot, agreement(), dt.date(2026, 10, 15))["submission_id"]) == [1]
    assert "economy" in known["tables"].iloc[0]
    assert projects_in(snapshot, 1, "economy")
    assert projects_in(snapshot, 4, "economy") == []


# Originals.


def test_the_original_is_what_was_handed_in(folder):
    files = original_files(open_snapshot(folder), 4)
    assert [(one.party_id, one.period, one.file_name) for one in files] == [("fjordby", "2027-Q1", "rapport.xlsx")]
    found = read_original(ANALYST, 4, 1, folder)
    assert (found.file_name, found.sha256) == ("4-rapport.xlsx", files[0].sha256)


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_a_changed_original_is_never_handed_out(tmp_path, harm):
    folder = tmp_path / "var"
    hand_in(folder)
    (path,) = (folder / "originals").iterdir()
    path.unlink() if harm == "gone" else path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ChangedOriginal):
        read_original("admin", 1, 1, folder)


@pytest.mark.parametrize(("number", "position"), [(99, 1), (1, 0), (1, 2), (-1, 1)])
def test_a_file_that_is_not_there(folder, number, position):
    with pytest.raises(NoSuchOriginal):
        read_original("admin", number, position, folder)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("rapport Q3 (2).xlsx", "7-rapport Q3 (2).xlsx"),
        ("../../etc/passwd", "7-passwd"),
        ("C:\\temp\\økonomi.xlsx", "7-økonomi.xlsx"),
        ('a";\r\nX-Evil: 1.xlsx', "7-a____X-Evil_ 1.xlsx"),
        ("<img src=x>.xlsx", "7-_img src_x_.xlsx"),
        ("faktura\u202exslx.exe", "7-faktura_xslx.exe"),
        ("CON.xlsx", "7-_CON.xlsx"),
        ("...", "7-_"),
        ("", "7-_"),
        ("x" * 300 + ".xlsx", "7-" + "x" * 96 + ".xlsx"),
    ],
)
def test_names_of_senders_are_made_harmless(theirs, ours):
    assert download_name(OriginalFile("fjordbyen", "return", None, None, 7, 1, theirs, "", 1)) == ours


@pytest.mark.parametrize(
    ("sheet", "expected"), [("Økonomi", 2), ("Økonomi.csv", 2), ("\u004f\u0308konomi", None), ("Fremdrift", 1), ("Reserve", None)]
)
def test_the_file_of_a_sheet_is_the_one_that_is_called_so(example_snapshot, sheet, expected):
    names = ("Fremdrift.csv", "Økonomi.csv")
    files = [OriginalFile("a", "return", None, None, 1, n, name, "", 1) for n, name in enumerate(names, 1)]
    assert next((one.position for one in files if one.holds(sheet)), None) == expected


# What is published or cited.


def test_every_cited_amount_is_in_its_cell(example_snapshot, examples):
    lines = example_snapshot.rows("FROM snapshot.cited_figure WHERE column_name = 'amount' AND topic = 'indicators'").to_dict(
        "records"
    )
    (number,) = {int(line["submission_id"]) for line in lines}
    file = next(one for one in original_files(example_snapshot, number) if one.holds(lines[0]["sheet"]))
    text = read_original("admin", number, file.position, examples).content.decode("utf-8-sig").splitlines()
    assert len(lines) > 50
    for line in lines[::10]:
        found = trace_published(
            example_snapshot, agreement("miljoloftet"), number, "cited_figure", cited_key("indicators", line["line"])
        )
        assert str(found.amount) == line["content"]
        assert found.cell == f"{column_letters(5)}{line['line']}"
        assert line["content"] in text[int(line["line"]) - 1]


@pytest.mark.parametrize(
    ("table", "key", "cell"),
    [
        ("rolling_index", rolling_key(36, dt.date(2026, 4, 1)), "D22"),
        ("yearly_index", yearly_key(2018, 2022, 12, is_chained=True), "E12"),
    ],
)
def test_a_published_index_is_in_its_cell(example_snapshot, examples, table, key, cell):
    (number,) = set(
        example_snapshot.rows("SELECT submission_id FROM snapshot.yearly_index WHERE agreement_id = 'miljoloftet'")[
            "submission_id"
        ]
    )
    found = trace_published(example_snapshot, agreement("miljoloftet"), int(number), table, key)
    file = found.handed_in.file_of(found.sheet)
    text = read_original("admin", int(number), file.position, examples).content.decode("utf-8-sig").splitlines()
    column, row = ord(cell[0]) - ord("A"), int(cell[1:])
    assert found.cell == cell
    assert float(text[row - 1].split(",")[column]) == pytest.approx(found.amount)


def test_a_computed_index_says_of_how_many_points_and_has_no_cell(example_snapshot):
    found = trace_published(example_snapshot, agreement(), 1, "rolling_index", "36 / 2026-06")
    assert found.cell is None
    assert found.n_points > 10


def test_an_index_over_publications(tmp_path):
    days = dt.date(2026, 7, 10), dt.date(2026, 8, 10)
    store_all(tmp_path, [(days[0], [printed(1, 0, 2)]), (days[1], [printed(2, 1, 3)])])
    snapshot, key = open_snapshot(tmp_path), "36 / 2026-06"
    newest = trace_published(snapshot, agreement(), 1, "rolling_index", key)
    assert [(then.amount, then.replaced_at is not None) for then in newest.history] == [(1, True), (2, False)]
    before = trace_published(snapshot, agreement(), 1, "rolling_index", key, as_of=dt.date(2026, 8, 9))
    assert [(then.amount, then.replaced_at) for then in before.history] == [(1, None)]
    assert trace_published(snapshot, agreement(), 2, "rolling_index", key, as_of=dt.date(2026, 8, 9)) is None


@pytest.mark.parametrize("table", [*TABLES, "submission", "no_such"])
@pytest.mark.parametrize("key", ["", "no such", "' OR 1=1 --"])
def test_an_unknown_key_is_none(example_snapshot, table, key):
    assert trace_published(example_snapshot, agreement(), 1, table, key) is None


def test_dates_before_everything_show_nothing(example_snapshot):
    assert (
        trace_published(example_snapshot, agreement(), 1, "rolling_index", "36 / 2026-06", as_of=AT.date().replace(year=2000))
        is None
    )

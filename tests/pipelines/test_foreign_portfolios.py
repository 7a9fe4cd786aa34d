"""Portfolios of other countries from their files to bridges and deviations: no cell is lost, and the figures are those of a hand.

The files are built by tests/foreign_portfolios.py. Every one of them is imported as the command does it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest

from domain.limit_file import default_limits
from domain.mappings import FormMapping
from domain.returns import Missing, Return
from domain.rows import Finding
from pipelines import imports
from pipelines.answers.reporting.acts import findings_when_submitted
from pipelines.answers.reporting.returns import return_of
from pipelines.answers.reporting.scale_breaks import scale_breaks
from pipelines.history.return_rows import return_row
from pipelines.history.snapshot import Snapshot, open_snapshot
from pipelines.imports import Imported, import_file
from pipelines.methods.bridge import STEPS, Bridge, ScopeChange, bridge
from pipelines.methods.deviations import open_deviations, statuses
from pipelines.methods.money import Amount, Figure, PriceIndex, basis_of
from pipelines.methods.project_reports import HandedIn, project_reports
from pipelines.reading.any_file import BOTH, read_file
from pipelines.reading.worker import check_here
from tests import foreign_portfolios as foreign
from tests.builders import AT, agreement
from tests.mapped_files import mapping

GBP, USD = Decimal(foreign.PER_POUND), Decimal(foreign.PER_DOLLAR)
# The periods that the annual reports close.
ANNUAL_PERIODS = {year: f"{year}-Q1" for year in foreign.YEARS}
PANEL_PERIODS = {foreign.FIRST: "2023-Q3", foreign.SECOND: "2023-Q4", foreign.THIRD: "2024-Q3"}


class Here:
    """Checks in this process: the worker has tests of its own."""

    check = staticmethod(check_here)
    warm_up = staticmethod(lambda: None)


@dataclass(frozen=True, eq=False)
class Stored:
    """What was imported, by report date and mapping, and the ledger that it lies in."""

    data_dir: Path
    imported: dict[tuple[str, dt.date], Imported]
    folder: Path

    @cached_property
    def snapshot(self) -> Snapshot:
        return open_snapshot(self.data_dir)

    def found(self, party_id: str, period: str, as_of: dt.date | None = None) -> Return | None:
        return return_of(self.snapshot, agreement(), party_id, period, as_of)

    @cache  # noqa: B019 - one for all tests, and gone with them
    def year(self, year: int) -> Return:
        found = self.found("veietaten", ANNUAL_PERIODS[year])
        assert found is not None
        return found

    def panel(self, day: dt.date) -> Return:
        found = self.found("kystfylket", PANEL_PERIODS[day])
        assert found is not None
        return found


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stored]:
    """Every file imported once, in the order of its report dates."""
    folder = tmp_path_factory.mktemp("foreign")
    reports = [
        *((foreign.ANNUAL, foreign.reported_on(year), foreign.annual_return(year)) for year in foreign.YEARS),
        *((foreign.PANEL, day, foreign.panel()) for day in PANEL_PERIODS),
        (foreign.SCHEMES, foreign.SCHEMES_ON, foreign.schemes()),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(imports, "read_in_child", lambda path, **_: read_file(path, BOTH))
        patch.setattr(imports, "the_worker", Here)
        imported = {
            (content["mapping_id"], day): brought_in(folder, mapping(folder, **content), day, file)
            for content, day, file in reports
        }
        yield Stored(folder / "var", imported, folder)


def brought_in(folder: Path, by: FormMapping, day: dt.date, file: bytes) -> Imported:
    path = folder / f"{by.mapping_id}-{day}.xlsx"
    path.write_bytes(file)
    return import_file("admin", path, by, agreement(), day, AT, folder / "var")


ANNUAL_DAYS = [("annual", foreign.reported_on(year)) for year in foreign.YEARS]
EVERY = [*ANNUAL_DAYS, *(("panel", day) for day in PANEL_PERIODS), ("schemes", foreign.SCHEMES_ON)]


@pytest.mark.parametrize("key", EVERY, ids=str)
def test_every_report_is_stored_and_read_back_as_it_was_read(stored, key):
    found = stored.imported[key]
    assert (found.status, [finding for finding in found.checked.findings if finding.severity == "error"]) == ("committed", [])
    read = found.checked.found
    back = stored.found(read.party_id, read.period)
    for table, rows in read.rows.items():
        assert [dict(row.answers) for row in back.of(table)] == [dict(row.answers) for row in rows], table
        assert [{name: row.cell(name) for name in row.places} for row in back.of(table)] == [
            {name: row.cell(name) for name in row.places} for row in rows
        ], table


# No cell is lost.


def filled_cells(rows: Any, is_transposed: bool, n_heads: int) -> dict[str, Any]:
    """What stands below the headers of a sheet, by address."""
    return {
        address(row, column): scalar
        for row, scalars in enumerate(rows, 1)
        for column, scalar in enumerate(scalars, 1)
        if scalar is not None and (column if is_transposed else row) > n_heads
    }


def address(row: int, column: int) -> str:
    return f"{chr(64 + column)}{row}"


def within(told: Finding, cell: str) -> bool:
    """Whether a finding names a cell: alone, or as one of a column or a row between two."""
    if told.code.startswith("mapped_column_"):
        first, last = str(told.named["first"]), str(told.named["last"])
        return int(first[1:]) <= int(cell[1:]) <= int(last[1:]) and first[0] <= cell[0] <= last[0]
    return told.cell == cell


def reckoned(stored: Stored, found: Return, cells: dict[str, Any], recomputed: set[str]) -> dict[str, set[str]]:
    """Each cell by what became of it; those of which nothing is known are under `lost`."""
    number = stored.snapshot.rows(
        "SELECT submission_id FROM snapshot.return_submission WHERE party_id = ? AND period = ?", [found.party_id, found.period]
    )["submission_id"].max()
    told = findings_when_submitted(stored.snapshot, agreement(), int(number))
    kinds: dict[str, set[str]] = {"mapped": set(), "coded": set()}
    for row in found.all_rows():
        for name, answer in row.answers.items():
            if cell := row.cell(name):
                kinds["coded" if isinstance(answer, Missing) else "mapped"].add(cell.address)
    kinds["mapped"] |= recomputed & set(cells)
    kinds["coded"] -= kinds["mapped"]
    answered = kinds["mapped"] | kinds["coded"]
    kinds["told"] = {cell for cell in cells if cell not in answered and any(within(finding, cell) for finding in told)}
    kinds["lost"] = set(cells) - answered - kinds["told"]
    return kinds


@pytest.mark.parametrize("year", foreign.YEARS)
def test_of_an_annual_report_no_cell_is_lost(stored, year):
    is_transposed = year in foreign.TRANSPOSED
    rows = foreign.annual_sheet(year)
    cells = filled_cells(rows, is_transposed, 1 if is_transposed else 2)
    # The variance is not stored: it is what the other columns were held against.
    variance = foreign.FIELDS.index("Variance (£m)") + 1
    recomputed = {cell for cell in cells if (int(cell[1:]) == variance if is_transposed else cell[0] == address(1, variance)[0])}
    kinds = reckoned(stored, stored.year(year), cells, recomputed)
    joined = joined_line(stored, year)
    kinds["told"] |= {cell for cell in kinds["lost"] if cell[1:] == joined}
    kinds["lost"] -= kinds["told"]
    assert kinds["lost"] == set()
    assert len(cells) == len(kinds["mapped"]) + len(kinds["coded"]) + len(kinds["told"])
    n_exempt = sum(scalar == foreign.SECRET for scalar in cells.values())
    # Each exempt cell is a coded answer, but for two comments and the two columns that answer nothing.
    assert len(kinds["coded"]) == (6 if n_exempt else 0)


def joined_line(stored: Stored, year: int) -> str | None:
    """The row of the project that was added to another one, which is said of it as a whole."""
    found = stored.imported["annual", foreign.reported_on(year)].checked.findings
    return next((finding.cell[1:] for finding in found if finding.code == "mapped_projects_joined"), None)


@pytest.mark.parametrize("day", PANEL_PERIODS, ids=str)
def test_of_a_panel_no_cell_is_lost_but_those_of_other_dates_which_are_counted(stored, day):
    found = stored.panel(day)
    rows = [foreign.PANEL_FIELDS, *foreign.PANEL_ROWS]
    every = filled_cells(rows, False, 1)
    read_rows = {row.row for row in found.of("cost_estimates")}
    # The date says which rows are read, and the variance is a part of the forecast.
    made = {f"{letter}{row}" for letter in "AD" for row in read_rows}
    kinds = reckoned(stored, found, every, made)
    assert {int(cell[1:]) for cell in kinds["lost"]} == set(range(2, len(rows) + 1)) - read_rows
    [others] = [told for told in findings_of(stored, "panel", day) if told.code == "mapped_other_dates"]
    assert others.named["n"] == len(rows) - 1 - len(read_rows)


def findings_of(stored: Stored, mapping_id: str, day: dt.date) -> tuple[Finding, ...]:
    return stored.imported[mapping_id, day].checked.findings


def test_a_transposed_year_leads_to_the_cell_itself(stored):
    tunnel, *_ = stored.year(2023).of("cost_estimates")
    assert (tunnel.address("forecast_mnok"), tunnel.address("p50_mnok"), tunnel.is_transposed) == ("B8", "B6", True)
    assert foreign.annual_sheet(2023)[7][1] == "£26.19m"
    tunnel, *_ = stored.year(2022).of("cost_estimates")
    assert (tunnel.address("forecast_mnok"), tunnel.is_transposed) == ("H3", False)


@pytest.mark.parametrize(
    ("places", "address", "is_transposed"),
    [('{"forecast_mnok":[8,2]}', "B8", True), ('{"forecast_mnok":2}', "B3", False)],
)
def test_rows_that_were_stored_with_a_column_alone_are_still_read(places, address, is_transposed):
    written = {
        "table_name": "cost_estimates",
        "sheet": "Return",
        "row_number": 3,
        "answers": "{}",
        "missing": "{}",
        "places": places,
    }
    row = return_row(written, {})
    assert (row.address("forecast_mnok"), row.is_transposed, row.cell("p50_mnok")) == (address, is_transposed, None)


def test_two_columns_of_one_header_are_told_apart(stored):
    tunnel, *_ = stored.year(2022).of("progress")
    assert (tunnel.answers["reason_overall"], tunnel.answers["status_text"]) == ("Opening is later", "Over cost")


def test_an_exempt_figure_is_a_coded_answer_with_their_words(stored):
    exchange = next(row for row in stored.year(2023).of("cost_estimates") if row.code("project_id") == "P-05")
    assert exchange.answers["forecast_mnok"] == Missing("exempt", foreign.SECRET)
    milestone = next(row for row in stored.year(2023).of("milestones") if row.code("project_id") == "P-05")
    assert milestone.answers["baseline_on"] == Missing("not_yet_known", foreign.SECRET)
    assert milestone.answers["forecast_on"] == Missing("not_delivered", foreign.SECRET)


@pytest.mark.parametrize(
    ("year", "baseline", "forecast"),
    [(2020, "2027-04-01", "2027-04-01"), (2021, "2027-04-01", "2027-04-01"), (2022, "2027-04-01", "2027-08-01"),
     (2023, "2027-04-01", "2027-12-31"), (2024, "2027-04-01", "2027-12-31")],
)  # fmt: skip
def test_one_day_in_five_ways_of_writing_is_one_day(stored, year, baseline, forecast):
    tunnel, *_ = stored.year(year).of("milestones")
    assert [tunnel.answers[name].isoformat() for name in ("baseline_on", "forecast_on")] == [baseline, forecast]


def test_pounds_are_kroner_at_the_stated_rate_and_the_source_says_it(stored):
    tunnel, *_ = stored.year(2023).of("cost_estimates")
    assert tunnel.number("forecast_mnok") == Decimal("26.19") * GBP
    assert tunnel.answers["amount_source"] == "Annual return; 1 GBP = 13.25 NOK (oppdiktet kurs, 2024-01-02)"
    loop = stored.year(2023).of("cost_estimates")[1]
    assert loop.number("forecast_mnok") == Decimal("104.2") * GBP  # "£0.1042bn" among millions


# Who is who.


def test_a_renamed_project_stays_one_and_remembers_its_name(stored):
    for year in foreign.YEARS:
        loop = stored.year(year).project_rows()["P-02"]
        expected = ("North Loop Rail", None) if year < 2022 else ("Loop Line North", "North Loop Rail")
        assert (loop.code("project_name"), loop.code("earlier_names")) == expected
    codes = {finding.code for key in ANNUAL_DAYS for finding in stored.imported[key].checked.findings}
    assert not codes & {"project_renamed", "project_vanished", "project_id_changed"}


def test_merged_projects_end_and_a_divided_one_is_added_up(stored):
    ended = stored.year(2023).project_rows()["P-04"]
    assert (ended.code("standing"), ended.code("merged_into")) == ("merged", "P-03")
    assert [row.code("project_id") for row in stored.year(2023).of("cost_estimates")] == ["P-01", "P-02", "P-03", "P-05", "P-06"]
    path = stored.year(2024).of("cost_estimates")[-1]
    assert (path.number("p50_mnok"), path.number("forecast_mnok")) == (10 * GBP, Decimal("9.5") * GBP)
    assert stored.imported["annual", foreign.reported_on(2024)].checked.n_of["hold"] == 4  # one for each table


# Ratings.


def test_a_trend_across_the_change_of_scale_says_so(stored):
    colours = [
        next(row for row in stored.year(year).of("progress") if row.code("project_id") == "P-02").code("colour_overall")
        for year in foreign.YEARS
    ]
    assert colours == ["green", "red", "yellow", "yellow", "green"]
    breaks = scale_breaks(stored.snapshot, agreement())
    assert breaks.to_dict("records") == [
        {"party_id": "veietaten", "scale_id": "confidence", "period": "2022-Q1", "period_before": "2021-Q1", "n_ratings": 3,
         "n_ratings_before": 5},
    ]  # fmt: skip
    assert scale_breaks(stored.snapshot, agreement(), dt.date(2022, 3, 30)).empty


# Bridges.


def figures(found: Return) -> dict[str, Figure]:
    """The forecast of each project that has a row of costs, with its kroner."""
    given: dict[str, Figure] = {}
    for row in found.of("cost_estimates"):
        amount, year, has_vat = row.answers["forecast_mnok"], row.number("price_year"), row.answers["includes_vat"]
        basis = basis_of(row.code("price_kind"), int(year) if year else None, has_vat is True)
        assert basis is not None
        own = Amount(amount, "forecast", basis, "Report") if isinstance(amount, Decimal) else None
        given[row.code("project_id") or ""] = own or (amount if isinstance(amount, Missing) else None)
    return given


def in_steps(made: Bridge) -> dict[str, Decimal]:
    return {step.step: step.amount_mnok for step in made.steps}


def by_hand(rate: Decimal, **steps: str) -> dict[str, Decimal]:
    return {step: Decimal(steps.get(step, "0")) * rate for step in STEPS}


def test_the_bridge_of_a_year_in_which_a_figure_became_known_and_a_project_joined(stored):
    made = bridge(figures(stored.year(2021)), figures(stored.year(2022)))
    # 19.5 + 104.2 + 30 + 20, one exempt; the tunnel grew by 1.5, the exchange was 75, the path is 9.
    assert in_steps(made) == by_hand(GBP, opening="173.7", growth="1.5", became_known="75", joiners="9", closing="259.2")
    assert (made.step("opening").with_figures, made.with_figures) == ((4, 5), (6, 6))
    assert (made.step("became_known").project_ids, made.step("joiners").project_ids) == (("P-05",), ("P-06",))


def test_the_bridge_of_a_year_in_which_two_became_one_and_a_figure_was_hidden(stored):
    last, now = figures(stored.year(2022)), figures(stored.year(2023))
    basis = next(figure.basis for figure in now.values() if isinstance(figure, Amount))
    merger = ScopeChange("P-03", Amount(20 * GBP, "forecast", basis, "Merger"), "Order 4 of 2023")
    made = bridge(last, now, scope=[merger])
    # Signals B leaves with 20 and comes back as scope of signals A; the tunnel grew by 5.19.
    assert in_steps(made) == by_hand(
        GBP, opening="259.2", leavers="-20", became_missing="-75", scope="20", growth="5.19", closing="189.39"
    )  # fmt: skip
    assert (made.step("opening").with_figures, made.with_figures) == ((6, 6), (4, 5))
    # Plain sums, 259.2 to 189.39, would say that the portfolio became a quarter cheaper.
    assert made.plain_change_pct == pytest.approx(-26.933, abs=0.001)
    assert made.like_for_like_pct == pytest.approx(100 * 25.19 / 164.2)


def test_the_bridge_across_a_change_of_layout_and_scale_adds_up_to_the_ore(stored):
    for before, after in ((2020, 2024), (2021, 2024), (2023, 2024), (2020, 2021)):
        made = bridge(figures(stored.year(before)), figures(stored.year(after)))
        assert sum(step.amount_mnok for step in made.steps[:-1]) == made.closing_mnok


def test_the_bridge_of_a_panel_changes_the_price_by_the_named_index(stored):
    index = PriceIndex("invented_index", "2024-10", {2023: Decimal(100), 2024: Decimal(104)})
    made = bridge(figures(stored.panel(foreign.FIRST)), figures(stored.panel(foreign.THIRD)), index)
    # 42 and 10; the roof left; 42 is 43.68 in the prices of 2024 and became 46.5; the bridge came with 23.75.
    assert in_steps(made) == by_hand(
        USD, opening="52", leavers="-10", price_level="1.68", growth="2.82", joiners="23.75", closing="70.25"
    )  # fmt: skip
    assert (made.with_figures, made.index) == ((2, 2), ("invented_index", "2024-10"))


# Deviations.


def deviations_on(handed_in: list[HandedIn], day: dt.date, without_goals: set[str]) -> dict[str, tuple[str, int]]:
    """Level and number of reports in a row of each open deviation, but of goal effects, which no foreign report states."""
    reports = project_reports(handed_in, day)
    histories = [statuses(listed, default_limits(), day) for listed in reports.values()]
    found = open_deviations(histories, agreement().authority)
    assert {deviation.project_id for deviation in found if deviation.rule == "goal_effect_missing"} == without_goals
    return {
        deviation.deviation_id: (deviation.level_told, deviation.periods_in_a_row)
        for deviation in found
        if deviation.rule != "goal_effect_missing"
    }


BY_HAND: dict[int, dict[str, tuple[str, int]]] = {
    2020: {},
    2021: {"P-02:cost_over_p50": ("yellow", 1)},
    2022: {
        "P-01:cost_over_p50": ("yellow", 1),  # 21.00 of 20
        "P-01:cost_drift": ("red", 1),  # 19.00, 19.50, 21.00: two rises, 10.5 per cent together
        "P-01:slip_baseline": ("yellow", 1),  # 1 April to 1 August: 122 days
        "P-01:slip_since_last": ("red", 1),
        "P-01:reported_greener": ("yellow", 1),  # yellow, and red by the figures
        "P-02:cost_over_p50": ("yellow", 2),
    },
    2023: {
        "P-01:cost_over_p50": ("yellow", 2),
        "P-01:cost_over_p85": ("red", 1),  # 26.19 of 24
        "P-01:cost_drift": ("red", 2),
        "P-01:slip_baseline": ("red", 2),  # 1 April to 31 December: 274 days
        "P-01:slip_since_last": ("red", 2),  # 1 August to 31 December: 152 days
        "P-01:reported_greener": ("red", 2),  # green, and red by the figures
        "P-02:cost_over_p50": ("yellow", 3),
    },
    2024: {
        "P-01:cost_over_p50": ("yellow", 3),
        "P-01:cost_over_p85": ("red", 2),
        "P-01:slip_baseline": ("red", 3),
    },
}


@pytest.mark.parametrize("year", foreign.YEARS)
def test_deviations_are_those_of_a_hand(stored, year):
    handed_in = [HandedIn(stored.year(each), foreign.reported_on(each)) for each in foreign.YEARS]
    # A project that has ended has no open deviations; one that is not there yet has none either.
    going_on = {"P-01", "P-02", "P-03", "P-05"} | ({"P-04"} if year < 2023 else set()) | ({"P-06"} if year > 2021 else set())
    assert deviations_on(handed_in, foreign.reported_on(year), going_on) == BY_HAND[year]


PANEL_BY_HAND: dict[dt.date, tuple[dict[str, tuple[str, int]], set[str]]] = {
    foreign.FIRST: ({"N-1:cost_over_p50": ("yellow", 1)}, {"N-1", "N-3"}),  # 42 of 40
    # 31 March to 30 June is 91 days.
    foreign.SECOND: ({"N-1:cost_over_p50": ("yellow", 2), "N-1:slip_since_last": ("red", 1)}, {"N-1", "N-2", "N-3"}),
    # 30 June to 30 September is 92. The roof was cancelled.
    foreign.THIRD: ({"N-1:cost_over_p50": ("yellow", 3), "N-1:slip_since_last": ("red", 2)}, {"N-1", "N-2"}),
}


@pytest.mark.parametrize("day", PANEL_PERIODS, ids=str)
def test_deviations_of_uneven_reports_are_those_of_a_hand(stored, day):
    expected, without_goals = PANEL_BY_HAND[day]
    assert deviations_on([HandedIn(stored.panel(each), each) for each in PANEL_PERIODS], day, without_goals) == expected


# What was filled in with hindsight.


def test_before_a_total_was_known_nothing_shows_it(stored):
    final, change = Decimal("46.5") * USD, Decimal("6.5") * USD
    for day in (foreign.FIRST, foreign.SECOND):
        amounts = [
            answer for row in stored.panel(day).all_rows() for answer in row.answers.values() if isinstance(answer, Decimal)
        ]
        assert amounts
        assert not {final, change} & set(amounts)
    assert final in {row.number("forecast_mnok") for row in stored.panel(foreign.THIRD).of("cost_estimates")}


@pytest.mark.parametrize(
    ("as_of", "known"),
    [
        (dt.date(2023, 10, 30), []), (dt.date(2023, 10, 31), ["2023-Q3"]), (dt.date(2024, 2, 14), ["2023-Q3"]),
        (dt.date(2024, 2, 15), ["2023-Q3", "2023-Q4"]), (dt.date(2024, 10, 9), ["2023-Q3", "2023-Q4"]),
        (dt.date(2024, 10, 10), ["2023-Q3", "2023-Q4", "2024-Q3"]),
    ],
)  # fmt: skip
def test_as_of_a_day_only_the_reports_of_earlier_days_are_known(stored, as_of, known):
    assert [period for period in PANEL_PERIODS.values() if stored.found("kystfylket", period, as_of)] == known


def test_on_an_uneven_day_each_project_has_its_newest_figures_in_the_kroner_of_then(stored):
    rows = {row.code("project_id"): row for row in stored.panel(foreign.SECOND).of("cost_estimates")}
    told = {name: (row.number("forecast_mnok"), row.answers["price_year"]) for name, row in rows.items()}
    assert told == {
        "N-1": (Decimal("43.5") * USD, 2024), "N-2": (Decimal("23.75") * USD, 2023), "N-3": (10 * USD, 2023),
    }  # fmt: skip
    carried = [told for told in findings_of(stored, "panel", foreign.SECOND) if told.code == "mapped_carried_forward"]
    assert [(told.cell, told.named["project"]) for told in carried] == [("A3", "N-3"), ("A4", "N-2")]


def test_a_column_filled_in_afterwards_is_left_out_with_a_word(stored):
    told = [told for told in findings_of(stored, "panel", foreign.FIRST) if told.code == "mapped_column_back_filled"]
    assert [(finding.quoted, finding.cell, finding.named["n"]) for finding in told] == [
        ("Final Cost", "F1", 2),
        ("Total Change", "G1", 2),
    ]


def test_a_column_filled_in_afterwards_that_is_pointed_at_does_not_come_out(stored):
    """Whoever takes the final cost for a forecast is stopped: on the day it was not budget and variance together."""
    content = {**foreign.PANEL, "mapping_id": "hindsight"}
    [block] = content["blocks"]
    projects, progress, milestones, costs = block["tables"]
    forecast = {"header": "Final Cost", "unit": "million"}
    variance = costs["calculated"]["forecast_mnok"]
    pointed = {**costs, "columns": {**costs["columns"], "forecast_mnok": forecast}, "calculated": {}}
    content["blocks"] = [
        {
            **block,
            "tables": [projects, progress, milestones, pointed],
            "left_out": [],
            "checks": [{**forecast, "equals": variance}],
        }
    ]
    found = brought_in(stored.folder, mapping(stored.folder, **content), foreign.FIRST, foreign.panel())
    assert found.status == "refused"
    [told] = [told for told in found.checked.findings if told.severity == "error"]
    assert (told.code, told.cell, told.quoted) == ("mapped_recomputed_differs", "F2", "46.5")


def test_a_variance_read_with_the_sign_of_the_other_file_is_caught(stored):
    """In the annual report a negative variance is over the approved cost, in the panel a positive one is."""
    blocks = [
        {**block, "checks": [{**check, "sign": "over_is_positive"} for check in block["checks"]]}
        for block in foreign.ANNUAL["blocks"]
    ]
    by = mapping(stored.folder, **{**foreign.ANNUAL, "mapping_id": "turned", "blocks": blocks})
    found = brought_in(stored.folder, by, foreign.reported_on(2023), foreign.annual_return(2023))
    assert found.status == "refused"
    [told] = [told for told in found.checked.findings if told.severity == "error"]
    assert (told.code, told.quoted, told.named["wrong"], told.named["n"]) == ("mapped_sign_wrong", "(6.19)", "Variance (£m)", 3)


# Costs in words.


def test_ranges_in_words_are_ends_and_a_forecast_that_is_not_known(stored):
    found = stored.found("lindvag", "2024-Q2")
    told = [
        tuple(row.answers.get(name) for name in ("forecast_mnok", "low_mnok", "high_mnok")) for row in found.of("cost_estimates")
    ]
    assert told == [
        (Missing("not_yet_known", "between 20 and 25 million"), 20 * GBP, 25 * GBP),
        (Missing("not_yet_known", "£1bn-£1.5bn"), 1000 * GBP, 1500 * GBP),
        (30 * GBP, None, None),
        (Missing("not_yet_known", "over £500m"), 500 * GBP, None),
        (Missing("not_yet_known", "up to £2.5 million"), None, Decimal("2.5") * GBP),
    ]

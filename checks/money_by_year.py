"""Whether what is spent and requisitioned fits the year, its budget and its forecast."""

from __future__ import annotations

from collections.abc import Iterator

from checks.at_cell import at
from checks.row_sums import ROUNDING_MNOK, grouped, have_one_basis, total_mnok
from checks.rules import Rule
from domain.period import Period
from domain.returns import Return, ReturnRow
from domain.rows import Finding

BELOW_PERIOD = Rule("spent_below_period", "error", "across", ("economy",))
IN_FUTURE = Rule("spent_in_future", "error", "across", ("economy",))
IN_OTHER_YEAR = Rule("spent_period_in_other_year", "warning", "across", ("economy",))
OVER_FORECAST = Rule("spent_over_forecast", "error", "across", ("economy",))
NOT_SPENT = Rule("finished_forecast_not_spent", "warning", "across", ("economy",))
OVER_BUDGET = Rule("requisitioned_over_budget", "error", "across", ("economy",))
RULES = (BELOW_PERIOD, IN_FUTURE, IN_OTHER_YEAR, OVER_FORECAST, NOT_SPENT, OVER_BUDGET)


def spent_to_date_holds_the_period(found: Return) -> Iterator[Finding]:
    """An error where less is spent in the year so far than in the period alone."""
    for row, year in _rows_of_years(found):
        to_date, in_period = row.number("spent_to_date_mnok"), row.number("spent_period_mnok")
        if year == _year_of(found) and to_date is not None and in_period is not None and to_date < in_period:
            yield at(BELOW_PERIOD, row, "spent_to_date_mnok", column_other="spent_period_mnok", other_mnok=in_period)


def nothing_is_spent_ahead(found: Return) -> Iterator[Finding]:
    """An error for each amount that is spent in a year that has not begun."""
    for row, year in _rows_of_years(found):
        for column in ("spent_period_mnok", "spent_to_date_mnok"):
            if year > _year_of(found) and row.number(column):
                yield at(IN_FUTURE, row, column, year=str(year), period=found.period)


def period_is_spent_in_its_year(found: Return) -> Iterator[Finding]:
    """A warning where the period's spending stands in an earlier year."""
    for row, year in _rows_of_years(found):
        if year < _year_of(found) and row.number("spent_period_mnok"):
            yield at(IN_OTHER_YEAR, row, "spent_period_mnok", year=str(year), period=found.period)


def finished_years_cost_what_was_spent(found: Return) -> Iterator[Finding]:
    """An error where more is spent in a finished year than its forecast says, a warning where less is."""
    for row, year in _rows_of_years(found):
        spent, forecast = row.number("spent_to_date_mnok"), row.number("forecast_mnok")
        if year >= _year_of(found) or spent is None or forecast is None:
            continue
        if spent - forecast > ROUNDING_MNOK:
            yield at(OVER_FORECAST, row, "spent_to_date_mnok", year=str(year), column_other="forecast_mnok", other_mnok=forecast)
        elif forecast - spent > ROUNDING_MNOK:
            yield at(NOT_SPENT, row, "forecast_mnok", year=str(year), column_other="spent_to_date_mnok", other_mnok=spent)


def requisitions_stay_in_budget(found: Return) -> Iterator[Finding]:
    """An error where a project has requisitioned more of a source in a year than its budget there.

    It stands at the row that is furthest above its own budget.
    """
    for rows in grouped(found.of("economy"), "project_id", "funding_source_id", "year").values():
        budget = total_mnok(rows, "budget_mnok")
        requisitioned = sum(row.number("requisitioned_mnok") or 0 for row in rows)
        if budget is None or requisitioned <= budget or not have_one_basis(rows):
            continue
        furthest = max(rows, key=lambda row: (row.number("requisitioned_mnok") or 0) - (row.number("budget_mnok") or 0))
        yield at(
            OVER_BUDGET, furthest, "requisitioned_mnok", year=str(furthest.answers["year"]), sum_mnok=requisitioned,
            column_other="budget_mnok", other_mnok=budget, rows=len(rows),
        )  # fmt: skip


def _year_of(found: Return) -> int:
    return Period.parse(found.period).last.year


def _rows_of_years(found: Return) -> Iterator[tuple[ReturnRow, int]]:
    for row in found.of("economy"):
        if (year := row.number("year")) is not None:
            yield row, int(year)

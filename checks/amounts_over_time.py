"""What the last return says of the same amounts: spending does not fall, the past stands still, nothing jumps unexplained."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from checks.at_cell import at, of_sheet
from checks.cost_adds_up import PART_OF_TOTAL
from checks.row_sums import ROUNDING_MNOK, grouped, key_of, may_be, of_projects, pairs, price_basis, total_mnok
from checks.rules import Rule
from checks.usable import UNUSABLE
from domain.forms import Form
from domain.period import Period
from domain.returns import Missing, Return, ReturnRow
from domain.rows import Finding

SPENT_FALLS = Rule("spent_falls", "error", "history", ("economy",))
SPENT_REVERSED = Rule("spent_reversed", "hold", "history", ("economy",))
PAST_CHANGED = Rule("past_changed", "hold", "history", ("economy",))
PAST_ROW_VANISHED = Rule("past_row_vanished", "error", "history", ("economy",))
JUMP = Rule("jump", "hold", "history", ("economy", "cost_estimates"))
JUMP_TENFOLD = Rule("jump_tenfold", "hold", "history", ("economy", "cost_estimates"))
UNIT_DIFFERS = Rule("unit_differs", "hold", "history", ("economy", "cost_estimates"))
BECAME_PART = Rule("total_became_part", "hold", "history", ("cost_estimates",))
SUM_JUMPS = Rule("sum_jumps", "hold", "history", ("economy",))
SIGN_FLIPPED = Rule("sign_flipped", "hold", "history", ("goal_contributions",))
STATED_CHANGE = Rule("stated_change_differs", "error", "history", ("economy",))
BECAME_MISSING = Rule("figure_became_missing", "warning", "history")
FRAME_CHANGED = Rule("frame_changed_unexplained", "warning", "history", ("cost_estimates",))
BASIS_CHANGED = Rule("price_basis_changed", "warning", "history", ("economy", "cost_estimates"))
RULES = (
    SPENT_FALLS, SPENT_REVERSED, PAST_CHANGED, PAST_ROW_VANISHED,
    JUMP, JUMP_TENFOLD, UNIT_DIFFERS, BECAME_PART, SUM_JUMPS, SIGN_FLIPPED,
    STATED_CHANGE, BECAME_MISSING, FRAME_CHANGED, BASIS_CHANGED,
)  # fmt: skip

# The limits of the default deviation rule `jump`: twice or half is held, ten times or a tenth is asked after the unit.
JUMP_RATIO, TENFOLD = Decimal(2), Decimal(10)
# Local setting: below a million kroner nobody needs to confirm that an amount has doubled.
LEAST_JUMP_MNOK = Decimal(1)
# Kroner, thousand kroner and million kroner taken for each other, when the amount itself has moved by up to a fifth.
UNIT_FACTORS, UNIT_SLACK = (Decimal(1000), Decimal(1_000_000)), Decimal("0.2")
# Percentage points that rounding to a whole per cent may cost.
ROUNDING_PCT = Decimal("0.5")
TOTALS = ("forecast_mnok", "p50_mnok", "p85_mnok")


def spent_does_not_fall(found: Return, previous: Return, form: Form) -> Iterator[Finding]:
    """An error where less is spent of a year's amount than last time; a hold where the period has that much with a minus."""
    for row, last in _same_kroner(found, previous, form, "economy"):
        spent, before = row.number("spent_to_date_mnok"), last.number("spent_to_date_mnok")
        if spent is not None and before is not None and spent < before:
            reversed_mnok = row.number("spent_period_mnok") or Decimal(0)
            is_reversed = reversed_mnok < 0 and abs(spent - before - reversed_mnok) <= ROUNDING_MNOK
            rule = SPENT_REVERSED if is_reversed else SPENT_FALLS
            yield at(rule, row, "spent_to_date_mnok", before=before, period_before=previous.period)


def past_years_stand(found: Return, previous: Return, form: Form) -> Iterator[Finding]:
    """A hold for each amount of a year that was over at the last return and now is another. A fall of spending is more."""
    for row, last in _same_kroner(found, previous, form, "economy"):
        if not _was_over(row, previous):
            continue
        for column in ("budget_mnok", "spent_to_date_mnok", "forecast_mnok"):
            amount, before = row.number(column), last.number(column)
            falls = column == "spent_to_date_mnok" and amount is not None and before is not None and amount < before
            if amount is not None and before is not None and amount != before and not falls:
                yield at(PAST_CHANGED, row, column, before=before, year=str(row.answers["year"]), period_before=previous.period)


def past_rows_stay(found: Return, previous: Return, form: Form) -> Iterator[Finding]:
    """An error, at the sheet, for each row of an earlier year that is not here though its project is."""
    if "economy" not in found.rows:
        return
    key, projects = form.table("economy").key, found.project_rows()
    now = set(grouped(found.of("economy"), *key))
    unclear = [row for row in found.of("economy") if key_of(row, key) is None]
    for last in previous.of("economy"):
        own, year = key_of(last, key), last.number("year")
        project = projects.get(last.code("project_id") or "")
        if own is None or own in now or project is None or year is None or project.code("standing") == "merged":
            continue
        if year < Period.parse(found.period).last.year and not any(may_be(row, last, key) for row in unclear):
            yield of_sheet(
                PAST_ROW_VANISHED, found, last, quoted=last.code("project_id"), year=str(year), period_before=previous.period,
                funding_source_id=last.code("funding_source_id"), cost_element=last.code("cost_element"),
            )  # fmt: skip


def amounts_do_not_jump(found: Return, previous: Return, form: Form) -> Iterator[Finding]:
    """A hold for each forecast, P50 and P85 that is twice or half of the last one or more, and for the sum of a project.

    Forecasts of years that were over are held as changes of the past. A sum is said only where none of its parts was.
    """
    said: set[str] = set()
    for table, columns in (("cost_estimates", TOTALS), ("economy", ("forecast_mnok",))):
        for row, last in pairs(found, previous, form, table):
            for column in columns:
                rule = None if _was_over(row, previous) else _jump(row.number(column), last.number(column), table)
                if rule:
                    said |= {row.code("project_id") or ""} if column == "forecast_mnok" else set()
                    factor = _unit_factor(row.number(column), last.number(column))
                    more = {"factor": factor} if factor else {}
                    yield at(rule, row, column, before=last.number(column), period_before=previous.period, **more)
    before = of_projects(previous, "economy")
    for project_id, rows in of_projects(found, "economy").items():
        total, last_total = (total_mnok(each, "forecast_mnok") for each in (rows, before.get(project_id, [])))
        if project_id not in said and _jump(total, last_total, "economy"):
            yield at(
                SUM_JUMPS, rows[0], "forecast_mnok", quoted=total, project_id=project_id, before=last_total,
                period_before=previous.period,
            )  # fmt: skip


def signs_stay(found: Return, previous: Return, form: Form) -> Iterator[Finding]:
    """A hold for each effect that is about as large as last time with the other sign."""
    for row, last in pairs(found, previous, form, "goal_contributions"):
        effect, before = row.number("likely"), last.number("likely")
        if effect and before and effect * before < 0 and _is_about(-effect / before, Decimal(1)):
            yield at(SIGN_FLIPPED, row, "likely", before=before, period_before=previous.period)


def stated_change_is_right(found: Return, previous: Return, form: Form) -> Iterator[Finding]:
    """An error where the change that a party states is not the one that its own figures give, in whole per cent."""
    for row, last in _same_kroner(found, previous, form, "economy"):
        stated, forecast, before = row.number("stated_change_pct"), row.number("forecast_mnok"), last.number("forecast_mnok")
        if stated is None or forecast is None or not before:
            continue
        computed = 100 * (forecast - before) / before
        if abs(stated - computed) > ROUNDING_PCT:
            yield at(
                STATED_CHANGE, row, "stated_change_pct", computed_pct=round(computed, 1), before=before, forecast_mnok=forecast,
                period_before=previous.period,
            )  # fmt: skip


def figures_stay(found: Return, previous: Return, form: Form) -> Iterator[Finding]:
    """A warning for each cell that had a figure or a date and now says why it has none."""
    for table in form.tables:
        columns = [column.column for column in table.columns if column.is_number or column.type == "date"]
        for row, last in pairs(found, previous, form, table.table):
            for column in columns:
                answer, before = row.answers.get(column), last.answers.get(column)
                if isinstance(answer, Missing) and answer != UNUSABLE and isinstance(before, (int, Decimal, dt.date)):
                    yield at(BECAME_MISSING, row, column, before=before, period_before=previous.period)


def frames_change_with_a_reason(found: Return, previous: Return, form: Form) -> Iterator[Finding]:
    """A warning where P50 or P85 of a project in construction is new, and neither source, date nor reason for cost is."""
    projects = found.project_rows()
    reasons = {row.code("project_id"): row.code("reason_cost") for row in found.of("progress")}
    last_reasons = {row.code("project_id"): row.code("reason_cost") for row in previous.of("progress")}
    for row, last in _same_kroner(found, previous, form, "cost_estimates"):
        project_id = row.code("project_id")
        project = projects.get(project_id or "")
        reason = reasons.get(project_id)
        is_explained = bool(reason and reason != last_reasons.get(project_id)) or any(
            row.answers.get(column) != last.answers.get(column) for column in ("amount_source", "estimated_on")
        )
        if project is None or project.code("phase") != "construction" or is_explained:
            continue
        for column in ("p50_mnok", "p85_mnok"):
            frame, before = row.number(column), last.number(column)
            if frame is not None and before is not None and frame != before:
                yield at(FRAME_CHANGED, row, column, before=before, column_other="amount_source", period_before=previous.period)


def price_bases_stay(found: Return, previous: Return, form: Form) -> Iterator[Finding]:
    """A warning at the first row of each project and table that is in other kroner than last time."""
    for table in ("economy", "cost_estimates"):
        said: set[str | None] = set()
        for row, last in pairs(found, previous, form, table):
            basis, before = price_basis(row), price_basis(last)
            project_id = row.code("project_id")
            if basis and before and basis != before and project_id not in said:
                said.add(project_id)
                columns = ("price_kind", "price_year", "includes_vat")
                column = next(name for name in columns if row.answers.get(name) != last.answers.get(name))
                yield at(BASIS_CHANGED, row, column, before=last.answers.get(column, "–"), period_before=previous.period)


def _same_kroner(found: Return, previous: Return, form: Form, table: str) -> Iterator[tuple[ReturnRow, ReturnRow]]:
    """Pairs of rows whose amounts can be held against each other."""
    for row, last in pairs(found, previous, form, table):
        if (basis := price_basis(row)) is not None and basis == price_basis(last):
            yield row, last


def _was_over(row: ReturnRow, previous: Return) -> bool:
    """Whether the row's year had ended when the last return was made."""
    year = row.number("year")
    return year is not None and year < Period.parse(previous.period).last.year


def _jump(amount: Decimal | None, before: Decimal | None, table: str) -> Rule | None:
    """The rule that a change breaks. None for no figure, for zero, and for small amounts."""
    if not amount or not before or amount * before < 0 or abs(amount - before) < LEAST_JUMP_MNOK:
        return None
    ratio = amount / before
    if 1 / JUMP_RATIO <= ratio <= JUMP_RATIO:
        return None
    if _unit_factor(amount, before):
        return UNIT_DIFFERS
    if table == "cost_estimates" and ratio < PART_OF_TOTAL:
        return BECAME_PART
    return JUMP if 1 / TENFOLD <= ratio <= TENFOLD else JUMP_TENFOLD


def _unit_factor(amount: Decimal | None, before: Decimal | None) -> Decimal | None:
    """A thousand or a million where the amounts lie about that far apart."""
    if not amount or not before:
        return None
    ratio = max(amount / before, before / amount)
    return next((factor for factor in UNIT_FACTORS if _is_about(ratio / factor, Decimal(1))), None)


def _is_about(ratio: Decimal, expected: Decimal) -> bool:
    return abs(ratio - expected) <= UNIT_SLACK

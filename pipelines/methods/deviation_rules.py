"""The deviation rules, one small function each: the reports of one project in, the number that is held against the limits out.

Pure. Percent is 1.5 for 1.5 %. Amounts are mill. kr and exact. Days are later when positive. A figure that is not there is never
taken as 0: the rule says what it lacks, and what is known beside it can make the level worse but never green.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar

from domain.deviation_limits import COLOURS, Colour, DeviationLimit
from domain.period import Period
from domain.returns import ReturnRow
from domain.rows import Cell
from pipelines.methods.project_reports import (
    NO_ROW,
    Lack,
    Lacking,
    ProjectReport,
    day_in,
    number_in,
    require_same_kroner,
    row_of,
    total_in,
    why_not,
)

OPENING = "opening"
# Why nothing can be told though no figure is lacking; beside the codes of the form.
NOT_APPLICABLE, FIRST_REPORT, NO_DEADLINE, NOTHING_THERE, ENDED = (
    "not_applicable", "first_report", "no_deadline", "nothing_there", "ended",
)  # fmt: skip
# A project in one of these has nothing more to report.
ENDED_STANDINGS = frozenset({"cancelled", "merged"})
HUNDRED = Decimal(100)
# Something is endlessly many times nothing.
ENDLESS = Decimal("Infinity")
Evidence = Mapping[str, Decimal | int | str | dt.date | None]
P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule is given: the reports of one project, oldest first, the day of judgement, and the days from period to deadline.

    `data_colour` is the colour of the figures, for the one rule that holds the reported colour against it. `baselines` are those
    of the reports, where they are known already.
    """

    reports: tuple[ProjectReport, ...]
    as_of: dt.date
    deadline_days: int | None = None
    data_colour: Colour | None = None
    baselines: Mapping[str, Baseline] | None = None

    @property
    def now(self) -> ProjectReport:
        return self.reports[-1]

    def before(self, table: str, column: str) -> ProjectReport:
        """The previous report of this project. Lacking where this is its first."""
        if len(self.reports) < 2:
            raise Lacking(FIRST_REPORT, table, column)
        return self.reports[-2]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a rule has read: the number that is held against the limits, the figures that it comes from, and their cells.

    `lack` is a figure that is not there beside those that are. `at_least` is the colour that the rule gives whatever the number.
    `counts_from` is the day that the number counts from, where it grows by one each day until the next report.
    """

    number: Decimal | None
    evidence: Evidence = field(default_factory=dict)
    cells: tuple[Cell, ...] = ()
    lack: Lack | None = None
    at_least: Colour = "green"
    counts_from: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """The adopted day of a milestone, the day that the newest report gives, and the last decision that was named."""

    adopted_on: dt.date
    stated_on: dt.date
    decision: str | None


Rule = Callable[[Case, DeviationLimit], Reading]


def read(rule: Rule, case: Case, limit: DeviationLimit) -> Reading:
    """The reading of a rule; of a project that has ended, or where a figure is not there, what is lacking."""
    try:
        if case.now.code("projects", "standing") in ENDED_STANDINGS:
            raise Lacking(ENDED, "projects", "standing")
        return rule(case, limit)
    except Lacking as lacking:
        return Reading(None, lack=lacking.lack)


# Cost.


def cost_over_p50(case: Case, _limit: DeviationLimit) -> Reading:
    """The forecast of the final cost in per cent of the control frame."""
    return _of_frame(case, "p50_mnok")


def cost_over_p85(case: Case, _limit: DeviationLimit) -> Reading:
    """The forecast of the final cost in per cent of the cost frame."""
    return _of_frame(case, "p85_mnok")


def cost_drift(case: Case, limit: DeviationLimit) -> Reading:
    """How many reports in a row, up to this one, the forecast has risen, each time by at least the smallest rise that counts.

    Rises that are enough for yellow and together reach the red share are red.
    """
    n_rises, lack = _rises(case.reports, limit.settings["smallest_rise_pct"])
    if lack and not n_rises:
        raise Lacking(lack.reason, lack.table, lack.column)
    first, last = (row_of(case.reports[place], "cost_estimates") for place in (-1 - n_rises, -1))
    risen_pct = _change_pct(number_in(first, "forecast_mnok"), number_in(last, "forecast_mnok"))
    is_drift = limit.yellow is not None and limit.yellow.are_broken_by(Decimal(n_rises))
    return Reading(
        Decimal(n_rises),
        {
            "first_period": str(case.reports[-1 - n_rises].period), "first_forecast_mnok": number_in(first, "forecast_mnok"),
            "forecast_mnok": number_in(last, "forecast_mnok"), "risen_pct": _finite(risen_pct),
        },
        _cells([first, last], "forecast_mnok"), lack,
        "red" if is_drift and risen_pct >= limit.settings["red_together_pct"] else "green",
    )  # fmt: skip


def jump(case: Case, _limit: DeviationLimit) -> Reading:
    """The forecast of the final cost over that of the project's previous report."""
    row = row_of(case.now, "cost_estimates")
    last = row_of(case.before("cost_estimates", "forecast_mnok"), "cost_estimates")
    require_same_kroner([row, last], "forecast_mnok")
    forecast, before = number_in(row, "forecast_mnok"), number_in(last, "forecast_mnok")
    evidence: Evidence = {
        "forecast_mnok": forecast,
        "previous_forecast_mnok": before,
        "previous_period": str(case.reports[-2].period),
    }
    ratio = Decimal(1) if forecast == before else _ratio(forecast, before, "cost_estimates", "forecast_mnok")
    return Reading(ratio, evidence, _cells([row, last], "forecast_mnok"))


def _of_frame(case: Case, frame: str) -> Reading:
    row = row_of(case.now, "cost_estimates")
    forecast, amount = number_in(row, "forecast_mnok"), number_in(row, frame)
    share_pct = _ratio(HUNDRED * forecast, amount, "cost_estimates", frame)
    return Reading(share_pct, {"forecast_mnok": forecast, frame: amount}, _cells([row], "forecast_mnok", frame))


def _rises(reports: Sequence[ProjectReport], smallest_pct: Decimal) -> tuple[int, Lack | None]:
    """How many rises in a row end with the newest report, and the figure that is lacking for seeing further back."""
    n_rises = 0
    if len(reports) < 2:
        return 0, Lack(FIRST_REPORT, "cost_estimates", "forecast_mnok")
    for earlier, later in reversed(list(pairwise(reports))):
        try:
            rows = [row_of(later, "cost_estimates"), row_of(earlier, "cost_estimates")]
            require_same_kroner(rows, "forecast_mnok")
            after, before = (number_in(row, "forecast_mnok") for row in rows)
        except Lacking as lacking:
            return n_rises, lacking.lack
        if _change_pct(before, after) < smallest_pct:
            break
        n_rises += 1
    return n_rises, None


def _change_pct(before: Decimal, after: Decimal) -> Decimal:
    if after == before:
        return Decimal(0)
    return HUNDRED * (after - before) / before if before else ENDLESS


# Time.


def slip_baseline(case: Case, _limit: DeviationLimit) -> Reading:
    """How many days after its adopted day the opening is expected, or came.

    A baseline that was changed without a decision does not count: the adopted one stands.
    """
    row = row_of(case.now, "milestones", OPENING)
    expected = _expected_on(row)
    baseline = _baselines(case).get(OPENING)
    if baseline is None:
        raise Lacking(why_not(row, "baseline_on"), "milestones", "baseline_on")
    evidence: Evidence = {"baseline_on": baseline.adopted_on, "forecast_on": expected, "stated_baseline_on": baseline.stated_on}
    return Reading(Decimal((expected - baseline.adopted_on).days), evidence, _cells([row], "baseline_on", "forecast_on"))


def slip_since_last(case: Case, _limit: DeviationLimit) -> Reading:
    """How many days later the opening is expected than in the project's previous report."""
    before = case.before("milestones", "forecast_on")
    row, last = row_of(case.now, "milestones", OPENING), row_of(before, "milestones", OPENING)
    expected, expected_before = _expected_on(row), _expected_on(last)
    evidence: Evidence = {"forecast_on": expected, "previous_forecast_on": expected_before, "previous_period": str(before.period)}
    return Reading(Decimal((expected - expected_before).days), evidence, _cells([row, last], "forecast_on"))


def milestone_overdue(case: Case, _limit: DeviationLimit) -> Reading:
    """How many days ago the forecast of a milestone that is not reached passed, by the day of judgement: the longest."""
    rows = _applicable(case.now.of("milestones"), "milestones", "forecast_on")
    awaited = [row for row in rows if row.day("actual_on") is None]
    return _worst(awaited, lambda row: _overdue(row, case.as_of)) if awaited else Reading(Decimal(0))


def rebaseline(case: Case, _limit: DeviationLimit) -> Reading:
    """How many milestones have another baseline than the adopted one. One that is changed stays so until a decision is named."""
    case.before("milestones", "baseline_on")
    rows = _applicable(case.now.of("milestones"), "milestones", "baseline_on")
    stated = [row for row in rows if row.day("baseline_on")]
    if not stated:
        raise Lacking(why_not(rows[0], "baseline_on"), "milestones", "baseline_on")
    baselines = _baselines(case)
    moved = [row for row in stated if (it := baselines.get(row.code("milestone") or "")) and it.stated_on != it.adopted_on]
    first = baselines[moved[0].code("milestone") or ""] if moved else None
    evidence: Evidence = {
        "milestone": moved[0].code("milestone"), "baseline_on": first.adopted_on, "stated_baseline_on": first.stated_on,
    } if first else {}  # fmt: skip
    return Reading(Decimal(len(moved)), evidence, _cells(moved, "baseline_on"))


def adopted_baselines(reports: Iterable[ProjectReport], before: Mapping[str, Baseline] | None = None) -> dict[str, Baseline]:
    """The adopted and the stated day of each milestone, after reports in order; `before` are those of the reports before them.

    The first day that is given is adopted. Another takes its place when a decision is named that was not named before.
    """
    found: dict[str, Baseline] = dict(before or {})
    for row in (row for report in reports for row in report.of("milestones")):
        milestone, stated, decision = row.code("milestone"), row.day("baseline_on"), row.code("baseline_decision")
        if milestone is None or stated is None:
            continue
        known = found.get(milestone, Baseline(stated, stated, decision))
        is_decided = decision is not None and decision != known.decision
        found[milestone] = Baseline(stated if is_decided else known.adopted_on, stated, decision or known.decision)
    return found


def _baselines(case: Case) -> Mapping[str, Baseline]:
    return adopted_baselines(case.reports) if case.baselines is None else case.baselines


def _expected_on(row: ReturnRow) -> dt.date:
    """The day on which a milestone was reached, or is expected to be."""
    return row.day("actual_on") or day_in(row, "forecast_on")


def _overdue(row: ReturnRow, as_of: dt.date) -> Reading:
    expected = day_in(row, "forecast_on")
    evidence: Evidence = {"milestone": row.code("milestone"), "forecast_on": expected, "as_of": as_of}
    days = Decimal(max(0, (as_of - expected).days))
    return Reading(days, evidence, _cells([row], "forecast_on"), counts_from=expected)


# Money of the year, progress, reserve.


def year_spend(case: Case, _limit: DeviationLimit) -> Reading:
    """The forecast of the report's year in per cent of the year's budget, over all sources. Too low deviates, too."""
    year = case.now.period.last.year
    rows = _some([row for row in case.now.of("economy") if row.number("year") == year], "economy", "budget_mnok")
    budget, forecast = total_in(rows, "budget_mnok"), total_in(rows, "forecast_mnok")
    share_pct = _ratio(HUNDRED * forecast, budget, "economy", "budget_mnok")
    evidence: Evidence = {"year": year, "budget_mnok": budget, "forecast_mnok": forecast}
    return Reading(share_pct, evidence, _cells(rows, "budget_mnok", "forecast_mnok"))


def requisition_over_budget(case: Case, _limit: DeviationLimit) -> Reading:
    """The most that is requisitioned of a source in a year above its budget there. A blank requisition asks for nothing."""
    groups: dict[tuple[str, Decimal], list[ReturnRow]] = defaultdict(list)
    rows = _some(case.now.of("economy"), "economy", "requisitioned_mnok")
    if asked := [row for row in rows if row.is_answered("requisitioned_mnok")]:
        _applicable(asked, "economy", "requisitioned_mnok")
    for row in rows:
        groups[row.code("funding_source_id") or "", row.number("year") or Decimal(0)].append(row)
    return _worst([groups[key] for key in sorted(groups)], _requisition)


def progress_behind_spend(case: Case, _limit: DeviationLimit) -> Reading:
    """The share of the forecast cost that is spent, less what is physically complete, in percentage points."""
    row = row_of(case.now, "progress")
    physical_pct = number_in(row, "physical_pct")
    rows = _some(case.now.of("economy"), "economy", "spent_to_date_mnok")
    spent, forecast = total_in(rows, "spent_to_date_mnok"), total_in(rows, "forecast_mnok")
    spent_pct = _ratio(HUNDRED * spent, forecast, "economy", "forecast_mnok")
    evidence: Evidence = {
        "spent_mnok": spent,
        "forecast_mnok": forecast,
        "spent_pct": _finite(spent_pct),
        "physical_pct": physical_pct,
    }
    return Reading(spent_pct - physical_pct, evidence, _cells([row], "physical_pct"))


def reserve_ahead(case: Case, _limit: DeviationLimit) -> Reading:
    """The released share of a reserve, less what is physically complete, in percentage points: the level furthest ahead."""
    rows = _applicable(case.now.of("reserve"), "reserve", "released_mnok")
    row = row_of(case.now, "progress")
    physical_pct = number_in(row, "physical_pct")
    return _worst(rows, lambda reserve: _reserve(reserve, physical_pct, row))


def _requisition(rows: Sequence[ReturnRow]) -> Reading:
    asked = [row for row in rows if row.is_answered("requisitioned_mnok") and not _is_not_applicable(row, "requisitioned_mnok")]
    if not asked:
        return Reading(Decimal(0))
    requisitioned, budget = total_in(asked, "requisitioned_mnok"), total_in(rows, "budget_mnok")
    evidence: Evidence = {
        "funding_source_id": rows[0].code("funding_source_id"), "year": int(rows[0].number("year") or 0),
        "requisitioned_mnok": requisitioned, "budget_mnok": budget,
    }  # fmt: skip
    return Reading(requisitioned - budget, evidence, _cells(rows, "requisitioned_mnok", "budget_mnok"))


def _reserve(row: ReturnRow, physical_pct: Decimal, progress: ReturnRow) -> Reading:
    released, held = number_in(row, "released_mnok"), number_in(row, "held_mnok")
    used_pct = _ratio(HUNDRED * released, released + held, "reserve", "held_mnok")
    evidence: Evidence = {
        "reserve_level": row.code("reserve_level"), "released_mnok": released, "held_mnok": held, "used_pct": used_pct,
        "physical_pct": physical_pct,
    }  # fmt: skip
    cells = (*_cells([row], "released_mnok", "held_mnok"), *_cells([progress], "physical_pct"))
    return Reading(used_pct - physical_pct, evidence, cells)


# Risk and goal.


def risk_without_response(case: Case, _limit: DeviationLimit) -> Reading:
    """What open risks without a response are expected to cost together, in per cent of the control frame.

    Expected is the probability times the likely consequence. Opportunities do not count.
    """
    rows = [row for row in case.now.of("risks") if _is_unanswered(row)]
    if not rows:
        return Reading(Decimal(0), {"n_risks": 0})
    estimate = row_of(case.now, "cost_estimates")
    p50 = number_in(estimate, "p50_mnok")
    found, lack = _each(rows, lambda row: _expected_mnok(row, estimate))
    total = sum((reading.number or Decimal(0) for reading in found), Decimal(0))
    if lack and not found:
        raise Lacking(lack.reason, lack.table, lack.column)
    share_pct = _ratio(HUNDRED * total, p50, "cost_estimates", "p50_mnok")
    evidence: Evidence = {"n_risks": len(rows), "expected_mnok": total, "p50_mnok": p50}
    return Reading(share_pct, evidence, _cells(rows, "probability_pct", "consequence_likely_mnok"), lack)


def goal_effect_missing(case: Case, _limit: DeviationLimit) -> Reading:
    """How many goal contributions of the project are stated. One that is coded missing is not."""
    rows = case.now.of("goal_contributions")
    if rows and all(_is_not_applicable(row, "likely") for row in rows):
        raise Lacking(NOT_APPLICABLE, "goal_contributions", "likely")
    stated = [row for row in rows if row.number("likely") is not None]
    return Reading(Decimal(len(stated)), {"n_contributions": len(stated)}, _cells(stated, "likely"))


def _is_unanswered(row: ReturnRow) -> bool:
    return row.code("kind") == "risk" and row.answers.get("is_open") is True and row.code("response") is None


def _expected_mnok(row: ReturnRow, estimate: ReturnRow) -> Reading:
    require_same_kroner([row, estimate], "consequence_likely_mnok")
    return Reading(number_in(row, "probability_pct") * number_in(row, "consequence_likely_mnok") / HUNDRED)


# The report itself.


def report_missing(case: Case, _limit: DeviationLimit) -> Reading:
    """How many days ago the deadline of the report after the newest passed, by the day of judgement. 0 before it."""
    if case.deadline_days is None:
        raise Lacking(NO_DEADLINE, "projects", "project_id")
    period = case.now.period
    awaited = Period(period.first.plus(period.n_months), period.last.plus(period.n_months))
    deadline = _last_day(awaited) + dt.timedelta(days=case.deadline_days)
    evidence: Evidence = {"period": str(period), "awaited_period": str(awaited), "deadline_on": deadline, "as_of": case.as_of}
    return Reading(Decimal(max(0, (case.as_of - deadline).days)), evidence, counts_from=deadline)


def report_stale(case: Case, _limit: DeviationLimit) -> Reading:
    """How many days ago the period of the newest figures ended, by the day of judgement."""
    ended = _last_day(case.now.period)
    evidence: Evidence = {"period": str(case.now.period), "period_ended_on": ended, "as_of": case.as_of}
    return Reading(Decimal(max(0, (case.as_of - ended).days)), evidence, counts_from=ended)


def reported_greener(case: Case, _limit: DeviationLimit) -> Reading:
    """How many levels the reported colour is better than the colour of the figures. 0 where it is the same or worse."""
    row = row_of(case.now, "progress")
    reported = row.code("colour_overall")
    if reported not in COLOURS:
        raise Lacking(why_not(row, "colour_overall"), "progress", "colour_overall")
    evidence: Evidence = {"reported_colour": reported, "data_colour": case.data_colour, "reason": row.code("reason_overall")}
    cells = _cells([row], "colour_overall")
    if case.data_colour is None:
        return Reading(None, evidence, cells, Lack(NOTHING_THERE, "progress", "colour_overall"))
    levels = COLOURS.index(case.data_colour) - COLOURS.index(reported)
    return Reading(Decimal(max(0, levels)), evidence, cells)


def _last_day(period: Period) -> dt.date:
    return period.last.plus(1).first_day - dt.timedelta(days=1)


# What rules have in common.


def _ratio(part: Decimal, whole: Decimal, table: str, column: str) -> Decimal:
    """A part of a whole; endless where the whole is 0. Lacking where both are."""
    if whole:
        return part / whole
    if not part:
        raise Lacking(NOTHING_THERE, table, column)
    return ENDLESS


def _finite(number: Decimal) -> Decimal | None:
    return number if number.is_finite() else None


def _some(rows: Sequence[ReturnRow], table: str, column: str) -> Sequence[ReturnRow]:
    """The rows. Lacking where there are none."""
    if not rows:
        raise Lacking(NO_ROW, table, column)
    return rows


def _applicable(rows: Sequence[ReturnRow], table: str, column: str) -> list[ReturnRow]:
    """The rows but those whose column says that the question does not concern the project. Lacking where none is left."""
    found = [row for row in _some(rows, table, column) if not _is_not_applicable(row, column)]
    if not found:
        raise Lacking(NOT_APPLICABLE, table, column)
    return found


def _is_not_applicable(row: ReturnRow, column: str) -> bool:
    return why_not(row, column) == NOT_APPLICABLE


def _each(parts: Iterable[P], read_part: Callable[[P], Reading]) -> tuple[list[Reading], Lack | None]:
    """The readings of the parts that can be read, and what the first of the others lacks."""
    found: list[Reading] = []
    first: Lack | None = None
    for part in parts:
        try:
            found.append(read_part(part))
        except Lacking as lacking:
            first = first or lacking.lack
    return found, first


def _worst(parts: Iterable[P], read_part: Callable[[P], Reading]) -> Reading:
    """The reading with the highest number, with what a part lacks beside it. Lacking where no part can be read."""
    found, lack = _each(parts, read_part)
    if lack and not found:
        raise Lacking(lack.reason, lack.table, lack.column)
    return replace(max(found, key=_badness), lack=lack)


def _badness(reading: Reading) -> tuple[Decimal, int]:
    """What the worst of readings goes by: the number, and of the same ones the one that began to count first."""
    return reading.number or Decimal(0), -reading.counts_from.toordinal() if reading.counts_from else 0


def _cells(rows: Iterable[ReturnRow], *columns: str) -> tuple[Cell, ...]:
    return tuple(cell for row in rows for column in columns if (cell := row.cell(column)))


# Every rule by its code, in the order of domain/deviation_limits.yaml. reported_greener needs the colour of the others.
RULES: Mapping[str, Rule] = {
    "cost_over_p50": cost_over_p50,
    "cost_over_p85": cost_over_p85,
    "cost_drift": cost_drift,
    "slip_baseline": slip_baseline,
    "slip_since_last": slip_since_last,
    "milestone_overdue": milestone_overdue,
    "year_spend": year_spend,
    "requisition_over_budget": requisition_over_budget,
    "progress_behind_spend": progress_behind_spend,
    "reserve_ahead": reserve_ahead,
    "risk_without_response": risk_without_response,
    "goal_effect_missing": goal_effect_missing,
    "report_missing": report_missing,
    "report_stale": report_stale,
    "reported_greener": reported_greener,
    "jump": jump,
    "rebaseline": rebaseline,
}

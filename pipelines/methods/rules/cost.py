"""Rules of what a project is expected to cost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from domain.deviation_limits import DeviationLimit
from pipelines.methods.project_reports import Lack, Lacking, ProjectReport, number_in, require_same_kroner, row_of
from pipelines.methods.rules.case import FIRST_REPORT, Case, Evidence, Reading
from pipelines.methods.rules.reading import ENDLESS, HUNDRED, cells_of, finite, ratio


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
            "forecast_mnok": number_in(last, "forecast_mnok"), "risen_pct": finite(risen_pct),
        },
        cells_of([first, last], "forecast_mnok"), lack,
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
    times = Decimal(1) if forecast == before else ratio(forecast, before, "cost_estimates", "forecast_mnok")
    return Reading(times, evidence, cells_of([row, last], "forecast_mnok"))


def _of_frame(case: Case, frame: str) -> Reading:
    row = row_of(case.now, "cost_estimates")
    forecast, amount = number_in(row, "forecast_mnok"), number_in(row, frame)
    share_pct = ratio(HUNDRED * forecast, amount, "cost_estimates", frame)
    return Reading(share_pct, {"forecast_mnok": forecast, frame: amount}, cells_of([row], "forecast_mnok", frame))


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

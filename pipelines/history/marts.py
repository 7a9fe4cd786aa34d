"""The marts: what a snapshot holds. One SQL file each, its grain on the first line, or a function of `computed/`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipelines.history.computed.rule_results import RULE_RESULTS

_SQL = Path(__file__).parent / "sql" / "marts"


@dataclass(frozen=True, slots=True)
class Mart:
    """A table of the snapshot. `key` are the columns that are unique together.

    `is_of_returns`: a row depends on its return alone, and on when that was known. It is copied from snapshot to snapshot.
    """

    name: str
    key: tuple[str, ...]
    is_of_returns: bool = False

    @property
    def sql(self) -> str:
        return (_SQL / f"{self.name}.sql").read_text(encoding="utf-8")


_ROLLING = ("agreement_id", "kind", "method_version", "reference_year", "group_kind", "group_name", "window_months", "last_month")
_YEARLY = ("agreement_id", "kind", "method_version", "year_from", "year_to", "month", "is_chained", "is_to_date")
_OF_A_RETURN = ("submission_id", "project_id")
MARTS = (
    Mart("submission", ("submission_id",)),
    Mart("original", ("submission_id", "position")),
    Mart("rolling_index", (*_ROLLING, "submission_id")),
    Mart("yearly_index", (*_YEARLY, "submission_id")),
    Mart("point", ("agreement_id", "kind", "point_id", "submission_id")),
    Mart("point_month", ("agreement_id", "kind", "point_id", "month", "submission_id")),
    Mart("point_mean", ("agreement_id", "kind", "point_id", "window_months", "last_month", "submission_id")),
    Mart("cited_figure", ("agreement_id", "topic", "line", "column_name", "submission_id")),
    Mart("return_submission", ("submission_id",)),
    Mart("return_row", ("submission_id", "table_name", "position"), is_of_returns=True),
    Mart("return_finding", ("submission_id", "position")),
    Mart("return_act", ("sequence", "submission_id")),
    Mart("return_staged", ("submission_id",)),
    Mart("return_staged_row", ("submission_id", "table_name", "position")),
    Mart("return_project", _OF_A_RETURN, is_of_returns=True),
    Mart("return_project_area", (*_OF_A_RETURN, "working_area_id"), is_of_returns=True),
    Mart("return_progress", _OF_A_RETURN, is_of_returns=True),
    Mart("return_milestone", (*_OF_A_RETURN, "milestone"), is_of_returns=True),
    Mart("return_economy", (*_OF_A_RETURN, "funding_source_id", "cost_element", "year"), is_of_returns=True),
    Mart("return_cost_estimate", _OF_A_RETURN, is_of_returns=True),
    Mart("return_risk", (*_OF_A_RETURN, "risk_id"), is_of_returns=True),
    Mart("return_goal_contribution", (*_OF_A_RETURN, "indicator_id"), is_of_returns=True),
    Mart("return_deviation", (*_OF_A_RETURN, "deviation_id"), is_of_returns=True),
    Mart("return_reserve", (*_OF_A_RETURN, "reserve_level"), is_of_returns=True),
)
# Made after those above, from them. What is computed from the same reports may be known at several times, which do not overlap.
COMPUTED = (RULE_RESULTS,)
COMPUTED_KEYS = {
    "project_status": ("agreement_id", "project_id", "period", "known_from"),
    "rule_result": ("agreement_id", "project_id", "period", "rule", "known_from"),
    "milestone_status": ("agreement_id", "project_id", "period", "milestone", "known_from"),
}

"""The marts: what a snapshot holds. One SQL file each, its grain on the first line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_SQL = Path(__file__).parent / "sql" / "marts"


@dataclass(frozen=True, slots=True)
class Mart:
    """A table of the snapshot. `key` are the columns that are unique together."""

    name: str
    key: tuple[str, ...]

    @property
    def sql(self) -> str:
        return (_SQL / f"{self.name}.sql").read_text(encoding="utf-8")


_ROLLING = ("agreement_id", "kind", "method_version", "reference_year", "group_kind", "group_name", "window_months", "last_month")
_YEARLY = ("agreement_id", "kind", "method_version", "year_from", "year_to", "month", "is_chained", "is_to_date")
MARTS = (
    Mart("submission", ("submission_id",)),
    Mart("rolling_index", (*_ROLLING, "submission_id")),
    Mart("yearly_index", (*_YEARLY, "submission_id")),
    Mart("point", ("agreement_id", "kind", "point_id", "submission_id")),
    Mart("point_month", ("agreement_id", "kind", "point_id", "month", "submission_id")),
    Mart("point_mean", ("agreement_id", "kind", "point_id", "window_months", "last_month", "submission_id")),
    Mart("cited_figure", ("agreement_id", "topic", "line", "column_name", "submission_id")),
)

"""Names that several blocks share: of a group of points, and of the place where a figure stands."""

from __future__ import annotations

from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement


def group_name(here: Surroundings, agreement: Agreement, kind: str, group: str) -> str:
    """The name of a group of points as people say it."""
    if not group:
        return here.say("group.none")
    if kind == "road_category":
        return here.say(f"group.road.{group}")
    if kind == "working_area":
        return next((area.name for area in agreement.working_areas if area.working_area_id == group), group)
    return group


def trace(here: Surroundings, submission_id: int, sheet: object, cell: object) -> str:
    """Where a figure stands: submission, sheet and cell, as far as it has one."""
    if isinstance(sheet, str) and isinstance(cell, str):
        return here.say("page.trace_cell", number=submission_id, sheet=sheet, cell=cell)
    return here.say("page.numbered", number=submission_id)

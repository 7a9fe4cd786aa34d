"""Which projects a question is about. Part of the key of every answer that is kept."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Selection:
    """Filters that all hold together; None asks for everything. `party_id` is the party that reports the project."""

    working_area_id: str | None = None
    municipality_code: str | None = None
    party_id: str | None = None
    focus_area_id: str | None = None
    phase: str | None = None
    project_id: str | None = None

    @property
    def is_everything(self) -> bool:
        return self == EVERYTHING


EVERYTHING = Selection()

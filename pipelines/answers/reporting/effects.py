"""What a return would do if it counted: which deviations it opens, moves or closes, and how the figures of its party move.

The rules are those of the agreement, applied to the reports that are known and the new one, as they will be when it counts.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from domain.limit_file import limits_of
from domain.model import Agreement
from domain.returns import Return
from pipelines.answers.costs import costs
from pipelines.answers.prices import price
from pipelines.answers.reporting.deviation_effects import Effect, deviation_effects
from pipelines.answers.reporting.known_reports import known_reports, with_new
from pipelines.answers.reporting.moved_figures import Forecasts, Moved, MovedOpening, MovedProgress, forecasts, openings, progress
from pipelines.answers.selection import Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.project_reports import HandedIn, project_reports

# What is about a report itself: any return closes it, whatever its figures are.
OF_REPORT = frozenset({"report_missing", "report_stale"})


@dataclass(frozen=True, slots=True)
class ReturnEffects:
    """What moves when a return counts. `openings` are those that move more than `moved_days`, the farthest first.

    `joined` are projects of the return that its party had not before, `absent` those of the party that it says nothing of: their
    last report stands. `is_newest` is False where every project has a report of a later period.
    """

    effects: tuple[Effect, ...]
    forecasts: Forecasts
    openings: tuple[MovedOpening, ...]
    moved_days: int
    progress: tuple[MovedProgress, ...]
    joined: tuple[str, ...]
    absent: tuple[str, ...]
    is_newest: bool

    @property
    def by_figures(self) -> tuple[Effect, ...]:
        """The effects that the figures have, without what handing in has."""
        return tuple(effect for effect in self.effects if effect.result.rule not in OF_REPORT)

    @property
    def by_delivery(self) -> tuple[Effect, ...]:
        """The effects that handing in has: that a report was lacking or old is told otherwise."""
        return tuple(effect for effect in self.effects if effect.result.rule in OF_REPORT)


def effects(snapshot: Snapshot, agreement: Agreement, found: Return, as_of: dt.date) -> ReturnEffects:
    """What a return would change if it counted from a date on, held against what was known on it. Of its own projects alone.

    For a correction of an earlier period the newest report of each project is judged again, against how it stood before that one.
    """
    # A project that is given twice or without an id is none of its reports; the checks have said so.
    new = {project_id: reports[-1] for project_id, reports in project_reports([HandedIn(found, as_of)], as_of).items()}
    known = known_reports(snapshot, agreement, tuple(new), as_of)
    chains = {project_id: with_new(known.get(project_id, ()), report) for project_id, report in new.items()}
    moved = {key: Moved(known[key][-1] if key in known else None, chain[-1]) for key, chain in chains.items()}
    limit = limits_of(agreement).limit("slip_since_last").yellow
    moved_days = int(limit.above) if limit and limit.above is not None else 0
    common = price(agreement, as_of)
    party = costs(snapshot, agreement, common, as_of, Selection(party_id=found.party_id))
    own = {str(row["project_id"]) for row in party}
    return ReturnEffects(
        deviation_effects(snapshot, agreement, chains, as_of),
        forecasts(party, moved, common),
        openings(moved, moved_days),
        moved_days,
        tuple(progress(moved)),
        tuple(key for key in new if key not in own),
        tuple(sorted(own - new.keys())),
        any(one.after is new[key] for key, one in moved.items()),
    )

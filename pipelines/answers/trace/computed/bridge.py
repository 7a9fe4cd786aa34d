"""The way of the forecast between two days, of the cells of both: each step, and the change of a project."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import pandas as pd

from pipelines.answers.economy.bridges import PortfolioBridge, portfolio_bridge
from pipelines.answers.economy.economy import FORECAST
from pipelines.answers.economy.line_table import Lines
from pipelines.answers.economy.lines import economy_lines
from pipelines.answers.named_figures import Asked
from pipelines.answers.prices import price
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.trace.computed.economy import MNOK, parts_of, summed
from pipelines.answers.trace.computed.made import Made, Maker, Part, Wanted
from pipelines.methods.bridge import STEPS

# The steps of the bridge that are of one end alone, with their sign, and at which end.
_ONE_END: Mapping[str, tuple[int, bool]] = {
    "opening": (1, True), "leavers": (-1, True), "became_missing": (-1, True), "became_known": (1, False), "joiners": (1, False),
    "closing": (1, False),
}  # fmt: skip
# Decided changes of scope by the newest report that has each, as the bridge reads them.
_SCOPE = """
SELECT s.project_id, d.submission_id, d.row_number
FROM snapshot.project_status AS s
JOIN snapshot.return_deviation AS d ON d.submission_id = s.submission_id AND d.project_id = s.project_id
WHERE s.agreement_id = $agreement_id AND s.known_from <= $moment AND $moment < s.known_to AND d.kind = 'scope'
    AND d.scope_change_mnok IS NOT NULL AND d.decision_reference IS NOT NULL AND s.reported_on > $since
QUALIFY row_number() OVER (PARTITION BY s.project_id, d.deviation_id ORDER BY s.period_ends_on DESC) = 1
ORDER BY s.project_id, d.row_number
"""


def _step(name: str) -> Maker:
    """A step of the bridge of the forecast, from the earlier day to the day that is asked about."""

    def make(asked: Asked, wanted: Wanted) -> Made | None:
        ends = _ends(asked, wanted)
        if ends is None or wanted.since is None:
            return None
        opening, closing = ends
        found = _bridge(asked, wanted)
        step = found.bridge.step(name)  # type: ignore[arg-type]
        if name in _ONE_END:
            sign, is_opening = _ONE_END[name]
            lines = opening if is_opening else closing
            return Made(step.amount_mnok, MNOK, "bridge", parts_of(lines.of_projects(step.project_ids), FORECAST, sign))
        scope = _scope_cells(asked, wanted, step.project_ids)
        if name == "scope":
            return Made(step.amount_mnok, MNOK, "bridge", scope)
        both = set(opening.project_id) & set(closing.project_id) & set(step.project_ids)
        cells = _difference(opening, closing, both)
        return Made(step.amount_mnok, MNOK, "bridge", (*cells, *scope) if name == "growth" else cells)

    return make


def _counted(name: str) -> Maker:
    """How many of the projects of a step have all figures, by the first cell of each."""

    def make(asked: Asked, wanted: Wanted) -> Made | None:
        ends = _ends(asked, wanted)
        if ends is None or wanted.since is None:
            return None
        step = _bridge(asked, wanted).bridge.step(name)  # type: ignore[arg-type]
        is_opening = _ONE_END.get(name, (1, False))[1]
        cells = parts_of(ends[0 if is_opening else 1].of_projects(step.project_ids), FORECAST)
        first = {part.project_id: part for part in reversed(cells)}
        counted = tuple(replace(part, amount=1) for _, part in sorted(first.items()))
        return Made(step.with_figures[0], "projects", "bridge", counted)

    return make


def _change(asked: Asked, wanted: Wanted) -> Made | None:
    """What the forecast of a project, or of all that go on, has changed by between the days."""
    ends = _ends(asked, wanted)
    if ends is None:
        return None
    opening, closing = ends
    if wanted.grain != "project" or not wanted.key:
        parts = _difference(opening, closing, {*opening.project_id, *closing.project_id})
        return Made(summed(parts), MNOK, "bridge", parts)
    parts = _difference(opening, closing, [wanted.key])
    scope = _scope_cells(asked, wanted, [wanted.key])
    # What a decision has added to the scope is told by a step of its own.
    found = _bridge(asked, wanted) if scope else None
    row = next((it for it in found.growth if it.project_id == wanted.key), None) if found else None
    return Made(row.change_mnok if row else summed(parts), MNOK, "bridge", (*parts, *scope))


def _bridge(asked: Asked, wanted: Wanted) -> PortfolioBridge:
    """The bridge from the earlier day, in its kroner. The earlier day is known to be there."""
    then = price(asked.agreement, asked.as_of, wanted.since_price) if wanted.since_price else None
    since = wanted.since or asked.as_of
    return portfolio_bridge(asked.snapshot, asked.agreement, since, asked.as_of, asked.selection, asked.price, opening_price=then)


def _scope_cells(asked: Asked, wanted: Wanted, project_ids: Iterable[str]) -> tuple[Part, ...]:
    """The cells in which decided changes of scope of projects are stated, reported since the earlier day."""
    given = {"agreement_id": asked.agreement.agreement_id, "moment": moment_of(asked.as_of), "since": wanted.since}
    ids = set(project_ids)
    return tuple(
        Part(row["project_id"], row["submission_id"], "deviations", row["row_number"], "scope_change_mnok")
        for row in asked.snapshot.records(_SCOPE, given)
        if row["project_id"] in ids
    )


def _opening(asked: Asked, wanted: Wanted) -> Made | None:
    """The forecast of a project on the earlier day."""
    ends = _ends(asked, wanted)
    if ends is None or wanted.key is None:
        return None
    parts = parts_of(ends[0].of_projects([wanted.key]), FORECAST)
    return Made(summed(parts), MNOK, "bridge", parts)


def _difference(opening: Lines, closing: Lines, project_ids: Collection[str]) -> tuple[Part, ...]:
    """The cells of projects on the day, and with the other sign those of the earlier day."""
    ends = (closing.of_projects(project_ids), 1), (opening.of_projects(project_ids), -1)
    return tuple(part for lines, sign in ends for part in parts_of(lines, FORECAST, sign))


def _ends(asked: Asked, wanted: Wanted) -> tuple[Lines, Lines] | None:
    """The lines of the projects that go on and have all their figures, on the earlier day and on the day; None without one."""
    if wanted.since is None or wanted.since > asked.as_of:
        return None
    closing = economy_lines(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection, (FORECAST,))
    then = price(asked.agreement, asked.as_of, wanted.since_price) if wanted.since_price else closing.price
    opening = economy_lines(asked.snapshot, asked.agreement, then, wanted.since, asked.selection, (FORECAST,))
    return _complete(opening), _complete(closing)


def _complete(lines: Lines) -> Lines:
    amounts = lines.amounts[FORECAST]
    lacking = set(lines.project_id[amounts.is_asked & ~amounts.is_known])
    ended = {key for key, project in lines.projects.items() if project.has_ended}
    return lines.where(amounts.is_known & ~pd.Index(lines.project_id).isin(lacking | ended))


BRIDGE: Mapping[str, Maker] = {
    **{f"bridge_{step}": _step(step) for step in STEPS},
    **{f"counted_{step}": _counted(step) for step in STEPS},
    "bridge_change": _change,
    "bridge_project_opening": _opening,
}

"""The sums of economy, of the lines that they are made of: totals, what years have left, and frames."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from pipelines.answers.economy.areas import by_areas, part_in
from pipelines.answers.economy.carry_over import carried_over
from pipelines.answers.economy.economy import BUDGET, FORECAST
from pipelines.answers.economy.funding import FrameLine, framed_lines, municipalities_of
from pipelines.answers.economy.line_table import SPENT, SPENT_THIS_YEAR, Flags, Lines, Numbers, Texts
from pipelines.answers.economy.lines import economy_lines
from pipelines.answers.economy.over_frames import AgainstFrame, over_frames
from pipelines.answers.kroner import kroner_of
from pipelines.answers.named_figures import Asked
from pipelines.answers.portfolio import projects_of
from pipelines.answers.prices import figure_in
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.trace.computed.made import Made, Maker, Outside, Part, Wanted
from pipelines.methods.money import Amount, mnok_of

MNOK = "mnok"
_SPENT = """
SELECT s.project_id, e.submission_id, e.row_number, e.year, e.price_kind, e.price_year, e.includes_vat, e.spent_to_date_mnok
FROM snapshot.project_status AS s
JOIN snapshot.return_economy AS e ON e.submission_id = s.submission_id AND e.project_id = s.project_id
WHERE s.agreement_id = $agreement_id AND s.known_from <= $moment AND $moment < s.known_to AND s.period_ends_on <= $end
QUALIFY s.period_ends_on = max(s.period_ends_on) OVER (PARTITION BY s.project_id)
ORDER BY s.project_id, e.row_number
"""


def parts_of(lines: Lines, name: str, sign: int = 1) -> tuple[Part, ...]:
    """The cells of an amount of lines that have it."""
    column, known = SPENT if name == SPENT_THIS_YEAR else name, lines.where(lines.amounts[name].is_known)
    places = zip(known.project_id, known.submission_id.tolist(), known.row_number.tolist(), strict=True)
    return tuple(
        Part(project_id, submission_id, "economy", row_number, column, sign * mnok_of(ore))
        for (project_id, submission_id, row_number), ore in zip(places, known.amounts[name].ore.tolist(), strict=True)
    )


def summed(parts: Iterable[Part]) -> Decimal | None:
    """What amounts come to; None where there are none."""
    amounts = [Decimal(part.amount) for part in parts if part.amount is not None]
    return sum(amounts, Decimal(0)) if amounts else None


def lines_of(asked: Asked, *names: str) -> Lines:
    """The lines of what is chosen, with the amounts that are asked for."""
    return economy_lines(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection, names)


def of_group(lines: Lines, wanted: Wanted) -> Lines:
    """The lines of a source, party, year, municipality or project; of an area what falls on it."""
    key = wanted.key
    if key is None:
        return lines
    if wanted.grain == "area":
        areas, pieces = by_areas(lines)
        return pieces.where(areas == key)
    of: Mapping[str, Callable[[], Texts]] = {
        "source": lambda: lines.funding_source_id, "project": lambda: lines.project_id,
        "year": lambda: lines.year.astype(str).astype(object), "municipality": lambda: municipalities_of(lines),
        "party": lambda: lines.each({name: project.party_id for name, project in lines.projects.items()}),
    }  # fmt: skip
    return lines.where(of[wanted.grain]() == key) if wanted.grain in of else lines


def _sum(name: str) -> Maker:
    def make(asked: Asked, wanted: Wanted) -> Made:
        # What a selected area has alone has been taken already.
        is_taken = wanted.grain == "area" and asked.selection.working_area_id is not None
        lines = lines_of(asked, name)
        parts = parts_of(lines if is_taken else of_group(lines, wanted), name)
        return Made(summed(parts), MNOK, "money", parts)

    return make


def _share(asked: Asked, wanted: Wanted) -> Made | None:
    """The part of the forecast that falls on a place, in per cent of the whole."""
    lines = lines_of(asked, FORECAST)
    whole, own = summed(parts_of(lines, FORECAST)), parts_of(of_group(lines, wanted), FORECAST)
    amount = summed(own)
    share = None if amount is None or not whole else float(100 * amount / whole)
    return Made(share, "pct", "money", tuple(replace(part, amount=None) for part in own))


def _balance(sides: tuple[tuple[str, int], ...], is_in: Callable[[Numbers, int], Flags]) -> Maker:
    """Budget less forecast of the lines that have both, of the years that count."""

    def make(asked: Asked, wanted: Wanted) -> Made | None:
        found = _with_both(asked, wanted, is_in)
        if found is None:
            return None
        parts = tuple(part for name, sign in sides for part in parts_of(found, name, sign))
        return Made(summed(parts) or Decimal(0), MNOK, "money", parts)

    return make


def _with_both(asked: Asked, wanted: Wanted, is_in: Callable[[Numbers, int], Flags]) -> Lines | None:
    """The lines that have budget and forecast, of a year, or of a source after which the year stands: state::2026."""
    source, _, year = (wanted.key or "").rpartition("::")
    if not _is_year(year):
        return None
    lines = lines_of(asked, BUDGET, FORECAST)
    own = lines.of_source(source) if source else lines
    has_both = own.amounts[BUDGET].is_known & own.amounts[FORECAST].is_known
    return own.where(is_in(own.year, int(year)) & has_both)


def _is_year(asked: str) -> bool:
    """Whether what an address asks for can be a year."""
    return asked.isascii() and asked.isdigit() and len(asked) == 4


def _carry_ceiling(asked: Asked, wanted: Wanted) -> Made | None:
    """How much of a year's budget a source may carry into the next, by the agreement."""
    listed = carried_over(asked.snapshot, asked.agreement, asked.price, asked.as_of)
    of = {f"{it.source.funding_source_id}::{it.balance.year}": it.ceiling_mnok for it in listed}
    found = _with_both(asked, wanted, operator.eq)
    if wanted.key not in of or found is None:
        return None
    return Made(of[wanted.key], MNOK, "money", tuple(replace(part, amount=None) for part in parts_of(found, BUDGET)))


def _over_ceiling(asked: Asked, wanted: Wanted) -> Made | None:
    """How much more a source carries out of a year than it may, by the agreement."""
    listed = carried_over(asked.snapshot, asked.agreement, asked.price, asked.as_of)
    row = next((it for it in listed if f"{it.source.funding_source_id}::{it.balance.year}" == wanted.key), None)
    carried = _balance(_BOTH, operator.le)(asked, wanted)
    if row is None or carried is None or row.over_mnok is None:
        return None
    return replace(carried, amount=row.over_mnok, parts=tuple(replace(part, amount=None) for part in carried.parts))


def _sources(is_held: bool) -> Maker:
    """How many sources there are; or can be held against their frames."""

    def make(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of the whole agreement has no key
        listed = [line for line, _ in framed_lines(asked.snapshot, asked.agreement, asked.price, asked.as_of)]
        whole = [it for it in listed if it.municipality_code is None and it.year is None]
        own = [it for it in whole if it.left_mnok is not None or not is_held]
        frames = (it.frame.mnok if isinstance(it.frame, Amount) else None for it in own)
        outside = (Outside("frame", it.funding_source_id, frame) for it, frame in zip(own, frames, strict=True))
        return Made(len(own), "sources", "frames", (), tuple(outside))

    return make


def _spent_until(asked: Asked, wanted: Wanted) -> Made | None:
    """What was spent by the end of a reporting period, by each project's newest report of it or of one before."""
    try:
        end = dt.date.fromisoformat(wanted.key or "")
    except ValueError:
        return None
    listed = projects_of(asked.snapshot, asked.agreement, asked.as_of, asked.selection)
    given = {"agreement_id": asked.agreement.agreement_id, "moment": moment_of(asked.as_of), "end": end}
    area, parts = asked.selection.working_area_id, []
    for row in asked.snapshot.records(_SPENT, given):
        if row["project_id"] not in listed:
            continue
        figure = figure_in(asked.price, row[SPENT], "spent", kroner_of(row), "", row["year"])
        figure = part_in(figure, listed[row["project_id"]].shares_pct, area) if area else figure
        if isinstance(figure, Amount):
            parts.append(Part(row["project_id"], row["submission_id"], "economy", row["row_number"], SPENT, figure.mnok))
    return Made(summed(parts), MNOK, "money", tuple(parts))


def _cumulative(name: str) -> Maker:
    def make(asked: Asked, wanted: Wanted) -> Made | None:
        if wanted.key is None or not _is_year(wanted.key):
            return None
        lines = lines_of(asked, name)
        parts = parts_of(lines.where(lines.year <= int(wanted.key)), name)
        return Made(summed(parts), MNOK, "money", parts)

    return make


def _over_p50(asked: Asked, wanted: Wanted) -> Made | None:
    return _against(asked, wanted, lambda _: True)


def _rise(asked: Asked, wanted: Wanted) -> Made | None:
    return _against(asked, wanted, lambda row: row.over_mnok > 0)


def _against(asked: Asked, wanted: Wanted, is_in: Callable[[AgainstFrame], bool]) -> Made | None:
    """Forecasts less control frames of the projects that have both."""
    found = over_frames(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)
    rows = [row for row in found.rows if is_in(row) and (wanted.grain != "project" or row.project_id == wanted.key)]
    if not rows or (asked.price is None and wanted.grain != "project"):
        return None
    parts = [
        Part(row.project_id, row.submission_id, "cost_estimates", row.row_number, column, mnok)
        for row in rows
        for column, mnok in ((FORECAST, row.forecast_mnok), ("p50_mnok", -row.p50_mnok))
    ]
    return Made(summed(parts), MNOK, "frames", tuple(parts))


def _framed(name: str) -> Maker:
    """A frame, what is left of it, or what is spent or expected of its source where and when the frame holds."""

    def make(asked: Asked, wanted: Wanted) -> Made | None:
        listed = framed_lines(asked.snapshot, asked.agreement, asked.price, asked.as_of)
        line, own = next((it for it in listed if frame_key(it[0]) == wanted.key), (None, None))
        if line is None or own is None:
            return None
        frame = line.frame.mnok if isinstance(line.frame, Amount) else None
        outside = (Outside("frame", line.funding_source_id, frame),)
        if name == "frame":
            return Made(frame, MNOK, "frames", (), outside)
        column = SPENT if name == "framed_spent" else FORECAST
        if name == "left_of_frame":
            return Made(line.left_mnok, MNOK, "frames", parts_of(own, column, -1), outside)
        return Made(line.sums.mnok(column), MNOK, "frames", parts_of(own, column))

    return make


def frame_key(line: FrameLine) -> str:
    """The key of a frame: its source, its municipality after a colon, its year after another."""
    named = [line.funding_source_id, line.municipality_code or "", "" if line.year is None else str(line.year)]
    return ":".join(named).rstrip(":")


_BOTH = ((BUDGET, 1), (FORECAST, -1))
TOTALS: Mapping[str, Maker] = {
    "budget_total": _sum("budget_mnok"),
    "spent_to_date_total": _sum(SPENT),
    "spent_this_year_total": _sum(SPENT_THIS_YEAR),
    "forecast_total": _sum(FORECAST),
    "requisitioned_total": _sum("requisitioned_mnok"),
}
ECONOMY: Mapping[str, Maker] = {
    **TOTALS,
    "forecast_share": _share,
    "balance_budget": _balance(((BUDGET, 1),), operator.eq),
    "balance_forecast": _balance(((FORECAST, 1),), operator.eq),
    "result_mnok": _balance(_BOTH, operator.eq),
    "carried_in_mnok": _balance(_BOTH, operator.lt),
    "carried_out_mnok": _balance(_BOTH, operator.le),
    "plan_cumulative": _cumulative(BUDGET),
    "forecast_cumulative": _cumulative(FORECAST),
    "spent_cumulative": _spent_until,
    "carry_ceiling": _carry_ceiling,
    "over_ceiling": _over_ceiling,
    "sources_held": _sources(True),
    "sources": _sources(False),
    "over_p50": _over_p50,
    "rise_over_p50": _rise,
    **{name: _framed(name) for name in ("frame", "left_of_frame", "framed_spent", "framed_forecast")},
}

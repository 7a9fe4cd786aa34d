"""The sums of economy, of the lines that they are made of: totals, what years have left, and frames."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from domain.model import Agreement
from pipelines.answers.economy.areas import areas_of, line_in_area, part_in
from pipelines.answers.economy.carry_over import carried_over
from pipelines.answers.economy.economy import BUDGET, FORECAST
from pipelines.answers.economy.funding import FrameLine, frames, municipality_of
from pipelines.answers.economy.line_table import SPENT, SPENT_THIS_YEAR, Line
from pipelines.answers.economy.lines import economy_lines
from pipelines.answers.economy.over_frames import AgainstFrame, over_frames
from pipelines.answers.kroner import kroner_of
from pipelines.answers.named_figures import Asked
from pipelines.answers.portfolio import projects_of
from pipelines.answers.prices import figure_in
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.trace.computed.made import Made, Maker, Outside, Part, Wanted
from pipelines.methods.money import Amount

MNOK = "mnok"
_SPENT = """
SELECT s.project_id, e.submission_id, e.row_number, e.year, e.price_kind, e.price_year, e.includes_vat, e.spent_to_date_mnok
FROM snapshot.project_status AS s
JOIN snapshot.return_economy AS e ON e.submission_id = s.submission_id AND e.project_id = s.project_id
WHERE s.agreement_id = $agreement_id AND s.known_from <= $moment AND $moment < s.known_to AND s.period_ends_on <= $end
QUALIFY s.period_ends_on = max(s.period_ends_on) OVER (PARTITION BY s.project_id)
ORDER BY s.project_id, e.row_number
"""


def parts_of(lines: Iterable[Line], name: str, sign: int = 1) -> tuple[Part, ...]:
    """The cells of an amount of lines that have it."""
    column = SPENT if name == SPENT_THIS_YEAR else name
    return tuple(
        Part(line.project.project_id, line.submission_id, "economy", line.row_number, column, sign * figure.mnok)
        for line in lines
        if isinstance(figure := line.figures.get(name), Amount)
    )


def summed(parts: Iterable[Part]) -> Decimal | None:
    """What amounts come to; None where there are none."""
    amounts = [Decimal(part.amount) for part in parts if part.amount is not None]
    return sum(amounts, Decimal(0)) if amounts else None


def _lines(asked: Asked, *names: str) -> tuple[Line, ...]:
    return economy_lines(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection, names).lines


def _narrowed(asked: Asked, wanted: Wanted, name: str) -> tuple[Line, ...]:
    """Lines that hold all of a group: one line after the other of a large portfolio takes time."""
    key, selection = wanted.key or "", asked.selection
    if wanted.grain == "project":
        selection = replace(selection, project_id=key)
    found = economy_lines(asked.snapshot, asked.agreement, asked.price, asked.as_of, selection, (name,))
    if wanted.grain == "source" and key:
        found = found.of_source(key)
    if wanted.grain == "year" and key.isascii() and key.isdigit():
        found = found.where(found.year == int(key))
    return found.lines


def _of_group(lines: Iterable[Line], wanted: Wanted) -> list[Line]:
    """The lines of a source, party, year, municipality or project; of an area what falls on it."""
    key = wanted.key
    if wanted.grain == "area" and key:
        return [line_in_area(line, key) for line in lines if key in areas_of(line)]
    of: Mapping[str, Callable[[Line], str]] = {
        "source": lambda line: line.funding_source_id, "party": lambda line: line.project.party_id,
        "year": lambda line: str(line.year), "project": lambda line: line.project.project_id,
        "municipality": lambda line: municipality_of(line.project.municipality_codes),
    }  # fmt: skip
    grain = of.get(wanted.grain)
    return [line for line in lines if grain is None or key is None or grain(line) == key]


def _sum(name: str) -> Maker:
    def make(asked: Asked, wanted: Wanted) -> Made:
        # What a selected area has alone has been taken already.
        is_taken = wanted.grain == "area" and asked.selection.working_area_id is not None
        lines = _narrowed(asked, wanted, name)
        parts = parts_of(lines if is_taken else _of_group(lines, wanted), name)
        return Made(summed(parts), MNOK, "money", parts)

    return make


def _share(asked: Asked, wanted: Wanted) -> Made | None:
    """The part of the forecast that falls on a place, in per cent of the whole."""
    lines = _lines(asked, FORECAST)
    whole, own = summed(parts_of(lines, FORECAST)), parts_of(_of_group(lines, wanted), FORECAST)
    amount = summed(own)
    share = None if amount is None or not whole else float(100 * amount / whole)
    return Made(share, "pct", "money", tuple(replace(part, amount=None) for part in own))


def _balance(sides: tuple[tuple[str, int], ...], is_in: Callable[[int, int], bool]) -> Maker:
    """Budget less forecast of the lines that have both, of the years that count."""

    def make(asked: Asked, wanted: Wanted) -> Made | None:
        found = _with_both(asked, wanted, is_in)
        if found is None:
            return None
        parts = tuple(part for name, sign in sides for part in parts_of(found, name, sign))
        return Made(summed(parts) or Decimal(0), MNOK, "money", parts)

    return make


def _with_both(asked: Asked, wanted: Wanted, is_in: Callable[[int, int], bool]) -> list[Line] | None:
    """The lines that have budget and forecast, of a year, or of a source after which the year stands: state::2026."""
    source, _, year = (wanted.key or "").rpartition("::")
    if not year.isascii() or not year.isdigit():
        return None
    return [
        line
        for line in _lines(asked, BUDGET, FORECAST)
        if is_in(line.year, int(year))
        and source in ("", line.funding_source_id)
        and all(isinstance(line.figures.get(name), Amount) for name in (BUDGET, FORECAST))
    ]


def _carry_ceiling(asked: Asked, wanted: Wanted) -> Made | None:
    """How much of a year's budget a source may carry into the next, by the agreement."""
    listed = carried_over(asked.snapshot, asked.agreement, asked.price, asked.as_of)
    of = {f"{it.source.funding_source_id}::{it.balance.year}": it.ceiling_mnok for it in listed}
    found = _with_both(asked, wanted, lambda year, asked_year: year == asked_year)
    if wanted.key not in of or found is None:
        return None
    return Made(of[wanted.key], MNOK, "money", tuple(replace(part, amount=None) for part in parts_of(found, BUDGET)))


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
    def make(asked: Asked, wanted: Wanted) -> Made:
        parts = parts_of((line for line in _lines(asked, name) if str(line.year) <= (wanted.key or "")), name)
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
        listed = frames(asked.snapshot, asked.agreement, asked.price, asked.as_of)
        line = next((it for it in listed if frame_key(it) == wanted.key), None)
        if line is None:
            return None
        frame = line.frame.mnok if isinstance(line.frame, Amount) else None
        outside = (Outside("frame", line.funding_source_id, frame),)
        if name == "frame":
            return Made(frame, MNOK, "frames", (), outside)
        column = SPENT if name == "framed_spent" else FORECAST
        lines = economy_lines(asked.snapshot, asked.agreement, asked.price, asked.as_of, amounts=(column,)).lines
        own = _held(asked.agreement, line, lines)
        if name == "left_of_frame":
            return Made(line.left_mnok, MNOK, "frames", parts_of(own, column, -1), outside)
        return Made(line.sums.mnok(column), MNOK, "frames", parts_of(own, column))

    return make


def frame_key(line: FrameLine) -> str:
    """The key of a frame: its source, its municipality after a colon, its year after another."""
    named = [line.funding_source_id, line.municipality_code or "", "" if line.year is None else str(line.year)]
    return ":".join(named).rstrip(":")


def _held(agreement: Agreement, line: FrameLine, lines: Iterable[Line]) -> list[Line]:
    """The lines that are held against a frame: of its source, in its municipality, in its years."""
    listed = [it for it in agreement.frames if it.funding_source_id == line.funding_source_id]
    whole = [it for it in listed if not it.is_per_year]
    of_place = [it for it in whole if it.municipality_code == line.municipality_code]
    own = whole if line.municipality_code is None else of_place
    first, last = min((it.from_year for it in own), default=0), max((it.to_year for it in own), default=9999)
    if line.year is not None:
        first = last = line.year
    return [
        it
        for it in lines
        if it.funding_source_id == line.funding_source_id
        and first <= it.year <= last
        and line.municipality_code in (None, municipality_of(it.project.municipality_codes))
    ]


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
    "balance_budget": _balance(((BUDGET, 1),), lambda year, asked: year == asked),
    "balance_forecast": _balance(((FORECAST, 1),), lambda year, asked: year == asked),
    "result_mnok": _balance(_BOTH, lambda year, asked: year == asked),
    "carried_in_mnok": _balance(_BOTH, lambda year, asked: year < asked),
    "carried_out_mnok": _balance(_BOTH, lambda year, asked: year <= asked),
    "plan_cumulative": _cumulative(BUDGET),
    "forecast_cumulative": _cumulative(FORECAST),
    "spent_cumulative": _spent_until,
    "carry_ceiling": _carry_ceiling,
    "over_p50": _over_p50,
    "rise_over_p50": _rise,
    **{name: _framed(name) for name in ("frame", "left_of_frame", "framed_spent", "framed_forecast")},
}

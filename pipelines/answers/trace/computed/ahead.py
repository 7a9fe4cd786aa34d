"""What the goal's outlook says, of the indices behind it: what a level leads to, what it takes, and how certain it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from pipelines.answers.goal.goal import goal
from pipelines.answers.goal.movement import points
from pipelines.answers.goal.outlook import Outlook, WhatIf, outlook
from pipelines.answers.named_figures import Asked
from pipelines.answers.trace.computed.made import Made, Maker, Number, Rest, Wanted
from pipelines.answers.trace.index_parts import INDEX, MEAN
from pipelines.answers.trace.published import mean_key, rolling_key
from pipelines.methods.outlook import LEVELS_PCT

# The levels that have a name, so that the same one is meant on every day.
NEEDED, LAST_YEAR = "needed", "last_year"
_YEAR = 12
# What is asked about lies within these: an address may name anything.
_FAR_PCT, _NARROWEST_PCT = 100, 0.01


def level_key(shown: WhatIf, level_pct: float) -> str:
    """How a level of a set of points is named in the key of a figure: same_points:needed, same_points:-2.0."""
    named = {shown.needed_pct: NEEDED, shown.last_year_pct: LAST_YEAR}
    return f"{shown.points}:{named.get(level_pct, repr(level_pct))}"


def _outlook(asked: Asked, levels_pct: Sequence[float] = LEVELS_PCT) -> Outlook | None:
    return outlook(asked.snapshot, asked.agreement, asked.as_of, levels_pct=levels_pct)


def _shown(found: Outlook | None, name: str) -> WhatIf | None:
    return next((it for it in found.what_if if it.points == name), None) if found else None


def _of_set(amount: Callable[[WhatIf], float], *, is_against_judged: bool = False) -> Maker:
    """A figure of a set of points, which the key names; in percentage points where it is what the judged index has more."""

    def make(asked: Asked, wanted: Wanted) -> Made | None:
        found = _outlook(asked)
        shown = _shown(found, wanted.key or "")
        if found is None or shown is None:
            return None
        years = _years(asked, found, shown)
        if is_against_judged:
            return Made(amount(shown), "pp", "outlook", rests=(*_judged(found), *years))
        return Made(amount(shown), "pct", "outlook", rests=years)

    return make


def _end(asked: Asked, wanted: Wanted) -> Made | None:
    """The index in twelve months at a level: set of points and level, with a colon between."""
    name, _, level = (wanted.key or "").partition(":")
    found = _outlook(asked)
    shown = _shown(found, name)
    if found is None or shown is None:
        return None
    named = {NEEDED: shown.needed_pct, LAST_YEAR: shown.last_year_pct}
    level_pct = named[level] if level in named else _number(level)
    at = _shown(_outlook(asked, (level_pct,)), name) if level_pct is not None else None
    if at is None:
        return None
    return Made(float(at.outcomes["end_pct"].iloc[0]), "pct", "outlook", rests=_years(asked, found, shown))


def _number(said: str) -> float | None:
    """A number of a key; None for what is none, or no level or width that anybody would ask about."""
    try:
        found = float(said)
    except ValueError:
        return None
    return found if abs(found) <= _FAR_PCT else None


def _certain(unit: str, amount: Callable[[Outlook], Number | None]) -> Maker:
    """What the standard error of the judged index gives."""

    def make(asked: Asked, wanted: Wanted) -> Made | None:  # noqa: ARG001 - there is one judged index
        found = _outlook(asked)
        return Made(amount(found), unit, "outlook", rests=_judged(found)) if found else None

    return make


def _points_needed(asked: Asked, wanted: Wanted) -> Made | None:
    """How many points would make the interval as narrow as the key says: half its width in percentage points."""
    half_pct = _number(wanted.key or "")
    if half_pct is None or half_pct < _NARROWEST_PCT:
        return None
    found = outlook(asked.snapshot, asked.agreement, asked.as_of, half_widths_pct=(half_pct,))
    return Made(found.points_needed.get(half_pct), "points", "outlook", rests=_judged(found)) if found else None


def _judged(found: Outlook) -> tuple[Rest, ...]:
    """The judged index itself."""
    return (_index(found.window_months, found.last_month, found.submission_id, found.index_pct),)


def _years(asked: Asked, found: Outlook, shown: WhatIf) -> tuple[Rest, ...]:
    """What the 12-month indices of the years behind are made of: the published rows, or the means of the same points."""
    months = list(shown.years["last_month"])
    if shown.points == "each_window":
        rows = goal(asked.snapshot, asked.agreement, asked.as_of).series
        yearly = rows[(rows["window_months"] == _YEAR) & rows["last_month"].dt.date.isin(months)]
        listed = (
            _index(_YEAR, row.last_month.date(), int(row.submission_id), float(row.index_pct)) for row in yearly.itertuples()
        )
        return tuple(sorted(listed, key=lambda it: it.period, reverse=True))
    same = points(asked.snapshot, asked.agreement, found.window_months, found.last_month, asked.as_of)["point_id"]
    return tuple(rest for month in months for rest in _means(asked, month, set(same)))


def _means(asked: Asked, month: dt.date, same: set[str]) -> list[Rest]:
    """The means of points over the twelve months until a month, by name."""
    rows = points(asked.snapshot, asked.agreement, _YEAR, month, asked.as_of)
    rows = rows[rows["point_id"].isin(same)].sort_values("point_name")
    return [
        Rest(
            MEAN, mean_key(_YEAR, month, row.point_id), int(row.submission_id), row.point_name, f"{month:%Y-%m}",
            float(row.mean_window),
        )
        for row in rows.itertuples()
    ]  # fmt: skip


def _index(window_months: int, month: dt.date, submission_id: int, index_pct: float) -> Rest:
    return Rest(INDEX, rolling_key(window_months, month), submission_id, "", f"{month:%Y-%m}", index_pct)


AHEAD: Mapping[str, Maker] = {
    "level_needed": _of_set(lambda shown: shown.needed_pct),
    "level_last_year": _of_set(lambda shown: shown.last_year_pct),
    "what_if_start": _of_set(lambda shown: shown.start_pct),
    "what_if_gap": _of_set(lambda shown: shown.gap_pct, is_against_judged=True),
    "what_if_end": _end,
    "chance_reached": _certain("share", lambda found: found.probability_at_or_below),
    "half_width": _certain("pp", lambda found: found.half_width_pct),
    "detectable": _certain("pp", lambda found: found.detectable_change_pct),
    "points_now": _certain("points", lambda found: found.n_points),
    "points_needed": _points_needed,
}

"""Cumulative money along time: the plan, what was spent, and the forecast with the band that it may end in, named at the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import paper, with_room
from dashboard.figures.plain import plain
from dashboard.theme import Palette

_HEIGHT_PX = 460
# Names at the ends: how far apart they stand, and how wide a sign of them is.
_NAME_PX, _SIGN_PX = 21, 9.4
# What of the height is left for the lines once the years below have their room.
_PLOT_PX = _HEIGHT_PX - 44
_BAND_TINT = 0.2
_MOST_YEARS = 3
_EARLY = 0.65


@dataclass(frozen=True, slots=True)
class CurveWords:
    """The name of each line and of each bound of the band with its last sum, and the text of a point."""

    plan: str
    forecast: str
    spent: str
    hover: str
    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True)
class _End:
    """Where a line ends, and its name there."""

    mnok: float
    text: str
    colour: str


def s_curve(
    plan: pd.DataFrame,
    forecast: pd.DataFrame,
    spent: pd.DataFrame,
    words: CurveWords,
    separators: str,
    palette: Palette,
    band: pd.DataFrame | None = None,
) -> go.Figure:
    """Three lines over time. Each table: on, mnok, hover; the forecast from the day on that spending is known to.

    `band`: on, low_mnok, high_mnok, low_hover, high_hover, from the same day on.
    """
    is_banded = band is not None and len(band) > 1
    ends = _ends(plan, forecast, band if is_banded else None, words, palette)
    figure = go.Figure(layout=paper(palette, separators, _HEIGHT_PX, _margin(ends)))
    if band is not None and is_banded:
        _band(figure, band, words, palette)
    _line(figure, plan, {"color": palette.muted, "width": 2, "dash": "dash"}, words)
    _line(figure, forecast, {"color": palette.accent, "width": 2.5, "dash": "dot"}, words)
    _line(figure, spent, {"color": palette.accent, "width": 4}, words)
    if len(spent):
        days = [day for found in (plan, forecast, spent) for day in found["on"]]
        _reached(figure, spent.iloc[-1], words.spent, _is_early(spent["on"].iloc[-1], days), palette)
    amounts = [*(end.mnok for end in ends), *(found["mnok"].max() for found in (plan, forecast, spent) if len(found))]
    highest = 1.12 * max(amounts, default=1.0) or 1.0
    _names(figure, ends, highest / _PLOT_PX, palette)
    figure.update_yaxes(range=[0, highest], nticks=4, tickformat=",d")
    with_room(figure, [f"{highest:,.0f}"])
    figure.update_xaxes(**_years([day for found in (plan, forecast, spent) for day in found["on"]]))
    return figure


def names_apart(heights: Sequence[float], gap: float) -> list[float]:
    """Heights that are at least a gap apart, in the same order, moved as little as that takes; those that meet share the way."""
    groups: list[list[int]] = []
    for place in sorted(range(len(heights)), key=lambda place: (heights[place], place)):
        groups.append([place])
        while len(groups) > 1 and _lowest(groups[-1], heights, gap) - _highest(groups[-2], heights, gap) < gap:
            last = groups.pop()
            groups[-1] += last
    placed = dict.fromkeys(range(len(heights)), 0.0)
    for group in groups:
        placed |= {place: _lowest(group, heights, gap) + number * gap for number, place in enumerate(group)}
    return list(placed.values())


def _years(days: Sequence[dt.date]) -> dict[str, object]:
    """An axis from the first day to the last, with so few beginnings of years that a phone can read them."""
    if not days:
        return {}
    first, last = min(days), max(days)
    every = range(first.year + 1, last.year + 1)
    step = -(-len(every) // _MOST_YEARS) or 1
    shown = [year for year in every if year % step == 0]
    # Without a range the axis begins years before the lines where the names leave them little room.
    return {
        "range": [first, last], "tickvals": [dt.date(year, 1, 1) for year in shown], "ticktext": [str(year) for year in shown],
        "tickangle": 0,
    }  # fmt: skip


def _lowest(group: Sequence[int], heights: Sequence[float], gap: float) -> float:
    """Where the lowest of a group stands whose names are a gap apart around their mean."""
    return sum(heights[place] for place in group) / len(group) - gap * (len(group) - 1) / 2


def _highest(group: Sequence[int], heights: Sequence[float], gap: float) -> float:
    return _lowest(group, heights, gap) + gap * (len(group) - 1)


def _ends(
    plan: pd.DataFrame, forecast: pd.DataFrame, band: pd.DataFrame | None, words: CurveWords, palette: Palette
) -> list[_End]:
    lines = ((plan, words.plan, palette.muted), (forecast, words.forecast, palette.accent))
    ends = [_End(float(found["mnok"].iloc[-1]), text, colour) for found, text, colour in lines if len(found)]
    if band is not None:
        bounds = (("high_mnok", words.high), ("low_mnok", words.low))
        ends += [_End(float(band[name].iloc[-1]), text, palette.accent) for name, text in bounds]
    return ends


def _margin(ends: Sequence[_End]) -> int:
    """What the longest name needs to the right of the lines."""
    return 14 + round(_SIGN_PX * max((len(end.text) for end in ends), default=0))


def _names(figure: go.Figure, ends: Sequence[_End], mnok_per_px: float, palette: Palette) -> None:
    """The names beside the ends of their lines, none on another."""
    heights = names_apart([end.mnok for end in ends], _NAME_PX * mnok_per_px)
    for end, height in zip(ends, heights, strict=True):
        figure.add_annotation(
            x=1, xref="paper", y=height, text=f"<b>{plain(end.text)}</b>", showarrow=False, xanchor="left", xshift=6,
            font={"size": 14, "color": end.colour}, bgcolor=palette.ground, borderpad=0,
        )  # fmt: skip


def _band(figure: go.Figure, band: pd.DataFrame, words: CurveWords, palette: Palette) -> None:
    """The tint between the bounds, and both bounds as thin lines."""
    for name, fill in (("low", None), ("high", "tonexty")):
        figure.add_trace(
            go.Scatter(
                x=band["on"], y=band[f"{name}_mnok"], mode="lines", line={"color": palette.accent, "width": 1}, fill=fill,
                fillcolor=palette.tint(palette.accent, _BAND_TINT), customdata=band[[f"{name}_hover"]], hovertemplate=words.hover,
            )
        )  # fmt: skip


def _line(figure: go.Figure, rows: pd.DataFrame, line: dict[str, object], words: CurveWords) -> None:
    if len(rows):
        figure.add_trace(
            go.Scatter(
                x=rows["on"], y=rows["mnok"], mode="lines", line=line, customdata=rows[["hover"]], hovertemplate=words.hover
            )
        )


def _is_early(day: dt.date, days: Sequence[dt.date]) -> bool:
    """Whether a day lies so near to the first that a phone has no room for words before it."""
    return (day - min(days)).days < _EARLY * (max(days) - min(days)).days


def _reached(figure: go.Figure, last: pd.Series, text: str, is_early: bool, palette: Palette) -> None:
    """The mark where spending ends, and its name above to the left; below to the right where it lies early."""
    marker = {"size": 11, "color": palette.accent}
    figure.add_trace(go.Scatter(x=[last["on"]], y=[last["mnok"]], mode="markers", hoverinfo="skip", marker=marker))
    figure.add_annotation(
        x=last["on"], y=last["mnok"], text=f"<b>{plain(text)}</b>", showarrow=False,
        xanchor="left" if is_early else "right", yanchor="top" if is_early else "bottom", xshift=8 if is_early else -8,
        yshift=-4 if is_early else 4, font={"size": 15, "color": palette.accent}, bgcolor=palette.ground,
    )  # fmt: skip

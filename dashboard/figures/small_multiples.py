"""Small panels on equal scales: dots and a line, first and last value beside their dots, and the word for which way is better."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import bare
from dashboard.theme import Palette

HEIGHT_PX = 138
# A line over more years than this would say something of years that nobody has figures for.
MOST_YEARS_APART = 2
_TEXT_PX = 14
_LABEL_PX = 16
# Room for a label on either side, and for the word above and the years below.
_MARGIN = {"l": 44, "r": 44, "t": 26, "b": 24}
_ROOM_ABOVE, _ROOM_BELOW = 1.1, 0.06
# What the margins leave of a panel on a phone, how far apart two years must be to stand there side by side, and a year's width.
_PHONE_PX, _YEARS_PX, _YEAR_PX = 83, 14, 34


@dataclass(frozen=True, slots=True)
class Scale:
    """What the panels of one indicator share: the years and the amounts that their axes span."""

    first_year: int
    last_year: int
    highest: float


@dataclass(frozen=True, slots=True)
class Target:
    """A target that has been agreed, with its words."""

    amount: float
    label: str


@dataclass(frozen=True, slots=True)
class PanelWords:
    """The words of a panel. `hover` is a Plotly template over the column hover."""

    direction: str
    hover: str


def scale_of(tables: Iterable[pd.DataFrame], target: Target | None = None) -> Scale:
    """The scale that holds every table (columns year, amount) and the target, from zero."""
    points = pd.concat(list(tables))
    highest = max(float(points["amount"].max()), target.amount if target else 0.0)
    return Scale(int(points["year"].min()), int(points["year"].max()), highest)


def panel(points: pd.DataFrame, scale: Scale, words: PanelWords, palette: Palette, target: Target | None = None) -> go.Figure:
    """The panel of one series: rows by year with columns year, amount, label, is_open, is_break and hover.

    `is_open` draws the dot hollow; `is_break` ends the line before the row, as do more than two years without a figure.
    """
    figure = go.Figure(layout=_layout(palette))
    figure.add_hline(y=0, line={"color": palette.rule, "width": 1}, layer="below")
    if target:
        _target(figure, target, palette)
    for run in runs(points):
        _line(figure, points.iloc[run], palette)
    _dots(figure, points, words, palette)
    _labels(figure, points, palette)
    _years(figure, points, scale, palette)
    figure.add_annotation(
        x=0, xref="paper", y=1, yref="paper", text=words.direction, showarrow=False, xanchor="left", yanchor="bottom", yshift=4,
        xshift=-_MARGIN["l"], font={"size": _TEXT_PX, "color": palette.muted},
    )  # fmt: skip
    figure.update_xaxes(range=[scale.first_year - 0.5, scale.last_year + 0.5])
    highest = scale.highest or 1
    figure.update_yaxes(range=[-_ROOM_BELOW * highest, _ROOM_ABOVE * highest])
    return figure


def runs(points: pd.DataFrame) -> list[list[int]]:
    """The rows that one line may join, by their numbers."""
    found: list[list[int]] = []
    years = list(points["year"])
    for row, (year, is_break) in enumerate(zip(years, points["is_break"], strict=True)):
        if not found or is_break or year - years[row - 1] > MOST_YEARS_APART:
            found.append([])
        found[-1].append(row)
    return found


def _layout(palette: Palette) -> go.Layout:
    return bare(palette, HEIGHT_PX, _MARGIN, _TEXT_PX)


def _target(figure: go.Figure, target: Target, palette: Palette) -> None:
    figure.add_hline(y=target.amount, line={"color": palette.ink, "width": 1.5, "dash": "dash"})
    figure.add_annotation(
        x=1, xref="paper", y=target.amount, text=target.label, showarrow=False, xanchor="right", yanchor="bottom",
        font={"size": _TEXT_PX, "color": palette.ink}, bgcolor=palette.ground,
    )  # fmt: skip


def _line(figure: go.Figure, run: pd.DataFrame, palette: Palette) -> None:
    if len(run) > 1:
        line = {"color": palette.accent, "width": 2.5}
        figure.add_trace(go.Scatter(x=run["year"], y=run["amount"], mode="lines", line=line, hoverinfo="skip"))


def _dots(figure: go.Figure, points: pd.DataFrame, words: PanelWords, palette: Palette) -> None:
    fills = [palette.ground if is_open else palette.accent for is_open in points["is_open"]]
    figure.add_trace(
        go.Scatter(
            x=points["year"],
            y=points["amount"],
            mode="markers",
            cliponaxis=False,
            marker={"size": 9, "color": fills, "line": {"color": palette.accent, "width": 2}},
            customdata=points[["hover"]],
            hovertemplate=words.hover,
        )
    )


def _labels(figure: go.Figure, points: pd.DataFrame, palette: Palette) -> None:
    """The last value to the right of its dot, the first to the left of its own."""
    rows: Sequence[tuple[int, str]] = [(0, "right"), (len(points) - 1, "left")] if len(points) > 1 else [(0, "left")]
    for number, anchor in rows:
        row = points.iloc[number]
        is_last = number == len(points) - 1
        away = 9 if anchor == "left" else -9
        weight = f"<b>{row['label']}</b>" if is_last else row["label"]
        figure.add_annotation(
            x=row["year"], y=row["amount"], text=weight, showarrow=False, xanchor=anchor, xshift=away,
            font={"size": _LABEL_PX, "color": palette.ink},
        )  # fmt: skip


def _years(figure: go.Figure, points: pd.DataFrame, scale: Scale, palette: Palette) -> None:
    """The first and last year below their dots; as one span where they would run into each other on a phone."""
    first, last = int(points["year"].iloc[0]), int(points["year"].iloc[-1])
    px_per_year = _PHONE_PX / (scale.last_year - scale.first_year + 1)
    if first < last and (last - first) * px_per_year < _YEARS_PX:
        # The span ends where the last year does, which leaves it room on the left.
        written = [(last, f"{first}–{last}", "right", _YEAR_PX)]
    else:
        written = [(first, str(first), "right", 4)] if first < last else []
        written.append((last, str(last), "left", -4))
    for year, said, anchor, shift in written:
        figure.add_annotation(
            x=year, y=0, yref="paper", text=said, showarrow=False, xanchor=anchor, yanchor="top", yshift=-1, xshift=shift,
            font={"size": _TEXT_PX, "color": palette.muted},
        )  # fmt: skip

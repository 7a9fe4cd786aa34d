"""How much of a reserve is released, period by period, against what is expected. Lines are named at their ends."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import paper
from dashboard.figures.plain import plain
from dashboard.theme import Palette

# The name of the last period stands half beyond it.
_HEIGHT_PX, _LAST_PX = 260, 48
# How many periods a name is as long as, at most.
_NAME_PERIODS = 4


@dataclass(frozen=True, slots=True)
class ReserveWords:
    """The names of the lines, with their last share, and the text of a point."""

    released: str
    expected: str
    hover: str


def reserve_lines(rows: pd.DataFrame, words: ReserveWords, separators: str, palette: Palette) -> go.Figure:
    """Two lines in per cent of the whole reserve. Rows in order: period, used_pct, expected_pct (or none), hover."""
    figure = go.Figure(layout=paper(palette, separators, _HEIGHT_PX, right_px=_LAST_PX))
    places = list(range(len(rows)))
    for name, line in (
        ("expected_pct", {"color": palette.muted, "width": 2, "dash": "dash"}),
        ("used_pct", {"color": palette.accent, "width": 4}),
    ):
        figure.add_trace(
            go.Scatter(
                x=places, y=rows[name].astype(float), mode="lines+markers", line=line, marker={"size": 7},
                customdata=rows[["hover"]], hovertemplate=words.hover,
            )
        )  # fmt: skip
    last = rows.iloc[-1]
    is_above = (last["used_pct"] or 0) > (last["expected_pct"] or 0)
    # A name stands clear of both lines as they run towards their ends.
    ends = rows[["used_pct", "expected_pct"]].astype(float).tail(_NAME_PERIODS)
    for name, text, colour, up in (
        ("expected_pct", words.expected, palette.muted, not is_above),
        ("used_pct", words.released, palette.accent, is_above),
    ):
        if last[name] == last[name]:
            figure.add_annotation(
                x=places[-1], y=ends.max().max() if up else ends.min().min(), text=f"<b>{plain(text)}</b>", showarrow=False,
                xanchor="right", yanchor="bottom" if up else "top", yshift=8 if up else -8, font={"size": 15, "color": colour},
            )  # fmt: skip
    shown = [0, len(rows) - 1] if len(rows) > 1 else [0]
    figure.update_xaxes(
        tickvals=shown, ticktext=[plain(rows["period"].iloc[place]) for place in shown], tickangle=0,
        range=[-0.9, len(rows) - 0.8], ticklabeloverflow="allow",
    )  # fmt: skip
    highest = rows[["used_pct", "expected_pct"]].astype(float).max().max()
    top = max(20.0, 1.35 * highest) if highest == highest else 100.0
    levels = [pct for pct in (0, 20, 40, 60, 80, 100) if pct <= top]
    # Below nothing there is room for a name.
    figure.update_yaxes(range=[-0.16 * top, top], tickvals=levels, ticktext=[f"{pct} %" for pct in levels])
    return figure

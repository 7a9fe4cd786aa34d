"""How openings moved since the previous report, as arrows, on a scale of days after the adopted plan: two comparisons at once."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.date_lanes import height, lanes
from dashboard.figures.plain import plain
from dashboard.theme import Palette

# Room for a label behind the arrow, as a share of the scale, and the least that the scale spans.
_ROOM, _FEWEST_DAYS = 0.46, 30
_TOP_PX = 26


@dataclass(frozen=True, slots=True)
class ArrowWords:
    """The word at the adopted plan. `hover` is a Plotly template over the column hover."""

    plan: str
    hover: str


def moved_arrows(rows: pd.DataFrame, words: ArrowWords, separators: str, palette: Palette) -> go.Figure:
    """One row a project, the first on top: name, from_days and to_days after the adopted plan, label, hover."""
    figure = lanes(list(rows["name"]), separators, palette, _TOP_PX)
    figure.update_layout(margin={"t": _TOP_PX})
    earliest = min(0.0, float(rows[["from_days", "to_days"]].min().min()))
    high = max(float(_FEWEST_DAYS), float(rows[["from_days", "to_days"]].max().max()))
    figure.add_vline(x=0, line={"color": palette.ink, "width": 2}, layer="below")
    figure.add_annotation(
        x=0, y=1, yref="paper", text=f"<b>{plain(words.plan)}</b>", showarrow=False, xanchor="left", yanchor="bottom",
        font={"size": 15, "color": palette.ink},
    )  # fmt: skip
    for number, row in enumerate(rows.itertuples()):
        _arrow(figure, number, row, palette)
    figure.add_trace(
        go.Scatter(
            x=rows["from_days"], y=[height(number) for number in range(len(rows))], mode="markers", hoverinfo="skip",
            cliponaxis=False, marker={"size": 11, "color": palette.ground, "line": {"color": palette.accent, "width": 2}},
        )
    )  # fmt: skip
    # A tip of its own: the head of a short arrow has no room on a phone.
    is_later = rows["to_days"] >= rows["from_days"]
    tips = ["triangle-right" if later else "triangle-left" for later in is_later]
    figure.add_trace(
        go.Scatter(
            x=rows["to_days"], y=[height(number) for number in range(len(rows))], mode="markers",
            cliponaxis=False, marker={"size": 15, "color": palette.accent, "symbol": tips},
            customdata=rows[["hover"]], hovertemplate=words.hover,
        )
    )  # fmt: skip
    span = high - earliest
    low = earliest - 0.06 * span if earliest < 0 else 0.0
    figure.update_xaxes(range=[low, high + _ROOM * span], nticks=6, tickformat="d", zeroline=False)
    return figure


def _arrow(figure: go.Figure, number: int, row: object, palette: Palette) -> None:
    """The arrow from where the opening was to where it is, with how far it moved behind the later of the two."""
    start, end = float(getattr(row, "from_days")), float(getattr(row, "to_days"))  # noqa: B009 - a row of a table
    figure.add_annotation(
        x=end, y=height(number), ax=start, ay=height(number), xref="x", yref="y", axref="x", ayref="y", text="", showarrow=True,
        arrowhead=0, arrowsize=1.1, arrowwidth=3, arrowcolor=palette.accent, standoff=0, startstandoff=6,
    )  # fmt: skip
    figure.add_annotation(
        x=max(start, end), y=height(number), text=f"<b>{plain(getattr(row, 'label'))}</b>", showarrow=False, xanchor="left",  # noqa: B009
        xshift=10, font={"size": 15, "color": palette.accent}, bgcolor=palette.ground,
    )  # fmt: skip

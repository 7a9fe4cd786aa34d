"""The same question over periods: a line through what is newest known, hollow dots for what was replaced, the traced one big."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import paper
from dashboard.figures.plain import plain
from dashboard.theme import Palette

HEIGHT_PX = 260
# As many as have room on a phone, each in two lines.
_MOST_TICKS = 4
_DOTS_UP_TO = 24


@dataclass(frozen=True, slots=True)
class TraceWords:
    """`unit` stands above the axis; `separators` are the decimal sign and that of thousands."""

    unit: str
    separators: str


def trace_line(table: pd.DataFrame, words: TraceWords, palette: Palette) -> go.Figure:
    """The figure of a table with columns label, amount, hover, is_replaced and is_chosen, in order; periods are categories."""
    figure = go.Figure(layout=paper(palette, words.separators, HEIGHT_PX, 24))
    labels = list(dict.fromkeys(table["label"]))
    kept, replaced = table[~table["is_replaced"]], table[table["is_replaced"]]
    mode = "lines+markers" if len(kept) <= _DOTS_UP_TO else "lines"
    line = {"color": palette.accent, "width": 2.5}
    figure.add_trace(_dots(kept, mode, {"size": 8, "color": palette.accent}, line))
    ring = {"size": 9, "color": palette.ground, "line": {"color": palette.no_answer, "width": 2}}
    figure.add_trace(_dots(replaced, "markers", ring))
    chosen = table[table["is_chosen"]]
    figure.add_trace(
        _dots(chosen, "markers", {"size": 15, "color": palette.accent, "line": {"color": palette.ground, "width": 3}})
    )
    figure.update_xaxes(
        type="category", categoryorder="array", categoryarray=labels, tickvals=(ticks := _ticks(labels)), tickangle=0,
        ticktext=["<br>".join(plain(label).replace("\u00a0", " ").rsplit(" ", 1)) for label in ticks],
        range=[-0.5, len(labels) - 0.5],
    )  # fmt: skip
    figure.update_yaxes(title={"text": plain(words.unit), "font": {"size": 14, "color": palette.muted}})
    return figure


def _dots(rows: pd.DataFrame, mode: str, marker: dict[str, object], line: dict[str, object] | None = None) -> go.Scatter:
    hover = [plain(said) for said in rows["hover"]]
    return go.Scatter(
        x=list(rows["label"]), y=list(rows["amount"]), mode=mode, marker=marker, line=line, customdata=hover,
        hovertemplate="%{customdata}<extra></extra>", connectgaps=False,
    )  # fmt: skip


def _ticks(labels: Sequence[str]) -> list[str]:
    """At most four labels, evenly apart, the last one among them."""
    step = -(-len(labels) // _MOST_TICKS) if labels else 1
    return list(labels[::-1][::step][::-1])

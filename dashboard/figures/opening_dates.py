"""Openings to come along time: a dot at the forecast, and a bar to where it may end by the portfolio's own record."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.date_lanes import height, lanes
from dashboard.figures.plain import plain
from dashboard.theme import Palette

# A label in the last part of the scale stands before its dot.
_LATE = 0.62


def opening_dates(rows: pd.DataFrame, span: tuple[dt.date, dt.date], hover: str, separators: str, palette: Palette) -> go.Figure:
    """One row an opening, the first on top: name, on, low_on and high_on (or none), label, hover; over a span of days."""
    figure = lanes(list(rows["name"]), separators, palette)
    first, last = span[0], max([span[1], *rows["high_on"].dropna()])
    whole = (last - first).days or 1
    for number, row in enumerate(rows.to_dict("records")):
        end = row["on"]
        if isinstance(row["high_on"], dt.date):
            end = max(row["on"], row["high_on"])
            line = {"color": palette.tint(palette.accent, 0.4), "width": 9}
            figure.add_shape(type="line", x0=row["low_on"], x1=row["high_on"], y0=height(number), y1=height(number), line=line)
        is_late = (end - first).days / whole > _LATE
        start = min(row["on"], row["low_on"]) if isinstance(row["low_on"], dt.date) else row["on"]
        figure.add_annotation(
            x=start if is_late else end, y=height(number), text=f"<b>{plain(row['label'])}</b>", showarrow=False,
            xanchor="right" if is_late else "left", xshift=-11 if is_late else 11, font={"size": 15, "color": palette.accent},
            bgcolor=palette.ground,
        )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=rows["on"], y=[height(number) for number in range(len(rows))], mode="markers", cliponaxis=False,
            marker={"size": 12, "color": palette.accent}, customdata=rows[["hover"]], hovertemplate=hover,
        )
    )  # fmt: skip
    figure.update_xaxes(range=[first, last + dt.timedelta(days=0.03 * whole)], dtick="M3", tickformat="%m.%Y", tickangle=0)
    return figure

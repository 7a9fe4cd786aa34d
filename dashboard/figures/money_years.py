"""Money by year: what each source is expected to pay, stacked, with its budget as a mark; and what a year has left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import paper, with_room
from dashboard.figures.plain import plain
from dashboard.theme import Palette

_HEIGHT_PX, _ROW_PX = 470, 190
# What of the height is left for the bars, and how high a line of their labels is.
_PLOT_PX, _LINE_PX = _HEIGHT_PX - 38, 22
_HALF_BAR = 0.4
# A bar is named by its size where it is at least this share of the largest.
_LABELLED = 0.12


@dataclass(frozen=True, slots=True)
class YearWords:
    """What is written in the figure."""

    past: str
    to_come: str
    hover: str


def money_years(
    rows: pd.DataFrame,
    years: pd.DataFrame,
    report_year: int,
    words: YearWords,
    colours: Mapping[str, str],
    separators: str,
    palette: Palette,
) -> go.Figure:
    """Stacked bars, one a year. `rows`: year, source, mnok, hover. `years`: year, mnok, label, budget_mnok, hover.

    `label` is what stands above a bar, or nothing. `colours` has the sources in the order of the stack, from below.
    """
    figure = go.Figure(layout=paper(palette, separators, _HEIGHT_PX))
    figure.update_layout(barmode="stack", bargap=1 - 2 * _HALF_BAR)
    for source, colour in colours.items():
        own = rows[rows["source"] == source]
        figure.add_trace(
            go.Bar(
                x=own["year"], y=own["mnok"], customdata=own[["hover"]], hovertemplate=words.hover,
                marker={"color": colour, "line": {"color": palette.ground, "width": 1}},
            )
        )  # fmt: skip
    _budgets(figure, years, words, palette)
    highest = max(years["mnok"].max(), years["budget_mnok"].max(), 0.0)
    _labels(figure, years, 1.16 * highest / _PLOT_PX or 1.0, palette)
    _today(figure, report_year, words, palette)
    figure.update_xaxes(**_ticks(list(years["year"]), report_year))
    figure.update_yaxes(range=[0, highest * 1.16 or 1.0], nticks=5, tickformat=",d")
    with_room(figure, [f"{highest * 1.16:,.0f}"])
    return figure


def year_results(years: pd.DataFrame, report_year: int, hover: str, separators: str, palette: Palette) -> go.Figure:
    """One bar a year from zero: what is left of the budget upwards, what is lacking downwards and hatched.

    `years`: year, mnok, label, hover.
    """
    figure = go.Figure(layout=paper(palette, separators, _ROW_PX))
    largest = max(years["mnok"].abs().max(), 1e-9)
    shown = [row.label if abs(row.mnok) >= _LABELLED * largest else "" for row in years.itertuples()]
    figure.add_trace(
        go.Bar(
            x=years["year"], y=years["mnok"], text=[f"<b>{text}</b>" if text else "" for text in shown], textposition="outside",
            textfont={"size": 15, "color": palette.ink}, constraintext="none", textangle=0, cliponaxis=False,
            customdata=years[["hover"]], hovertemplate=hover,
            marker={
                "color": [palette.accent] * len(years), "line": {"color": palette.accent, "width": 1},
                "pattern": {
                    "shape": ["/" if mnok < 0 else "" for mnok in years["mnok"]], "fgcolor": palette.accent,
                    "bgcolor": palette.ground, "size": 7,
                },
            },
        )
    )  # fmt: skip
    figure.add_hline(y=0, line={"color": palette.ink, "width": 1.5})
    low, high = min(years["mnok"].min(), 0.0), max(years["mnok"].max(), 0.0)
    room = 0.3 * ((high - low) or 1.0)
    figure.update_yaxes(range=[low - (room if low < 0 else 0.02 * room), high + room], showticklabels=False, showgrid=False)
    figure.update_xaxes(**_ticks(list(years["year"]), report_year))
    with_room(figure, [])
    return figure


def _ticks(years: Sequence[int], report_year: int) -> dict[str, object]:
    """Every other year, that of the reports among them, so that a phone can read them."""
    shown = [year for year in years if (year - report_year) % 2 == 0]
    return {"tickvals": shown, "ticktext": [str(year) for year in shown], "tickangle": 0}


def _budgets(figure: go.Figure, years: pd.DataFrame, words: YearWords, palette: Palette) -> None:
    """A thick mark across each bar, at the budget of its year."""
    known = years[years["budget_mnok"].notna()]
    xs: list[float | None] = []
    ys: list[float | None] = []
    for row in known.itertuples():
        xs += [row.year - _HALF_BAR - 0.06, row.year + _HALF_BAR + 0.06, None]
        ys += [row.budget_mnok, row.budget_mnok, None]
    figure.add_trace(go.Scatter(x=xs, y=ys, mode="lines", line={"color": palette.ink, "width": 3}, hoverinfo="skip"))
    figure.add_trace(
        go.Scatter(
            x=known["year"], y=known["budget_mnok"], mode="markers", marker={"size": 16, "opacity": 0},
            customdata=known[["hover"]], hovertemplate=words.hover,
        )
    )  # fmt: skip


def _labels(figure: go.Figure, years: pd.DataFrame, mnok_per_px: float, palette: Palette) -> None:
    """The sizes above their bars; of two years beside each other the higher one stands a line above the other."""
    labelled = years[years["label"] != ""]
    tops = dict(zip(labelled["year"], labelled[["mnok", "budget_mnok"]].max(axis="columns"), strict=True))
    for row in labelled.itertuples():
        top = tops[row.year]
        below = [other for year, other in tops.items() if abs(year - row.year) == 1 and (other, year) < (top, row.year)]
        raised = max((_LINE_PX - (top - other) / mnok_per_px for other in below), default=0.0)
        figure.add_annotation(
            x=row.year, y=top, yshift=4 + max(round(raised), 0),
            text=f"<b>{plain(row.label)}</b>", showarrow=False, yanchor="bottom", font={"size": 15, "color": palette.ink},
            bgcolor=palette.ground, borderpad=0,
        )  # fmt: skip


def _today(figure: go.Figure, report_year: int, words: YearWords, palette: Palette) -> None:
    """Where what was spent ends and the forecast begins."""
    figure.add_vline(x=report_year - 0.5, line={"color": palette.muted, "width": 1, "dash": "dot"})
    for text, anchor, shift in ((words.past, "right", -6), (words.to_come, "left", 6)):
        figure.add_annotation(
            x=report_year - 0.5, y=1, yref="paper", text=plain(text), showarrow=False, xanchor=anchor, xshift=shift,
            yanchor="top", font={"size": 14, "color": palette.muted}, bgcolor=palette.ground,
        )  # fmt: skip

"""The tables behind the maps: every municipality, every counting point, each figure with where it stands."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said, noted
from dashboard.parts.exports import downloads, plain_rows, table_of
from dashboard.parts.goal.words import led, led_point
from dashboard.parts.maps.words import PLACE_SYMBOLS, month_of
from dashboard.parts.names import trace
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import decimal_text, signed_text
from pipelines.answers.goal.goal import IndexPoint

_FEW_POINTS = 5
_SHORT = ("point", "change", "place")
_MUNICIPALITY_COLUMNS = ("municipality_code", "name", "index_pct", "ci_low_pct", "ci_high_pct", "n_points", "answer")
_POINT_COLUMNS = (
    "point_id", "name", "road", "municipality_name", "latitude", "longitude", "change_pct", "deviation_pct", "place",
    "weight_pct", "mean_reference", "is_in_agreement", "submission_id", "sheet", "cell",
)  # fmt: skip


def municipality_table(here: Surroundings, agreement: Agreement, rows: pd.DataFrame, area: IndexPoint) -> None:
    """The municipalities in the agreement's order; notes only where there is one."""
    caption = here.say("page.map.municipalities_caption", window=area.window_months, month=month_of(here, area))
    lines = [_municipality_line(here, agreement, row, area) for row in rows.itertuples()]
    columns = [
        Column(here.say("group.municipality")),
        Column(here.say("page.goal.column.index"), True),
        Column(here.say("page.goal.column.interval"), True),
        Column(here.say("page.map.column.answer")),
        Column(here.say("page.goal.column.points"), True),
        Column(here.say("page.goal.column.note")),
    ]
    blocks.table(caption, *noted(columns, lines))
    _downloads(here, agreement, rows, _MUNICIPALITY_COLUMNS, caption, area, "municipalities")


def _municipality_line(here: Surroundings, agreement: Agreement, row, area: IndexPoint) -> list[Said]:  # type: ignore[no-untyped-def]  # a row of itertuples
    def its(said: str) -> Said:
        return said if row.answer == "no_data" else led(here, agreement, area, said, "municipality", row.name)

    return [
        row.name,
        its(signed_text(row.index_pct, 1, here.language)),
        its(row.interval),
        # One answer on one line, also in a narrow column.
        f"{row.symbol} {row.word}".replace(" ", "\u00a0"),
        its(row.said_points),
        here.say("page.map.few_points").replace(" ", "\u00a0") if row.n_points < _FEW_POINTS else "",
    ]


def first_points(here: Surroundings, agreement: Agreement, rows: pd.DataFrame, area: IndexPoint, n_first: int) -> None:
    """The points that stand out."""
    lines = [_point_line(here, agreement, row, area) for row in rows.head(n_first).itertuples()]
    short = [[line[name] for name in _SHORT] for line in lines]
    caption = here.say("page.map.points_caption", n=len(short), window=area.window_months, month=month_of(here, area))
    blocks.table(caption, _point_columns(here, _SHORT), short)


def all_points(here: Surroundings, agreement: Agreement, rows: pd.DataFrame, area: IndexPoint) -> None:
    """Every point with all that is known of it, one click away."""
    lines = [_point_line(here, agreement, row, area) for row in rows.itertuples()]
    caption = here.say("page.map.points_caption_all", n=len(lines), window=area.window_months, month=month_of(here, area))
    with st.expander(here.say("page.map.points_more", n=len(lines))):
        blocks.table(caption, _point_columns(here, tuple(lines[0])), [list(line.values()) for line in lines])
    _downloads(here, agreement, rows, _POINT_COLUMNS, caption, area, "points")


def _point_columns(here: Surroundings, names: Sequence[str]) -> list[Column]:
    return [Column(here.say(f"page.map.column.{name}"), name in {"change", "weight"}) for name in names]


def _point_line(here: Surroundings, agreement: Agreement, row, area: IndexPoint) -> dict[str, Said]:  # type: ignore[no-untyped-def]  # a row of itertuples
    notes = [] if row.is_in_agreement else [here.say("page.map.outside")]
    notes += [here.say("page.map.no_place")] if pd.isna(row.latitude) or pd.isna(row.longitude) else []
    return {
        "point": row.name,
        "change": _of_point(here, agreement, row, area, signed_text(row.change_pct, 1, here.language)),
        "place": f"{PLACE_SYMBOLS[row.place]} {here.say(f'page.map.place_short.{row.place}')}".replace(" ", "\u00a0"),
        "weight": led(here, agreement, area, decimal_text(row.weight_pct, 1, here.language)),
        "road": row.road if isinstance(row.road, str) else "",
        "municipality": row.municipality_name if isinstance(row.municipality_name, str) else "",
        "note": ", ".join(notes),
        "source": _of_point(here, agreement, row, area, trace(here, int(row.submission_id), row.sheet, row.cell)),
    }


def _of_point(here: Surroundings, agreement: Agreement, row, area: IndexPoint, said: str) -> Said:  # type: ignore[no-untyped-def]  # a row of itertuples
    return led_point(here, agreement, area, int(row.submission_id), row.point_id, said)


def _downloads(
    here: Surroundings,
    agreement: Agreement,
    rows: pd.DataFrame,
    names: Sequence[str],
    title: str,
    area: IndexPoint,
    kind: str,
) -> None:
    """Unrounded figures under the names that the store uses."""
    table = table_of(here, agreement, title, names, plain_rows(rows, names), area)
    downloads(here, agreement, lambda: table, f"nullvekst-{agreement.agreement_id}-{kind}-{area.window_months}")

"""Where projects deviate: municipalities as equal tiles or in their borders, with the counts in a table beside."""

from __future__ import annotations

from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.figures.border_map import border_map
from dashboard.figures.tile_map import TileMapWords, tile_map
from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said
from dashboard.parts.deviations.blocks import Count, counts_of, listed_counts, most
from dashboard.parts.deviations.choice import Listed, Narrowed, count_of
from dashboard.parts.figure_foot import source_line
from dashboard.parts.figures import SEPARATORS, kept, show
from dashboard.parts.maps.blocks import Land, land_of, layout_of, tiles_of
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import decimal_text
from pipelines.answers.deviations.listed import MatrixCell, by_municipality
from pipelines.answers.goal.places import municipalities_now


def deviation_map(here: Surroundings, agreement: Agreement, found: Listed, narrowed: Narrowed) -> None:
    """Projects that deviate in each municipality, on a map and in a table."""
    counts = by_municipality(found.found, found.projects.to_dict("records"))
    names = {it.municipality_code: it.name for it in municipalities_now(agreement)}
    cells = {code: counts.get(code, MatrixCell(0, {"red": 0, "yellow": 0})) for code in names}
    count = partial(count_of, here, agreement, narrowed)
    place, n, of = most(cells)
    led = {"n": count("deviating", n, municipality=place), "of": count("going", of, municipality=place)}
    title = here.say("deviations.map.title", name=names.get(place, place), **led) if n else here.say("deviations.map.title_none")
    blocks.title(title, here.say("deviations.map.unit"))
    rows = counts_of(names, cells)
    land = land_of(agreement)
    layout = layout_of(here, agreement, land)
    map_place, table_place = st.columns([1, 1.2] if layout == "borders" else [1, 1.5], gap="large")
    with map_place:
        _figure(here, agreement, rows, land, layout)
    with table_place:
        _table(here, rows, count)
    source_line(here, here.say("deviations.source"))


def _figure(here: Surroundings, agreement: Agreement, rows: pd.DataFrame, land: Land, layout: str | None) -> None:
    if layout is None:
        blocks.small(here.say("deviations.map.no_layout"))
        return
    key = (tuple(rows.itertuples(index=False, name=None)), here.language, here.ground, land.sha256, layout)
    draw = partial(_drawn, here, agreement, rows, land, layout)
    places = hash((agreement.tile_map, agreement.municipalities))
    show(
        kept(draw, "deviation_map", places, *key),
        here.say("deviations.map.alt", listed=listed_counts(here, rows)),
        f"deviation-map-{layout}",
    )
    if layout == "borders":
        blocks.small(here.say("page.map.credit", credit=land.credit))


def _drawn(here: Surroundings, agreement: Agreement, rows: pd.DataFrame, land: Land, layout: str) -> go.Figure:
    words = TileMapWords(here.say("deviations.map.hover"), SEPARATORS[here.language])
    said = _in_words(here, rows)
    if layout == "borders":
        return border_map(said, land.rings, words, here.say("page.map.scale"), here.palette)
    places = [(tile.municipality_code, tile.row, tile.column) for tile in tiles_of(agreement)]
    placed = pd.DataFrame(places, columns=["municipality_code", "row", "column"]).merge(said, on="municipality_code")
    return tile_map(placed, words, here.palette)


def _in_words(here: Surroundings, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with what is written on the map. All municipalities have the same colour: a number of projects is no grade."""
    deviating = rows["red"] + rows["yellow"]
    nothing = pd.Series(float("nan"), index=rows.index)
    return rows.assign(
        municipality_code=rows["place"],
        answer="count",
        change=[decimal_text(n, 0, here.language) for n in deviating],
        interval=[here.say("deviations.map.of", n=decimal_text(n, 0, here.language)) for n in rows["n_projects"]],
        symbol="",
        word=[here.say("deviations.map.counts", red=it.red, yellow=it.yellow) for it in rows.itertuples()],
        said_points="",
        index_pct=nothing,
        ci_low_pct=nothing,
        ci_high_pct=nothing,
    )


def _table(here: Surroundings, rows: pd.DataFrame, count: Count) -> None:
    names = {"red": "deviating_red", "yellow": "deviating_yellow", "n_projects": "going"}
    columns = [Column(here.say("deviations.column.municipality"))]
    columns += [Column(here.say(f"deviations.column.{name}"), True) for name in names]
    lines: list[list[Said]] = [
        [
            row["name"],
            *(count(names[it], decimal_text(row[it], 0, here.language), municipality=row["place"]) for it in names),
        ]
        for row in rows.to_dict("records")
    ]
    blocks.table(here.say("deviations.map.caption"), columns, lines, is_narrow=True)

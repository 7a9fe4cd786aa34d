"""Where traffic changed: municipalities as equal tiles or in their borders, and the counting points, each with its table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.figures.border_map import border_map
from dashboard.figures.geography import Rings
from dashboard.figures.point_map import N_LABELS, PointMapWords
from dashboard.figures.point_map import point_map as draw_points
from dashboard.figures.tile_map import TileMapWords, tile_map
from dashboard.parts import blocks
from dashboard.parts.choices import choice
from dashboard.parts.figure_foot import how, source_line
from dashboard.parts.figures import SEPARATORS, kept, show
from dashboard.parts.maps.tables import all_points, first_points, municipality_table
from dashboard.parts.maps.words import (
    change_text,
    how_to_read,
    interval_text,
    month_of,
    municipalities_listed,
    municipalities_title,
    points_alternative,
    points_title,
)
from dashboard.parts.surroundings import Surroundings
from dashboard.theme import SYMBOLS
from domain.facts import Unknown
from domain.model import Agreement, Tile
from domain.numbers import date_text, decimal_text
from pipelines.answers.goal.goal import GoalAnswer, IndexPoint
from pipelines.answers.goal.places import beside_area, municipalities_now, municipalities_on_map, points_on_map
from pipelines.borders import load_borders
from pipelines.settings import settings


@dataclass(frozen=True, slots=True)
class Land:
    """The borders of the agreement's municipalities by code, as far as they are given, and what must be said of them."""

    rings: dict[str, Rings]
    credit: str
    sha256: str


def municipality_map(here: Surroundings, agreement: Agreement, goal: GoalAnswer, window: int) -> None:
    """The municipalities at the latest month of the window: equal tiles, or their borders where those are given."""
    area = goal.latest[window]
    if here.snapshot is None:
        return
    rows = _in_words(here, municipalities_on_map(here.snapshot, agreement, window, area.last_month, goal.as_of))
    if rows["index_pct"].isna().all():
        blocks.small(here.say("page.map.no_municipalities"))
        return
    blocks.title(
        municipalities_title(here, rows, area.reference_year),
        here.say("page.map.municipalities_unit", year=area.reference_year, window=window, month=month_of(here, area)),
    )
    land = land_of(agreement)
    layout = layout_of(here, agreement, land)
    # Tiles are small and stand to the left; a map takes what it gets.
    map_place, table_place = st.columns([1, 1.2] if layout == "borders" else [1, 1.5], gap="large")
    with map_place:
        _municipality_figure(here, agreement, goal, rows, area, land, layout)
    with table_place:
        municipality_table(here, agreement, rows, area)
    _source(here, area)
    how(here, [here.say("page.goal.method.group"), here.say("page.map.how.interval"), here.say("page.map.how.answer")])


def point_map(here: Surroundings, agreement: Agreement, goal: GoalAnswer, window: int) -> None:
    """The counting points at the latest month of the window, at their coordinates, on borders where those are given."""
    area = goal.latest[window]
    if here.snapshot is None:
        return
    rows = beside_area(points_on_map(here.snapshot, agreement, window, area.last_month, goal.as_of), area)
    if rows.empty:
        blocks.small(here.say("page.map.no_points"))
        return
    blocks.title(points_title(here, agreement, rows, area), how_to_read(here, agreement, area))
    map_place, table_place = st.columns([1.5, 1], gap="large")
    with map_place:
        _point_figure(here, agreement, goal, rows, area)
    with table_place:
        first_points(here, agreement, rows, area, N_LABELS)
    all_points(here, agreement, rows, area)
    _source(here, area, int(rows["submission_id"].iloc[0]))
    how(here, [here.say("page.points.how.change"), here.say("page.map.how.place", n=min(N_LABELS, len(rows)))])


def _in_words(here: Surroundings, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with what is written on the map: change, interval, symbol, word, number of points."""
    return rows.assign(
        change=[change_text(here, found) for found in rows["index_pct"]],
        interval=[interval_text(here, row) for row in rows.itertuples()],
        symbol=[SYMBOLS[answer] for answer in rows["answer"]],
        word=[here.say(f"page.map.answer.{answer}") for answer in rows["answer"]],
        said_points=[decimal_text(0 if pd.isna(n) else n, 0, here.language) for n in rows["n_points"]],
    )


def layout_of(here: Surroundings, agreement: Agreement, land: Land) -> str | None:
    """How the municipalities are drawn, chosen by the reader where there are two ways; None where there is none."""
    # Only borders of all of them show all of them.
    given = {"borders": len(land.rings) == len(municipalities_now(agreement)), "tiles": bool(tiles_of(agreement))}
    layouts = [name for name, is_given in given.items() if is_given]
    if len(layouts) < 2:
        return next(iter(layouts), None)
    label = here.say("page.map.layout")
    return choice("map", label, layouts, layouts[0], lambda name: here.say(f"page.map.layouts.{name}"), "buttons")


def _municipality_figure(
    here: Surroundings,
    agreement: Agreement,
    goal: GoalAnswer,
    rows: pd.DataFrame,
    area: IndexPoint,
    land: Land,
    layout: str | None,
) -> None:
    if layout is None:
        reason = agreement.tile_map.unknown.in_language(here.language) if isinstance(agreement.tile_map, Unknown) else ""
        blocks.small(here.say("page.map.no_layout", reason=reason))
        return
    drawn = kept(
        partial(_draw_municipalities, here, agreement, rows, land, layout),
        *_key(here, goal, area, land),
        layout,
        hash((agreement.tile_map, agreement.municipalities)),
    )
    listed = municipalities_listed(here, rows)
    show(drawn, here.say(f"page.map.{layout}_alt", name=agreement.short_name, listed=listed), f"municipality-map-{layout}")
    if layout == "tiles":
        blocks.small(here.say("page.map.tiles_read", year=area.reference_year))
    else:
        blocks.small(here.say("page.map.credit", credit=land.credit))


def _draw_municipalities(here: Surroundings, agreement: Agreement, rows: pd.DataFrame, land: Land, layout: str) -> go.Figure:
    words = TileMapWords(here.say("page.map.municipality_hover"), SEPARATORS[here.language])
    if layout == "borders":
        return border_map(rows, land.rings, words, here.say("page.map.scale"), here.palette)
    places = [(tile.municipality_code, tile.row, tile.column) for tile in tiles_of(agreement)]
    placed = pd.DataFrame(places, columns=["municipality_code", "row", "column"]).merge(rows, on="municipality_code")
    return tile_map(placed, words, here.palette)


def _point_figure(here: Surroundings, agreement: Agreement, goal: GoalAnswer, rows: pd.DataFrame, area: IndexPoint) -> None:
    placed = rows.dropna(subset=["latitude", "longitude"]).reset_index(drop=True)
    if placed.empty:
        blocks.small(here.say("page.map.no_places"))
        return
    land = land_of(agreement)
    key = (*_key(here, goal, area, land), "points", hash(agreement.municipalities))
    show(
        kept(partial(_draw_points, here, agreement, placed, land), *key), points_alternative(here, agreement, placed), "point-map"
    )
    if len(placed) < len(rows):
        blocks.small(here.say("page.map.points_without_place", n=len(rows) - len(placed), all=len(rows)))
    if not placed["is_in_agreement"].all():
        blocks.small(here.say("page.map.points_outside"))
    if land.rings:
        blocks.small(here.say("page.map.credit", credit=land.credit))


def _draw_points(here: Surroundings, agreement: Agreement, placed: pd.DataFrame, land: Land) -> go.Figure:
    said = placed.assign(
        road=placed["road"].fillna(""),
        municipality_name=placed["municipality_name"].fillna(""),
        change=[change_text(here, found) for found in placed["change_pct"]],
        weight=[decimal_text(found, 1, here.language) for found in placed["weight_pct"]],
        place_word=[here.say(f"page.map.place.{place}") for place in placed["place"]],
    )
    words = PointMapWords(here.say("page.map.point_hover"), here.say("page.map.scale"), SEPARATORS[here.language])
    names = {place.municipality_code: place.name for place in municipalities_now(agreement)}
    return draw_points(said, {names[code]: rings for code, rings in land.rings.items()}, words, here.palette)


def tiles_of(agreement: Agreement) -> tuple[Tile, ...]:
    """Where each municipality stands on the tile map; none where that is not known."""
    return () if isinstance(agreement.tile_map, Unknown) else agreement.tile_map


def land_of(agreement: Agreement) -> Land:
    """The borders that the city has given of its municipalities; empty where it has given none."""
    borders = load_borders(settings().data_dir)
    if borders is None:
        return Land({}, "", "")
    own = borders.of(place.municipality_code for place in municipalities_now(agreement))
    return Land({border.municipality_code: border.rings for border in own}, borders.credit, borders.sha256)


def _key(here: Surroundings, goal: GoalAnswer, area: IndexPoint, land: Land) -> tuple[object, ...]:
    """All that a map depends on but its kind and the agreement's own words."""
    snapshot = here.snapshot.identity if here.snapshot else ""
    return snapshot, goal.agreement_id, area.window_months, area.last_month, goal.as_of, here.language, here.ground, land.sha256


def _source(here: Surroundings, area: IndexPoint, points_of: int | None = None) -> None:
    """Where the figures come from; says so where the points are of another submission than the index of the area."""
    if points_of is not None and points_of != area.submission_id:
        blocks.small(here.say("page.map.other_submission", points=points_of, area=area.submission_id))
    source_line(
        here,
        here.say(
            "page.goal.source_line",
            basis=here.say(f"basis.{area.basis}"),
            source=area.source_title,
            published=date_text(area.published_on, here.language),
        ),
    )

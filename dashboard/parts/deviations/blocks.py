"""The blocks of the page of deviations: one sentence, the areas as bars with their table, and one view at a time below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd
import streamlit as st

from dashboard.figures.level_bars import level_bars
from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said, joined
from dashboard.parts.deviations.choice import Listed, Narrowed, count_of
from dashboard.parts.deviations.words import cell_said, headline, one_line, place_name
from dashboard.parts.figure_foot import follow, how, source_line
from dashboard.parts.figures import SEPARATORS, kept, show
from dashboard.parts.links import sources
from dashboard.parts.rules.words import limit_said, limit_sources, rule_name
from dashboard.parts.surroundings import Surroundings
from dashboard.theme import LEVEL_SYMBOLS
from domain.facts import Unknown
from domain.limit_file import limits_of
from domain.model import Agreement
from pipelines.answers.deviations.listed import Matrix, MatrixCell, deviation_matrix
from pipelines.answers.portfolio import projects

# Makes a count lead to what is counted.
Count = Callable[..., Said]
_HOW = ("level", "colour", "missing", "closed", "since")


def has_reports(here: Surroundings, agreement: Agreement) -> bool:
    """Whether any project has reported; says so in the page's sentence where none has."""
    there = kept(partial(projects, here.published, agreement, here.as_of), "every project", *here.known(agreement))
    if not there.empty:
        return True
    key = "not_reported" if agreement.is_synthetic else "no_returns"
    blocks.finding(here.say(f"deviations.finding.{key}", name=agreement.short_name))
    rules(here, agreement)
    return False


def rules(here: Surroundings, agreement: Agreement) -> None:
    """Every rule with its limits and their basis, and the documents that they rest on."""
    limits = limits_of(agreement).limits
    n_model = sum(limit.basis == "state_model" for limit in limits)
    blocks.title(here.say("deviations.rules.title", n=len(limits), model=n_model))
    columns = [Column(here.say("deviations.column.rule")), Column(here.say("deviations.column.limit"))]
    lines = [[rule_name(here, limit.rule_code), limit_said(here, limit, agreement)] for limit in limits]
    blocks.table(here.say("deviations.rules.caption"), columns, lines)
    documents = {source.source_id: source for limit in limits for source in limit_sources(limit, agreement)}
    sources(documents.values(), here.language)


def opening(here: Surroundings, agreement: Agreement, found: Listed, narrowed: Narrowed) -> None:
    """The page's one sentence, and that there are more of the other kind."""
    blocks.finding(headline(here, agreement, found, narrowed))
    if found.n_beside:
        subject = "report" if narrowed.by["subject"] == "project" else "project"
        n = count_of(here, agreement, narrowed, "open", found.n_beside, subject=subject)
        blocks.small(here.say(f"deviations.beside.{subject}", n=n))


def areas(here: Surroundings, agreement: Agreement, found: Listed, narrowed: Narrowed) -> None:
    """Projects that deviate, by area as bars, and by area and focus area as a table."""
    matrix = deviation_matrix(found.found, found.projects.to_dict("records"))
    names = _in_order(here, agreement, matrix)
    count = partial(count_of, here, agreement, narrowed)
    blocks.title(_title(here, names, matrix.by_area, count), here.say("deviations.area.unit"))
    bars_place, table_place = st.columns([1, 2], gap="large")
    with bars_place:
        _bars(here, names, matrix.by_area)
        going = {area: count("going", cell.n_projects, area=area) for area, cell in matrix.by_area.items()}
        follow(here, (joined([name, going[area]], "\u00a0") for area, name in names.items()))
    with table_place:
        _matrix_table(here, agreement, names, matrix, count)
        if matrix.n_in_several:
            blocks.small(here.say("deviations.area.several", n=count("in_several", matrix.n_in_several)))
    source_line(here, here.say("deviations.source"))
    how(here, [here.say(f"deviations.how.{name}") for name in _HOW])


def _in_order(here: Surroundings, agreement: Agreement, matrix: Matrix) -> dict[str, str]:
    """The names of the areas that have projects, in the agreement's order; those without an area last."""
    order = [area.working_area_id for area in agreement.working_areas]
    found = sorted(matrix.by_area, key=lambda area: (order.index(area) if area in order else len(order), area))
    return {area: place_name(here, agreement, area) for area in found}


def _title(here: Surroundings, names: Mapping[str, str], cells: Mapping[str, MatrixCell], count: Count) -> str:
    place, n, of = most(cells)
    if not n:
        return here.say("deviations.area.title_none")
    if sum(sum(cell.levels.values()) == n for cell in cells.values()) > 1:
        return here.say("deviations.area.title_several", n=n)
    led = {"n": count("deviating", n, area=place), "of": count("going", of, area=place)}
    return here.say("deviations.area.title", name=names.get(place, place), **led)


def most(cells: Mapping[str, MatrixCell]) -> tuple[str, int, int]:
    """The place with most projects that deviate, how many they are, and of how many."""
    best = max(cells, key=lambda place: sum(cells[place].levels.values()), default="")
    return (best, sum(cells[best].levels.values()), cells[best].n_projects) if best else ("", 0, 0)


def counts_of(names: Mapping[str, str], cells: Mapping[str, MatrixCell]) -> pd.DataFrame:
    """One row per place with its name and counts, in the order of the names."""
    rows = [
        {"place": place, "name": name, "red": it.levels["red"], "yellow": it.levels["yellow"], "n_projects": it.n_projects}
        for place, name in names.items()
        if (it := cells.get(place))
    ]
    return pd.DataFrame(rows, columns=["place", "name", "red", "yellow", "n_projects"])


def listed_counts(here: Surroundings, rows: pd.DataFrame) -> str:
    """The counts of every place in a row of words, for who cannot see the figure."""
    return "; ".join(
        here.say("deviations.area.alt_part", name=row.name, red=row.red, yellow=row.yellow, n=row.n_projects)
        for row in rows.itertuples()
    )


def _bars(here: Surroundings, names: Mapping[str, str], cells: Mapping[str, MatrixCell]) -> None:
    rows = counts_of(names, cells)
    if rows.empty:
        return
    draw = partial(level_bars, rows, here.say("deviations.area.of"), SEPARATORS[here.language], here.palette)
    figure = kept(draw, "level_bars", tuple(rows.itertuples(index=False, name=None)), here.language, here.ground)
    show(figure, here.say("deviations.area.alt", listed=listed_counts(here, rows)), "deviation-areas")


def _cell(here: Surroundings, cell: MatrixCell | None, count: Count, **where: str) -> Said:
    """The counts of a cell, each leading to what is counted; a dash where there are no projects."""
    said = cell_said(here, cell)
    if cell is None:
        return said
    counts = {level: n for level, n in cell.levels.items() if n}
    if not counts:
        return count("deviating", said, **where)
    led = (count(f"deviating_{level}", one_line(f"{LEVEL_SYMBOLS[level]} {n}"), **where) for level, n in counts.items())
    return joined(led, "\u00a0")


def _matrix_table(here: Surroundings, agreement: Agreement, names: Mapping[str, str], matrix: Matrix, count: Count) -> None:
    """One row per focus area and one column per area; the last of both counts every project once."""
    listed = () if isinstance(agreement.focus_areas, Unknown) else agreement.focus_areas
    order = [it.focus_area_id for it in listed]
    focus = sorted(matrix.by_focus, key=lambda it: (order.index(it) if it in order else len(order), it))
    every = here.say("deviations.area.total")
    columns = [Column(here.say("deviations.column.focus")), *(Column(name, True) for name in [*names.values(), every])]
    lines = [
        [
            place_name(here, agreement, it),
            *(_cell(here, matrix.cells.get((area, it)), count, area=area, focus=it) for area in names),
            _cell(here, matrix.by_focus[it], count, focus=it),
        ]
        for it in focus
    ]
    by_area = (_cell(here, matrix.by_area[area], count, area=area) for area in names)
    lines.append([every, *by_area, _cell(here, matrix.total, count)])
    blocks.table(here.say("deviations.area.caption"), columns, lines)

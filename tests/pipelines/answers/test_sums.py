"""Sums of lines by any key against the same lines added up one by one."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from domain.returns import Missing
from pipelines.answers.columns import coded_each
from pipelines.answers.economy.areas import by_areas
from pipelines.answers.economy.line_table import AMOUNTS, Amounts, Line, Lines
from pipelines.answers.economy.sums import NO_SUMS, Sums, known_by_project, sums, sums_by, sums_by_area
from pipelines.answers.portfolio import OfProject
from pipelines.answers.prices import NOMINAL, Price
from pipelines.methods.money import Amount, Basis, CommonPrice, PriceIndex, total

PRICE = Price(NOMINAL, CommonPrice(Basis("nominal", None, False), PriceIndex("", "", {})), None, None)
# One area; several, one of them that of the first; and none.
SHARES = {"P-1": {"north": Decimal(100)}, "P-2": {"north": Decimal(30), "south": Decimal(70)}, "P-3": {}}
PROJECTS = {name: OfProject(name, name, "party", "phase", (), shares, False) for name, shares in SHARES.items()}
# A cell: øre that are known, nothing that is asked, or why an amount that is asked is not known.
SAID = ("not asked", "exempt", "unknown", "exempt")  # the same twice, as where a form and a price say it
CELLS = st.integers(-(10**12), 10**12) | st.sampled_from([*SAID, None])
# The return has two digits or one, since returns are in the order of texts.
ROWS = st.lists(
    st.tuples(
        st.sampled_from(sorted(PROJECTS)), st.sampled_from([9, 10, 11]), st.sampled_from(["tolls", "state"]),
        st.integers(2024, 2026), st.lists(CELLS, min_size=len(AMOUNTS), max_size=len(AMOUNTS)),
    ),
    max_size=12,
)  # fmt: skip
Row = tuple[str, int, str, int, list[int | str | None]]


def _number(said: str, place: int) -> int:
    return 3 if said == SAID[3] and place % 2 else SAID.index(said)


def _amounts(cells: list[int | str | None]) -> Amounts:
    return Amounts(
        np.array([it if isinstance(it, int) else 0 for it in cells], np.int64),
        np.array([it != "not asked" for it in cells], np.bool_), np.array([isinstance(it, int) for it in cells], np.bool_),
        np.array([_number(it, place) if isinstance(it, str) else -1 for place, it in enumerate(cells)], np.int64), SAID,
    )  # fmt: skip


def _lines(rows: list[Row]) -> Lines:
    projects, returns, sources, years = ([row[place] for row in rows] for place in range(4))
    none = np.zeros(len(rows), np.int64)
    return Lines(
        PROJECTS, PRICE, coded_each(projects), np.array(returns, np.int64), none, coded_each(sources), coded_each(["a"] * len(rows)),
        np.array(years, np.int64), none, {name: _amounts([row[4][place] for row in rows]) for place, name in enumerate(AMOUNTS)},
    )  # fmt: skip


def _one_by_one(listed: list[Line]) -> Sums:
    """Every amount added up as the methods of money do it; a project has its figures where none is missing."""
    totals, counts = {}, {}
    for name in AMOUNTS:
        asked = [line for line in listed if name in line.figures]
        totals[name] = total(line.figures[name] for line in asked)
        lacking = {line.project.project_id for line in asked if not isinstance(line.figures[name], Amount)}
        projects = {line.project.project_id for line in asked}
        counts[name] = len(projects - lacking), len(projects)
    return Sums(totals, counts)


@given(ROWS)
def test_sums_are_those_of_the_lines_one_by_one(rows: list[Row]) -> None:
    lines = _lines(rows)
    assert sums(lines) == (_one_by_one(list(lines.lines)) if rows else NO_SUMS)
    keys = {
        "project": ((lines.project_id,), lambda line: line.project.project_id),
        "year": ((lines.year,), lambda line: line.year),
        "year and source": ((lines.year, lines.funding_source_id), lambda line: (line.year, line.funding_source_id)),
    }
    keys |= {f"{name} by number": ((lines.project,), key) for name, (_, key) in keys.items() if name == "project"}
    for columns, key in keys.values():
        found = sums_by(lines, *columns)
        assert list(found) == sorted({key(line) for line in lines.lines})
        assert found == {name: _one_by_one([line for line in lines.lines if key(line) == name]) for name in found}


@given(ROWS)
def test_the_sums_of_areas_are_those_of_the_pieces_on_them(rows: list[Row]) -> None:
    lines = _lines(rows)
    areas, pieces = by_areas(lines)
    assert (list(sums_by_area(lines)[0].items()), sums_by_area(lines)[1]) == (list(sums_by(pieces, areas).items()), [])
    beside = sums_by_area(lines, (lines.year,), (lines.source, lines.project))[1]
    assert beside == [sums_by(lines, lines.year), sums_by(lines, lines.funding_source_id, lines.project_id)]


@given(ROWS, st.sampled_from(AMOUNTS))
def test_what_is_known_of_a_project_is_its_sum(rows: list[Row], name: str) -> None:
    lines = _lines(rows)
    by_project = {key: own.mnok(name) for key, own in sums_by(lines, lines.project_id).items()}
    assert known_by_project(lines, name) == {key: mnok for key, mnok in by_project.items() if mnok is not None}


@given(ROWS, st.sets(st.sampled_from([*PROJECTS, "P-9"])))
def test_the_lines_of_some_projects_are_all_of_theirs(rows: list[Row], chosen: set[str]) -> None:
    lines = _lines(rows)
    assert lines.of_projects(iter(chosen)).lines == tuple(line for line in lines.lines if line.project.project_id in chosen)


def test_a_sum_of_one_line_is_that_line() -> None:
    (line,) = _lines([("P-1", 9, "tolls", 2025, [5, None, "exempt", "not asked", 7])]).lines
    found = sums(_lines([("P-1", 9, "tolls", 2025, [5, None, "exempt", "not asked", 7])]))
    assert found.mnok(AMOUNTS[0]) == Decimal("0.00000005")
    assert line.figures[AMOUNTS[1]] is None
    assert line.figures[AMOUNTS[2]] == Missing("exempt")
    assert (found.mnok(AMOUNTS[1]), found.mnok(AMOUNTS[2]), found.mnok(AMOUNTS[3])) == (None, None, None)
    assert list(found.with_figures.values()) == [(1, 1), (0, 1), (0, 1), (0, 0), (1, 1)]

"""The risk matrix of the portfolio with the risks of each cell, and the risks that nothing has been decided about."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.risk_grid import GridWords, risk_grid_figure
from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said
from dashboard.parts.choices import choice
from dashboard.parts.economy.words import mnok_text, unit
from dashboard.parts.figure_foot import follow, how, source_line
from dashboard.parts.figures import SEPARATORS, kept, show
from dashboard.parts.filters import Chosen
from dashboard.parts.levels import level_said
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed, traced
from dashboard.parts.uncertainty.blocks import HOVER
from dashboard.parts.uncertainty.tables import hand_out
from dashboard.parts.uncertainty.words import lack_said
from domain.matrix_file import matrix_of
from domain.model import Agreement
from domain.numbers import NO_VALUE, date_text, exact_text
from domain.risk_matrix import RiskMatrix
from pipelines.answers.uncertainty.risks import Place, Risk, RiskGrid, open_risks, response_levels, risk_grid, without_response
from pipelines.writing.tables import Cell

_SHOWN = 25
_COLUMNS = (
    "project_id", "project_name", "risk_id", "kind", "description", "probability_pct", "consequence_likely_mnok", "expected_mnok",
    "consequence_days", "response", "responsible", "lack", "submission_id", "row_number",
)  # fmt: skip


def risks_of(here: Surroundings, agreement: Agreement, chosen: Chosen) -> tuple[Risk, ...]:
    """The open risks and opportunities of what is chosen."""
    ask = partial(open_risks, here.published, agreement, chosen.price, here.as_of, chosen.selection)
    return kept(ask, "open_risks", *here.known(agreement), *chosen.key)


def matrix_view(here: Surroundings, agreement: Agreement, chosen: Chosen) -> None:
    """The matrix, and the risks of the chosen cell."""
    listed = risks_of(here, agreement, chosen)
    matrix = matrix_of(agreement)
    grid = risk_grid(listed, matrix)
    if not grid.places:
        blocks.small(here.say("uncertainty.matrix.nothing"))
        return
    n_risks = sum(it.kind == "risk" for it in listed)
    led = partial(computed, here, agreement, chosen)
    blocks.title(
        here.say(
            "uncertainty.matrix.title",
            risks=led("uncertainty.open_risks", str(n_risks)),
            opportunities=led("uncertainty.open_opportunities", str(len(listed) - n_risks)),
        ),
        here.say("uncertainty.matrix.unit", unit=unit(here, chosen)),
    )
    keys = [_key_of(place) for place in grid.highest_first]
    by_key = dict(zip(keys, grid.highest_first, strict=True))
    label = here.say("uncertainty.matrix.cell")
    place = by_key[choice("cell", label, keys, keys[0], lambda key: _cell_said(here, matrix, grid, by_key[key]))]
    figure = kept(
        partial(_draw, here, matrix, grid, place),
        "risk_grid", place, *here.known(agreement), *chosen.key, here.language, here.ground,
    )  # fmt: skip
    cells = "; ".join(_cell_said(here, matrix, grid, found) for found in grid.highest_first)
    show(figure, here.say("uncertainty.matrix.alt", cells=cells), "uncertainty-matrix")
    at = {found: ":".join(map(str, found)) for found in grid.highest_first}
    follow(here, (led("uncertainty.in_cell", _cell_said(here, matrix, grid, it), grain="cell", of=of) for it, of in at.items()))
    source_line(here, classes_said(here, agreement, matrix))
    if grid.not_placed:
        n = led("uncertainty.in_cell", str(len(grid.not_placed)), grain="cell")
        blocks.small(here.say("uncertainty.matrix.not_placed", n=n))
    _risk_table(here, agreement, chosen, _cell_said(here, matrix, grid, place), grid.places[place])
    how(here, [here.say("uncertainty.how.matrix"), here.say("uncertainty.how.matrix_area")])
    hand_out(here, agreement, chosen, "risks", here.say("uncertainty.matrix.export"), _COLUMNS, [_exported(it) for it in listed])


def unanswered_view(here: Surroundings, agreement: Agreement, chosen: Chosen) -> None:
    """The risks without a response, the most expensive first, with how the rule judges their projects."""
    found = without_response(risks_of(here, agreement, chosen))
    if not found:
        blocks.small(here.say("uncertainty.unanswered.none"))
        return
    known = [it.expected_mnok for it in found if it.expected_mnok is not None]
    expected = mnok_text(here, sum(known, Decimal(0)))
    led = partial(computed, here, agreement, chosen)
    n, mnok = led("uncertainty.risks_without_response", str(len(found))), led("uncertainty.expected_without_response", expected)
    title = here.say("uncertainty.unanswered.title", n=n, mnok=mnok)
    blocks.title(title, here.say("uncertainty.unanswered.unit", unit=unit(here, chosen)))
    if len(known) < len(found):
        blocks.small(here.say("uncertainty.unanswered.lacking", n=len(known), of=len(found)))
    ask = partial(response_levels, here.published, agreement, here.as_of, chosen.selection)
    levels = kept(ask, "response_levels", *here.known(agreement), *chosen.key)
    shown = found[:_SHOWN]
    key = "caption" if len(shown) == len(found) else "caption_first"
    caption = here.say(f"uncertainty.unanswered.{key}", n=len(shown), of=len(found))
    heads = ("project", "level", "description", "probability_pct", "consequence_likely_mnok", "expected_mnok", "responsible")
    rows: list[list[Said]] = [
        [
            f"{it.project_id} {it.project_name}",
            level_said(here, levels.get(it.project_id, "green")),
            *_said(here, agreement, chosen, it),
            it.responsible or NO_VALUE,
        ]
        for it in shown
    ]
    blocks.table(caption, _columns(here, heads), rows)
    source_line(here, here.say("economy.source"))
    how(here, [here.say("uncertainty.how.unanswered"), here.say("uncertainty.how.matrix_area")])
    title = here.say("uncertainty.unanswered.export")
    hand_out(here, agreement, chosen, "without-response", title, _COLUMNS, [_exported(it) for it in found])


def _risk_table(here: Surroundings, agreement: Agreement, chosen: Chosen, caption: str, listed: Sequence[Risk]) -> None:
    heads = ("project", "description", "probability_pct", "consequence_likely_mnok", "expected_mnok", "response")
    rows: list[list[Said]] = [
        [
            f"{it.project_id} {it.project_name}",
            *_said(here, agreement, chosen, it),
            it.response or here.say("uncertainty.matrix.no_response"),
        ]
        for it in listed[:_SHOWN]
    ]
    blocks.table(caption, _columns(here, heads), rows)


def _said(here: Surroundings, agreement: Agreement, chosen: Chosen, risk: Risk) -> list[Said]:
    """What it is, how likely, what it would cost, and what that is expected to cost; numbers lead to their cells."""
    probability = NO_VALUE if risk.probability_pct is None else exact_text(risk.probability_pct, here.language)
    at = (risk.submission_id, "risks", risk.row_number)
    of = f"{risk.project_id}:{risk.risk_id}"
    expected = computed(here, agreement, chosen, "uncertainty.expected", mnok_text(here, risk.expected_mnok), grain="risk", of=of)
    return [
        risk.description,
        traced(here, agreement, *at, "probability_pct", probability),
        traced(here, agreement, *at, "consequence_likely_mnok", mnok_text(here, risk.consequence_mnok)),
        lack_said(here, risk.missing) if risk.expected_mnok is None else expected,
    ]


def _columns(here: Surroundings, heads: Sequence[str]) -> list[Column]:
    return [Column(here.say(f"uncertainty.column.{name}"), name.endswith(("_mnok", "_pct"))) for name in heads]


def classes_said(here: Surroundings, agreement: Agreement, matrix: RiskMatrix) -> str:
    """Where the risks come from, and who has set the classes."""
    if matrix.basis == "decision" and matrix.decided_on:
        titles = ", ".join(agreement.source(it).title for it in matrix.sources)
        return here.say("uncertainty.matrix.source_decided", day=date_text(matrix.decided_on, here.language), titles=titles)
    return here.say("uncertainty.matrix.source")


def _draw(here: Surroundings, matrix: RiskMatrix, grid: RiskGrid, place: Place) -> go.Figure:
    rows = pd.DataFrame(
        [
            {
                "kind": kind,
                "probability": up,
                "consequence": out,
                "n": len(listed),
                "hover": _cell_said(here, matrix, grid, (kind, up, out)),
            }
            for (kind, up, out), listed in grid.places.items()
        ]
    )
    words = GridWords(
        here.say("uncertainty.matrix.risks"),
        here.say("uncertainty.matrix.opportunities"),
        here.say("uncertainty.matrix.consequence"),
        [f"{exact_text(begin, here.language)} %" for begin in matrix.probability_from_pct],
        [exact_text(begin, here.language) for begin in matrix.consequence_from_mnok],
        HOVER,
    )
    return risk_grid_figure(rows, place, words, SEPARATORS[here.language], here.palette)


def _class_said(here: Surroundings, begins: Sequence[Decimal], number: int) -> str:
    """<10; 10–25; ≥75."""
    said = [exact_text(begin, here.language) for begin in begins]
    if number == 0:
        return f"<{said[0]}"
    return f"≥{said[-1]}" if number == len(begins) else f"{said[number - 1]}–{said[number]}"


def _cell_said(here: Surroundings, matrix: RiskMatrix, grid: RiskGrid, place: Place) -> str:
    kind, up, out = place
    return here.say(
        f"uncertainty.matrix.cell_{kind}",
        n=len(grid.places[place]),
        probability=_class_said(here, matrix.probability_from_pct, up),
        consequence=_class_said(here, matrix.consequence_from_mnok, out),
    )


def _key_of(place: Place) -> str:
    """The name of a cell in the address: risk-4-3."""
    kind, up, out = place
    return f"{kind}-{up + 1}-{out + 1}"


def _exported(risk: Risk) -> list[Cell]:
    amounts = (risk.probability_pct, risk.consequence_mnok, risk.expected_mnok)
    return [
        risk.project_id, risk.project_name, risk.risk_id, risk.kind, risk.description,
        *(None if amount is None else float(amount) for amount in amounts), risk.consequence_days, risk.response,
        risk.responsible, risk.missing, risk.submission_id, risk.row_number,
    ]  # fmt: skip

"""Who has delivered for when, as a table of parties and periods: a symbol, a word and a colour in each cell, and the days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.parts.blocks import said_html
from dashboard.parts.escape import as_html
from dashboard.parts.quality.words import CellWords
from dashboard.theme import Palette


@dataclass(frozen=True, slots=True)
class Heading:
    """A column or row of the grid: its id, its name, and a short line below."""

    key: str
    name: str
    small: str = ""


def grid(
    caption: str,
    corner: str,
    periods: Sequence[Heading],
    parties: Sequence[Heading],
    cells: Mapping[tuple[str, str], CellWords],
    not_there: str,
    chosen: tuple[str | None, str | None] = (None, None),
) -> None:
    """Parties in rows and periods in columns. `cells` are by party and period; one without a cell says `not_there`.

    `chosen` are the party and the period that stand out.
    """
    head = "".join(_head(period, period.key == chosen[1]) for period in periods)
    body = "".join(
        f'<tr{_marked(party.key == chosen[0])}><th scope="row">{as_html(party.name)}</th>'
        + "".join(_cell(cells.get((party.key, period.key)), not_there, period.key == chosen[1]) for period in periods)
        + "</tr>"
        for party in parties
    )
    st.html(
        f'<div class="nv-scroll" tabindex="0" role="region" aria-label="{as_html(caption)}">'
        f'<table class="nv-table nv-grid" style="--periods:{len(periods)}"><caption>{as_html(caption)}</caption>'
        f'<thead><tr><th scope="col">{as_html(corner)}</th>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _head(period: Heading, is_chosen: bool) -> str:
    small = f"<span>{as_html(period.small)}</span>" if period.small else ""
    return f'<th scope="col"{_marked(is_chosen)}>{as_html(period.name)}{small}</th>'


def _cell(words: CellWords | None, not_there: str, is_chosen: bool) -> str:
    if words is None:
        return f'<td{_marked(is_chosen)}><span class="nv-unseen">{as_html(not_there)}</span></td>'
    lines = "".join(f"<span>{said_html(line)}</span>" for line in words.lines)
    mark = f'<span aria-hidden="true">{as_html(words.symbol)} </span>'
    return f'<td class="s-{as_html(words.status)}{" chosen" if is_chosen else ""}"><b>{mark}{as_html(words.word)}</b>{lines}</td>'


def _marked(is_chosen: bool) -> str:
    return ' class="chosen"' if is_chosen else ""


def grid_style(palette: Palette) -> str:
    """The style of the grid, where what stands out is what has not come, and of the words of findings below it."""
    colours = {
        "delivered": palette.on_track,
        "late": palette.watch,
        "missing": palette.deviation,
        "sent_back": palette.deviation,
        "waiting": palette.accent,
        "awaited": palette.no_answer,
        "not_delivered": palette.no_answer,
    }
    loud = {"late": 0.1, "missing": 0.13, "sent_back": 0.13, "waiting": 0.1}
    marks = "".join(
        f"table.nv-grid tbody td.s-{status} {{ border-left-color: {colour};"
        f" background: {palette.tint(colour, loud[status]) if status in loud else 'transparent'}; }}\n"
        f"table.nv-grid td.s-{status} > b {{ color: {colour}; }}\n"
        for status, colour in colours.items()
    )
    return f"""
table.nv-grid {{ font-size: clamp(0.875rem, 0.68rem + 0.28vw, 1.05rem); border-collapse: separate;
  border-spacing: 0.3rem 0.25rem; table-layout: fixed; min-width: calc(10rem + var(--periods) * 9.2rem); }}
table.nv-grid th, table.nv-grid td:not(.n) {{ vertical-align: top; padding: 0.3rem 0.5rem 0.35rem; }}
table.nv-grid tbody th {{ position: sticky; left: 0; background: {palette.ground}; z-index: 1;
  overflow-wrap: anywhere; hyphens: auto; }}
table.nv-grid thead th:first-child {{ width: max(12%, 10rem); }}
table.nv-grid tr.chosen td {{ font-weight: 400; }}
table.nv-grid tr.chosen th {{ background: {palette.wash}; }}
table.nv-grid td:not(.n) {{ border-bottom: 0; border-left: 4px solid transparent; line-height: 1.35; }}
table.nv-grid b, table.nv-grid td > span:not(.nv-unseen), table.nv-grid thead th > span {{ display: block; }}
table.nv-grid b {{ font-weight: 650; }}
table.nv-grid thead th > span {{ font-weight: 400; font-size: 0.92em; }}
table.nv-grid thead th.chosen {{ color: {palette.ink}; border-bottom-color: {palette.accent}; }}
.st-key-quality-findings td:nth-child(2) {{ min-width: 16rem; }}
{marks}@media (max-width: 640px) {{
  table.nv-grid {{ width: auto; }}
  table.nv-grid thead th:first-child {{ width: 9.5rem; max-width: none; }}
  table.nv-grid tbody th {{ padding-right: 0.2rem; }}
}}
"""

"""The small figures of the status page as escaped HTML: a range on a scale, projects by state, levels by area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dashboard.parts.blocks import Said, said_html
from dashboard.parts.escape import as_html

# How much of a scale is left free on each side of what stands on it.
_MARGIN_PCT = 6.0
# From here on a word is written to the left of its mark, so that it stays within the block.
_TURN_PCT = 55.0
Look = Literal["solid", "striped", "tint", "open"]


@dataclass(frozen=True, slots=True)
class ScaleMark:
    """A place on a scale with its word above: a tick for what is held against, a dot for an estimate."""

    at: float
    said: str
    kind: Literal["tick", "dot"]


@dataclass(frozen=True, slots=True)
class Part:
    """So many of a whole, with the word for it; `number` is how many as words that lead to them."""

    n: int
    said: str
    look: Look
    number: Said = ""


@dataclass(frozen=True, slots=True)
class LevelRow:
    """The counts of one area: each with its symbol and colour, and of how many."""

    name: str
    counts: tuple[tuple[str, Said, str], ...]
    of: Said


def scale(alternative: str, marks: Sequence[ScaleMark], low: float | None, high: float | None, range_said: str = "") -> str:
    """Marks and a range on one scale that is as long as they need. The range has its words below it."""
    places = [mark.at for mark in marks] + [it for it in (low, high) if it is not None]
    first, last = min(places), max(places)
    width = (last - first) or 1.0

    def at(place: float) -> float:
        return _MARGIN_PCT + (100 - 2 * _MARGIN_PCT) * (place - first) / width

    inside = ['<span class="rail"></span>']
    if low is not None and high is not None:
        inside.append(f'<span class="range" style="left:{at(low):.2f}%;width:{at(high) - at(low):.2f}%"></span>')
    for mark in marks:
        inside.append(f'<span class="{mark.kind}" style="left:{at(mark.at):.2f}%"></span>')
        inside.append(_word(mark.said, at(mark.at)))
    inside.append(f'<span class="below">{said_html(range_said)}</span>')
    return f'<div class="nv-scale" role="group" aria-label="{as_html(alternative)}">{"".join(inside)}</div>'


def parts(alternative: str, listed: Sequence[Part]) -> str:
    """A bar in parts, each with its number inside and its word below; parts of nothing are left out."""
    shown = "".join(_part(part) for part in listed if part.n)
    return f'<div class="nv-parts" role="group" aria-label="{as_html(alternative)}">{shown}</div>'


def _part(part: Part) -> str:
    number = said_html(part.number or str(part.n))
    return f'<span class="{part.look}" style="flex:{part.n} 1 0"><i>{number}</i>{as_html(part.said)}</span>'


def levels(alternative: str, rows: Sequence[LevelRow]) -> str:
    """One row per area: symbols with counts, never a colour alone."""
    cells = "".join(
        f"<span>{as_html(row.name)}</span>{''.join(_count(*count) for count in row.counts)}<span>{said_html(row.of)}</span>"
        for row in rows
    )
    return f'<div class="nv-levels" role="group" aria-label="{as_html(alternative)}">{cells}</div>'


def _count(symbol: str, n: Said, colour: str) -> str:
    return f'<span><b style="color:{as_html(colour)}">{as_html(symbol)}</b> {said_html(n)}</span>'


def _word(said: str, left: float) -> str:
    """The word above its place; on the right half of the scale it ends there."""
    side = f"right:{100 - left:.2f}%" if left > _TURN_PCT else f"left:{left:.2f}%"
    return f'<span class="above" style="{side}">{said_html(said)}</span>' if said else ""

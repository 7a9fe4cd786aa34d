"""How a project stands, as a symbol, a word and a colour: never by colour alone."""

from __future__ import annotations

from dashboard.parts.blocks import Said
from dashboard.parts.surroundings import Surroundings
from dashboard.theme import LEVEL_SYMBOLS


def level_said(here: Surroundings, level: str | None) -> str:
    """● I rute, ▲ Følg med, ■ Avvik, ◌ Kan ikke si, – Ingen tall."""
    found = level or "none"
    return f"{LEVEL_SYMBOLS[found]} {here.say(f'portfolio.level.{found}')}"


def level_pair(here: Surroundings, reported: str | None, of_figures: str) -> tuple[Said, Said]:
    """What was reported, and what the figures say: two cells beside each other, never one."""
    return level_said(here, reported), level_said(here, of_figures)

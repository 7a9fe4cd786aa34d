"""`figures`: the numbers that pages show."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from domain.numbers import NO_VALUE, exact_text
from pipelines.commands import asking
from pipelines.commands.outcome import Command, Outcome, Refused, agreement_named
from pipelines.settings import Settings

if TYPE_CHECKING:
    import datetime as dt

    from pipelines.answers.named_figures import NamedFigure


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which agreement and date, and which page and area alone."""
    asking.arguments(parser)
    parser.add_argument("--page")
    parser.add_argument("--area")


def run(parsed: argparse.Namespace, setting: Settings) -> Outcome:
    """Lists them in the agreement's own kroner; nothing is changed."""
    from pipelines.answers.figures import PAGES, figures
    from pipelines.answers.named_figures import Asked
    from pipelines.answers.prices import price
    from pipelines.answers.selection import Selection

    agreement, as_of = agreement_named(parsed.agreement, setting), asking.day_asked(parsed.as_of)
    areas = [area.working_area_id for area in agreement.working_areas]
    if parsed.area is not None and parsed.area not in areas:
        raise Refused("unknown_area", area=parsed.area, known=", ".join(areas))
    if parsed.page is not None and parsed.page not in PAGES:
        raise Refused("unknown_page", page=parsed.page, known=", ".join(PAGES))
    selection = Selection(working_area_id=parsed.area)
    asked = Asked(asking.newest_snapshot(setting), agreement, price(agreement, as_of), as_of, selection)
    found = figures(asked, parsed.page)
    return Outcome({"figures": [_answer(figure, as_of) for figure in found]}, [_line(it, setting.language) for it in found])


def _answer(figure: NamedFigure, as_of: dt.date) -> dict[str, Any]:
    return {
        "page": figure.page,
        "name": figure.name,
        "area": figure.area,
        "amount": asking.exact(figure.amount),
        "unit": figure.unit,
        "price_year": figure.price_year,
        "grain": figure.grain,
        "key": figure.key,
        "as_of": as_of.isoformat(),
        "with_figures": list(figure.with_figures) if figure.with_figures else None,
        "submission_ids": list(figure.submission_ids),
    }


def _line(figure: NamedFigure, language: str) -> str:
    from decimal import Decimal

    amount = figure.amount
    said = NO_VALUE if amount is None else exact_text(Decimal(str(amount)), language)
    return "  ".join(part for part in (figure.page, figure.name, figure.grain, figure.key, said, figure.unit) if part)


FIGURES = Command("figures", arguments, run)

"""Money that is in no project: what the agreement sets aside for administration each year, or that it is not known."""

from __future__ import annotations

from functools import partial

from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Link, Said
from dashboard.parts.economy.words import in_sentence, missing_said, mnok_text
from dashboard.parts.exports import hand_out_reports
from dashboard.parts.figure_foot import source_line
from dashboard.parts.filters import price_said
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed_address
from domain.model import Agreement
from domain.numbers import NO_VALUE
from domain.returns import Missing
from pipelines.answers.economy.administration import Administration, AdministrationYear, administration, amount_of
from pipelines.answers.prices import Price
from pipelines.writing.tables import Cell


def outside_projects(here: Surroundings, agreement: Agreement, price: Price | None) -> None:
    """The frames of administration year by year, or why there are none, and that they are in no sum of projects."""
    found = administration(agreement, price)
    if found.years:
        _frames(here, agreement, price, found)
    else:
        blocks.title(here.say("economy.outside.title_none"))
        unknown = found.unknown
        blocks.small(unknown.unknown.in_language(here.language) if unknown else here.say("economy.outside.not_stated"))
    blocks.small(here.say("economy.outside.not_asked", name=agreement.short_name))


def _frames(here: Surroundings, agreement: Agreement, price: Price | None, found: Administration) -> None:
    now = next((row for row in found.years if row.year == here.as_of.year), found.years[-1])
    key = "title_unconverted" if now.mnok is None else "title"
    led = partial(_led, here, agreement, price)
    mnok = "" if now.mnok is None else led(now, in_sentence(here, now.mnok))
    kroner = price_said(here, price)
    blocks.title(here.say(f"economy.outside.{key}", year=now.year, mnok=mnok), here.say("economy.outside.unit", price=kroner))
    names = [frame.name.in_language(here.language) for frame in found.frames]
    columns = [Column(here.say("economy.column.year")), *(Column(name, True) for name in names)]
    columns.append(Column(here.say("economy.total"), True))
    rows: list[list[Said]] = [
        [
            str(row.year),
            *(
                led(row, mnok_text(here, amount_of(figure)), frame.administration_frame_id)
                for frame, figure in zip(found.frames, row.figures, strict=True)
            ),
            led(row, mnok_text(here, row.mnok)),
        ]
        for row in found.years
    ]
    blocks.table(here.say("economy.outside.caption"), columns, rows, found.years.index(now), is_narrow=True)
    for said in dict.fromkeys(_lacking(here, row) for row in found.years):
        if said:
            blocks.small(said)
    source_line(here, here.say("economy.outside.source"))
    heads = ("year", *(f"{frame.administration_frame_id}_mnok" for frame in found.frames), "total_mnok")
    exported = [[row.year, *(_cell(amount_of(figure)) for figure in row.figures), _cell(row.mnok)] for row in found.years]
    credit = here.say("economy.outside.credit", price=kroner)
    hand_out_reports(here, agreement, "economy-outside-projects", here.say("economy.outside.export"), heads, exported, credit)


def _led(
    here: Surroundings, agreement: Agreement, price: Price | None, row: AdministrationYear, said: str, frame_id: str | None = None
) -> Said:
    """An amount of a year, or of one of its frames, that leads to the frames that it is made of."""
    if said == NO_VALUE:
        return said
    of = f"{row.year}:{frame_id}" if frame_id else row.year
    return Link(said, computed_address(here, agreement, "economy.administration", price=price, grain="frame", of=of))


def _lacking(here: Surroundings, row: AdministrationYear) -> str:
    codes = [figure.code for figure in row.figures if isinstance(figure, Missing)]
    return missing_said(here, codes[0]) if codes else ""


def _cell(mnok: object) -> Cell:
    return None if mnok is None else float(str(mnok))

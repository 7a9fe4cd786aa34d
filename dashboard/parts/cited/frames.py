"""The frames of an agreement as public sources state them: of each municipality, and of the whole. Never added up."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.cited.tables import columns_of, described, hosts, numbered, source_list
from dashboard.parts.cited.words import kroner
from dashboard.parts.exports import downloads, invented_note
from dashboard.parts.figure_foot import source_line
from dashboard.parts.figures import kept
from dashboard.parts.indicators.words import decimals_of
from dashboard.parts.names import trace
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import NO_VALUE, decimal_text
from pipelines.answers.cited.projects import CitedFrame, FrameGroup, cited_frames
from pipelines.writing.tables import ExportTable

_COLUMNS = ("scope", "frame", "amount", "per", "years", "kroner", "source", "place")
_NUMBERS = {"amount"}
_EXPORTED = (
    "scope", "municipality_code", "frame_id", "name", "funding_source_id", "amount_mnok", "amount_type", "is_per_year", "is_part",
    "from_year", "to_year", "price_kind", "price_year", "includes_vat", "stated_as", "price_stated", "source", "collected_on",
    "submission_id", "sheet", "cell",
)  # fmt: skip


def cited_frames_table(here: Surroundings, agreement: Agreement) -> None:
    """How many municipalities have a known frame, and the table of all frames; nothing where no list was known then."""
    if here.snapshot is None:
        return
    groups = kept(partial(cited_frames, here.snapshot, agreement, here.as_of), "cited_frames", *here.known(agreement))
    if not groups:
        return
    places = [group for group in groups if group.municipality_code]
    n_known = sum(any(not frame.meaning.is_per_year for frame in group.frames) for group in places)
    blocks.title(here.say("cited.frames.title", n_known=n_known, n=len(places)), here.say("cited.frames.below"))
    urls = list(dict.fromkeys(frame.source_url for group in groups for frame in group.frames))
    rows = [row for group in groups for row in _rows(here, group, urls)]
    blocks.style_sheet(_STYLE)
    with st.container(key="cited-frames"):
        blocks.table(here.say("cited.frames.caption"), columns_of(here, _COLUMNS, _NUMBERS), rows)
    source_line(here, here.say("cited.history.source_line", hosts=hosts(urls)))
    source_list(here, urls)
    _downloads(here, agreement, groups)


def _rows(here: Surroundings, group: FrameGroup, urls: Sequence[str]) -> list[list[str]]:
    """The rows of one scope; one that says so where no frame was found."""
    if not group.frames:
        return [[group.scope, here.say("cited.frames.none"), *[NO_VALUE] * (len(_COLUMNS) - 2)]]
    return [_row(here, group.scope, frame, urls) for frame in group.frames]


def _row(here: Surroundings, scope: str, frame: CitedFrame, urls: Sequence[str]) -> list[str]:
    per = here.say("cited.frames.per_year" if frame.meaning.is_per_year else "cited.frames.whole")
    amount = decimal_text(float(frame.amount_mnok), decimals_of(frame.amount_mnok), here.language)
    return [
        scope,
        frame.name,
        here.say("cited.about", amount=amount) if frame.meaning.is_about else amount,
        ", ".join([per, here.say("cited.frames.part")] if frame.meaning.is_part else [per]),
        here.say("cited.frames.years", first=frame.years[0], last=frame.years[1]),
        kroner(here, frame.meaning),
        numbered(here, [frame.source_url], urls),
        trace(here, frame.submission_id, frame.sheet, frame.cell),
    ]


def _downloads(here: Surroundings, agreement: Agreement, groups: Sequence[FrameGroup]) -> None:
    rows = [_exported(frame) for group in groups for frame in group.frames]
    about = described(here, agreement, here.say("cited.export.frames_contents"))
    title, sheet = here.say("cited.frames.title_export"), here.say("page.export.sheet")
    table = ExportTable(title, _EXPORTED, rows, about, sheet, invented_note(here, agreement))
    downloads(here, agreement, lambda: table, f"nullvekst-{agreement.agreement_id}-cited-frames")


def _exported(frame: CitedFrame) -> list[str | int | float | None]:
    said = frame.meaning
    return [
        frame.scope, frame.municipality_code, frame.frame_id, frame.name, frame.funding_source_id, float(frame.amount_mnok),
        said.amount_type, str(said.is_per_year).lower(), str(said.is_part).lower(), *frame.years, said.price_kind,
        said.price_year, None if said.includes_vat is None else str(said.includes_vat).lower(), frame.stated_as,
        frame.price_stated, frame.source_url, frame.collected_on.isoformat(), frame.submission_id, frame.sheet, frame.cell,
    ]  # fmt: skip


# A period, a price level and a cell are each read as one word.
_STYLE = """
.st-key-cited-frames table.nv-table td:nth-child(n+5) { white-space: nowrap; }
.st-key-cited-frames table.nv-table td:nth-child(4) { min-width: 8rem; }
.st-key-cited-frames table.nv-table tbody th.w { white-space: normal; min-width: 6.5rem; }
"""

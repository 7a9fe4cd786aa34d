"""The tables of the indicator page: every cited figure with its source, and changes as stated beside what the figures give."""

from __future__ import annotations

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said, joined
from dashboard.parts.exports import downloads, invented_note
from dashboard.parts.header import as_known
from dashboard.parts.indicators.words import cited, decimals_of, item_name, note, of_series, unit
from dashboard.parts.links import addresses, host_of
from dashboard.parts.names import trace
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed
from domain.model import Agreement
from domain.numbers import decimal_text, signed_text
from pipelines.answers.cited.series import Observation, Series
from pipelines.answers.indicators import IndicatorAnswer, IndicatorFigures, StatedChange
from pipelines.answers.trace.computed.cited import change_key
from pipelines.writing.tables import ExportTable

_FIGURES = ("item", "area", "year", "amount", "unit", "note", "source", "place")
_CHANGES = ("item", "area", "year", "since", "stated", "computed")
_NUMBERS = {"year", "amount", "since", "stated", "computed"}
_EXPORTED = (
    "indicator_id", "area_name", "item_id", "year", "amount", "unit_code", "compared_with", "is_sum", "note", "source",
    "submission_id", "sheet", "cell",
)  # fmt: skip


def change_table(here: Surroundings, agreement: Agreement, found: IndicatorFigures) -> None:
    """What sources state as a change beside what their figures give, never in one column."""
    caption = here.say("page.indicators.changes_caption")
    blocks.table(
        caption,
        _columns(here, _CHANGES),
        [_change_line(here, agreement, found, change) for change in found.changes],
        is_narrow=True,
    )


def _change_line(here: Surroundings, agreement: Agreement, found: IndicatorFigures, change: StatedChange) -> tuple[Said, ...]:
    of = (found.indicator.indicator_id, change.item_id, change.area_name)
    stated = signed_text(float(change.stated_pct), decimals_of(change.stated_pct), here.language)
    said = signed_text(change.computed_pct, 1, here.language)
    return (
        item_name(here, found.indicator, change.item_id),
        change.area_name,
        str(change.year),
        decimal_text(None, 0, here.language) if change.since_year is None else str(change.since_year),
        cited(here, agreement, of, change.stated_by, stated),
        computed(here, agreement, None, "indicators.indicator_change", said, grain="indicator", of=change_key(found, change)),
    )


def figure_table(here: Surroundings, agreement: Agreement, found: IndicatorFigures) -> None:
    """Every figure of the indicator with its note, its source and where it stands; one click away."""
    rows = [(series, row) for series in found.series for row in series.observations]
    urls = source_addresses(found)
    caption = here.say("page.indicators.table_caption", name=found.indicator.name.in_language(here.language))
    with st.expander(here.say("page.indicators.all", n=len(rows))):
        with st.container(key=f"figures-{found.indicator.indicator_id}"):
            lines = [_figure_line(here, agreement, found, series, row, urls) for series, row in rows]
            blocks.table(caption, _columns(here, _FIGURES), lines)
        blocks.small(here.say("page.indicators.sources_title"))
        addresses(urls)


def source_addresses(found: IndicatorFigures) -> list[str]:
    """The addresses that the figures of an indicator are cited from, each once, in their order."""
    return list(dict.fromkeys(row.source_url for series in found.series for row in series.observations if row.source_url))


def _figure_line(
    here: Surroundings, agreement: Agreement, found: IndicatorFigures, series: Series, row: Observation, urls: list[str]
) -> list[Said]:
    said = decimal_text(float(row.amount), decimals_of(row.amount), here.language)
    return [
        item_name(here, found.indicator, series.item_id),
        series.area_name,
        str(row.year),
        cited(here, agreement, of_series(found, series), row, said),
        unit(here, found.indicator, series),
        note(here, found.indicator, series, row),
        _source(here, row.source_url, urls),
        _place(here, agreement, of_series(found, series), row),
    ]


def _place(here: Surroundings, agreement: Agreement, of: tuple[str, str, str], row: Observation) -> Said:
    """Where a figure stands, leading to its trace; the cells of a sum are those of several figures, each leading to its own."""
    if row.parts:
        return joined((_place(here, agreement, of, part) for part in row.parts), ", ")
    return cited(here, agreement, of, row, trace(here, row.submission_id, row.sheet, ", ".join(row.cells) or None))


def _source(here: Surroundings, url: str | None, urls: list[str]) -> str:
    """The site of a source and its number in the list below; the whole text where it is no address."""
    if not url:
        return ""
    return here.say("page.indicators.source", host=host_of(url) or url, number=urls.index(url) + 1)


def _columns(here: Surroundings, names: tuple[str, ...]) -> list[Column]:
    return [Column(here.say(f"page.indicators.column.{name}"), name in _NUMBERS) for name in names]


def downloads_of(here: Surroundings, agreement: Agreement, answer: IndicatorAnswer) -> None:
    """Every figure of the page as CSV and Excel, under the names that the store uses."""
    rows = [_exported(found, series, row) for found in answer.figures for series in found.series for row in series.observations]
    said = {
        "agreement": agreement.name,
        "contents": here.say("page.indicators.contents"),
        "known": as_known(here),
        "snapshot": here.snapshot.identity if here.snapshot else "",
        "credit": here.say("page.indicators.credit"),
    }
    about = {here.say(f"page.export.{key}"): content for key, content in said.items()}
    title = here.say("page.indicators.nav")
    table = ExportTable(title, _EXPORTED, rows, about, here.say("page.export.sheet"), invented_note(here, agreement))
    downloads(here, agreement, lambda: table, f"nullvekst-{agreement.agreement_id}-indicators")


def _exported(found: IndicatorFigures, series: Series, row: Observation) -> list[str | int | float | None]:
    return [
        found.indicator.indicator_id, series.area_name, series.item_id, row.year, float(row.amount), series.unit_code,
        series.compared_with, "true" if row.parts else "false", row.note, row.source_url, row.submission_id, row.sheet,
        ", ".join(row.cells),
    ]  # fmt: skip

"""The blocks of the indicator page: per indicator its sentence, small panels, what to be aware of, and its tables."""

from __future__ import annotations

from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.figures.small_multiples import PanelWords, Scale, panel, runs, scale_of
from dashboard.parts import blocks
from dashboard.parts.blocks import Said
from dashboard.parts.escape import as_html
from dashboard.parts.figure_foot import follow, source_line
from dashboard.parts.figures import kept, show
from dashboard.parts.indicators.tables import change_table, downloads_of, figure_table, source_addresses
from dashboard.parts.indicators.words import amount, below, cited, headline, item_name, label, note, of_series, sentence, target
from dashboard.parts.links import host_of
from dashboard.parts.method.blocks import how_measured
from dashboard.parts.surroundings import Surroundings
from dashboard.theme import Palette
from domain.facts import Unknown
from domain.indicators import load_indicators
from domain.model import Agreement
from pipelines.answers.cited.series import Observation, Series
from pipelines.answers.indicators import IndicatorFigures, indicators, stretches

# At most so many panels stand beside what is to be known of them; more take the whole width.
_FEW = 2


def other_indicators(here: Surroundings, agreement: Agreement) -> None:
    """All below the top of the page. Without figures a sentence, and the targets that are agreed all the same."""
    if here.snapshot is None:
        return
    answer = indicators(here.snapshot, agreement, here.as_of)
    blocks.finding(headline(here, agreement, answer))
    _targets(here, agreement)
    blocks.style_sheet(_style(here.palette))
    for found in sorted(answer.figures, key=lambda found: found.lead is None):
        _indicator(here, agreement, found)
    if answer.left_out:
        lines = ", ".join(str(line) for line in answer.left_out)
        blocks.small(here.say("page.indicators.left_out", lines=lines))
    if answer.figures:
        downloads_of(here, agreement, answer)


def _targets(here: Surroundings, agreement: Agreement) -> None:
    """The agreed targets, or why there are none to show."""
    agreed = agreement.indicator_targets
    if isinstance(agreed, Unknown):
        blocks.said(here.say("page.indicators.target"), agreed.unknown.in_language(here.language))
        return
    known = load_indicators()
    for indicator_id, words in agreed.items():
        name = known[indicator_id].name.in_language(here.language) if indicator_id in known else indicator_id
        blocks.said(f"{here.say('page.indicators.target')}: {name}", words.in_language(here.language))
    if agreed:
        blocks.small(here.say("trace_rests.target_file", file=f"{agreement.agreement_id}.yaml"))


def _indicator(here: Surroundings, agreement: Agreement, found: IndicatorFigures) -> None:
    st.html('<hr class="nv-rule">')
    blocks.title(sentence(here, agreement, found), below(here, found))
    if not isinstance(agreement.indicator_targets, Unknown):
        agreed = target(here, agreement, found.indicator) or here.say("page.indicators.no_target")
        blocks.said(here.say("page.indicators.target"), agreed)
    # One figure is no series: the sentence has said it.
    is_drawn = any(len(series.observations) > 1 for series in found.levels)
    is_beside = is_drawn and len(found.levels) <= _FEW
    has_changes = bool(found.changes and found.levels)
    if is_drawn and not is_beside:
        _panels(here, agreement, found)
    places = st.columns([1, 2.4] if is_beside else 2, gap="large") if is_beside or has_changes else [st.container()]
    with places[0]:
        (_panels if is_beside else _watch)(here, agreement, found)
    with places[-1]:
        if is_beside:
            _watch(here, agreement, found)
        if has_changes:
            change_table(here, agreement, found)
    hosts = list(dict.fromkeys(host_of(url) or url for url in source_addresses(found)))
    if hosts:
        source_line(here, here.say("page.indicators.source_line", hosts=", ".join(hosts)))
    how_measured(here, agreement, found.indicator, list(dict.fromkeys(series.area_name for series in found.series)))
    figure_table(here, agreement, found)


def _panels(here: Surroundings, agreement: Agreement, found: IndicatorFigures) -> None:
    """One panel for each series of the indicator's own level, on equal scales, and what their marks mean."""
    tables = [_points(here, agreement, found, series) for series in found.levels]
    scale = scale_of(tables)
    with st.container(key=f"panels-{found.indicator.indicator_id}"):
        for number, (series, points) in enumerate(zip(found.levels, tables, strict=True)):
            _panel(here, agreement, found, series, points, scale, f"{found.indicator.indicator_id}-{number}")
    said = [here.say("page.indicators.scales")] if len(tables) > 1 else []
    said += [here.say("page.indicators.open")] if any(points["is_open"].any() for points in tables) else []
    said += [here.say("page.indicators.broken")] if any(len(runs(points)) > 1 for points in tables) else []
    blocks.small(" ".join(said))
    shown = ((series, row) for series in found.levels for row in series.observations)
    follow(here, [_followed(here, agreement, found, series, row) for series, row in shown], is_closed=True)


def _followed(here: Surroundings, agreement: Agreement, found: IndicatorFigures, series: Series, row: Observation) -> Said:
    """A figure of a panel that leads to its line and cell: Bilfører, Byen, 2018: 54 %."""
    name = f"{item_name(here, found.indicator, series.item_id)}, {series.area_name}" if len(found.levels) > 1 else ""
    return cited(here, agreement, of_series(found, series), row, f"{name} {_year_amount(here, found, row)}".strip())


def _panel(
    here: Surroundings,
    agreement: Agreement,
    found: IndicatorFigures,
    series: Series,
    points: pd.DataFrame,
    scale: Scale,
    key: str,
) -> None:
    indicator, item = found.indicator, item_name(here, found.indicator, series.item_id)
    direction = here.say(f"page.indicators.direction.{indicator.direction_of(series.item_id)}")
    identity = here.snapshot.identity if here.snapshot else ""
    place = (identity, agreement.agreement_id, here.as_of, here.language, here.ground, key)
    drawn = kept(partial(_draw, here, points, scale, direction), *place)
    values = ", ".join(_year_amount(here, found, row) for row in series.observations)
    said = here.say("page.indicators.alt", item=item, area=series.area_name, values=values, direction=direction)
    with st.container(gap=None):
        st.html(f'<p class="nv-panel"><b>{as_html(item)}</b>{as_html(series.area_name)}</p>')
        show(drawn, said, f"panel-{key}")


def _draw(here: Surroundings, points: pd.DataFrame, scale: Scale, direction: str) -> go.Figure:
    return panel(points, scale, PanelWords(direction, here.say("page.indicators.hover")), here.palette)


def _points(here: Surroundings, agreement: Agreement, found: IndicatorFigures, series: Series) -> pd.DataFrame:
    """The series as the table of its panel: one row per figure."""
    starts = [run[0] for run in stretches(series, found.indicator, agreement.agreement_id)[1:]]
    return pd.DataFrame(
        [
            {
                "year": row.year,
                "amount": float(row.amount),
                "label": label(here, found.indicator, row.amount),
                "is_open": row.mark is not None,
                "is_break": row in starts,
                "hover": _hover(here, found, series, row),
            }
            for row in series.observations
        ]
    )


def _hover(here: Surroundings, found: IndicatorFigures, series: Series, row: Observation) -> str:
    """What a dot says. Plotly reads it as HTML."""
    lines = (_year_amount(here, found, row), note(here, found.indicator, series, row))
    return "<br>".join(as_html(line) for line in lines if line)


def _year_amount(here: Surroundings, found: IndicatorFigures, row: Observation) -> str:
    return here.say("page.indicators.year_amount", year=row.year, amount=amount(here, found.indicator, row.amount))


def _watch(here: Surroundings, agreement: Agreement, found: IndicatorFigures) -> None:
    """What a reader must know before drawing a conclusion, the breaks of the series among it."""
    known = [said for said in (*found.indicator.pitfalls, *found.indicator.breaks) if said.concerns(agreement.agreement_id)]
    if known:
        with st.container(gap=None):
            blocks.small(here.say("page.indicators.watch"))
            blocks.bullets(said.text.in_language(here.language) for said in known)


def _style(palette: Palette) -> str:
    """The style of this page: as many panels beside each other as there is room for, two on a phone."""
    return f"""
[class*="st-key-panels-"] {{ display: grid; gap: 0.75rem 1rem; align-items: end;
  grid-template-columns: repeat(auto-fill, minmax(clamp(9.4rem, 20vw, 18rem), 1fr)); }}
.nv-panel {{ margin: 0; font-size: 0.9rem; line-height: 1.3; }}
.nv-panel b {{ display: block; font-weight: 650; }}
[class*="st-key-figures-"] td {{ max-width: 20rem; }}
hr.nv-rule {{ border: 0; border-top: 1px solid {palette.rule}; margin: 1rem 0 0; }}
"""

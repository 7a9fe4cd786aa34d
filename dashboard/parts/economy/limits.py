"""What the sources may pay: their frames against what is expected of them, and money outside what they may be used for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial

import pandas as pd

from dashboard.figures.frame_bars import frame_bars
from dashboard.parts import blocks
from dashboard.parts.agreement_names import coded
from dashboard.parts.blocks import Column, Said
from dashboard.parts.economy.tables import hand_out
from dashboard.parts.economy.words import group_name, in_sentence, missing_said, mnok_text, signed_mnok, unit
from dashboard.parts.figure_foot import how, source_line
from dashboard.parts.figures import SEPARATORS, kept, show
from dashboard.parts.filters import Chosen
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed, traced_sum
from domain.facts import Unknown
from domain.model import Agreement
from domain.numbers import NO_VALUE, decimal_text, exact_text
from domain.returns import Missing
from pipelines.answers.economy.funding import FrameLine, frames, frames_without_source
from pipelines.answers.economy.funding_limits import OutsideLimit, SourceLimits, funding_limits
from pipelines.answers.selection import EVERYTHING
from pipelines.answers.trace.computed.economy import frame_key
from pipelines.methods.money import Amount
from pipelines.writing.tables import Cell

_HOVER_AMOUNTS = ("spent_to_date_mnok", "forecast_mnok")
_OUTSIDE = (
    "project_id", "funding_source_id", "limit", "cost_element", "is_certain", "forecast_mnok", "spent_to_date_mnok",
    "submission_id",
)  # fmt: skip


def limits_view(here: Surroundings, agreement: Agreement, chosen: Chosen) -> None:
    """The frames of the sources first, then what each may be used for and what lies outside it."""
    lines = kept(
        partial(frames, here.published, agreement, chosen.price, here.as_of),
        "frames", *here.known(agreement), chosen.price.choice if chosen.price else None,
    )  # fmt: skip
    # The frames are of the whole agreement, whatever is chosen.
    whole = replace(chosen, selection=EVERYTHING, said=here.say("portfolio.filter.everything"))
    _frames(here, agreement, whole, lines)
    ask = partial(funding_limits, here.published, agreement, chosen.price, here.as_of, chosen.selection)
    found = kept(ask, "funding_limits", *here.known(agreement), *chosen.key)
    _limits(here, agreement, chosen, found)


def _frames(here: Surroundings, agreement: Agreement, chosen: Chosen, lines: tuple[FrameLine, ...]) -> None:
    whole = [line for line in lines if line.municipality_code is None and line.year is None]
    over = [line for line in whole if line.left_mnok is not None and line.left_mnok < 0]
    known = [line for line in whole if line.left_mnok is not None]
    if over:
        names = ", ".join(group_name(here, agreement, "source", line.funding_source_id) for line in over)
        title = here.say("economy.limits.over", names=names)
    else:
        led = partial(computed, here, agreement, chosen)
        counted = {"n": led("economy.sources_held", str(len(known))), "of": led("economy.sources", str(len(whole)))}
        title = here.say(
            "economy.limits.within" if known else "economy.limits.not_held",
            **counted,
        )
    blocks.title(title, here.say("economy.limits.unit", unit=unit(here, chosen)))
    rows = pd.DataFrame([_bar(here, agreement, line) for line in whole if line.sums.mnok("forecast_mnok") is not None])
    if len(rows):
        drawn = kept(
            partial(frame_bars, rows, SEPARATORS[here.language], here.palette),
            "frame_bars", *here.known(agreement), chosen.price.choice if chosen.price else None, here.language, here.ground,
        )  # fmt: skip
        show(drawn, here.say("economy.limits.alt", sources="; ".join(rows["hover"])), "economy-frames")
    source_line(here, here.say("economy.limits.source"))
    _frame_table(here, agreement, chosen, lines)


def _bar(here: Surroundings, agreement: Agreement, line: FrameLine) -> dict[str, object]:
    spent, forecast = (line.sums.mnok(name) for name in _HOVER_AMOUNTS)
    frame = line.frame.mnok if isinstance(line.frame, Amount) else None
    name = group_name(here, agreement, "source", line.funding_source_id)
    said = {"forecast": mnok_text(here, forecast, 0), "frame": mnok_text(here, frame, 0), "spent": mnok_text(here, spent, 0)}
    return {
        "name": name, "spent_mnok": float(spent or 0), "forecast_mnok": float(forecast or 0),
        "frame_mnok": float("nan") if frame is None else float(frame),
        "label": here.say("economy.limits.label" if frame is not None else "economy.limits.label_no_frame", **said),
        "hover": f"{name}: {here.say('economy.limits.hover', **said)}",
    }  # fmt: skip


def _frame_table(here: Surroundings, agreement: Agreement, chosen: Chosen, lines: tuple[FrameLine, ...]) -> None:
    heads = ("source", "municipality", "frame_mnok", "spent_to_date_mnok", "forecast_mnok", "left_mnok", "note")
    columns = [Column(here.say(f"economy.column.{name}"), name.endswith("_mnok")) for name in heads]
    # A source with one frame, of one municipality, is told once.
    split = Counter(line.funding_source_id for line in lines if line.municipality_code)
    shown = [line for line in lines if line.municipality_code or line.year or split[line.funding_source_id] != 1]
    rows = [_frame_row(here, agreement, chosen, line) for line in shown]
    blocks.table(here.say("economy.limits.caption"), *blocks.noted(columns, rows))
    without = frames_without_source(agreement)
    if without:
        blocks.small(here.say("economy.limits.without_source", names="; ".join(frame.name for frame in without)))
    how(here, [here.say("economy.how.limits"), here.say("economy.how.frame_filter")])
    exported: list[list[Cell]] = [
        [
            line.funding_source_id, line.municipality_code, line.year,
            float(line.frame.mnok) if isinstance(line.frame, Amount) else None, _cell(line, "spent_to_date_mnok"),
            _cell(line, "forecast_mnok"), None if line.left_mnok is None else float(line.left_mnok),
        ]
        for line in lines
    ]  # fmt: skip
    names = ("funding_source_id", "municipality_code", "year", "frame_mnok", "spent_to_date_mnok", "forecast_mnok", "left_mnok")
    hand_out(here, agreement, chosen, "frames", here.say("economy.limits.export"), names, exported)


def _frame_row(here: Surroundings, agreement: Agreement, chosen: Chosen, line: FrameLine) -> list[Said]:
    place = here.say("economy.group.all")
    if line.municipality_code:
        place = group_name(here, agreement, "municipality", line.municipality_code)
    if line.year is not None:
        place = f"{place}, {line.year}"
    frame = line.frame.mnok if isinstance(line.frame, Amount) else None
    why = missing_said(here, line.frame.code if isinstance(line.frame, Missing) else None) if frame is None else ""
    told = {
        "frame": mnok_text(here, frame),
        "framed_spent": mnok_text(here, line.sums.mnok("spent_to_date_mnok")),
        "framed_forecast": mnok_text(here, line.sums.mnok("forecast_mnok")),
        "left_of_frame": signed_mnok(here, line.left_mnok),
    }
    return [
        group_name(here, agreement, "source", line.funding_source_id),
        place,
        *(
            computed(here, agreement, chosen, f"economy.{figure}", said, grain="source", of=frame_key(line))
            for figure, said in told.items()
        ),
        why,
    ]


def _limits(here: Surroundings, agreement: Agreement, chosen: Chosen, found: tuple[SourceLimits, ...]) -> None:
    outside = [it for source in found for it in source.outside]
    key = "none" if not outside else "certain" if any(it.is_certain for it in outside) else "unsure"
    blocks.title(here.say(f"economy.outside_limit.{key}", n=len({it.project_id for it in outside})), unit(here, chosen))
    columns = [
        Column(here.say(f"economy.column.{name}"), name == "projects") for name in ("source", "may", "projects", "outside")
    ]
    blocks.table(here.say("economy.outside_limit.caption"), columns, [_limit_row(here, agreement, chosen, it) for it in found])
    if outside:
        heads = ("project", "source", "why", "forecast_mnok", "spent_to_date_mnok")
        columns = [Column(here.say(f"economy.column.{name}"), name.endswith("_mnok")) for name in heads]
        blocks.table(here.say("economy.outside_limit.projects"), columns, [_outside_row(here, agreement, it) for it in outside])
    how(here, [here.say("economy.how.outside_limit")])
    exported: list[list[Cell]] = [
        [
            it.project_id, it.funding_source_id, it.limit, it.cost_element, str(it.is_certain).lower(),
            None if it.forecast_mnok is None else float(it.forecast_mnok),
            None if it.spent_mnok is None else float(it.spent_mnok), it.submission_id,
        ]
        for it in outside
    ]  # fmt: skip
    hand_out(here, agreement, chosen, "outside-limits", here.say("economy.outside_limit.export"), _OUTSIDE, exported)


def _limit_row(here: Surroundings, agreement: Agreement, chosen: Chosen, limits: SourceLimits) -> list[Said]:
    source = limits.source
    limit = source.limit
    may = [limit.unknown.in_language(here.language) if isinstance(limit, Unknown) else limit.in_language(here.language)]
    if source.only_in:
        places = ", ".join(dict.fromkeys(group_name(here, agreement, "municipality", code) for code in source.only_in))
        may.append(here.say("economy.outside_limit.only_in", places=places))
    if source.only_for:
        elements = ", ".join(coded(here, "economy", "cost_element", code).lower() for code in source.only_for)
        may.append(here.say("economy.outside_limit.only_for", elements=elements))
    for code, pct in source.share_pct.items():
        element = coded(here, "economy", "cost_element", code).lower()
        may.append(here.say("economy.outside_limit.share", element=element, pct=exact_text(pct, here.language)))
    known = [it.forecast_mnok for it in limits.outside if it.is_certain and it.forecast_mnok is not None]
    outside = here.say("economy.outside_limit.not_checked")
    if limits.is_limited:
        unsure = len({it.project_id for it in limits.outside if not it.is_certain})
        outside = here.say("economy.outside_limit.amount", mnok=in_sentence(here, sum(known[1:], known[0]))) if known else (
            here.say("economy.outside_limit.nothing")
        )  # fmt: skip
        outside += f" {here.say('economy.outside_limit.cannot_tell', n=unsure)}" if unsure else ""
    of = {"grain": "source", "of": source.funding_source_id}
    n = computed(here, agreement, chosen, "economy.with_lines", str(limits.n_projects), **of)
    return [group_name(here, agreement, "source", source.funding_source_id), " ".join(may), n, outside]


def _outside_row(here: Surroundings, agreement: Agreement, found: OutsideLimit) -> list[Said]:
    why = here.say(f"economy.outside_limit.why.{found.limit}" if found.is_certain else "economy.outside_limit.why.cannot_tell")
    if found.share_pct is not None and found.allowed_pct is not None:
        share = decimal_text(found.share_pct, 1, here.language)
        why = here.say("economy.outside_limit.why.share", share=share, allowed=exact_text(found.allowed_pct, here.language))
    forecast = mnok_text(here, found.forecast_mnok)
    return [
        f"{found.project_id} {found.project_name}",
        group_name(here, agreement, "source", found.funding_source_id),
        why,
        traced_sum(here, agreement, found.submission_id, "economy", found.project_id, "forecast_mnok", forecast),
        NO_VALUE if found.spent_mnok is None else mnok_text(here, found.spent_mnok),
    ]


def _cell(line: FrameLine, name: str) -> float | None:
    mnok = line.sums.mnok(name)
    return None if mnok is None else float(mnok)

"""The uncertainty reserves over time against their expected use, and how finished projects ended against their frames."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from dashboard.figures.reserve_lines import ReserveWords, reserve_lines
from dashboard.parts import blocks
from dashboard.parts.agreement_names import coded
from dashboard.parts.blocks import Column, Said, joined
from dashboard.parts.economy.words import in_sentence, mnok_text, signed_mnok, unit
from dashboard.parts.figure_foot import follow, how, source_line
from dashboard.parts.figures import SEPARATORS, kept, show
from dashboard.parts.filters import Chosen
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed
from dashboard.parts.uncertainty.blocks import HOVER
from dashboard.parts.uncertainty.tables import hand_out
from domain.model import Agreement
from domain.numbers import decimal_text, period_text
from pipelines.answers.uncertainty.portfolio_risk import Portfolio
from pipelines.answers.uncertainty.reserves import ended_against_frames, reserve_use
from pipelines.methods.reserve import EXPECTED_WITHIN_P85, HitRate, ReserveUse
from pipelines.writing.tables import Cell

_LEVELS = ("project", "agreement")
_COLUMNS = (
    "reserve_level", "period", "n_projects", "n_without", "released_mnok", "held_mnok", "expected_mnok", "ahead_mnok", "used_pct",
    "expected_pct",
)  # fmt: skip


def reserve_view(here: Surroundings, agreement: Agreement, chosen: Chosen) -> None:
    """Each level's reserve over the periods, then the table of all of them."""
    ask = partial(reserve_use, here.published, agreement, chosen.price, here.as_of, chosen.selection)
    found = kept(ask, "reserve_use", *here.known(agreement), *chosen.key)
    if not any(use.used_pct is not None for use in found):
        blocks.small(here.say("uncertainty.reserve.nothing"))
        return
    levels = [level for level in _LEVELS if any(use.reserve_level == level for use in found)]
    for level, place in zip(levels, st.columns(len(levels), gap="large"), strict=True):
        with place:
            _level(here, agreement, chosen, [use for use in found if use.reserve_level == level])
    source_line(here, here.say("uncertainty.reserve.source"))
    _table(here, agreement, chosen, found)
    how(here, [here.say("uncertainty.how.reserve"), here.say("uncertainty.how.reserve_periods")])


def hit_rate_said(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Portfolio) -> None:
    """How many finished projects stayed within P85, with the interval of that share, and whether that says anything yet."""
    rate = ended_against_frames(found.projects)
    if rate is None:
        blocks.said(here.say("uncertainty.hit.label"), here.say("uncertainty.hit.none"))
        return
    led = partial(computed, here, agreement, chosen)
    said = {
        "n": led("uncertainty.finished_within_p85", str(rate.n_within_p85)),
        "of": led("uncertainty.finished", str(rate.n_projects)),
        "low": decimal_text(100 * rate.ci_low, 0, here.language),
        "high": decimal_text(100 * rate.ci_high, 0, here.language),
        "expected": decimal_text(100 * EXPECTED_WITHIN_P85, 0, here.language),
    }
    verdict = here.say("uncertainty.hit.differs" if rate.differs_from_expected else "uncertainty.hit.too_few", **said)
    sentences = [here.say("uncertainty.hit.rate", **said), verdict, _against_p50(here, rate, led)]
    blocks.said(here.say("uncertainty.hit.label"), joined(sentences))


def _against_p50(here: Surroundings, rate: HitRate, led: Callable[[str, str], Said]) -> str:
    if rate.mean_pct is None:
        return here.say("uncertainty.hit.no_p50")
    side = "over" if rate.mean_pct > 0 else "under"
    mean = decimal_text(abs(rate.mean_pct), 1, here.language)
    counted = {
        "n": led("uncertainty.finished_within_p50", str(rate.n_within_p50)),
        "of": led("uncertainty.finished_with_p50", str(rate.n_with_p50)),
    }
    return here.say(f"uncertainty.hit.{side}_p50", mean=led("uncertainty.finished_mean", mean), **counted)


def _level(here: Surroundings, agreement: Agreement, chosen: Chosen, uses: list[ReserveUse]) -> None:
    last = uses[-1]
    level = coded(here, "reserve", "reserve_level", last.reserve_level)
    title = here.say(
        "uncertainty.reserve.said",
        level=level,
        released=_of(here, agreement, chosen, last, "released", in_sentence(here, last.released_mnok)),
        expected=_of(here, agreement, chosen, last, "expected", in_sentence(here, last.expected_mnok)),
    )
    n = _of(here, agreement, chosen, last, "with_figures", str(last.n_projects - last.n_without))
    of = _of(here, agreement, chosen, last, "projects", str(last.n_projects))
    blocks.title(title, here.say("uncertainty.reserve.unit", n=n, of=of))
    rows = pd.DataFrame([_point(here, use) for use in uses])
    words = ReserveWords(
        here.say("uncertainty.reserve.released", pct=_pct(here, last.used_pct)),
        here.say("uncertainty.reserve.expected", pct=_pct(here, last.expected_pct)),
        HOVER,
    )
    draw = partial(reserve_lines, rows, words, SEPARATORS[here.language], here.palette)
    key = (last.reserve_level, *here.known(agreement), *chosen.key, here.language, here.ground)
    alternative = here.say("uncertainty.reserve.alt", level=level, periods="; ".join(rows["hover"]))
    show(kept(draw, "reserve_lines", *key), alternative, f"uncertainty-reserve-{last.reserve_level}")
    shares = {"used_pct": (words.released, last.used_pct), "expected_pct": (words.expected, last.expected_pct)}
    follow(here, (_of(here, agreement, chosen, last, name, said) for name, (said, pct) in shares.items() if pct is not None))


def _point(here: Surroundings, use: ReserveUse) -> dict[str, object]:
    period = period_text(str(use.period), here.language)
    said = {"released": _pct(here, use.used_pct), "expected": _pct(here, use.expected_pct)}
    return {
        "period": period,
        "used_pct": None if use.used_pct is None else float(use.used_pct),
        "expected_pct": None if use.expected_pct is None else float(use.expected_pct),
        "hover": here.say("uncertainty.reserve.hover", period=period, **said),
    }


def _table(here: Surroundings, agreement: Agreement, chosen: Chosen, found: tuple[ReserveUse, ...]) -> None:
    heads = ("level", "period", "released_mnok", "held_mnok", "expected_mnok", "ahead_mnok", "with_figures")
    columns = [Column(here.say(f"uncertainty.reserve.{name}"), number > 1) for number, name in enumerate(heads)]
    rows: list[list[Said]] = [
        [
            coded(here, "reserve", "reserve_level", use.reserve_level), period_text(str(use.period), here.language),
            *_led(here, agreement, chosen, use),
            _of(here, agreement, chosen, use, "with_figures", _with_figures(here, use)),
        ]
        for use in sorted(found, key=lambda it: (it.period.last, it.reserve_level != _LEVELS[0]), reverse=True)
    ]  # fmt: skip
    blocks.table(here.say("uncertainty.reserve.caption", unit=unit(here, chosen)), columns, rows)
    exported: list[list[Cell]] = [
        [
            use.reserve_level, str(use.period), use.n_projects, use.n_without,
            *(float(mnok) for mnok in (use.released_mnok, use.held_mnok, use.expected_mnok, use.ahead_mnok)),
            *(None if pct is None else float(pct) for pct in (use.used_pct, use.expected_pct)),
        ]
        for use in found
    ]  # fmt: skip
    hand_out(here, agreement, chosen, "reserve", here.say("uncertainty.reserve.export"), _COLUMNS, exported)


def _led(here: Surroundings, agreement: Agreement, chosen: Chosen, use: ReserveUse) -> list[Said]:
    """The amounts of a level and period, each leading to the cells that it is computed from."""
    told = {name: mnok_text(here, getattr(use, f"{name}_mnok")) for name in ("released", "held", "expected")}
    told["ahead"] = signed_mnok(here, use.ahead_mnok)
    return [_of(here, agreement, chosen, use, name, said) for name, said in told.items()]


def _of(here: Surroundings, agreement: Agreement, chosen: Chosen, use: ReserveUse, name: str, said: str) -> Said:
    """Words about a reserve of a level after a period that lead to a figure of it."""
    of = f"{use.reserve_level}:{use.period}"
    return computed(here, agreement, chosen, f"uncertainty.reserve_{name}", said, grain="reserve", of=of)


def _with_figures(here: Surroundings, use: ReserveUse) -> str:
    return here.say("economy.with_figures", n=use.n_projects - use.n_without, of=use.n_projects)


def _pct(here: Surroundings, pct: object) -> str:
    return decimal_text(None if pct is None else float(str(pct)), 0, here.language)

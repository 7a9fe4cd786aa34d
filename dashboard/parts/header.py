"""The top of every page: which agreement, as known when, in which language, and whether it is invented."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.choices import choice, day
from dashboard.parts.figures import kept
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import date_text
from domain.words import LANGUAGES
from pipelines.answers.goal.releases import first_known, last_published


def page_header(here: Surroundings, key: str, is_about_index: bool = False) -> Agreement | None:
    """Draws the top and gives the chosen agreement; None, with a sentence, before anything has been published.

    `key` names the page in the header line; a page about the index says there when it was published.
    """
    if not here.agreements or here.snapshot is None:
        blocks.finding(here.say("page.no_snapshot"))
        return None
    with st.container(key="top"):
        line, agreement_place, day_place, language_place = st.columns([5, 1.9, 1.5, 1.2], vertical_alignment="center")
    with agreement_place:
        ids = list(here.agreements)
        chosen = choice("agreement", here.say("page.agreement"), ids, ids[0], lambda found: here.agreements[found].short_name)
    agreement = here.agreements[chosen]
    with day_place:
        earliest = kept(partial(first_known, here.snapshot, agreement), "first", *here.known(agreement)) or here.today
        # An address may ask for a day before anything was known: the field shows the same day as the page.
        day("asof", here.say("page.as_of"), min(earliest, here.as_of), here.today, here.as_of)
    with language_place:
        choice("lang", here.say("page.language"), LANGUAGES, LANGUAGES[0], lambda found: here.say(f"language.{found}"))
    with line:
        blocks.header_line(_facts(here, agreement, key, is_about_index), agreement.short_name)
    if here.is_past:
        blocks.past_band(here.say("page.past", day=date_text(here.as_of, here.language)))
    if agreement.is_synthetic:
        blocks.synthetic_band(here.say("product.synthetic_long", name=agreement.short_name))
    return agreement


def as_known(here: Surroundings) -> str:
    """Slik det var kjent 22. november 2026."""
    return here.say("page.as_known", day=date_text(here.as_of, here.language))


def _facts(here: Surroundings, agreement: Agreement, key: str, is_about_index: bool) -> list[str]:
    facts = [here.say(key), agreement.name, as_known(here)]
    if here.snapshot is None or not is_about_index:
        return facts
    published = kept(partial(last_published, here.snapshot, agreement, here.as_of), "last", *here.known(agreement))
    return [*facts, here.say("page.published", day=date_text(published, here.language))] if published else facts

"""What stands at the foot of the goal page: method, what is not known, sources."""

from __future__ import annotations

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.figure_foot import how
from dashboard.parts.figures import kept
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import date_text
from pipelines.answers.goal.goal import GoalAnswer


def method(here: Surroundings, agreement: Agreement, goal: GoalAnswer) -> None:
    """How the index is computed, one click away."""
    said = [here.say(f"page.goal.method.{part}") for part in ("window", "quality", "interval", "answers")]
    said.append(agreement.goal.judged_over.in_language(here.language))
    how(here, [*said, here.say("page.goal.method.version", version=goal.method_version)])


def unknowns(here: Surroundings, agreement: Agreement) -> None:
    """What no source gives, by kind of fact, each with its reason."""
    by_kind: dict[str, str] = {}
    for key, fact in kept(agreement.unknowns, "unknowns", *here.known(agreement)):
        by_kind.setdefault(key.rsplit(".", 1)[-1], fact.unknown.in_language(here.language))
    if by_kind:
        with st.expander(here.say("page.unknown")):
            blocks.small(here.say("page.unknown_intro"))
            blocks.bullets(f"{here.say(f'fact.{kind}')}: {reason}" for kind, reason in by_kind.items())


def sources(here: Surroundings, agreement: Agreement, goal: GoalAnswer) -> None:
    """Where the figures come from, and under which licence."""
    names = goal.series[["source_title", "published_on"]].drop_duplicates().sort_values("published_on", ascending=False)
    said = [f"{row.source_title} ({date_text(row.published_on, here.language)})" for row in names.itertuples()]
    blocks.small(f"{here.say('page.sources')}: {'; '.join(said)}. {agreement.index.credit.in_language(here.language)}")
    if not here.is_local:
        blocks.small(here.say("product.read_only"))

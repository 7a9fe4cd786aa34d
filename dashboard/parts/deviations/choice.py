"""What the reader has chosen of the deviations: the filters in the address, and the list that passes them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote, urlencode

import pandas as pd
import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.blocks import Said
from dashboard.parts.choices import asked, choice
from dashboard.parts.figures import kept
from dashboard.parts.filters import Chosen, filters
from dashboard.parts.levels import level_said
from dashboard.parts.rules.words import rule_name
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed
from domain.deviation_limits import DeviationLimits
from domain.limit_file import limits_of
from domain.model import Agreement
from domain.numbers import date_text
from pipelines.answers.deviations.deviations import OpenDeviation, deviations
from pipelines.answers.deviations.listed import DeviationChange, deadlines, deviation_changes
from pipelines.answers.deviations.results import RuleResult
from pipelines.answers.economy.bridges import last_deadline
from pipelines.answers.portfolio import projects
from pipelines.answers.trace.computed.counts import NOBODY, TRAITS, WHERE, traits_of, where_key

PAGE = "deviations"
ALL = "all"
_WANTED = ("area", "party", "focus", "municipality")
_OWN = TRAITS
_AGES = ("1", "2", "3", "4")
_SUBJECTS = ("project", "report", "all")
# Ten filters one above the other would fill a phone.
_TWO_ON_A_PHONE = """
@media (max-width: 640px) {
  .st-key-deviation-filters [data-testid="stHorizontalBlock"] { flex-flow: row wrap; gap: 0.5rem 0.75rem; }
  .st-key-deviation-filters [data-testid="stColumn"] { min-width: 0; flex: 1 1 calc(50% - 0.75rem); }
}
"""
# The names of projects leave room for what owners wrote.
_NAMES_IN_LINES = ".st-key-deviation-list table.nv-table tbody th.w { white-space: normal; min-width: 9.5rem; }"


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The chosen projects and filters. `since` is the day that changes are counted from; None where none is known."""

    chosen: Chosen
    by: dict[str, str]
    since: dt.date | None
    limits: DeviationLimits

    def passes(self, result: RuleResult, body_id: str | None) -> bool:
        """Whether a deviation is in the list."""
        traits = traits_of(self.limits, result, body_id)
        return all(self.by[name] in (ALL, found) for name, found in traits.items())

    @property
    def is_partial(self) -> bool:
        """Whether deviations are left out by more than what they are about."""
        return any(found != ALL for name, found in self.by.items() if name != "subject")

    def without(self, name: str) -> Narrowed:
        """The same with one filter taken away."""
        return Narrowed(self.chosen, {**self.by, name: ALL}, self.since, self.limits)


@dataclass(frozen=True, slots=True)
class Listed:
    """What the page is about: the projects that have not ended, the deviations that pass the filters, and what changed."""

    projects: pd.DataFrame
    found: tuple[OpenDeviation, ...]
    n_beside: int
    changes: tuple[DeviationChange, ...]


def count_of(here: Surroundings, agreement: Agreement, narrowed: Narrowed, figure: str, n: int | str, **where: str) -> Said:
    """A count of deviations, or of projects, that leads to what is counted: what passes the filters, narrowed further."""
    own = {name: found for name, found in narrowed.by.items() if found != ALL} | where
    key = where_key({name: found for name, found in own.items() if found != ALL})
    of = {"grain": WHERE, "of": key} if key else {}
    since = {"since": narrowed.since} if figure.startswith("changed_") else {}
    return computed(here, agreement, narrowed.chosen, f"deviations.{figure}", str(n), **of, **since)


def choose(here: Surroundings, agreement: Agreement) -> Narrowed:
    """Both rows of filters, and what is chosen in them."""
    blocks.style_sheet(_TWO_ON_A_PHONE + _NAMES_IN_LINES)
    with st.container(key="deviation-filters"):
        chosen = filters(here, agreement, _WANTED)
        return _own_filters(here, agreement, chosen)


def _own_filters(here: Surroundings, agreement: Agreement, chosen: Chosen) -> Narrowed:
    limits = limits_of(agreement)
    options: dict[str, Sequence[str]] = {
        "subject": _SUBJECTS,
        "level": (ALL, "red", "yellow"),
        "rule": (ALL, *(limit.rule_code for limit in limits.limits if not limit.is_off)),
        "body": (ALL, *_bodies(agreement), NOBODY),
        "age": (ALL, *_AGES),
    }
    by: dict[str, str] = {}
    places = st.columns(len(_OWN) + 1)
    for name, place in zip(_OWN, places, strict=False):
        with place:
            named = partial(_named, here, agreement, name)
            by[name] = choice(name, here.say(f"deviations.filter.{name}"), options[name], options[name][0], named)
    with places[-1]:
        since = _since(here, agreement)
    return Narrowed(chosen, by, since, limits)


def listed(here: Surroundings, agreement: Agreement, narrowed: Narrowed) -> Listed:
    """The deviations that pass the filters."""
    snapshot, selection = here.published, narrowed.chosen.selection
    key = (*here.known(agreement), selection)
    there = kept(partial(projects, snapshot, agreement, here.as_of, selection), "projects", *key)
    found = kept(partial(deviations, snapshot, agreement, here.as_of, selection), "deviations", *key)
    changes: tuple[DeviationChange, ...] = ()
    if narrowed.since:
        ask = partial(deviation_changes, snapshot, agreement, narrowed.since, here.as_of, selection)
        changes = kept(ask, "deviation_changes", narrowed.since, *key)
    elsewhere = narrowed.without("subject")
    shown = tuple(it for it in found if narrowed.passes(it.result, it.body_id))
    return Listed(
        there[~there["has_ended"].astype(bool)],
        shown,
        sum(elsewhere.passes(it.result, it.body_id) for it in found) - len(shown),
        tuple(it for it in changes if narrowed.passes(it.result, it.body_id)),
    )


def filters_said(here: Surroundings, agreement: Agreement, narrowed: Narrowed) -> str:
    """The filters in words, for exports."""
    own = [
        f"{here.say(f'deviations.filter.{name}')}: {_named(here, agreement, name, found)}"
        for name, found in narrowed.by.items()
        if found != ALL
    ]
    return " · ".join([narrowed.chosen.said, *own])


def body_name(here: Surroundings, agreement: Agreement, body_id: str | None) -> str:
    """The name of the body that treats a deviation, or that the agreement does not settle it."""
    found = next((body.name for body in agreement.bodies if body.body_id == body_id), body_id)
    return found or here.say("deviations.no_body")


def bodies_in_order(agreement: Agreement, counted: Iterable[str | None]) -> list[str | None]:
    """The bodies that are there, in the agreement's order; None last."""
    order = {body_id: number for number, body_id in enumerate(_bodies(agreement))}
    return sorted(Counter(counted), key=lambda body_id: (body_id is None, order.get(body_id or "", len(order))))


def chosen_deviation() -> str | None:
    """The deviation that the address asks for."""
    return asked("deviation")


def deviation_address(deviation_id: str | None, **chosen: str) -> str:
    """The address of this page with its filters, some of them chosen otherwise, and another deviation chosen, or none."""
    parts = {name: found for name, found in st.query_params.items() if name != "deviation"} | chosen
    if deviation_id:
        parts["deviation"] = deviation_id
    return f"{PAGE}?{urlencode(parts, quote_via=quote, safe='')}" if parts else PAGE


def _since(here: Surroundings, agreement: Agreement) -> dt.date | None:
    """The day that the address asks for, or a deadline."""
    passed = deadlines(agreement, here.as_of)
    days = {day.isoformat() for day in passed}
    own = _day(asked("since"), here.as_of)
    options = sorted(days | ({own} if own else set()), reverse=True)
    if not options:
        return None
    # What the newest round of reports has changed: since the deadline of the round before.
    start = kept(partial(last_deadline, here.published, agreement, here.as_of), "round before", *here.known(agreement))
    default = start.isoformat() if start and start.isoformat() in options else options[0]
    chosen = choice("since", here.say("deviations.filter.since"), options, default, partial(_day_named, here))
    return dt.date.fromisoformat(chosen)


def _day(found: str | None, as_of: dt.date) -> str | None:
    try:
        day = dt.date.fromisoformat(found or "")
    except ValueError:
        return None
    return day.isoformat() if day < as_of else None


def _day_named(here: Surroundings, found: str) -> str:
    return date_text(dt.date.fromisoformat(found), here.language)


def _bodies(agreement: Agreement) -> list[str]:
    return [body.body_id for body in agreement.bodies]


def _named(here: Surroundings, agreement: Agreement, name: str, found: str) -> str:
    if name == "subject":
        return here.say(f"deviations.subject.{found}")
    if found == ALL:
        return here.say(f"deviations.all.{name}")
    named: dict[str, Callable[[str], str]] = {
        "level": partial(level_said, here),
        "rule": partial(rule_name, here),
        "body": lambda body: body_name(here, agreement, None if body == NOBODY else body),
        "age": lambda age: here.say(f"deviations.age.{age}"),
    }
    return named[name](found)

"""The sentences and names of the page about progress, made from its numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

from dashboard.parts.agreement_names import area_name, coded
from dashboard.parts.blocks import Said, joined
from dashboard.parts.filters import Chosen
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed
from domain.forms import QUARTERLY_RETURN, load_form
from domain.model import Agreement
from domain.numbers import NO_VALUE, date_text, decimal_text, signed_text
from pipelines.answers.progress.progress import Moved, Openings
from pipelines.methods.area_shares import NO_AREA

_OWN_REASONS = ("blank", "no_row")


def headline(here: Surroundings, agreement: Agreement, chosen: Chosen, n_projects: int, found: Openings) -> str:
    """How many openings are to come and how many of them moved later, and how many forecasts have passed."""
    if not n_projects:
        return here.say("progress.finding.no_selected")
    led = partial(computed, here, agreement, chosen)
    sentence = _openings(here, found, led)
    if not found.passed:
        return sentence
    n = len(found.passed)
    passed = (
        here.say("progress.finding.passed_one")
        if n == 1
        else here.say("progress.finding.passed", n=led("progress.openings_passed", str(n)))
    )
    return joined([sentence, passed])


def _openings(here: Surroundings, found: Openings, led: Callable[[str, str], Said]) -> str:
    n, n_later = len(found.listed), len(found.moved_later)
    if n == 0:
        return here.say("progress.finding.no_openings")
    if n == 1:
        return here.say("progress.finding.one_opening")
    is_first = all(it.moved.previous_days is None for it in found.listed)
    key = "first" if is_first else "moved" if n_later else "moved_none"
    to_come, later = led("progress.openings_to_come", str(n)), led("progress.openings_moved_later", str(n_later))
    return joined([here.say("progress.finding.openings", n=to_come), here.say(f"progress.finding.{key}", n=later)])


def days_said(here: Surroundings, days: int | None) -> str:
    """60 dager senere, 1 dag tidligere, uendret; a dash where it is not known."""
    if days is None:
        return NO_VALUE
    if days == 0:
        return here.say("progress.days.same")
    side = "later" if days > 0 else "earlier"
    form = "one" if abs(days) == 1 else "other"
    return here.say(f"progress.days.{side}.{form}", n=decimal_text(abs(days), 0, here.language))


def signed_days(here: Surroundings, days: int) -> str:
    """+60 dager: how far in so few words that they have room behind an arrow."""
    form = "one" if abs(days) == 1 else "other"
    return here.say(f"progress.arrows.label.{form}", days=signed_text(days, 0, here.language))


def day_said(here: Surroundings, day: dt.date | None) -> str:
    """A date; a dash where there is none."""
    return date_text(day, here.language) if day else NO_VALUE


def iso(day: dt.date | None) -> str | None:
    """A date as it is handed out in tables."""
    return day.isoformat() if day else None


def project_said(found: Moved) -> str:
    """F-004 Bryggekaien byrom og sykkelfelt."""
    return f"{found.project_id} {found.project_name}"


def missing_said(here: Surroundings, code: str | None) -> str:
    """Why there is no date, in the form's own words where it is a code of the form."""
    form = load_form(QUARTERLY_RETURN)
    if any(found.code == code for found in form.missing):
        return form.missing_code(str(code)).label.in_language(here.language)
    return here.say(f"progress.missing.{code if code in _OWN_REASONS else 'blank'}")


def area_said(here: Surroundings, agreement: Agreement, area: str) -> str:
    """The name of an area, or that it is none."""
    return here.say("progress.phases.no_area") if area == NO_AREA else area_name(agreement, area)


def phase_said(here: Surroundings, phase: str) -> str:
    """The form's word for a phase."""
    return coded(here, "projects", "phase", phase)


def milestone_said(here: Surroundings, milestone: str) -> str:
    """The form's word for a milestone."""
    return coded(here, "milestones", "milestone", milestone)


def phases_in_order() -> list[str]:
    """The phases in the order that a project goes through them."""
    return [it.code for it in load_form(QUARTERLY_RETURN).table("projects").column("phase").allowed]

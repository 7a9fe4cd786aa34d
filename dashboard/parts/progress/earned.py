"""Pace and cost against plan of each project that is being built; spending against budget where nothing else can be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from dashboard.parts import blocks
from dashboard.parts.blocks import Said
from dashboard.parts.figure_foot import how, source_line
from dashboard.parts.figures import kept
from dashboard.parts.filters import Chosen, price_said
from dashboard.parts.more_rows import first_rows
from dashboard.parts.progress.tables import MOST_ROWS, columns_of, hand_out
from dashboard.parts.progress.words import phase_said
from dashboard.parts.project_links import project_link
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed, traced
from domain.model import Agreement
from domain.numbers import NO_VALUE, decimal_text
from pipelines.answers.progress.earned import Earned, earned, is_slower
from pipelines.writing.tables import Cell

_NUMBERS = ("planned_pct", "physical_pct", "spi_t", "cpi", "spent", "budget", "share", "years")
_RATIOS = ("spi_t", "cpi")
_EXPORT = (
    "project_id", "project_name", "phase", "period", "planned_pct", "physical_pct", "spi_t", "cpi", "es_periods",
    "forecast_periods", "pv_mnok", "ev_mnok", "ac_mnok", "reasons", "why", "spent_mnok", "planned_mnok", "spent_of_planned_pct",
    "through_year", "submission_id", "row_number",
)  # fmt: skip


def earned_view(here: Surroundings, agreement: Agreement, chosen: Chosen) -> None:
    """Two tables: what can be held against the plan, and spending of the rest."""
    ask = partial(earned, here.published, agreement, chosen.price, here.as_of, chosen.selection)
    found: tuple[Earned, ...] = kept(ask, "earned", *here.known(agreement), *chosen.key)
    told = sorted((it for it in found if it.found), key=_slowest)
    rest = [it for it in found if not it.found]
    price = price_said(here, chosen.price)
    if told:
        blocks.title(_title(here, agreement, chosen, told), here.say("progress.earned.unit", price=price))
        heads = ("project", "planned_pct", "physical_pct", "spi_t", "cpi", "reason")
        shown = first_rows(here, told, "all with pace", MOST_ROWS)
        columns, rows = blocks.noted(columns_of(here, heads, _NUMBERS), [_told(here, agreement, chosen, it) for it in shown])
        blocks.table(here.say("progress.earned.caption"), columns, rows)
    else:
        blocks.title(here.say("progress.earned.none"))
    if rest:
        blocks.title(here.say("progress.earned.spending_title"), here.say("progress.earned.unit", price=price))
        columns = columns_of(here, ("project", "phase", "spent", "budget", "share", "years", "why"), _NUMBERS)
        spent = [_spent(here, agreement, chosen, it) for it in first_rows(here, rest, "all without pace", MOST_ROWS)]
        blocks.table(here.say("progress.earned.spending_caption"), columns, spent)
    source_line(here, here.say("progress.source"))
    how(here, [here.say(f"progress.how.{name}") for name in ("spi_t", "cpi", "spent", "share")])
    if found:
        title = here.say("progress.export.earned", price=price)
        hand_out(here, agreement, chosen, "earned", title, _EXPORT, [_cells(it) for it in found])


def _title(here: Surroundings, agreement: Agreement, chosen: Chosen, told: Sequence[Earned]) -> str:
    """How many are slower than planned, by the pace as it is shown."""
    known = [it.found.spi_t for it in told if it.found and it.found.spi_t is not None]
    if not known:
        return here.say("progress.earned.unknown")
    led = partial(computed, here, agreement, chosen)
    behind = led("progress.slower", str(sum(is_slower(pace) for pace in known)))
    return here.say("progress.earned.title", behind=behind, n=led("progress.with_pace", str(len(known))))


def _slowest(it: Earned) -> tuple[bool, float, str]:
    spi_t = it.found.spi_t if it.found else None
    return spi_t is None, spi_t or 0.0, it.project_id


def _told(here: Surroundings, agreement: Agreement, chosen: Chosen, it: Earned) -> list[Said]:
    ratios = (_of(here, agreement, chosen, it, name, _ratio(here, getattr(it.found, name))) for name in _RATIOS)
    return [
        _project(here, agreement, it), _pct(here, agreement, it, "planned_pct"), _pct(here, agreement, it, "physical_pct"),
        *ratios, _reasons(here, it.found.reasons if it.found else {}, _RATIOS),
    ]  # fmt: skip


def _spent(here: Surroundings, agreement: Agreement, chosen: Chosen, it: Earned) -> list[Said]:
    own = it.spent
    lacking = _reasons(here, own.reasons, ("spent_mnok", "planned_mnok"))
    whys = [here.say(f"progress.why.{it.why}"), lacking]
    amounts = [
        _of(here, agreement, chosen, it, name, _mnok(here, mnok))
        for name, mnok in (("spent_past_years", own.spent_mnok), ("budget_past_years", own.planned_mnok))
    ]
    return [
        _project(here, agreement, it), phase_said(here, it.phase), *amounts,
        _of(here, agreement, chosen, it, "spent_of_budget", decimal_text(own.spent_of_planned_pct, 0, here.language)),
        str(it.through_year), ". ".join(why for why in whys if why),
    ]  # fmt: skip


def _reasons(here: Surroundings, reasons: Mapping[str, str], names: Sequence[str]) -> str:
    """Why any of the named numbers is not there, each reason once."""
    return ". ".join(dict.fromkeys(here.say(f"progress.reason.{reasons[name]}") for name in names if name in reasons))


def _project(here: Surroundings, agreement: Agreement, it: Earned) -> Said:
    return project_link(here, agreement, it.project_id, f"{it.project_id} {it.project_name}")


def _pct(here: Surroundings, agreement: Agreement, it: Earned, name: str) -> Said:
    pct = getattr(it.report, name) if it.report else None
    if pct is None or it.report is None:
        return NO_VALUE
    said = decimal_text(float(pct), 1, here.language)
    return traced(here, agreement, it.report.submission_id, "progress", it.report.row_number, name, said)


def _of(here: Surroundings, agreement: Agreement, chosen: Chosen, it: Earned, name: str, said: str) -> Said:
    """What is computed of a project; leads to the cells that it is computed from."""
    return computed(here, agreement, chosen, f"progress.{name}", said, grain="project", of=it.project_id)


def _ratio(here: Surroundings, ratio: float | None) -> str:
    return decimal_text(ratio, 2, here.language)


def _mnok(here: Surroundings, mnok: object) -> str:
    return NO_VALUE if mnok is None else decimal_text(float(str(mnok)), 1, here.language)


def _cells(it: Earned) -> list[Cell]:
    own, report = it.found, it.report
    numbers = ("spi_t", "cpi", "es_periods", "forecast_periods", "pv_mnok", "ev_mnok", "ac_mnok")
    reasons = {**(own.reasons if own else {}), **it.spent.reasons}
    return [
        it.project_id, it.project_name, it.phase, it.period, _number(report.planned_pct if report else None),
        _number(report.physical_pct if report else None), *(_number(getattr(own, name, None)) for name in numbers),
        "; ".join(f"{name}: {reason}" for name, reason in reasons.items()), it.why, _number(it.spent.spent_mnok),
        _number(it.spent.planned_mnok), it.spent.spent_of_planned_pct, it.through_year,
        report.submission_id if report else None, report.row_number if report else None,
    ]  # fmt: skip


def _number(found: object) -> float | None:
    return None if found is None else float(str(found))

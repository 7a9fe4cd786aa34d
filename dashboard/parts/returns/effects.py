"""What a return would change if it counted, in words: one sentence, how the figures of its party move, a table of deviations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from dashboard.parts import blocks
from dashboard.parts.blocks import Column
from dashboard.parts.figures import kept
from dashboard.parts.filters import price_said
from dashboard.parts.rules.cases import days_said, level_kept, mnok_said
from dashboard.parts.rules.words import rule_name, rule_sentence
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import date_text, decimal_text
from domain.returns import Return
from pipelines.answers.deviations.listed import STEPS
from pipelines.answers.reporting.deviation_effects import Effect
from pipelines.answers.reporting.effects import ReturnEffects, effects
from pipelines.answers.reporting.moved_figures import Forecasts, MovedOpening
from pipelines.methods.money import Total

SHOWN, NAMED = 25, 10
_COLUMNS = ("project", "rule", "step", "before", "after", "said")


def effect_blocks(here: Surroundings, agreement: Agreement, found: Return, *key: object) -> None:
    """What a return, which `key` tells from others, would do today to deviations and figures; the deviations one by one.

    It is held against what is known today, also for a reader of an earlier day. Nothing for a return of another agreement.
    """
    if here.snapshot is None or found.agreement_id != agreement.agreement_id:
        return
    ask = partial(effects, here.snapshot, agreement, found, here.today)
    told = kept(ask, "return effects", found.party_id, found.period, here.today, *key, *here.known(agreement))
    blocks.title(headline(here, told))
    lines = [
        *_delivery_lines(here, told), *_forecast_lines(here, told.forecasts), *_opening_lines(here, told),
        *_progress_lines(here, told), *_project_lines(here, told),
    ]  # fmt: skip
    blocks.bullets(lines)
    listed = told.by_figures
    if not listed:
        return
    columns = [Column(here.say(f"effects.column.{name}")) for name in _COLUMNS]
    rows = [_row(here, agreement, effect) for effect in listed[:SHOWN]]
    blocks.table(here.say("effects.caption"), columns, rows)
    if len(listed) > SHOWN:
        blocks.small(here.say("effects.more", n=_n(here, len(listed) - SHOWN)))


def headline(here: Surroundings, told: ReturnEffects) -> str:
    """Rapporten åpner 2 avvik og lukker 1 avvik. Prognosen øker med 12,4 mill. kr."""
    n_of = Counter(effect.step for effect in told.by_figures)
    parts = [here.say(f"effects.does.{step}", n=_counted(here, n_of[step])) for step in STEPS if n_of[step]]
    sentence = here.say("effects.said", parts=_listed(here, parts)) if parts else here.say("effects.none")
    change = told.forecasts.change_mnok
    if change is None:
        return sentence
    case = "same" if not change else "up" if change > 0 else "down"
    forecast = here.say(f"effects.forecast.{case}", change=mnok_said(here, abs(change)))
    return here.say("effects.both", first=sentence, second=forecast)


def _row(here: Surroundings, agreement: Agreement, effect: Effect) -> list[str]:
    result = effect.result
    return [
        f"{result.project_id} {result.report.project_name}",
        rule_name(here, result.rule),
        here.say(f"deviations.step.{effect.step}"),
        level_kept(here, effect.level_before),
        level_kept(here, effect.level),
        rule_sentence(here, agreement, result),
    ]


def _delivery_lines(here: Surroundings, told: ReturnEffects) -> list[str]:
    """What becomes of deviations that are about the report itself, in one line for each rule and step."""
    n_of = Counter((effect.result.rule, effect.step) for effect in told.by_delivery)
    return [_delivery(here, rule, step, n) for (rule, step), n in sorted(n_of.items())]


def _delivery(here: Surroundings, rule: str, step: str, n: int) -> str:
    named = {"rule": rule_name(here, rule), "n": _n(here, n)}
    if step == "closed":
        return here.say("effects.delivery.closed", **named)
    return here.say("effects.delivery.changed", step=here.say(f"deviations.step.{step}"), **named)


def _forecast_lines(here: Surroundings, found: Forecasts) -> list[str]:
    before, after = found.before, found.after
    if before is None or after is None:
        return [here.say("effects.forecast.mixed")]
    if after.mnok is None:
        return []
    named = {"after": mnok_said(here, after.mnok), "n_after": _of(here, after), "price": price_said(here, found.price)}
    if before.mnok is None:
        return [here.say("effects.forecast.first", **named)]
    lines = [here.say("effects.forecast.said", before=mnok_said(here, before.mnok), n_before=_of(here, before), **named)]
    # Where the projects are not the same, the difference of the sums is not the change.
    if not found.n_both == before.n_known == after.n_known:
        lines.append(here.say("effects.forecast.both", n=_n(here, found.n_both)))
    return lines


def _of(here: Surroundings, found: Total) -> str:
    return here.say("effects.forecast.of", n=_n(here, found.n_known), of=_n(here, found.n_asked))


def _opening_lines(here: Surroundings, told: ReturnEffects) -> list[str]:
    days = days_said(here, told.moved_days)
    if not told.openings:
        return [here.say("effects.openings.none", days=days)]
    said = [_opening(here, it) for it in told.openings[:NAMED]]
    named = {"days": days, "n": _n(here, len(told.openings)), "listed": "; ".join(said)}
    return [here.say("effects.openings.first" if len(told.openings) > NAMED else "effects.openings.some", **named)]


def _opening(here: Surroundings, it: MovedOpening) -> str:
    key = "effects.openings.later" if it.days > 0 else "effects.openings.earlier"
    day = date_text(it.after_on, here.language)
    return here.say(key, project=f"{it.project_id} {it.project_name}", days=days_said(here, it.days), day=day)


def _progress_lines(here: Surroundings, told: ReturnEffects) -> list[str]:
    if not told.progress:
        return []
    changes = [it.after_pct - it.before_pct for it in told.progress]
    named = {
        "risen": _n(here, sum(change > 0 for change in changes)),
        "same": _n(here, sum(change == 0 for change in changes)),
        "fallen": _n(here, sum(change < 0 for change in changes)),
    }
    return [here.say("effects.progress", **named)]


def _project_lines(here: Surroundings, told: ReturnEffects) -> list[str]:
    lines = [
        here.say(f"effects.{name}", n=_n(here, len(ids)), projects=_first(here, ids))
        for name, ids in (("joined", told.joined), ("absent", told.absent))
        if ids
    ]
    return lines if told.is_newest else [*lines, here.say("effects.older")]


def _first(here: Surroundings, ids: Sequence[str]) -> str:
    shown = ", ".join(ids[:NAMED])
    return here.say("effects.and_more", listed=shown, n=_n(here, len(ids) - NAMED)) if len(ids) > NAMED else shown


def _listed(here: Surroundings, parts: Sequence[str]) -> str:
    """One, another and a third."""
    return parts[0] if len(parts) == 1 else here.say("effects.and", first=", ".join(parts[:-1]), last=parts[-1])


def _counted(here: Surroundings, n: int) -> str:
    return here.say(f"effects.deviations.{'one' if n == 1 else 'other'}", n=_n(here, n)).replace(" ", "\u00a0")


def _n(here: Surroundings, count: int) -> str:
    return decimal_text(count, 0, here.language)

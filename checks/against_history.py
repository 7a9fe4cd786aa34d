"""What must be true beside the party's last committed return. Read it as a table of contents: each line is a rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from checks import amounts_over_time, plans_over_time, projects_over_time
from checks.rules import Rule
from domain.forms import Form
from domain.model import Agreement
from domain.period import Period
from domain.returns import Return
from domain.rows import Finding

NOTHING_CHANGED = Rule("nothing_changed", "info", "history")
RULES = (*projects_over_time.RULES, *amounts_over_time.RULES, *plans_over_time.RULES, NOTHING_CHANGED)


def history_findings(found: Return, previous: Return | None, agreement: Agreement, form: Form) -> Iterator[Finding]:
    """What has changed since the last return and should not have. Nothing where there is none of an earlier period."""
    if previous is None or Period.parse(previous.period).last >= Period.parse(found.period).first:
        return
    yield from projects_over_time.projects_stay(found, previous)
    yield from projects_over_time.old_names_are_kept(found, previous)
    yield from projects_over_time.phases_go_forward(found, previous, form)
    yield from projects_over_time.places_stay(found, previous, agreement)
    yield from projects_over_time.road_numbers_stay(found, previous)

    yield from amounts_over_time.spent_does_not_fall(found, previous, form)
    yield from amounts_over_time.past_years_stand(found, previous, form)
    yield from amounts_over_time.past_rows_stay(found, previous, form)
    yield from amounts_over_time.amounts_do_not_jump(found, previous, form)
    yield from amounts_over_time.signs_stay(found, previous, form)
    yield from amounts_over_time.stated_change_is_right(found, previous, form)
    yield from amounts_over_time.figures_stay(found, previous, form)
    yield from amounts_over_time.frames_change_with_a_reason(found, previous, form)
    yield from amounts_over_time.price_bases_stay(found, previous, form)

    yield from plans_over_time.progress_does_not_fall(found, previous, form)
    yield from plans_over_time.baselines_change_by_decision(found, previous, form)
    yield from plans_over_time.actual_dates_stay(found, previous, form)

    yield from something_has_changed(found, previous)


def something_has_changed(found: Return, previous: Return) -> Iterator[Finding]:
    """A word to the wise where every answer is that of the last return."""
    if _answers(found) == _answers(previous) and any(found.rows.values()):
        yield Finding(NOTHING_CHANGED.code, NOTHING_CHANGED.severity, named={"period_before": previous.period})


def _answers(found: Return) -> Counter[tuple[str, frozenset[tuple[str, object]]]]:
    return Counter((row.table, frozenset(row.answers.items())) for row in found.all_rows())

"""The goal in sentences made from its numbers. What is official wording and what is our inference are separate sentences."""

from __future__ import annotations

from dashboard.parts.blocks import Said
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import traced_figure
from domain.model import Agreement
from domain.numbers import NO_VALUE, decimal_text, month_text
from pipelines.answers.goal.goal import GoalAnswer, IndexPoint
from pipelines.answers.goal.outlook import Outlook
from pipelines.answers.goal.window_points import Footing
from pipelines.answers.trace.published import mean_key, rolling_key

# What says of which submission, window and month it is.
AtMonth = IndexPoint | Footing | Outlook


def headline(here: Surroundings, agreement: Agreement, goal: GoalAnswer) -> str:
    """The finding: level, interval and one of the four answers."""
    point = goal.judged
    if point is None or goal.answer == "no_data":
        return here.say("page.goal.no_data", name=agreement.short_name)
    return here.say(
        f"page.goal.{goal.answer}",
        years=here.say(f"window.years_{point.window_months}"),
        level=level(here, agreement, point),
        low=led(here, agreement, point, decimal_text(point.ci_low_pct, 1, here.language)),
        high=led(here, agreement, point, decimal_text(point.ci_high_pct, 1, here.language)),
    )


def led(
    here: Surroundings, agreement: Agreement, point: AtMonth, said: str, group_kind: str | None = None, name: str = ""
) -> Said:
    """Words about an index, or that of a group of its points, that lead to it; plain where they say that there is none."""
    key = rolling_key(point.window_months, point.last_month, group_kind if name else None, name)
    return said if said == NO_VALUE else traced_figure(here, agreement, point.submission_id, "rolling_index", key, said)


def led_point(here: Surroundings, agreement: Agreement, point: AtMonth, submission_id: int, point_id: str, said: str) -> Said:
    """Words about a counting point over the window of an index that lead to its mean, and from there to its months."""
    key = mean_key(point.window_months, point.last_month, point_id)
    return said if said == NO_VALUE else traced_figure(here, agreement, submission_id, "point_mean", key, said)


def level(here: Surroundings, agreement: Agreement, point: IndexPoint) -> str:
    """0,8 % over 2018-nivået; on the level where one decimal shows no difference."""
    shown = round(point.index_pct, 1)
    key = "above" if shown > 0 else "below" if shown < 0 else "level"
    return here.say(f"page.goal.{key}", change=led(here, agreement, point, decimal_text(abs(shown), 1, here.language)),
                    year=point.reference_year)  # fmt: skip


def official(here: Surroundings, agreement: Agreement, goal: GoalAnswer, point: IndexPoint) -> str:
    """The conclusion in the form that Statens vegvesen gives it: on traffic, from the bounds with one decimal."""
    return here.say(
        f"page.goal.official.{goal.certainty}",
        change=here.say(f"page.goal.change.{change_word(point.index_pct)}"),
        size=led(here, agreement, point, decimal_text(abs(point.index_pct), 1, here.language)),
        year=point.reference_year,
        window=point.window_months,
    )


def change_word(index_pct: float) -> str:
    """Increase, decrease or none by the unrounded index; weak up to one per cent."""
    if index_pct == 0:
        return "none"
    word = "increase" if index_pct > 0 else "decrease"
    return f"weak_{word}" if abs(index_pct) <= 1 else word


def ours(here: Surroundings, agreement: Agreement, goal: GoalAnswer, point: IndexPoint) -> str:
    """Our own inference on the goal, and what it rests on."""
    return here.say(
        "page.goal.ours",
        answer=here.say(f"answer.{goal.answer}"),
        window=point.window_months,
        month=month_text(point.last_month, here.language),
        from_year=agreement.period.from_year,
        to_year=agreement.period.to_year,
    )


def interval(here: Surroundings, low: float | None, high: float | None) -> str:
    """−2,2 til 3,8; says so where a single point gives none."""
    if low is None or high is None or low != low:
        return here.say("page.goal.only_one")
    return here.say("page.interval", low=decimal_text(low, 1, here.language), high=decimal_text(high, 1, here.language))

"""What moved the index: contributions of groups, the effect of a changed set of points, and every point by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.plain import plain
from dashboard.figures.point_dots import PointDotWords, point_dots
from dashboard.figures.waterfall import Step, waterfall
from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said, noted
from dashboard.parts.choices import choice
from dashboard.parts.exports import downloads, plain_rows, table_of
from dashboard.parts.figure_foot import how, source_line
from dashboard.parts.figures import SEPARATORS, kept, show
from dashboard.parts.goal.words import led, led_point
from dashboard.parts.names import group_name, trace
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import date_text, decimal_text, month_text, signed_text
from domain.period import Month
from domain.rows import GroupKind
from pipelines.answers.goal.goal import GoalAnswer
from pipelines.answers.goal.movement import GroupSteps, WithoutOne, attribution, composition, leave_one_out, points
from pipelines.answers.goal.window_points import Footing, months_with_points

KINDS: tuple[GroupKind, ...] = ("municipality", "working_area", "road_category")
_STEP_COLUMNS = ("group_name", "contribution_pct", "change_pct", "weight_pct", "n_points")
_POINT_COLUMNS = (
    "point_id", "point_name", "road", "municipality_name", "mean_reference", "mean_window", "change_pct", "weight_pct",
    "contribution_pct", "without_pct", "submission_id", "sheet", "cell",
)  # fmt: skip


def what_moved(here: Surroundings, agreement: Agreement, goal: GoalAnswer, window: int) -> None:
    """The index as steps of groups that add up to it, and what the last year's change is made of."""
    month = goal.latest[window].last_month
    if here.snapshot is None or month not in months_with_points(here.snapshot, agreement, window, here.as_of):
        blocks.small(here.say("page.movement.missing"))
        return
    snapshot = here.snapshot
    found = {kind: attribution(snapshot, agreement, kind, window, month, here.as_of) for kind in KINDS}
    given = {kind: steps for kind, steps in found.items() if steps and steps.is_given}
    if given:
        kinds = tuple(given)
        kind = choice("by", here.say("page.movement.by"), kinds, kinds[0], lambda name: here.say(f"group.{name}"), "buttons")
        _steps(here, agreement, next(steps for steps in given.values() if steps.kind == kind))
    _year(here, agreement, window, month)
    how(here, (here.say(f"page.movement.how.{part}") for part in ("contribution", "change", "year")))


def _steps(here: Surroundings, agreement: Agreement, found: GroupSteps) -> None:
    names = [group_name(here, agreement, found.kind, row.group_name) for row in found.steps.itertuples()]
    largest = found.steps["contribution_pct"].abs().idxmax()
    said = [signed_text(points, 2, here.language) for points in found.steps["contribution_pct"]]
    blocks.title(
        here.say(
            "page.movement.title",
            group=names[largest],
            points=_of_group(here, agreement, found, largest, said[largest]),
            index=led(here, agreement, found.footing, signed_text(found.footing.index_pct, 2, here.language)),
        ),
        here.say("page.movement.unit"),
    )
    bars = [Step(name, points, text) for name, points, text in zip(names, found.steps["contribution_pct"], said, strict=True)]
    total = Step(here.say("page.movement.total"), found.footing.index_pct, signed_text(found.footing.index_pct, 2, here.language))
    drawn = kept(partial(waterfall, bars, total, SEPARATORS[here.language], here.palette), _key(here, found.footing), found.kind)
    listed = ", ".join(f"{bar.name} {bar.said}" for bar in bars)
    show(drawn, here.say("page.movement.alt", steps=listed, index=total.said), f"waterfall-{found.kind}")
    _step_table(here, agreement, found, names)
    _source(here, agreement, found.footing)


def _of_group(here: Surroundings, agreement: Agreement, found: GroupSteps, at: int, said: str) -> Said:
    """Words about a group of points that lead to its index and its points; points of no group are those of the whole area."""
    return led(here, agreement, found.footing, said, found.kind, found.steps["group_name"].iloc[at])


def _step_table(here: Surroundings, agreement: Agreement, found: GroupSteps, names: list[str]) -> None:
    columns = [
        Column(here.say(f"group.{found.kind}")),
        *(Column(here.say(f"page.movement.column.{name}"), True) for name in ("contribution", "change", "weight", "points")),
        Column(here.say("page.movement.column.note")),
    ]
    lines: list[list[Said]] = [
        [
            names[at],
            *(
                _of_group(here, agreement, found, at, said)
                for said in (
                    signed_text(row.contribution_pct, 2, here.language),
                    signed_text(row.change_pct, 1, here.language),
                    decimal_text(row.weight_pct, 1, here.language),
                    decimal_text(row.n_points, 0, here.language),
                )
            ),
            here.say("page.goal.few_points") if row.is_few else "",
        ]
        for at, row in enumerate(found.steps.itertuples())
    ]
    blocks.table(here.say("page.movement.caption"), *noted(columns, lines))
    rows = found.steps.assign(group_name=names)
    title = f"{here.say('page.movement.export_title')}: {here.say(f'group.{found.kind}')}"
    _downloads(here, agreement, rows, _STEP_COLUMNS, title, found.footing, f"contributions-{found.kind}")


def _year(here: Surroundings, agreement: Agreement, window: int, month: dt.date) -> None:
    """What the index did since the same month a year before: the same points, and a changed set of them."""
    before = Month(month.year - 1, month.month).first_day
    found = composition(here.snapshot, agreement, window, before, month, here.as_of) if here.snapshot else None
    if found is None:
        return
    parts = {"same": found.same_points_pct, "set": found.changed_set_pct, "total": found.total_pct}
    said = {name: led(here, agreement, found.later, signed_text(points, 2, here.language)) for name, points in parts.items()}
    blocks.title(here.say("page.movement.year_title", before=month_text(before, here.language), **said))
    columns = [Column(here.say("page.movement.column.part")), Column(here.say("page.movement.column.points_changed"), True)]
    lines = [[here.say(f"page.movement.part.{name}", n=found.n_same), said[name]] for name in parts]
    caption = here.say(
        "page.movement.year_caption", before=month_text(before, here.language), after=month_text(month, here.language)
    )
    blocks.table(caption, columns, lines, is_narrow=True)
    blocks.small(here.say("page.movement.year_note"))
    _source(here, agreement, found.later)


def every_point(here: Surroundings, agreement: Agreement, goal: GoalAnswer, window: int) -> None:
    """Each point with change and weight, sorted, and how far the index leans on any one of them."""
    point = goal.latest[window]
    rows = points(here.snapshot, agreement, window, point.last_month, here.as_of) if here.snapshot else pd.DataFrame()
    without = leave_one_out(here.snapshot, agreement, window, point.last_month, here.as_of) if here.snapshot else None
    if rows.empty or without is None:
        blocks.small(here.say("page.movement.missing"))
        return
    blocks.title(_leans(here, agreement, without), here.say("page.points.unit"))
    bounds = None if point.ci_low_pct is None or point.ci_high_pct is None else (point.ci_low_pct, point.ci_high_pct)
    drawn = kept(partial(_dots, here, rows, without, bounds), _key(here, without.footing), "dots")
    first, last = rows.iloc[0], rows.iloc[-1]
    alternative = here.say(
        "page.points.alt",
        n=len(rows),
        highest=first["point_name"],
        rise=signed_text(first["change_pct"], 1, here.language),
        lowest=last["point_name"],
        fall=signed_text(last["change_pct"], 1, here.language),
    )
    show(drawn, alternative, "point-dots")
    _point_table(here, agreement, rows, without)
    _source(here, agreement, without.footing)
    how(here, (here.say(f"page.points.how.{part}") for part in ("change", "contribution", "without")))


def _leans(here: Surroundings, agreement: Agreement, without: WithoutOne) -> str:
    return here.say(
        "page.points.steady" if without.keeps_sign else "page.points.turns",
        low=led(here, agreement, without.footing, signed_text(without.lowest_pct, 2, here.language)),
        high=led(here, agreement, without.footing, signed_text(without.highest_pct, 2, here.language)),
    )


def _dots(here: Surroundings, rows: pd.DataFrame, without: WithoutOne, bounds: tuple[float, float] | None) -> go.Figure:
    table = rows.assign(
        hover_name=[plain(name) for name in rows["point_name"]],
        hover_change=[signed_text(found, 1, here.language) for found in rows["change_pct"]],
        hover_weight=[decimal_text(found, 1, here.language) for found in rows["weight_pct"]],
        point_name=[plain(name) for name in rows["point_name"]],
    )
    area = here.say("page.points.area", index=signed_text(without.footing.index_pct, 1, here.language))
    words = PointDotWords(area, here.say("page.points.hover"), SEPARATORS[here.language])
    return point_dots(table, without.footing.index_pct, bounds, words, here.palette)


def _point_table(here: Surroundings, agreement: Agreement, rows: pd.DataFrame, without: WithoutOne) -> None:
    # The figures stand beside the name: on a phone the rest is a swipe away.
    names = ("change", "weight", "contribution", "without", "road", "municipality", "source")
    columns = [Column(here.say("page.points.column.point"))]
    columns += [
        Column(here.say(f"page.points.column.{name}"), name in {"change", "weight", "contribution", "without"}) for name in names
    ]
    of_point = partial(led_point, here, agreement, without.footing)
    left_out = dict(zip(without.by_point["point_id"], without.by_point["index_pct"], strict=True))
    lines: list[list[Said]] = [
        [
            row.point_name,
            of_point(int(row.submission_id), row.point_id, signed_text(row.change_pct, 1, here.language)),
            *(
                led(here, agreement, without.footing, said)
                for said in (
                    decimal_text(row.weight_pct, 1, here.language),
                    signed_text(row.contribution_pct, 2, here.language),
                    signed_text(left_out.get(row.point_id), 2, here.language),
                )
            ),
            row.road if isinstance(row.road, str) else "",
            row.municipality_name if isinstance(row.municipality_name, str) else "",
            trace(here, int(row.submission_id), row.sheet, row.cell),
        ]
        for row in rows.itertuples()
    ]
    caption = here.say("page.points.caption", n=len(lines))
    blocks.table(caption, columns, lines)
    listed = rows.assign(without_pct=rows["point_id"].map(left_out))
    _downloads(here, agreement, listed, _POINT_COLUMNS, caption, without.footing, "contributions-point")


def _downloads(
    here: Surroundings, agreement: Agreement, rows: pd.DataFrame, names: Sequence[str], title: str, footing: Footing, kind: str
) -> None:
    """Unrounded figures under the names that the store uses."""
    table = table_of(here, agreement, title, names, plain_rows(rows, names), footing)
    downloads(here, agreement, lambda: table, f"nullvekst-{agreement.agreement_id}-{kind}-{footing.window_months}")


def _key(here: Surroundings, footing: Footing) -> str:
    snapshot = here.snapshot.identity if here.snapshot else ""
    return f"{snapshot}|{footing.submission_id}|{footing.window_months}|{footing.last_month}|{here.language}|{here.ground}"


def _source(here: Surroundings, agreement: Agreement, footing: Footing) -> None:
    source_line(
        here,
        here.say(
            "page.movement.source",
            n=led(here, agreement, footing, decimal_text(footing.n_points, 0, here.language)),
            month=month_text(footing.last_month, here.language),
            source=footing.source_title,
            published=date_text(footing.published_on, here.language),
        ),
    )

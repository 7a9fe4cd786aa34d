"""The blocks of the status page, each with its number, its sentence and the way to the page that says more."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from dashboard.parts.agreement_names import area_name
from dashboard.parts.blocks import Link, Said, joined
from dashboard.parts.economy.words import signed_mnok
from dashboard.parts.figures import kept
from dashboard.parts.levels import level_said
from dashboard.parts.project_links import page_link
from dashboard.parts.quality.words import headline as delivered_said
from dashboard.parts.rules.words import how_much
from dashboard.parts.status.grid import Block
from dashboard.parts.status.marks import LevelRow, Look, Part, ScaleMark, levels, parts, scale
from dashboard.parts.status.money import money_block
from dashboard.parts.status.since import since_asked
from dashboard.parts.status.words import (
    changes_title,
    deviations_changed,
    index_changed,
    openings_changed,
)
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed, computed_address, traced_figure
from dashboard.theme import LEVEL_SYMBOLS, SYMBOLS, level_colour
from domain.facts import Unknown
from domain.model import Agreement
from domain.numbers import date_text, decimal_text, month_text, signed_text
from pipelines.answers.deviations.deviations import OpenDeviation
from pipelines.answers.deviations.listed import NO_AREA
from pipelines.answers.goal.goal import IndexPoint
from pipelines.answers.prices import price
from pipelines.answers.status import Status, status
from pipelines.answers.trace.computed.counts import WHERE, where_key
from pipelines.answers.trace.published import rolling_key
from pipelines.history.snapshot import Snapshot

# So many decisions are named.
_NAMED = 3
# The projects by their opening, in the order in which they stand, and how each part of the bar is filled.
_LOOKS: Mapping[str, Look] = {"opened": "solid", "passed": "striped", "to_come": "tint", "later": "open", "undated": "open"}


def state(here: Surroundings, agreement: Agreement, snapshot: Snapshot) -> Status:
    """The state on the reader's day, in the kroner of the address, since its day."""
    in_price = price(agreement, here.as_of, here.price_asked)
    since = since_asked(here)
    ask = partial(status, snapshot, agreement, here.as_of, since, in_price)
    return kept(ask, "status", *here.known(agreement), since, in_price.choice if in_price else None)


def all_blocks(here: Surroundings, agreement: Agreement, found: Status) -> list[Block]:
    """The seven blocks, in the order in which a meeting asks."""
    made = (goal_block, money_block, decisions_block, progress_block, deviations_block, changes_block, freshness_block)
    return [make(here, agreement, found) for make in made]


def goal_block(here: Surroundings, agreement: Agreement, found: Status) -> Block:
    """The index with its interval on a small scale, and the answer."""
    title, way = here.say("status.goal.title"), page_link(here, agreement, "goal", here.say("status.goal.way"))
    point = found.goal.judged
    if point is None:
        return Block(title, way, sentence=here.say("status.goal.none"))
    answer = found.goal.answer
    years = here.say(f"window.years_{point.window_months}")
    return Block(
        title,
        way,
        traced_figure(
            here,
            agreement,
            point.submission_id,
            "rolling_index",
            rolling_key(point.window_months, point.last_month),
            f"{signed_text(point.index_pct, 1, here.language)} %",
        ),
        here.say("status.goal.unit", year=point.reference_year, years=years),
        sentence=here.say(f"status.goal.{answer}", symbol=SYMBOLS[answer], year=point.reference_year),
        figure=_interval(here, agreement, point),
    )


def _interval(here: Surroundings, agreement: Agreement, point: IndexPoint) -> str:
    led = partial(
        traced_figure, here, agreement, point.submission_id, "rolling_index", rolling_key(point.window_months, point.last_month)
    )
    zero = ScaleMark(0.0, here.say("status.goal.zero", year=point.reference_year), "tick")
    low, high = point.ci_low_pct, point.ci_high_pct
    if low is None or high is None or low != low:
        said = here.say("status.goal.only_one")
        return scale(said, [zero, ScaleMark(point.index_pct, "", "dot")], None, None, said)
    named = {
        "low": led(decimal_text(low, 1, here.language)),
        "high": led(decimal_text(high, 1, here.language)),
    }
    index = decimal_text(point.index_pct, 1, here.language)
    alternative = here.say("status.goal.alt", year=point.reference_year, index=index, **named)
    return scale(alternative, [zero, ScaleMark(point.index_pct, "", "dot")], low, high, here.say("status.goal.interval", **named))


def decisions_block(here: Surroundings, agreement: Agreement, found: Status) -> Block:
    """The deviations that the steering group decides, the largest by name."""
    title = here.say("status.decisions.title")
    bodies = sorted({it.body_id for it in found.decisions if it.body_id})
    chosen = {"subject": "all", "body": bodies[0]} if bodies else {}
    way = page_link(here, agreement, "deviations", here.say("status.decisions.way"), **chosen)
    if isinstance(agreement.authority, Unknown):
        return Block(title, way, sentence=agreement.authority.unknown.in_language(here.language))
    if not found.n_projects:
        return Block(title, way, sentence=here.say("status.unknown.decisions"))
    n = len(found.decisions)
    if not n:
        return Block(title, way, "0", here.say("status.decisions.other"), sentence=here.say("status.decisions.none"))
    lines = [_decision(here, agreement, it) for it in found.decisions[:_NAMED]]
    if n > _NAMED:
        more = here.say("status.decisions.more", n=n - _NAMED)
        lines.append(page_link(here, agreement, "deviations", more, **chosen))
    number = computed(here, agreement, None, "status.decisions", str(n))
    return Block(title, way, number, here.say(f"status.decisions.{'one' if n == 1 else 'other'}"), lines=tuple(lines))


def _decision(here: Surroundings, agreement: Agreement, it: OpenDeviation) -> Link:
    result = it.result
    said = here.say(
        "status.decisions.line",
        symbol=LEVEL_SYMBOLS[result.level_told],
        project=f"{result.project_id} {result.report.project_name}",
        much=how_much(here, result),
    )
    return page_link(here, agreement, "deviations", said, deviation=it.deviation_id)


def progress_block(here: Surroundings, agreement: Agreement, found: Status) -> Block:
    """How many have opened, and when the others are to."""
    title, way = here.say("status.progress.title"), page_link(here, agreement, "progress", here.say("status.progress.way"))
    if not found.n_projects:
        return Block(title, way, sentence=here.say("status.unknown.progress"))
    counts = found.openings
    listed = {name: getattr(counts, name) for name in _LOOKS}
    led = partial(_of_status, here, agreement)
    bar = parts(
        here.say("status.progress.alt", **listed),
        [
            Part(n, here.say(f"status.progress.{name}"), _LOOKS[name], led(f"openings_{name}", str(n)))
            for name, n in listed.items()
        ],
    )
    moved = computed(here, agreement, None, "progress.moved_to_later", str(counts.moved_later))
    sentence = here.say("status.progress.moved", moved=moved, passed=led("openings_passed", str(counts.passed)))
    number = led("openings_opened", here.say("status.of", n=counts.opened, of=counts.n_projects))
    return Block(title, way, number, here.say("status.progress.unit"), sentence=sentence, figure=bar)


def _of_status(here: Surroundings, agreement: Agreement, figure: str, said: str) -> Said:
    """Words that lead to a figure of the state."""
    return computed(here, agreement, None, f"status.{figure}", said)


def deviations_block(here: Surroundings, agreement: Agreement, found: Status) -> Block:
    """How many projects deviate, by their worst level, in each area."""
    title, way = here.say("status.deviations.title"), page_link(here, agreement, "deviations", here.say("status.deviations.way"))
    if not found.n_projects:
        return Block(title, way, sentence=here.say("status.unknown.deviations"))
    total = found.matrix.total
    named = {f"{it}_level": level_said(here, it).replace(" ", "\u00a0") for it in ("red", "yellow")}
    counts = {
        "red": _deviating(here, agreement, "deviating_red", total.levels["red"]),
        "yellow": _deviating(here, agreement, "deviating_yellow", total.levels["yellow"]),
    }
    unit = here.say("status.deviations.unit", **counts, **named)
    said = here.say("status.of", n=sum(total.levels.values()), of=total.n_projects)
    number = computed(here, agreement, None, "status.projects_deviating", said)
    return Block(title, way, number, unit, figure=_areas(here, agreement, found))


def _deviating(here: Surroundings, agreement: Agreement, figure: str, n: int, **where: str) -> Said:
    """A number of projects by their own deviations, not those of their reports, that leads to what is counted."""
    of = where_key({"subject": "project", **where})
    return computed(here, agreement, None, f"deviations.{figure}", decimal_text(n, 0, here.language), grain=WHERE, of=of)


def _areas(here: Surroundings, agreement: Agreement, found: Status) -> str:
    order = [area.working_area_id for area in agreement.working_areas]
    cells = found.matrix.by_area
    rows, said = [], []
    for area in sorted(cells, key=lambda it: (order.index(it) if it in order else len(order), it)):
        name = here.say("status.deviations.no_area") if area == NO_AREA else area_name(agreement, area)
        cell = cells[area]
        led = partial(_deviating, here, agreement, area=area)
        counts = (
            (LEVEL_SYMBOLS["red"], led("deviating_red", cell.levels["red"]), level_colour("red", here.palette)),
            (LEVEL_SYMBOLS["yellow"], led("deviating_yellow", cell.levels["yellow"]), level_colour("yellow", here.palette)),
        )
        rows.append(LevelRow(name, counts, here.say("status.deviations.of", n=led("going", cell.n_projects))))
        named = {"red": cell.levels["red"], "yellow": cell.levels["yellow"], "n": cell.n_projects}
        said.append(here.say("status.deviations.alt_part", name=name, **named))
    return levels("; ".join(said), rows)


def changes_block(here: Surroundings, agreement: Agreement, found: Status) -> Block:
    """What is otherwise than on the earlier day: money, deviations, openings, index."""
    changes, title = found.changes, changes_title(here, found.changes)
    if changes is None:
        way = page_link(here, agreement, "deviations", here.say("status.deviations.way"))
        return Block(title, way, sentence=_no_changes(here, agreement, found))
    since = changes.since.isoformat()
    ways = {"economy": "bridge", "from": since}
    way = page_link(here, agreement, "economy", here.say("status.changes.way"), **ways)
    lines = (
        page_link(here, agreement, "deviations", deviations_changed(here, changes), deviations="changes", since=since),
        page_link(here, agreement, "progress", openings_changed(here, changes)),
        page_link(here, agreement, "goal", index_changed(here, changes, found), view="releases"),
    )
    basis = "" if since_asked(here) else here.say("status.changes.usual")
    if changes.forecast_mnok is None:
        said = here.say("status.changes.no_forecast")
        return Block(title, way, lines=lines, sentence=f"{said} {basis}" if basis else said)
    decimals = 0 if abs(changes.forecast_mnok) >= 10 else 1
    price_asked = price(agreement, here.as_of, here.price_asked)
    address = computed_address(here, agreement, "status.forecast_change", price=price_asked, since=since)
    number = Link(signed_mnok(here, changes.forecast_mnok, decimals), address)
    return Block(title, way, number, here.say("status.changes.unit"), sentence=basis, lines=lines)


def _no_changes(here: Surroundings, agreement: Agreement, found: Status) -> str:
    key = "one_period" if found.n_projects else "no_reports" if isinstance(agreement.reporting, Unknown) else "awaited"
    said = here.say(f"status.changes.{key}")
    if found.goal.judged is None:
        return said
    published = here.say("status.changes.index_last", day=date_text(found.goal.judged.published_on, here.language))
    return f"{said} {published}"


def freshness_block(here: Surroundings, agreement: Agreement, found: Status) -> Block:
    """Of how many projects there are figures, who has delivered, and how old the index is."""
    title, way = here.say("status.freshness.title"), page_link(here, agreement, "quality", here.say("status.freshness.way"))
    fresh = found.freshness
    sentences = [delivered_said(here, agreement, fresh.rows, fresh.period)]
    if point := found.goal.judged:
        day, month = date_text(point.published_on, here.language), month_text(point.last_month, here.language)
        sentences.append(here.say("status.freshness.index", day=day, month=month))
    n, of = fresh.with_forecast
    number = computed(here, agreement, None, "status.projects_with_forecast", here.say("status.of", n=n, of=of)) if of else ""
    return Block(title, way, number, here.say("status.freshness.unit"), sentence=joined(sentences), is_wide=True)

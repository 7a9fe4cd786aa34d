"""The tables of one area beside the others: money, projects and deviations, stated effects, traffic, and cited projects."""

from __future__ import annotations

from collections import Counter
from functools import partial

from dashboard.parts import blocks
from dashboard.parts.agreement_names import coded
from dashboard.parts.area.words import (
    FORECAST,
    SHARED,
    deviations_led,
    forecast_share,
    leads,
    of_effect,
    of_index,
    pct_text,
    place_name,
)
from dashboard.parts.blocks import Column, Said, joined
from dashboard.parts.cited import blocks as cited_blocks
from dashboard.parts.economy.words import mnok_text, with_figures
from dashboard.parts.figure_foot import how, source_line
from dashboard.parts.filters import Chosen
from dashboard.parts.goal.words import interval
from dashboard.parts.project.more import indicator_name
from dashboard.parts.project.tables import hand_out, unit
from dashboard.parts.project_links import page_link
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import traced_figure
from domain.model import Agreement
from domain.numbers import NO_VALUE, date_text, decimal_text, month_text, signed_text
from pipelines.answers.area import LEVELS, PlaceKind, PlaceRow, Places, TrafficByPlace, key_of, kind_of
from pipelines.answers.goal.places import municipalities_now
from pipelines.answers.trace.published import rolling_key
from pipelines.writing.tables import Cell

_MONEY = ("budget_mnok", "spent_to_date_mnok", FORECAST)
_ADDRESS = {"working_area": "area", "municipality": "municipality"}


def place_table(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Places) -> None:
    """Every place with its money and counts, and the whole, which the rows add up to."""
    blocks.title(here.say("area.table.title"), unit(here, chosen))
    names = (*_MONEY, "share", "with_figures", "projects", "touching", "deviations")
    columns = [
        Column(here.say(f"area.column.{found.kind}")),
        *(Column(here.say(f"area.column.{name}"), name != "deviations") for name in names),
    ]
    rows = [[_led(here, agreement, found.kind, row.key), *_cells(here, agreement, chosen, found, row)] for row in found.rows]
    rows.append([here.say("area.total"), *_cells(here, agreement, chosen, found, found.whole)])
    key = key_of(chosen.selection)
    at = next((number for number, row in enumerate(found.rows) if row.key == key), None)
    blocks.table(here.say("area.table.caption"), columns, rows, at)
    source_line(here, here.say("area.source"))
    notes = ["money" if found.kind == "working_area" else "municipality", "counts", "deviations", "effects"]
    said = [here.say(f"area.how.{note}") for note in notes]
    how(here, [*said, here.say("area.how.ended", n=found.n_ended)] if found.n_ended else said)
    exported_names = ("key", "name", *_MONEY, "n_projects", "n_touching", *(f"n_{level}" for level in LEVELS))
    exported: list[list[Cell]] = [
        [
            row.key, place_name(here, agreement, found.kind, row.key), *(_number(row, name) for name in _MONEY), row.n_projects,
            row.n_touching, *(row.levels[level] for level in LEVELS),
        ]
        for row in found.rows
    ]  # fmt: skip
    hand_out(here, agreement, chosen, f"places-{found.kind}", here.say("area.table.export"), exported_names, exported)


def _cells(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Places, row: PlaceRow) -> list[Said]:
    led = leads(here, agreement, chosen, found.kind, row.key)
    counted = with_figures(here, row.sums.with_figures[FORECAST])
    return [
        *(led(f"{name.removesuffix('_mnok')}_total", mnok_text(here, row.sums.mnok(name))) for name in _MONEY),
        led("forecast_share", pct_text(here, forecast_share(found, row))),
        led("with_figures", counted) if row.sums.with_figures[FORECAST][1] else counted,
        led("projects", str(row.n_projects)),
        led("projects_touching", str(row.n_touching)),
        deviations_led(here, row, led),
    ]


def _led(here: Surroundings, agreement: Agreement, kind: PlaceKind, key: str) -> Said:
    said = place_name(here, agreement, kind, key)
    return said if key in SHARED else page_link(here, agreement, "area", said, **{_ADDRESS[kind]: key})


def effect_table(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Places, key: str | None) -> None:
    """The stated likely contributions to each indicator, by place: how much, and how many projects state one."""
    blocks.title(here.say("area.effects.title"))
    effects = sorted(found.whole.effects, key=lambda effect: (-found.whole.effects[effect][1], str(effect)))
    if not effects:
        blocks.small(here.say("area.effects.nothing"))
        return
    rows = [row for row in found.rows if row.key == key] + [found.whole]
    heads = [place_name(here, agreement, found.kind, row.key) if row.key else here.say("area.total") for row in rows]
    # The figures stand beside the unit: in half a page's width the name of the indicator is a swipe away.
    columns = [
        Column(here.say("area.column.unit")),
        *(Column(head, True) for head in heads),
        Column(here.say("area.column.indicator")),
    ]
    lines: list[list[Said]] = [
        [
            coded(here, "goal_contributions", "effect_unit", effect[1]) or NO_VALUE,
            *(_effect(here, agreement, chosen, found.kind, row, effect) for row in rows),
            indicator_name(here, effect[0]),
        ]
        for effect in effects
    ]
    blocks.table(here.say("area.effects.caption"), columns, lines)
    source_line(here, here.say("area.source"))


def _effect(
    here: Surroundings, agreement: Agreement, chosen: Chosen, kind: PlaceKind, row: PlaceRow, effect: tuple[str, str | None]
) -> Said:
    if effect not in row.effects:
        return NO_VALUE
    likely, n = row.effects[effect]
    said = here.say("area.effects.of", likely=decimal_text(likely, 0, here.language), n=n)
    return of_effect(here, agreement, chosen, kind, row.key, effect, said)


def traffic_table(here: Surroundings, agreement: Agreement, chosen: Chosen, traffic: TrafficByPlace | None) -> None:
    """The index of each place's points, and what it makes of the index of the whole."""
    kind = kind_of(chosen.selection)
    unit = here.say("area.traffic.unit", year=traffic.area.reference_year) if traffic else ""
    blocks.title(here.say("area.traffic.title"), unit)
    if traffic is None:
        blocks.small(here.say("area.traffic.nothing"))
        return
    whole = traffic.area
    of = rolling_key(whole.window_months, whole.last_month)
    led = partial(traced_figure, here, agreement, whole.submission_id, "rolling_index", of)
    index = here.say("area.traffic.whole", change=led(signed_text(whole.index_pct, 1, here.language)),
                     interval=led(interval(here, whole.ci_low_pct, whole.ci_high_pct)),
                     month=month_text(whole.last_month, here.language), window=whole.window_months)  # fmt: skip
    if not traffic.rows:
        blocks.small(joined([index, here.say(f"area.traffic.not_by_{kind}")]))
    else:
        blocks.small(index)
        names = ("index", "interval", "points", "contribution", "weight")
        columns = [Column(here.say(f"area.column.{kind}")), *(Column(here.say(f"area.column.{name}"), True) for name in names)]
        rows: list[list[Said]] = [
            [
                _led(here, agreement, kind, row.key),
                *(
                    of_index(here, agreement, whole, kind, row.key, said)
                    for said in (
                        signed_text(row.index_pct, 1, here.language),
                        interval(here, row.ci_low_pct, row.ci_high_pct),
                        str(row.n_points),
                        signed_text(row.contribution_pct, 2, here.language),
                        decimal_text(row.weight_pct, 1, here.language),
                    )
                ),
            ]
            for row in traffic.rows
        ]
        key = key_of(chosen.selection)
        at = next((number for number, row in enumerate(traffic.rows) if row.key == key), None)
        blocks.table(here.say("area.traffic.caption"), columns, rows, at)
        how(here, [here.say("area.how.traffic"), here.say("area.how.contribution")])
    published = date_text(whole.published_on, here.language)
    source_line(here, here.say("area.traffic.source", source=whole.source_title, published=published))


def cited_places(here: Surroundings, agreement: Agreement, key: str | None) -> None:
    """Of an agreement without returns: how many projects open sources know in each municipality, and the list of them."""
    if not cited_blocks.has_cited_projects(here, agreement):
        return
    found = cited_blocks.portfolio(here, agreement).projects
    counted = Counter(project.municipality_code for project in found)
    if found:
        blocks.title(here.say("area.cited.title", n=len(found)))
        columns = [Column(here.say("area.column.municipality")), Column(here.say("area.column.projects"), True)]
        listed = [place for place in municipalities_now(agreement) if counted[place.municipality_code]]
        rows: list[list[Said]] = [
            [_led(here, agreement, "municipality", place.municipality_code), str(counted[place.municipality_code])]
            for place in listed
        ]
        n_other = len(found) - sum(counted[place.municipality_code] for place in listed)
        rows += [[here.say("area.cited.other"), str(n_other)]] if n_other else []
        at = next((number for number, place in enumerate(listed) if place.municipality_code == key), None)
        blocks.table(here.say("area.cited.caption"), columns, rows, at, is_narrow=True)
    is_municipality = any(place.municipality_code == key for place in municipalities_now(agreement))
    cited_blocks.cited_portfolio(here, agreement, is_lead=False, municipality_code=key if is_municipality else None)


def _number(row: PlaceRow, name: str) -> float | None:
    mnok = row.sums.mnok(name)
    return None if mnok is None else float(mnok)

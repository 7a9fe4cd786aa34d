"""The tables of the page about economy: by source, area, party and year, and each project against its control frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said
from dashboard.parts.economy.words import group_name, group_order, mnok_text, signed_mnok, unit, with_figures
from dashboard.parts.exports import hand_out_reports
from dashboard.parts.figure_foot import how, source_line
from dashboard.parts.filters import Chosen
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed, traced
from domain.model import Agreement
from domain.numbers import NO_VALUE
from pipelines.answers.economy.economy import Economy
from pipelines.answers.economy.line_table import AMOUNTS
from pipelines.answers.economy.over_frames import OverFrames
from pipelines.answers.economy.sums import Sums
from pipelines.writing.tables import Cell

# The figures of a year's balance by its columns, and those that have a sign.
_BALANCE = {"budget_mnok": "balance_budget", "forecast_mnok": "balance_forecast"}
_SIGNED = ("result_mnok", "carried_in_mnok", "carried_out_mnok")
_SHOWN_PROJECTS = 15
_EXPORTED = ("key", "name", *AMOUNTS, *(f"{name}_with_figures" for name in AMOUNTS), *(f"{name}_projects" for name in AMOUNTS))


def group_table(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Economy, kind: str) -> None:
    """The amounts of each source, area or party, and of all of them."""
    groups = {"source": found.by_source, "area": found.by_area, "party": found.by_party}[kind]
    keys = group_order(agreement, kind, list(groups))
    names = {key: group_name(here, agreement, kind, key) for key in keys}
    blocks.title(here.say(f"economy.by.{kind}"), unit(here, chosen))
    rows = [[names[key], *_amounts(here, agreement, chosen, groups[key], grain=kind, of=key)] for key in keys]
    rows.append([here.say("economy.total"), *_amounts(here, agreement, chosen, found.whole)])
    blocks.table(here.say("economy.by.caption"), _columns(here, found, here.say(f"economy.column.{kind}")), rows, len(rows) - 1)
    _notes(here, found, kind)
    hand_out(here, agreement, chosen, f"by-{kind}", here.say(f"economy.by.{kind}"), _EXPORTED, _exported(groups, names))


def year_table(
    here: Surroundings, agreement: Agreement, chosen: Chosen, found: Economy, over_ceiling: Mapping[int, Said]
) -> None:
    """Budget and forecast of each year, what is left, and what is carried on to the next.

    `over_ceiling` says of a year which sources carry more than they may; without any there is no such column.
    """
    blocks.title(here.say("economy.by.year"), unit(here, chosen))
    names = ("budget_mnok", "forecast_mnok", "result_mnok", "carried_in_mnok", "carried_out_mnok")
    columns = [Column(here.say("economy.column.year")), *(Column(here.say(f"economy.column.{name}"), True) for name in names)]
    columns += [
        Column(here.say("economy.column.spent_to_date_mnok"), True),
        Column(here.say("economy.column.with_figures"), True),
    ]
    if over_ceiling:
        columns.append(Column(here.say("economy.column.over_ceiling")))
    rows: list[Sequence[Said]] = []
    exported: list[list[Cell]] = []
    chosen_row = None
    for number, row in enumerate(found.balances):
        sums = found.by_year.get(row.year)
        spent = sums.mnok("spent_to_date_mnok") if sums else None
        told = {figure: mnok_text(here, getattr(row, name)) for name, figure in _BALANCE.items()}
        told |= {name: signed_mnok(here, getattr(row, name)) for name in _SIGNED}
        told["spent_to_date_total"] = mnok_text(here, spent)
        of = {"grain": "year", "of": row.year}
        amounts = [computed(here, agreement, chosen, f"economy.{figure}", said, **of) for figure, said in told.items()]
        last = [over_ceiling.get(row.year, NO_VALUE)] if over_ceiling else []
        counted = computed(here, agreement, chosen, "economy.with_both", with_figures(here, row.with_figures), **of)
        rows.append([str(row.year), *amounts, counted, *last])
        exported.append([row.year, *(float(getattr(row, name)) for name in names), _cell(spent), *row.with_figures])
        chosen_row = number if row.year == found.report_year else chosen_row
    blocks.table(here.say("economy.by.year_caption"), columns, rows, chosen_row)
    source_line(here, here.say("economy.source"))
    how(here, (here.say(f"economy.how.{name}") for name in ("year", "carried", "carried_limit")))
    title = here.say("economy.by.year")
    hand_out(
        here, agreement, chosen, "by-year", title, ("year", *names, "spent_to_date_mnok", "with_figures", "projects"), exported
    )


def frame_table(here: Surroundings, agreement: Agreement, chosen: Chosen, over: OverFrames) -> None:
    """Each project against its control frame, the farthest above first."""
    n, of = over.with_figures
    led = partial(computed, here, agreement, chosen)
    counted = {"n": led("economy.with_frames", str(n)), "of": led("progress.projects", str(of))}
    blocks.title(here.say("economy.frames.title", **counted), unit(here, chosen))
    if not over.rows:
        blocks.small(here.say("economy.frames.nothing"))
        return
    heads = ("project", "forecast_mnok", "p50_mnok", "over_mnok")
    columns = [Column(here.say(f"economy.column.{name}"), name != "project") for name in heads]
    shown = over.rows[:_SHOWN_PROJECTS]
    rows: list[list[Said]] = [
        [
            f"{row.project_id} {row.project_name}",
            *(
                traced(here, agreement, row.submission_id, "cost_estimates", row.row_number, name, mnok_text(here, mnok))
                for name, mnok in (("forecast_mnok", row.forecast_mnok), ("p50_mnok", row.p50_mnok))
            ),
            computed(
                here, agreement, chosen, "economy.over_p50", signed_mnok(here, row.over_mnok), grain="project", of=row.project_id
            ),
        ]
        for row in shown
    ]
    key = "economy.frames.caption" if len(shown) == len(over.rows) else "economy.frames.caption_first"
    blocks.table(here.say(key, n=len(shown), of=len(over.rows)), columns, rows)
    source_line(here, here.say("economy.source"))
    how(here, [here.say("economy.how.frames")])
    names = ("project_id", "project_name", "forecast_mnok", "p50_mnok", "over_mnok", "submission_id", "row_number")
    exported: list[list[Cell]] = [
        [
            row.project_id, row.project_name, float(row.forecast_mnok), float(row.p50_mnok), float(row.over_mnok),
            row.submission_id, row.row_number,
        ]
        for row in over.rows
    ]  # fmt: skip
    hand_out(here, agreement, chosen, "against-frames", here.say("economy.frames.export"), names, exported)


def _columns(here: Surroundings, found: Economy, first: str) -> list[Column]:
    said = [here.say(f"economy.column.{name}", year=found.report_year or NO_VALUE) for name in AMOUNTS]
    return [Column(first), *(Column(name, True) for name in said), Column(here.say("economy.column.with_figures"), True)]


def _amounts(here: Surroundings, agreement: Agreement, chosen: Chosen, sums: Sums, **of: object) -> list[Said]:
    """The amounts of a group, each leading to its cells."""
    cells = [
        computed(here, agreement, chosen, f"economy.{name.removesuffix('_mnok')}_total", mnok_text(here, sums.mnok(name)), **of)
        for name in AMOUNTS
    ]
    counted = with_figures(here, sums.with_figures["forecast_mnok"])
    return [*cells, computed(here, agreement, chosen, "economy.with_figures", counted, **of)]


def _notes(here: Surroundings, found: Economy, kind: str) -> None:
    source_line(here, here.say("economy.source"))
    spent = found.of_ended.mnok("spent_to_date_mnok")
    notes = [here.say("economy.how.sums"), here.say("economy.how.requisitioned")]
    if kind == "area":
        notes.insert(0, here.say("economy.how.areas"))
    if found.n_ended:
        notes.append(here.say("economy.how.ended", n=found.n_ended, mnok=mnok_text(here, spent)))
    if found.n_without_lines:
        notes.append(here.say("economy.how.without_lines", n=found.n_without_lines))
    if found.price and found.price.index:
        index = found.price.index.name.in_language(here.language)
        notes.append(here.say("economy.how.index", index=index, version=found.price.index_version))
    how(here, notes)


def _exported(groups: Mapping[str, Sums], names: Mapping[str, str]) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for key, name in names.items():
        sums = groups[key]
        counted = [sums.with_figures[amount] for amount in AMOUNTS]
        rows.append(
            [key, name, *(_cell(sums.mnok(amount)) for amount in AMOUNTS), *(n for n, _ in counted), *(n for _, n in counted)]
        )
    return rows


def _cell(mnok: object) -> float | None:
    return None if mnok is None else float(str(mnok))


def hand_out(
    here: Surroundings,
    agreement: Agreement,
    chosen: Chosen,
    key: str,
    title: str,
    names: Sequence[str],
    rows: Sequence[Sequence[Cell]],
) -> None:
    """CSV and Excel, with what is chosen and the price in what the reader must know."""
    credit = here.say("economy.export.credit", unit=unit(here, chosen))
    hand_out_reports(here, agreement, f"economy-{key}", title, names, rows, credit)

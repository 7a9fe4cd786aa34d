"""What each source carries from year to year, against what the agreement allows to be carried over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said, joined
from dashboard.parts.economy.tables import hand_out
from dashboard.parts.economy.words import group_name, mnok_text, signed_mnok, unit, with_figures
from dashboard.parts.figure_foot import how, source_line
from dashboard.parts.figures import kept
from dashboard.parts.filters import Chosen
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed
from dashboard.theme import LEVEL_SYMBOLS
from domain.facts import Unknown
from domain.model import Agreement, FundingSource
from domain.numbers import NO_VALUE
from pipelines.answers.economy.carry_over import CarriedOver, carried_over
from pipelines.answers.selection import EVERYTHING
from pipelines.writing.tables import Cell

_SYMBOLS = {
    "over": LEVEL_SYMBOLS["red"], "within": LEVEL_SYMBOLS["green"], "no_ceiling": LEVEL_SYMBOLS["none"],
    "not_known": LEVEL_SYMBOLS["cannot_tell"],
}  # fmt: skip
# The mark comes first, where a phone shows it without scrolling.
_HEADS = ("source", "standing", "budget_year_mnok", "carried_out_mnok", "ceiling_mnok", "may_carry", "with_figures")
_EXPORTED = (
    "funding_source_id", "year", "is_finished", "budget_mnok", "forecast_mnok", "result_mnok", "carried_in_mnok",
    "carried_out_mnok", "ceiling_mnok", "over_mnok", "standing", "with_figures", "projects",
)  # fmt: skip


def carried(here: Surroundings, agreement: Agreement, chosen: Chosen) -> tuple[CarriedOver, ...]:
    """What every source of the agreement carries out of each year up to that of the reports, whatever is chosen."""
    ask = partial(carried_over, here.published, agreement, chosen.price, here.as_of)
    return kept(ask, "carried_over", *here.known(agreement), chosen.price.choice if chosen.price else None)


def over_by_year(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Iterable[CarriedOver]) -> dict[int, Said]:
    """Of each year which sources carry more out of it than they may, with symbol and amount; empty of a narrower choice."""
    by_year: dict[int, list[CarriedOver]] = {}
    for row in found if chosen.selection.is_everything else ():
        if row.ceiling_mnok is not None:
            by_year.setdefault(row.balance.year, []).append(row)
    return {year: _over_said(here, agreement, chosen, rows) for year, rows in by_year.items()}


def carry_over_block(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Sequence[CarriedOver]) -> None:
    """Each source at the end of the year of the reports: what it may carry over, and what it does."""
    if not found:
        return
    year = max(row.balance.year for row in found)
    rows = [row for row in found if row.balance.year == year]
    whole = replace(chosen, selection=EVERYTHING, said=here.say("portfolio.filter.everything"))
    blocks.title(_title(here, agreement, whole, rows, year), unit(here, whole))
    columns = [Column(here.say(f"economy.column.{name}", year=year), name.endswith(("_mnok", "figures"))) for name in _HEADS]
    blocks.table(here.say("economy.carry.caption", year=year), columns, [_row(here, agreement, whole, row) for row in rows])
    silent = [row.source for row in rows if row.standing == "not_known"]
    for said in dict.fromkeys(_not_known(here, agreement, source) for source in silent):
        blocks.small(said)
    source_line(here, here.say("economy.limits.source"))
    how(here, (here.say(f"economy.how.{name}") for name in ("ceiling", "carried", "carried_limit")))
    hand_out(here, agreement, whole, "carried-over", here.say("economy.carry.export"), _EXPORTED, [_cells(row) for row in found])


def _title(here: Surroundings, agreement: Agreement, chosen: Chosen, rows: Sequence[CarriedOver], year: int) -> str:
    if all(row.ceiling_mnok is None for row in rows):
        return here.say("economy.carry.title_none")
    over = [row for row in rows if row.standing == "over"]
    if not over:
        return here.say("economy.carry.title_within", year=year)
    listed = joined((_amount_over(here, agreement, chosen, row) for row in over), ", ")
    return here.say("economy.carry.title_over", year=year, listed=listed)


def _over_said(here: Surroundings, agreement: Agreement, chosen: Chosen, rows: Sequence[CarriedOver]) -> str:
    over = [row for row in rows if row.standing == "over"]
    if not over:
        return f"{_SYMBOLS['within']} {here.say('economy.carry.nothing_over')}"
    return joined([_SYMBOLS["over"], joined((_amount_over(here, agreement, chosen, row) for row in over), ", ")])


def _amount_over(here: Surroundings, agreement: Agreement, chosen: Chosen, row: CarriedOver) -> str:
    name = group_name(here, agreement, "source", row.source.funding_source_id)
    return here.say("economy.carry.amount", name=name, mnok=_over(here, agreement, chosen, row))


def _over(here: Surroundings, agreement: Agreement, chosen: Chosen, row: CarriedOver) -> Said:
    """How much is carried above the ceiling, which leads to the lines of the source."""
    of = f"{row.source.funding_source_id}::{row.balance.year}"
    return computed(here, agreement, chosen, "economy.over_ceiling", mnok_text(here, row.over_mnok), grain="source", of=of)


def _row(here: Surroundings, agreement: Agreement, chosen: Chosen, row: CarriedOver) -> list[Said]:
    balance, rule = row.balance, row.source.carry_over
    words = NO_VALUE if rule is None or isinstance(rule, Unknown) else rule.text.in_language(here.language)
    standing = here.say(f"economy.carry.standing.{row.standing}", mnok=_over(here, agreement, chosen, row))
    told = {
        "balance_budget": mnok_text(here, balance.budget_mnok),
        "carried_out_mnok": signed_mnok(here, balance.carried_out_mnok),
        "carry_ceiling": mnok_text(here, row.ceiling_mnok),
    }
    of = {"grain": "source", "of": f"{row.source.funding_source_id}::{balance.year}"}
    return [
        group_name(here, agreement, "source", row.source.funding_source_id),
        joined([_SYMBOLS[row.standing], standing]),
        *(computed(here, agreement, chosen, f"economy.{figure}", said, **of) for figure, said in told.items()),
        words,
        computed(here, agreement, chosen, "economy.with_both", with_figures(here, balance.with_figures), **of),
    ]


def _not_known(here: Surroundings, agreement: Agreement, source: FundingSource) -> str:
    """Why the ceiling of a source is not known: in the words of the agreement's file, or that it says nothing."""
    name = group_name(here, agreement, "source", source.funding_source_id)
    if isinstance(source.carry_over, Unknown):
        return f"{name}: {source.carry_over.unknown.in_language(here.language)}"
    return here.say("economy.carry.not_stated", name=name)


def _cells(row: CarriedOver) -> list[Cell]:
    balance = row.balance
    amounts = (
        balance.budget_mnok, balance.forecast_mnok, balance.result_mnok, balance.carried_in_mnok, balance.carried_out_mnok,
        row.ceiling_mnok, row.over_mnok,
    )  # fmt: skip
    return [
        row.source.funding_source_id, balance.year, str(balance.is_finished).lower(),
        *(None if mnok is None else float(mnok) for mnok in amounts), row.standing, *balance.with_figures,
    ]  # fmt: skip

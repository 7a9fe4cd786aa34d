"""The returns of the invented agreement: what each party reported of its projects, quarter by quarter. Nothing here is real.

Money is real kroner of 2024 without VAT, but for some projects. Every return keeps the rules of a return; what goes wrong in them
stands elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from domain.forms import QUARTERLY_RETURN, Form, FormTable, load_form
from domain.returns import Answer, Return, ReturnRow
from pipelines.examples.fjordbyen import money_rows as of_money
from pipelines.examples.fjordbyen import plan_rows as of_plans
from pipelines.examples.fjordbyen.course import State, course, stream
from pipelines.examples.fjordbyen.dates import ENDS
from pipelines.examples.fjordbyen.faults import CORRECTED_AT, CORRECTED_PROJECT, CORRECTED_RETURN, DAYS_LATE, NOT_DELIVERED
from pipelines.examples.fjordbyen.points import SEED
from pipelines.examples.fjordbyen.portfolio import QUARTERS, projects
from pipelines.examples.fjordbyen.prices import in_own_kroner
from pipelines.examples.fjordbyen.told import Answers, Told, chance_of

AGREEMENT_ID = "fjordbyen"
PARTIES = ("fjordby", "lindvag", "austmark", "kystfylket", "veietaten")
# The rows of a sheet begin below its header; the sheets have their Norwegian names.
FIRST_ROW, LANGUAGE = 2, "nb"
# The form takes no greater change than to a hundred times as much.
MOST_STATED = 100
ROWS_OF: Mapping[str, Callable[[Told], Iterator[Answers]]] = {
    "projects": of_plans.project_rows,
    "progress": of_plans.progress_rows,
    "milestones": of_plans.milestone_rows,
    "economy": of_money.economy_rows,
    "cost_estimates": of_money.cost_rows,
    "risks": of_money.risk_rows,
    "goal_contributions": of_plans.goal_rows,
    "deviations": of_plans.deviation_rows,
    "reserve": of_money.reserve_rows,
}
Courses = dict[str, dict[int, State]]


@dataclass(frozen=True, slots=True, order=True)
class Delivery:
    """One return as it was handed in: when, by which party, and for which quarter by its place in QUARTERS."""

    handed_in_at: dt.datetime
    party_id: str
    quarter: int
    is_first_try: bool = False

    @property
    def period(self) -> str:
        return QUARTERS[self.quarter]

    @property
    def is_correction(self) -> bool:
        return (self.party_id, self.period) == CORRECTED_RETURN and not self.is_first_try

    @property
    def person_id(self) -> str:
        return f"{self.party_id}.analyst"


def generate_returns(seed: int = SEED) -> Iterator[tuple[Return, dt.datetime, str]]:
    """Every return with when it was handed in and by whom, in the order of time. The same seed gives the same returns."""
    before: dict[str, Return] = {}
    for one in deliveries(seed):
        found = _return(one.party_id, one.quarter, seed, before.get(one.party_id), is_first_try=one.is_first_try)
        yield found, one.handed_in_at, one.person_id
        if not one.is_first_try:
            before[one.party_id] = found


def next_return(party_id: str, period: str = QUARTERS[-1], seed: int = SEED) -> Return:
    """The party's return for a quarter as it would fill it, by default the next one. ValueError for any other quarter."""
    if party_id not in PARTIES:
        raise ValueError(f"{party_id} does not report; it is one of {', '.join(PARTIES)}")
    quarter = QUARTERS.index(period)
    earlier = [number for number in range(quarter) if (party_id, QUARTERS[number]) not in NOT_DELIVERED]
    previous = _return(party_id, earlier[-1], seed, None) if earlier else None
    return _return(party_id, quarter, seed, previous)


def deliveries(seed: int = SEED) -> tuple[Delivery, ...]:
    """When each return was handed in, in the order of time, without what stands in it."""
    return tuple(sorted(_each_delivery(seed)))


def _each_delivery(seed: int) -> Iterator[Delivery]:
    for number, party_id in enumerate(PARTIES):
        chance = stream(seed, 3000 + number)
        for quarter, end in enumerate(ENDS[:-1]):
            days, minutes = int(chance.integers(9, 20)), int(chance.integers(8 * 60, 15 * 60))
            if (party_id, QUARTERS[quarter]) in NOT_DELIVERED:
                continue
            day = end + dt.timedelta(days=DAYS_LATE.get((party_id, QUARTERS[quarter]), days))
            is_corrected = (party_id, QUARTERS[quarter]) == CORRECTED_RETURN
            yield Delivery(dt.datetime.combine(day, dt.time(minutes // 60, minutes % 60)), party_id, quarter, is_corrected)
            if is_corrected:
                yield Delivery(CORRECTED_AT, party_id, quarter)


def _return(party_id: str, quarter: int, seed: int, previous: Return | None, *, is_first_try: bool = False) -> Return:
    whole = load_form(QUARTERLY_RETURN)
    version = whole.version_for(QUARTERS[quarter])
    form = whole.at(version)
    courses = _first_tries(seed) if is_first_try else _courses(seed)
    told = [
        Told(courses[project.project_id], quarter, chance_of(project, seed))
        for project in projects()
        if project.party_id == party_id and project.first_quarter <= quarter
    ]
    answers = {
        table.table: [
            in_own_kroner(one.project.project_id, table.table, quarter, row) for one in told for row in ROWS_OF[table.table](one)
        ]
        for table in form.tables
    }
    _state_changes(answers["economy"], previous, form)
    rows = {table.table: _placed(table, answers[table.table]) for table in form.tables}
    return Return(QUARTERLY_RETURN, version, AGREEMENT_ID, party_id, QUARTERS[quarter], rows)


@cache
def _courses(seed: int) -> Courses:
    return {project.project_id: course(project, seed) for project in projects()}


@cache
def _first_tries(seed: int) -> Courses:
    """The courses as they were reported before the correction."""
    corrected = next(project for project in projects() if project.project_id == CORRECTED_PROJECT)
    first_try = course(corrected, seed, revised_late=QUARTERS.index(CORRECTED_RETURN[1]))
    return {**_courses(seed), CORRECTED_PROJECT: first_try}


def _state_changes(economy: list[Answers], previous: Return | None, form: Form) -> None:
    """Writes into each row by how many per cent its forecast has changed, where the form asks.

    Both must be known, and in the same kroner.
    """
    table = form.table("economy")
    if previous is None or not table.has("stated_change_pct"):
        return
    key = table.key
    before = {tuple(row.answers[name] for name in key): row for row in previous.of("economy")}
    for row in economy:
        last, now = before.get(tuple(row[name] for name in key)), row["forecast_mnok"]
        was = last.number("forecast_mnok") if last and _kroner(last.answers) == _kroner(row) else None
        if was and isinstance(now, Decimal) and now <= MOST_STATED * was:
            row["stated_change_pct"] = round((now / was - 1) * 100, 2)


def _kroner(row: Mapping[str, Answer]) -> tuple[Answer | None, Answer | None]:
    return row.get("price_kind"), row.get("price_year")


def _placed(table: FormTable, answers: list[Answers]) -> tuple[ReturnRow, ...]:
    """The rows as they stand in the table's sheet, its columns in the order of the form."""
    places = {column.column: number for number, column in enumerate(table.columns, start=1)}
    sheet = table.sheet.in_language(LANGUAGE)
    return tuple(
        ReturnRow(table.table, sheet, number, _in_order(row, places), places)
        for number, row in enumerate(answers, start=FIRST_ROW)
    )


def _in_order(row: Mapping[str, Answer], places: Mapping[str, int]) -> dict[str, Answer]:
    """The answers to what the form asks in its version."""
    return {column: row[column] for column in places if column in row}

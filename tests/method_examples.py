"""What runs the examples of docs/method.md about the index, reports, milestones and rules: the real functions, by example.

Each takes `given` with everything still as text, and answers what the functions say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from domain.deviation_limits import COLOURS
from domain.limit_file import default_limits
from domain.model import Authority
from domain.period import Month, Period
from domain.returns import Missing, ReturnRow
from domain.rows import PointMean, PublishedYearly
from pipelines.answers.reporting.returns import deadline_on, moment_of
from pipelines.history.computed.report_chains import Reported, chains, newest
from pipelines.methods.city_index import answer, chained_years, index_from_means
from pipelines.methods.deviations import Judgement, Status, body_for, data_colour, judge, open_deviations, status, steps_of
from pipelines.methods.project_reports import ProjectReport
from pipelines.methods.rules.case import Case
from pipelines.methods.schedule import FinalSlip, MilestoneRow, forecast_range, trends
from tests.builders import agreement

Given = Mapping[str, Any]
LIMITS = default_limits()
REPORTED_ON = dt.date(2026, 10, 15)
_FOREVER = "9999-12-31"


def day(said: str) -> dt.date | None:
    return None if said == "none" else dt.date.fromisoformat(said)


# The index.


def index(given: Given) -> Given:
    last = Month(2025, 12)
    [row] = index_from_means(
        PointMean(str(place), 36, last, 2018, float(it["b"]), float(it["c"])) for place, it in enumerate(given["points"])
    )
    return {**asdict(row), "answer": answer(row.ci_low_pct, row.ci_high_pct)}


def chain(given: Given) -> Given:
    [*_, row] = chained_years(
        PublishedYearly(
            2018 + place,
            2019 + place,
            12,
            False,
            False,
            float(it["ratio"]),
            0.0,
            standard_error_pct=float(it["standard_error_pct"]),
        )
        for place, it in enumerate(given["years"])
    )
    return asdict(row)


# Reports.


def which_report(given: Given) -> Given:
    def midnight(said: str) -> dt.datetime:
        return dt.datetime.combine(dt.date.fromisoformat(said), dt.time())

    found = chains(
        Reported(
            int(it["submission"]), it["submission"], "fjordby", it["period"], midnight(it["known_from"]),
            midnight(it.get("known_to", _FOREVER)),
        )
        for it in given["reports"]
    )  # fmt: skip
    reports, latest = {}, {}
    for asked in given["asked"]:
        moment = moment_of(dt.date.fromisoformat(asked))
        known = [it for it, begin, end in newest(found) if begin <= moment < end]
        reports[asked] = [it.submission_id for chained in known for it in chained.reports]
        latest[asked] = known[0].last.submission_id if known else None
    return {"reports_on": reports, "newest_on": latest}


def deadline(given: Given) -> Given:
    known = agreement("fjordbyen")
    cycle = known.reporting.model_copy(update={"deadline_days": int(given["deadline_days"])})
    asked = known.model_copy(update={"reporting": cycle})
    return {"deadline_on": [deadline_on(asked, period) for period in given["periods"]]}


# Milestones.


def milestone(given: Given) -> Given:
    [found] = trends(
        MilestoneRow(
            "F-001", "opening", it["period"], day(it["baseline_on"]), day(it["forecast_on"]), None, it.get("decision")
        )
        for it in given["reports"]
    )  # fmt: skip
    slips = ("slip_baseline_days", "slip_original_days", "slip_previous_days")
    new = [{"period": it.period, "moved_days": it.moved_days, "decision": it.decision} for it in found.rebaselines]
    return {**{name: [getattr(point, name) for point in found.points] for name in slips}, "rebaselines": new}


def forecast_range_(given: Given) -> Given:
    record = [
        FinalSlip(f"F-{place:03}", "opening", "2024-Q4", int(given["remaining_days"]), int(days))
        for place, days in enumerate(given["slips_days"])
    ]
    return asdict(forecast_range(dt.date.fromisoformat(given["forecast_on"]), given["period"], record))


# Rules.


def rule(given: Given) -> Given:
    found = _judged(given, day(given.get("as_of", "2026-10-15")))
    return {**_told(found), "counts_from": found.counts_from, "lack": found.lack and found.lack.reason}


def on_the_day(given: Given) -> Given:
    told = [_told(_judged({"reports": [{}], **given}, day(it))) for it in given["days"]]
    return {name: [it[name] for it in told] for name in ("number", "level")}


def _told(found: Judgement) -> Given:
    return {"number": found.number, "level": found.level}


def _judged(given: Given, as_of: dt.date | None) -> Judgement:
    reports = _reports(given["reports"], Period.parse(given.get("period", "2026-Q3")))
    deadline_days = int(given["deadline_days"]) if "deadline_days" in given else None
    colour = next((it for it in COLOURS if it == given.get("data_colour")), None)
    return judge(Case(reports, as_of or dt.date.max, deadline_days, colour), LIMITS.limit(given["rule"]))


def _reports(listed: list[Given], last: Period) -> tuple[ProjectReport, ...]:
    """The reports given, by tables with one row each, of the periods up to the last one."""
    periods = [last]
    while len(periods) < len(listed):
        periods.insert(0, periods[0].previous())
    return tuple(
        ProjectReport("F-001", period, REPORTED_ON, {table: (_row(table, row),) for table, row in tables.items()})
        for period, tables in zip(periods, listed, strict=True)
    )


def _row(table: str, answers: Given) -> ReturnRow:
    return ReturnRow(table, table, 2, {name: _cell(said) for name, said in answers.items() if said != "none"})


def _cell(said: str) -> Any:
    if said in {"yes", "no"}:
        return said == "yes"
    if said.startswith("missing "):
        return Missing(said.removeprefix("missing "))
    if said[:1].isdigit():
        return Decimal(said) if said.count("-") < 2 else dt.date.fromisoformat(said)
    return said


def data_colour_(given: Given) -> Given:
    return {
        name: data_colour(Judgement(LIMITS.limit(code), level, None, {}, (), None) for code, level in levels.items())
        for name, levels in given.items()
    }


def steps(given: Given) -> Given:
    return {"steps": [found[0] if found else None for found in steps_of(given["levels"])]}


def periods_in_a_row(given: Given) -> Given:
    limit = LIMITS.limit("year_spend")
    history = [
        Status(
            "F-001", Period.parse(period), REPORTED_ON, REPORTED_ON, 1, (Judgement(limit, level, None, {}, (), None),), level, None
        )
        for period, level in given["levels"].items()
    ]  # fmt: skip
    [found] = open_deviations([history], ())
    return {"since": str(found.since), "periods_in_a_row": found.periods_in_a_row, "level_told": found.level_told}


def early_warning(given: Given) -> Given:
    frames = {name: given[name] for name in ("p50_mnok", "p85_mnok")}
    listed = [{"cost_estimates": {"forecast_mnok": it, **frames}} for it in given["forecasts_mnok"]]
    return {"early_warning": status(_reports(listed, Period.parse("2026-Q3")), LIMITS, REPORTED_ON).has_early_warning}


def who_treats_it(given: Given) -> Given:
    matrix = tuple(
        Authority.model_construct(matter=it["matter"], body_id=it["body"], power=it["power"]) for it in given["authority"]
    )
    return {"body": body_for(given["matter"], matrix)}


CASES = {
    "index": index, "chain": chain, "which_report": which_report, "deadline": deadline, "milestone": milestone,
    "forecast_range": forecast_range_, "rule": rule, "data_colour": data_colour_, "on_the_day": on_the_day, "steps": steps,
    "periods_in_a_row": periods_in_a_row, "early_warning": early_warning, "who_treats_it": who_treats_it,
}  # fmt: skip

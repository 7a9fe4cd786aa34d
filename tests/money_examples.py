"""What runs the examples of docs/method.md about money and earned value: the real functions, by the name of an example."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import numpy as np

from domain.facts import LocalText
from domain.model import CarryOver, FundingSource
from domain.returns import Missing
from pipelines.answers.columns import coded_each
from pipelines.answers.economy.carry_over import of_source
from pipelines.answers.economy.cost_course import Point
from pipelines.answers.economy.course_range import spread
from pipelines.answers.economy.economy import year_balances
from pipelines.answers.economy.line_table import Amounts, Lines
from pipelines.answers.economy.over_frames import AgainstFrame, OverFrames
from pipelines.answers.portfolio import OfProject
from pipelines.answers.progress.earned import _place, _weighted
from pipelines.methods.area_shares import by_area
from pipelines.methods.bridge import ScopeChange, bridge
from pipelines.methods.earned_value import Progress, earned_value, spending
from pipelines.methods.money import Amount, Basis, CommonPrice, Figure, PriceIndex, converted, ore_of, total, totals_by

Given = Mapping[str, Any]


def number(said: str) -> Decimal | None:
    return None if said == "none" else Decimal(said)


def real(year: str | int) -> Basis:
    return Basis("real", int(year), False)


def amount(mnok: str | Decimal, year: str | int = 2024) -> Amount:
    return Amount(Decimal(mnok), "forecast", real(year), "example")


def common(given: Given, to_year: str | int) -> CommonPrice:
    return CommonPrice(real(to_year), PriceIndex("example", "1", {int(year): Decimal(it) for year, it in given["index"].items()}))


def conversion(given: Given) -> Given:
    return {"mnok": converted(amount(given["mnok"], given["from_year"]), common(given, given["to_year"])).mnok}


def total_(given: Given) -> Given:
    found = total(_figure(it) for it in given["mnok"])
    return {"mnok": found.mnok, "with_figures": [found.n_known, found.n_asked], "missing": dict(found.missing)}


def _figure(said: str, year: str | int = 2024) -> Figure:
    if said in {"blank", "none"}:
        return None
    return Missing(said) if said.isidentifier() else amount(said, year)


def largest_remainder(given: Given) -> Given:
    one = amount(given["mnok_each"], given["from_year"])
    whole, parts = totals_by(
        ((f"part-{place:02}", one) for place in range(int(given["n_parts"]))), common(given, given["to_year"])
    )
    first, *others = (part.mnok for part in parts.values())
    [other] = set(others)
    return {"total": whole.mnok, "first": first, "others": other}


def areas(given: Given) -> Given:
    return {
        name: by_area(Decimal(given["mnok"]), {area: number(share) for area, share in shares.items()})
        for name, shares in given["shares_pct"].items()
    }


def over_frames(given: Given) -> Given:
    rows = [
        AgainstFrame(key, key, Decimal(forecast), Decimal(p50), Decimal(forecast) - Decimal(p50), 1, 1)
        for key, (forecast, p50) in given["projects"].items()
    ]
    rises = [row.over_mnok for row in rows if row.over_mnok > 0]
    found = OverFrames(tuple(rows), sum((row.over_mnok for row in rows), Decimal(0)), sum(rises, Decimal(0)), (4, 4))
    return {
        "over_mnok": found.over_mnok, "rise_mnok": found.rise_mnok, "drivers": [row.project_id for row in found.drivers],
        "drivers_pct": found.drivers_pct,
    }  # fmt: skip


def year_balance(given: Given) -> Given:
    found = [asdict(row) for row in year_balances(_lines(given["years"]))]
    return {name: [row[name] for row in found] for name in found[0]}


def carry_over(given: Given) -> Given:
    said = LocalText(nb="", en="")
    rule = CarryOver(max_pct=Decimal(given["max_pct"]), text=said, sources=("example",))
    source = FundingSource(funding_source_id="bompenger", name="", limit=said, carry_over=rule, sources=("example",))
    found = of_source(source, _lines(given["years"]))
    own = {name: [getattr(row, name) for row in found] for name in ("ceiling_mnok", "over_mnok", "standing")}
    return {"carried_out_mnok": [row.balance.carried_out_mnok for row in found], **own}


def course_range_(given: Given) -> Given:
    spent = Point(dt.date(2026, 6, 30), Decimal(given["spent_mnok"]), (1, 1))
    forecast = [Point(dt.date(int(year), 12, 31), Decimal(it), (1, 1)) for year, it in given["forecast_mnok"].items()]
    found = spread(spent, forecast, float(given["p15_mnok"]), float(given["p85_mnok"]))
    return {name: [getattr(point, name) for point in found] for name in ("low_mnok", "high_mnok")}


def _lines(years: Given) -> Lines:
    """One project with one source, its budget and forecast of each year."""
    n = len(years)
    yes, same = np.ones(n, bool), np.ones(n, np.int64)
    amounts = {
        name: Amounts(np.array([ore_of(Decimal(pair[place])) for pair in years.values()]), yes, yes, -same, ())
        for place, name in enumerate(("budget_mnok", "forecast_mnok"))
    }
    project, source, element = (coded_each([said] * n) for said in ("F-001", "bompenger", "road"))
    listed = {"F-001": OfProject("F-001", "", "fjordby", "planning", (), {}, False)}
    return Lines(
        listed, None, project, same, same, source, element, np.array([int(year) for year in years]), 2026 * same, amounts
    )


def bridge_(given: Given) -> Given:
    first, last = (
        {key: _figure(it, year) for key, it in given[f"{name}_{year}"].items()}
        for name, year in (("opening", 2023), ("closing", 2024))
    )
    scope = [ScopeChange(key, amount(it), "Sak 12/26") for key, it in given["scope_2024"].items()]
    found = bridge(first, last, common(given, 2024).index, scope)
    return {
        **{step.step: step.amount_mnok for step in found.steps}, "with_figures": found.with_figures,
        "plain_change_pct": found.plain_change_pct, "like_for_like_pct": found.like_for_like_pct,
    }  # fmt: skip


# Progress.


def earned_value_(given: Given) -> Given:
    plan = {int(period): Decimal(pct) for period, pct in given["planned_pct"].items()}
    money = amount(given["budget_mnok"]), amount(given["spent_mnok"])
    return asdict(earned_value(Progress(int(given["period"]), plan, Decimal(given["physical_pct"]), *money)))


def period_number(given: Given) -> Given:
    return {"number": _place(given["period"], dt.date.fromisoformat(given["start"]))}


def spending_(given: Given) -> Given:
    return asdict(spending(amount(given["spent_mnok"]), amount(given["planned_mnok"])))


def weighted_progress(given: Given) -> Given:
    return {"pct": _weighted((Decimal(it["pct"]), Decimal(it["p50_mnok"])) for it in given["projects"])}


CASES = {
    "conversion": conversion, "total": total_, "largest_remainder": largest_remainder, "areas": areas, "over_frames": over_frames,
    "year_balance": year_balance, "carry_over": carry_over, "course_range": course_range_, "bridge": bridge_,
    "earned_value": earned_value_, "period_number": period_number,
    "spending": spending_, "weighted_progress": weighted_progress,
}  # fmt: skip

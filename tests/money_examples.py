"""What runs the examples of docs/method.md about money and earned value: the real functions, by the name of an example."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from domain.returns import Missing
from pipelines.answers.economy.economy import year_balances
from pipelines.answers.economy.lines import Line, Lines, OfProject
from pipelines.answers.economy.over_frames import AgainstFrame, OverFrames
from pipelines.answers.progress.earned import _place, _weighted
from pipelines.methods.bridge import ScopeChange, bridge
from pipelines.methods.earned_value import Progress, earned_value, spending
from pipelines.methods.money import Amount, Basis, CommonPrice, Figure, PriceIndex, by_area, converted, total, totals_by

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
    project = OfProject("F-001", "", "fjordby", (), {}, False)
    lines = [
        Line(
            project,
            1,
            2,
            "bompenger",
            "road",
            int(year),
            2026,
            {"budget_mnok": amount(budget), "forecast_mnok": amount(forecast)},
        )
        for year, (budget, forecast) in given["years"].items()
    ]
    found = [asdict(row) for row in year_balances(Lines(tuple(lines), {}, None))]
    return {name: [row[name] for row in found] for name in found[0]}


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
    "year_balance": year_balance, "bridge": bridge_, "earned_value": earned_value_, "period_number": period_number,
    "spending": spending_, "weighted_progress": weighted_progress,
}  # fmt: skip

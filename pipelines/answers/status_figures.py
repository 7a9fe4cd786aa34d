"""The figures of the page of the state, by name."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipelines.answers.deviations.listed import STEPS
from pipelines.answers.goal.figures import PERCENTAGE_POINTS, of_index
from pipelines.answers.named_figures import Asked, Grain, NamedFigure
from pipelines.answers.status import Changes, Status, status

PAGE, MNOK, PROJECTS, DEVIATIONS = "status", "mnok", "projects", "deviations"
_OPENINGS = ("opened", "to_come", "passed", "later", "undated", "moved_later")


def status_figures(asked: Asked) -> Iterator[NamedFigure]:
    """Every number of the page; of a selected area its own projects by level, for the rest is of the whole agreement.

    What has changed has the earlier day as its key.
    """
    found = status(asked.snapshot, asked.agreement, asked.as_of, price=asked.price)
    area = asked.selection.working_area_id
    for key, cell in found.matrix.by_area.items():
        if area in (None, key):
            yield NamedFigure(PAGE, "projects", "area", key, key, cell.n_projects, PROJECTS, None)
            for level, n in cell.levels.items():
                yield NamedFigure(PAGE, f"projects_{level}", "area", key, key, n, PROJECTS, None)
    if area:
        return
    if found.goal.judged:
        yield from of_index(PAGE, found.goal.judged)
    yield _whole("projects", found.n_projects, PROJECTS)
    if found.n_projects:
        yield from _reported(asked, found)


def _reported(asked: Asked, found: Status) -> Iterator[NamedFigure]:
    """What rests on reports of projects."""
    yield from _money(asked, found)
    for name in _OPENINGS:
        yield _whole(f"openings_{name}", getattr(found.openings, name), PROJECTS)
    for level, n in found.matrix.total.levels.items():
        yield _whole(f"projects_{level}", n, PROJECTS)
    ids = tuple(sorted({it.result.report.submission_id for it in found.decisions}))
    yield _whole("decisions", len(found.decisions), DEVIATIONS, ids)
    if found.changes:
        yield from _changes(asked, found.changes)
    yield from _freshness(found)


def _money(asked: Asked, found: Status) -> Iterator[NamedFigure]:
    money = found.money
    year = money.price.common.basis.price_year if money.price else None
    told = money.whole.submission_ids("forecast_mnok"), money.whole.with_figures["forecast_mnok"]
    yield _money_of("forecast_total", None, money.whole.mnok("forecast_mnok"), year, *told)
    ids = tuple(sorted({row.submission_id for row in money.over.rows}))
    over = money.over.over_mnok if money.over.rows and asked.price else None
    yield _money_of("over_p50", None, over, year, ids, money.over.with_figures)
    if money.range is None:
        return
    risk, (reference, chance) = money.range.risk, money.range.whole
    rho = f"rho_{risk.rho:g}"
    for name, mnok in (("portfolio_p50", risk.p50_mnok), ("portfolio_p85", risk.p85_mnok)):
        yield _money_of(name, rho, mnok, year)
    within = f"chance_within_{reference.against}"
    yield NamedFigure(PAGE, within, "agreement", rho, None, chance.chance_within, "share", None)


def _changes(asked: Asked, changes: Changes) -> Iterator[NamedFigure]:
    since = changes.since.isoformat()
    year = asked.price.common.basis.price_year if asked.price else None
    yield _money_of("forecast_change", since, changes.forecast_mnok, year)
    told: list[tuple[str, float | None, str]] = [
        *((f"deviations_{step}", changes.steps.get(step, 0), DEVIATIONS) for step in STEPS),
        ("openings_later", changes.moved_later, PROJECTS),
        ("openings_earlier", changes.moved_earlier, PROJECTS),
        ("index_change", changes.index_points, PERCENTAGE_POINTS),
    ]
    for name, amount, unit in told:
        yield NamedFigure(PAGE, name, "agreement", since, None, amount, unit, None)


def _freshness(found: Status) -> Iterator[NamedFigure]:
    n, of = found.freshness.with_forecast
    yield NamedFigure(PAGE, "projects_with_forecast", "agreement", None, None, n, PROJECTS, None, (), (n, of))
    rows = found.freshness.rows
    if found.freshness.period is not None:
        delivered = int(rows["status"].isin(["delivered", "late"]).sum())
        ids = tuple(sorted(int(it) for it in rows["submission_id"].dropna()))
        period = found.freshness.period
        yield NamedFigure(
            PAGE, "parties_delivered", "period", period, None, delivered, "parties", None, ids, (delivered, len(rows))
        )


def _whole(name: str, amount: int, unit: str, submission_ids: tuple[int, ...] = ()) -> NamedFigure:
    return NamedFigure(PAGE, name, "agreement", None, None, amount, unit, None, submission_ids)


def _money_of(
    name: str,
    key: str | None,
    amount: Decimal | float | None,
    price_year: int | None,
    submission_ids: tuple[int, ...] = (),
    with_figures: tuple[int, int] | None = None,
) -> NamedFigure:
    grain: Grain = "agreement"
    return NamedFigure(PAGE, name, grain, key, None, amount, MNOK, price_year, submission_ids, with_figures)

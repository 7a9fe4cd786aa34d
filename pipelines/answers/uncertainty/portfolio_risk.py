"""How uncertain the cost of a portfolio is at any correlation, and the chance that it stays within what it is held against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from domain.model import Agreement
from domain.returns import Missing
from pipelines.answers.columns import summed
from pipelines.answers.costs import cost_columns
from pipelines.answers.economy.funding import source_frames
from pipelines.answers.economy.line_table import SPENT, Lines
from pipelines.answers.economy.lines import economy_lines
from pipelines.answers.economy.sums import known_by_project, sums_by
from pipelines.answers.prices import Price
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.answers.side_by_side import both
from pipelines.answers.uncertainty.uncertainty import FORECAST, ProjectUncertainty, projects_with
from pipelines.history.snapshot import Snapshot
from pipelines.methods.cost_curves import CostCurve
from pipelines.methods.cost_risk import (
    N_DRAWS,
    RHOS,
    SEED,
    FrameChance,
    PortfolioRisk,
    band_of,
)
from pipelines.methods.money import Amount, Figure
from pipelines.methods.portions import CostFrame, Portions, split_over

BUDGET = "budget_mnok"
# The correlation that is shown where nothing else is asked for, and the draws at one that a reader moves a slider to.
USUAL_RHO, FEWER_DRAWS = 0.3, 20_000
# So many normals are drawn at most: 64 projects have 100 000 each.
MOST_NORMALS = 6_400_000
# Why nothing is held against the frames: they are of the whole agreement, and not all of it is chosen, or has been reported.
PARTIES_MISSING, SELECTED = "parties_missing", "selected"
_DELIVERED = """
SELECT DISTINCT party_id
FROM snapshot.return_submission
WHERE agreement_id = $agreement_id AND known_from <= $moment AND $moment < known_to
"""
Grain = Literal["total", "source", "area", "year"]
# What something is held against: a frame of the agreement; the sum of P50 or a year's budget, which are no frames; or nothing.
Against = Literal["frame", "sum_p50", "budget", "nothing"]


@dataclass(frozen=True, slots=True)
class Reference:
    """What a part of the portfolio is held against. `reason` says why there is no frame where one would be looked for."""

    grain: Grain
    key: str
    against: Against
    frame: CostFrame
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Portfolio:
    """What can be drawn from: the projects, the curves of those that have one, and what they are held against, the whole first.

    `portions` are of the curves, by place. There are no `curves` in kroner in which projects cannot be added up. `silent` are the
    parties that are to report and had not.
    """

    price: Price | None
    projects: tuple[ProjectUncertainty, ...]
    curves: tuple[CostCurve, ...]
    portions: Portions
    references: tuple[Reference, ...]
    silent: tuple[str, ...] = ()

    @property
    def with_figures(self) -> tuple[int, int]:
        """How many projects are in the sums, of all."""
        return len(self.curves), len(self.projects)

    @property
    def whole(self) -> Reference | None:
        """What the whole portfolio is held against."""
        return self.references[0] if self.references else None


@dataclass(frozen=True, slots=True)
class PortfolioAt:
    """The uncertain cost at one correlation, with the chance of each reference in their order."""

    risk: PortfolioRisk
    chances: tuple[tuple[Reference, FrameChance], ...]

    @property
    def whole(self) -> tuple[Reference, FrameChance]:
        return self.chances[0]

    @property
    def tightest(self) -> tuple[Reference, FrameChance] | None:
        """The source whose frame is the least likely to hold; None where no source has one."""
        held = [it for it in self.chances if it[0].grain == "source" and it[1].chance_within is not None]
        return min(held, key=lambda it: it[1].chance_within or 0.0, default=None)


def portfolio(
    snapshot: Snapshot,
    agreement: Agreement,
    price: Price | None,
    as_of: dt.date | None = None,
    selection: Selection = EVERYTHING,
) -> Portfolio:
    """The portfolio of a selection as it was known on a date, ready to be drawn from."""
    columns, lines = both(
        lambda: cost_columns(snapshot, agreement, price, as_of, selection),
        lambda: economy_lines(snapshot, agreement, price, as_of, selection),
    )
    listed = projects_with(columns, known_by_project(lines, SPENT), selection)
    # Estimates are of fixed kroner. Without a price year they are in those of each report, which do not add up.
    counted = {it.project_id: it for it in listed if it.curve and price and not price.is_nominal}
    curves = tuple(it.curve for it in counted.values() if it.curve)
    silent = _silent(snapshot, agreement, as_of) if selection.is_everything else ()
    own = lines.of_projects(counted)
    portions = _portions(own, counted)
    if not curves:
        return Portfolio(price, listed, (), portions, (), silent)
    held = source_frames(snapshot, agreement, price, as_of) if selection.is_everything and not silent else {}
    references = _references(agreement, curves, listed, own, held, lines.report_year)
    why = PARTIES_MISSING if silent else None if selection.is_everything else SELECTED
    told = (replace(it, reason=why) if why and it.grain in ("total", "source") else it for it in references)
    return Portfolio(price, listed, curves, portions, tuple(told), silent)


def portfolio_at(
    found: Portfolio, rhos: Sequence[float] = RHOS, n_draws: int | None = None, seed: int = SEED
) -> tuple[PortfolioAt, ...]:
    """The uncertain cost at each correlation, from the same draws; none without projects. ValueError unless 0 <= rho <= 1.

    Of as many draws as `draws_for` has, where no number is asked for.
    """
    if not found.curves:
        return ()
    n_draws = draws_for(len(found.curves), rhos) if n_draws is None else n_draws
    drawn = band_of(found.curves, found.portions, [reference.frame for reference in found.references], rhos, seed, n_draws)
    return tuple(PortfolioAt(risk, tuple(zip(found.references, risk.frames, strict=True))) for risk in drawn)


def draws_for(n_projects: int, rhos: Sequence[float] = RHOS) -> int:
    """How many draws are made of so many projects: fewer at a correlation that is not of the band, and of many projects.

    The answer says how many, and how near its P85 is.
    """
    most = N_DRAWS if set(rhos) <= set(RHOS) else FEWER_DRAWS
    return min(most, MOST_NORMALS // max(1, n_projects))


def _silent(snapshot: Snapshot, agreement: Agreement, as_of: dt.date | None) -> tuple[str, ...]:
    """The parties that are to report and of which no return was known on a date."""
    given = {"agreement_id": agreement.agreement_id, "moment": moment_of(as_of)}
    delivered = {row["party_id"] for row in snapshot.records(_DELIVERED, given)}
    return tuple(it.party_id for it in agreement.parties if it.is_reporting is True and it.party_id not in delivered)


def _portions(lines: Lines, counted: Mapping[str, ProjectUncertainty]) -> Portions:
    """Forecast and spent, as far as they are known, of each year, source and area of the counted projects, in their order."""
    place = {project_id: place for place, project_id in enumerate(counted)}
    codes, ids = lines.project_codes
    source = lines.source.in_order()
    first, span = (int(lines.year.min()), int(np.ptp(lines.year)) + 1) if len(lines) else (0, 1)
    projects = np.array([place[it] for it in ids.tolist()], np.int64)[codes]
    groups, found = pd.factorize((projects * span + lines.year - first) * len(source.names) + source.codes, sort=True)
    amounts = (lines.amounts[name] for name in (FORECAST, SPENT))
    ore = [summed(groups, np.where(it.is_known, it.ore, 0), len(found)) for it in amounts]
    found, sources = np.divmod(found, len(source.names) or 1)
    projects, years = np.divmod(found, span)
    return split_over((projects, years + first, source.names[sources]), ore, [it.shares_pct for it in counted.values()])


def _references(
    agreement: Agreement,
    curves: Sequence[CostCurve],
    listed: Sequence[ProjectUncertainty],
    lines: Lines,
    held: Mapping[str, Figure],
    report_year: int | None,
) -> Iterable[Reference]:
    """The whole, then the sources, the areas, and the years from that of the reports on."""
    middles = {it.project_id: it.p50_mnok for it in curves}
    yield _whole(agreement, held, lines, sum(middles.values()))
    used = set(lines.funding_source_id)
    for source in agreement.funding_sources:
        if source.funding_source_id in used:
            yield _of_source(agreement, source.funding_source_id, held.get(source.funding_source_id))
    by_area: dict[str, float] = {}
    for project in listed:
        for area, pct in project.shares_pct.items() if project.project_id in middles else ():
            by_area[area] = by_area.get(area, 0.0) + middles[project.project_id] * float(pct) / 100
    for area, p50 in sorted(by_area.items()):
        yield Reference("area", area, "sum_p50", CostFrame(f"area:{area}", p50, working_area_id=area))
    for year, sums in sums_by(lines, lines.year).items():
        if report_year and year < report_year:
            continue
        known = sums.mnok(BUDGET)
        budget = None if known is None else float(known)
        yield Reference(
            "year", str(year), "nothing" if budget is None else "budget",
            CostFrame(f"year:{year}", budget, from_year=year, to_year=year),
        )  # fmt: skip


def _whole(agreement: Agreement, held: Mapping[str, Figure], lines: Lines, sum_p50: float) -> Reference:
    """All frames together where every source that pays has one; else the sum of P50, which is no frame."""
    lacking = next((it.code for it in held.values() if isinstance(it, Missing)), None)
    amounts = [it.mnok for it in held.values() if isinstance(it, Amount)]
    if not amounts or lacking:
        return Reference("total", "", "sum_p50", CostFrame("total", sum_p50), lacking)
    years = [_years(agreement, source_id) for source_id in held]
    first, last = min(year for year, _ in years), max(year for _, year in years)
    # A frame of years leaves out projects whose years are not known; one that all money lies within need not name them.
    is_all = bool(((lines.year >= first) & (lines.year <= last)).all())
    limits = (None, None) if is_all else (first, last)
    return Reference("total", "", "frame", CostFrame("total", float(sum(amounts)), *limits))


def _of_source(agreement: Agreement, source_id: str, frame: Figure) -> Reference:
    frame_id = f"source:{source_id}"
    if not isinstance(frame, Amount):
        reason = frame.code if frame else None
        return Reference("source", source_id, "nothing", CostFrame(frame_id, None, funding_source_id=source_id), reason)
    first, last = _years(agreement, source_id)
    return Reference("source", source_id, "frame", CostFrame(frame_id, float(frame.mnok), first, last, source_id))


def _years(agreement: Agreement, source_id: str) -> tuple[int, int]:
    """The first and last year of the frames of a source that are of a whole period."""
    own = [it for it in agreement.frames if it.funding_source_id == source_id and not it.is_per_year]
    return min(it.from_year for it in own), max(it.to_year for it in own)


def choices(found: Portfolio) -> Mapping[str, int]:
    """How many projects rest on which kind of figures; `none` those that are not in the sums."""
    counted: dict[str, int] = {}
    for project in found.projects:
        choice = project.curve.choice if project.curve and found.curves else "none"
        counted[choice] = counted.get(choice, 0) + 1
    return counted

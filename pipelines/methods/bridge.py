"""From one total of a portfolio to another, like for like: who left, who joined, what became known, price, scope and growth.

Pure. Mill. kr as exact decimals; the steps add up to the øre. Opening, leavers and became missing are in the kroner of the
opening, all other steps in those of the closing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from pipelines.methods.money import (
    Amount,
    Basis,
    CommonPrice,
    Figure,
    MixedAmountTypes,
    MixedBases,
    MixedVat,
    PriceIndex,
    Total,
    converted,
    mnok_of,
    ore_of,
    total,
)

StepName = Literal[
    "opening", "leavers", "became_missing", "price_level", "scope", "growth", "became_known", "joiners", "closing"
]  # fmt: skip
STEPS: tuple[StepName, ...] = get_args(StepName)


@dataclass(frozen=True, slots=True)
class ScopeChange:
    """What a decision has added to a project, or taken from it. Without a decision it is not scope but growth."""

    project_id: str
    amount: Amount
    decision: str | None


@dataclass(frozen=True, slots=True)
class BridgeStep:
    """One step, with the projects that it is about and how many of them have the figures that it needs."""

    step: StepName
    amount_mnok: Decimal
    project_ids: tuple[str, ...]
    with_figures: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Bridge:
    """The nine steps in their order; all but the last add up to the last. `with_figures` is of the closing.

    `plain_change_pct` is the change of the plain sums as they stand, each in its own kroner; `like_for_like_pct` that of the
    projects with figures in both, in the kroner of the closing. None where there is nothing to change from. `index` is named
    where the price was changed by it. `unplaced` are scope changes without a decision, or of projects that are not in both with
    figures.
    """

    steps: tuple[BridgeStep, ...]
    closing_mnok: Decimal
    with_figures: tuple[int, int]
    opening_basis: Basis | None
    closing_basis: Basis | None
    index: tuple[str, str] | None
    plain_change_pct: float | None
    like_for_like_pct: float | None
    unplaced: tuple[ScopeChange, ...]

    def step(self, name: StepName) -> BridgeStep:
        return self.steps[STEPS.index(name)]


def bridge(
    opening: Mapping[str, Figure],
    closing: Mapping[str, Figure],
    index: PriceIndex | None = None,
    scope: Iterable[ScopeChange] = (),
) -> Bridge:
    """The steps between two sets of project totals, by project id; a project without a figure is in its set as missing.

    Each set is in one basis. MixedBases where it is not, or where the two differ and no index is given; MixedAmountTypes,
    MixedVat, IndexLacksYear, and YearNotKnown where only one of the two is nominal. Scope is of the type of the totals, in any
    price.
    """
    first, last = (total(figures[key] for key in sorted(figures)) for figures in (opening, closing))
    changes = tuple(scope)
    _refuse_mixed(first, last, changes, index)
    before, after = _ore_by_project(opening), _ore_by_project(closing)
    both = sorted(before.keys() & after.keys())
    stayed = {key: _ore_in(opening[key], last.basis, index) for key in both}
    added, unplaced = _scope_by_project(changes, set(both), last.basis, index)
    lost = {key: -ore for key, ore in before.items() if key in closing and key not in after}
    gained = {key: ore for key, ore in after.items() if key in opening and key not in before}
    remained = (opening.keys() & closing.keys()) - lost.keys() - gained.keys()
    steps = (
        _step("opening", before, opening.keys()),
        _step("leavers", {key: -before[key] for key in before.keys() - closing.keys()}, opening.keys() - closing.keys()),
        _step("became_missing", lost, lost.keys()),
        _step("price_level", {key: stayed[key] - before[key] for key in both}, remained),
        _step("scope", added, added.keys()),
        _step("growth", {key: after[key] - stayed[key] - added.get(key, 0) for key in both}, remained),
        _step("became_known", gained, gained.keys()),
        _step("joiners", {key: after[key] for key in after.keys() - opening.keys()}, closing.keys() - opening.keys()),
        _step("closing", after, closing.keys()),
    )
    return Bridge(
        steps, steps[-1].amount_mnok, steps[-1].with_figures, first.basis, last.basis,
        (index.price_index_id, index.version) if index and stayed != {key: before[key] for key in both} else None,
        _change_pct(sum(before.values()), sum(after.values())),
        _change_pct(sum(stayed.values()), sum(after[key] for key in both)),
        unplaced,
    )  # fmt: skip


def _refuse_mixed(first: Total, last: Total, changes: Iterable[ScopeChange], index: PriceIndex | None) -> None:
    bases = {found.basis for found in (first, last) if found.basis}
    amount_types = {found.amount_type for found in (first, last) if found.amount_type}
    amount_types |= {change.amount.amount_type for change in changes}
    if len(amount_types) > 1:
        raise MixedAmountTypes(amount_types)
    if len({basis.includes_vat for basis in bases}) > 1:
        raise MixedVat
    if len(bases) > 1 and index is None:
        raise MixedBases(bases)


def _ore_by_project(figures: Mapping[str, Figure]) -> dict[str, int]:
    """The øre of every project that has a figure."""
    return {key: ore_of(figure.mnok) for key, figure in figures.items() if isinstance(figure, Amount)}


def _ore_in(figure: Figure, basis: Basis | None, index: PriceIndex | None) -> int:
    """The øre of an amount in the kroner of the closing; 0 for what is none."""
    if not isinstance(figure, Amount) or basis is None:
        return 0
    if figure.basis == basis:
        return ore_of(figure.mnok)
    if index is None:
        raise MixedBases((figure.basis, basis))
    return ore_of(converted(figure, CommonPrice(basis, index)).mnok)


def _scope_by_project(
    changes: Iterable[ScopeChange], both: set[str], basis: Basis | None, index: PriceIndex | None
) -> tuple[dict[str, int], tuple[ScopeChange, ...]]:
    """The øre that decisions have added to each project, and the changes that are no scope."""
    added: dict[str, int] = {}
    unplaced: list[ScopeChange] = []
    for change in changes:
        if change.decision and change.project_id in both:
            added[change.project_id] = added.get(change.project_id, 0) + _ore_in(change.amount, basis, index)
        else:
            unplaced.append(change)
    return added, tuple(unplaced)


def _step(name: StepName, ore: Mapping[str, int], concerned: Iterable[str]) -> BridgeStep:
    """A step of the øre of those with figures, among all that it is about."""
    project_ids = tuple(sorted(concerned))
    return BridgeStep(name, mnok_of(sum(ore.values())), project_ids, (len(ore), len(project_ids)))


def _change_pct(before: int, after: int) -> float | None:
    return 100 * (after - before) / before if before else None

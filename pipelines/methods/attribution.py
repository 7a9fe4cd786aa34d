"""What moved the index: by point, by group and between two months, and how far it leans on single points.

Pure: the two means of every point of one window and month in, rows out. Percent is 1.5 for 1.5 %; a contribution is percentage
points of the index. None of this is part of the official method; it takes the official index apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from domain.rows import PointMean

# Below this a group says more of its points than of its roads; it is shown with a warning.
FEW_POINTS = 5
BOOTSTRAP_DRAWS = 10_000
BOOTSTRAP_SEED = 20261122


class NotOneWindow(ValueError):
    """The means are not of one window, month and reference year, or none is left to compute from; says what was given."""


@dataclass(frozen=True, slots=True)
class PointChange:
    """One point: its traffic before and now, its own change, its weight in the area, and what it adds to the index."""

    point_id: str
    mean_reference: float
    mean_window: float
    change_pct: float
    weight_pct: float
    contribution_pct: float


@dataclass(frozen=True, slots=True)
class GroupChange:
    """One group of points. `group` is None for the points that belong to none; `change_pct` is the index of the group itself."""

    group: str | None
    n_points: int
    change_pct: float
    weight_pct: float
    contribution_pct: float

    @property
    def is_few(self) -> bool:
        return self.n_points < FEW_POINTS


@dataclass(frozen=True, slots=True)
class Attribution:
    """The index and its steps, the largest rise first, the points without a group last."""

    index_pct: float
    groups: tuple[GroupChange, ...]

    @property
    def remainder_pct(self) -> float:
        """What the steps leave unexplained: nothing but the last bits of the floating point."""
        return self.index_pct - math.fsum(group.contribution_pct for group in self.groups)


@dataclass(frozen=True, slots=True)
class LeaveOneOut:
    """The index with each point left out in turn, by point, and the standard error that this spread amounts to (jackknife)."""

    index_pct: float
    without_pct: Mapping[str, float]
    lowest_pct: float
    highest_pct: float
    jackknife_error_pct: float

    @property
    def keeps_sign(self) -> bool:
        """Whether the index lies on the same side of zero whichever point is left out."""
        return all((without > 0) == (self.index_pct > 0) for without in self.without_pct.values())


@dataclass(frozen=True, slots=True)
class Composition:
    """The change of the index between two months, split: the points that are in both, and that the set of points changed.

    `total_pct` = `same_points_pct` + `changed_set_pct`. `joined` are the points of the later month alone, `left` of the earlier.
    """

    earlier_pct: float
    later_pct: float
    total_pct: float
    same_points_pct: float
    changed_set_pct: float
    n_same: int
    joined: tuple[str, ...]
    left: tuple[str, ...]


def index_of(means: Iterable[PointMean]) -> float:
    """The index of the points of one window and month, in percent; without its uncertainty. NotOneWindow."""
    return _index_pct(_counted(means))


def point_changes(means: Iterable[PointMean]) -> tuple[PointChange, ...]:
    """Every point that counts, the largest rise first. The contributions add up to the index. NotOneWindow."""
    counted = _counted(means)
    total = _total_reference(counted)
    found = [
        PointChange(
            mean.point_id,
            mean.mean_reference,
            mean.mean_window,
            100 * (mean.mean_window - mean.mean_reference) / mean.mean_reference,
            100 * mean.mean_reference / total,
            100 * (mean.mean_window - mean.mean_reference) / total,
        )
        for mean in counted
    ]
    return tuple(sorted(found, key=lambda point: (-point.change_pct, point.point_id)))


def attribution(means: Iterable[PointMean], group_of: Mapping[str, str]) -> Attribution:
    """The index as steps by group that add up to it; points that `group_of` does not know are one more step. NotOneWindow."""
    counted = _counted(means)
    total = _total_reference(counted)
    members: dict[str | None, list[PointMean]] = {}
    for mean in counted:
        members.setdefault(group_of.get(mean.point_id), []).append(mean)
    groups = [_group_change(group, found, total) for group, found in members.items()]
    groups.sort(key=lambda group: (group.group is None, -group.contribution_pct, group.group or ""))
    return Attribution(_index_pct(counted), tuple(groups))


def leave_one_out(means: Iterable[PointMean]) -> LeaveOneOut | None:
    """How far the index leans on single points; None with fewer than two points. NotOneWindow."""
    counted = _counted(means)
    n_points = len(counted)
    if n_points < 2:
        return None
    without = {mean.point_id: _index_pct([*counted[:place], *counted[place + 1 :]]) for place, mean in enumerate(counted)}
    middle = math.fsum(without.values()) / n_points
    spread = math.fsum((found - middle) ** 2 for found in without.values())
    error_pct = math.sqrt((n_points - 1) / n_points * spread)
    return LeaveOneOut(_index_pct(counted), without, min(without.values()), max(without.values()), error_pct)


def bootstrap_error_pct(means: Iterable[PointMean], draws: int = BOOTSTRAP_DRAWS, seed: int = BOOTSTRAP_SEED) -> float | None:
    """The spread of the index over sets of as many points drawn with replacement; None with fewer than two. NotOneWindow."""
    counted = _counted(means)
    n_points = len(counted)
    if n_points < 2:
        return None
    reference = np.array([mean.mean_reference for mean in counted])
    calculated = np.array([mean.mean_window for mean in counted])
    drawn = np.random.default_rng(seed).integers(0, n_points, (draws, n_points))
    return float(np.std(100 * calculated[drawn].sum(axis=1) / reference[drawn].sum(axis=1), ddof=1))


def composition(earlier: Iterable[PointMean], later: Iterable[PointMean]) -> Composition | None:
    """The change from one month to another, split; None where no point is in both. NotOneWindow, also for two reference years."""
    before, after = _counted(earlier), _counted(later)
    if _kind(before[0]) != _kind(after[0]):
        raise NotOneWindow(f"{_kind(before[0])} and {_kind(after[0])}; accepted: one window and one reference year")
    ids_before, ids_after = {mean.point_id for mean in before}, {mean.point_id for mean in after}
    same = ids_before & ids_after
    if not same:
        return None
    earlier_pct, later_pct = _index_pct(before), _index_pct(after)
    same_pct = _index_pct([mean for mean in after if mean.point_id in same]) - _index_pct(
        [mean for mean in before if mean.point_id in same]
    )
    total_pct = later_pct - earlier_pct
    joined, left = tuple(sorted(ids_after - same)), tuple(sorted(ids_before - same))
    return Composition(earlier_pct, later_pct, total_pct, same_pct, total_pct - same_pct, len(same), joined, left)


def _counted(means: Iterable[PointMean]) -> list[PointMean]:
    """The points that the index counts, in the order of their ids: those with traffic in the reference year."""
    given = list(means)
    kinds = {(*_kind(mean), mean.last_month) for mean in given}
    counted = sorted((mean for mean in given if mean.mean_reference > 0), key=lambda mean: mean.point_id)
    if len(kinds) != 1 or not counted:
        raise NotOneWindow(f"{len(counted)} points of {len(kinds)} windows and months; accepted: one, with traffic before")
    return counted


def _kind(mean: PointMean) -> tuple[int, int]:
    return mean.window_months, mean.reference_year


def _total_reference(counted: Sequence[PointMean]) -> float:
    return math.fsum(mean.mean_reference for mean in counted)


def _index_pct(counted: Sequence[PointMean]) -> float:
    return 100 * (math.fsum(mean.mean_window for mean in counted) / _total_reference(counted) - 1)


def _group_change(group: str | None, members: Sequence[PointMean], total: float) -> GroupChange:
    rise = math.fsum(part for mean in members for part in (mean.mean_window, -mean.mean_reference))
    own = _total_reference(members)
    return GroupChange(group, len(members), 100 * rise / own, 100 * own / total, 100 * rise / total)

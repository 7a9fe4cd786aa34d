"""The uncertainty reserve over time, and how often finished projects stayed within their frames. Pure. Amounts are mill. kr."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from domain.period import Period

# The share of projects that a P85 is made to hold for.
EXPECTED_WITHIN_P85 = 0.85
# The normal that 95 of 100 cases lie within, to both sides.
_Z975 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class ReservePoint:
    """The reserve of a project at a level after a period, and how much of the project is physically complete."""

    project_id: str
    reserve_level: str
    period: Period
    released_mnok: Decimal | None
    held_mnok: Decimal | None
    physical_pct: Decimal | None

    @property
    def is_known(self) -> bool:
        return self.released_mnok is not None and self.held_mnok is not None and self.physical_pct is not None


@dataclass(frozen=True, slots=True)
class ReserveUse:
    """The reserves of a level together after a period. Expected is that a reserve is released as its project is built.

    `n_without` of the projects have no figures and are not in the sums. `ahead_mnok` is released beyond what is expected.
    """

    reserve_level: str
    period: Period
    n_projects: int
    n_without: int
    released_mnok: Decimal
    held_mnok: Decimal
    expected_mnok: Decimal

    @property
    def ahead_mnok(self) -> Decimal:
        return self.released_mnok - self.expected_mnok

    @property
    def used_pct(self) -> Decimal | None:
        """The released share; None where there is no reserve."""
        whole = self.released_mnok + self.held_mnok
        return 100 * self.released_mnok / whole if whole else None

    @property
    def expected_pct(self) -> Decimal | None:
        """The share that is expected to be released; None where there is no reserve."""
        whole = self.released_mnok + self.held_mnok
        return 100 * self.expected_mnok / whole if whole else None


@dataclass(frozen=True, slots=True)
class FinishedProject:
    """What a finished project cost, and the frames that it was decided with."""

    project_id: str
    final_mnok: Decimal | None
    p50_mnok: Decimal | None
    p85_mnok: Decimal | None


@dataclass(frozen=True, slots=True)
class HitRate:
    """How many of the finished projects stayed within P85, with the 95 % interval of that share (Wilson), from 0 to 1.

    `mean_pct` and `sd_pct` are of the final cost against P50, over the `n_with_p50` that have one; the spread is None for fewer
    than two. `n_without` have no final cost or no P85.
    """

    n_projects: int
    n_without: int
    n_within_p85: int
    share: float
    ci_low: float
    ci_high: float
    n_with_p50: int
    n_within_p50: int
    mean_pct: float | None
    sd_pct: float | None

    @property
    def differs_from_expected(self) -> bool:
        """Whether the interval leaves out the share that P85 is made to hold for."""
        return not self.ci_low <= EXPECTED_WITHIN_P85 <= self.ci_high


def drawdown(points: Iterable[ReservePoint]) -> tuple[ReserveUse, ...]:
    """The reserves by level and period, in order. The amounts must be of one price basis."""
    groups: dict[tuple[str, Period], list[ReservePoint]] = defaultdict(list)
    for point in points:
        groups[point.reserve_level, point.period].append(point)
    order = sorted(groups, key=lambda key: (key[0], key[1].last, key[1].first))
    return tuple(_use(level, period, groups[level, period]) for level, period in order)


def hit_rate(finished: Iterable[FinishedProject]) -> HitRate | None:
    """How finished projects ended against their frames; None where none has both a final cost and a P85."""
    given = list(finished)
    ended = [(it.final_mnok, it.p85_mnok) for it in given if it.final_mnok is not None and it.p85_mnok is not None]
    if not ended:
        return None
    n_within = sum(final <= p85 for final, p85 in ended)
    low, high = _wilson(n_within, len(ended))
    against = [float(100 * (it.final_mnok / it.p50_mnok - 1)) for it in given if it.final_mnok is not None and it.p50_mnok]
    mean_pct = math.fsum(against) / len(against) if against else None
    return HitRate(
        len(ended), len(given) - len(ended), n_within, n_within / len(ended), low, high, len(against),
        sum(pct <= 0 for pct in against), mean_pct, _spread(against, mean_pct),
    )  # fmt: skip


def _use(level: str, period: Period, points: list[ReservePoint]) -> ReserveUse:
    known = [
        (point.released_mnok or Decimal(0), point.held_mnok or Decimal(0), point.physical_pct or Decimal(0))
        for point in points
        if point.is_known
    ]
    return ReserveUse(
        level, period, len(points), len(points) - len(known),
        sum((released for released, _, _ in known), Decimal(0)), sum((held for _, held, _ in known), Decimal(0)),
        sum(((released + held) * physical_pct / 100 for released, held, physical_pct in known), Decimal(0)),
    )  # fmt: skip


def _spread(percents: list[float], mean_pct: float | None) -> float | None:
    if mean_pct is None or len(percents) < 2:
        return None
    return math.sqrt(math.fsum((pct - mean_pct) ** 2 for pct in percents) / (len(percents) - 1))


def _wilson(n_hits: int, n_all: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    share, squared = n_hits / n_all, _Z975**2 / n_all
    middle = (share + squared / 2) / (1 + squared)
    half = _Z975 / (1 + squared) * math.sqrt(share * (1 - share) / n_all + squared / (4 * n_all))
    # The interval holds the share itself, also where the last bits of the sum would have it otherwise.
    return min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half))

"""What the rows of the invented returns are told from: a project's states so far, and what chance decided of its answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from domain.returns import Answer, Missing
from pipelines.examples.fjordbyen.course import State, stream
from pipelines.examples.fjordbyen.dates import ENDS
from pipelines.examples.fjordbyen.faults import left_out
from pipelines.examples.fjordbyen.points import TOWNS
from pipelines.examples.fjordbyen.portfolio import Project
from pipelines.examples.fjordbyen.words import RISKS

Answers = dict[str, Answer]
PRICE_YEAR = 2024
_GRADES = ("measured", "model", "model", "comparable", "comparable", "judgement")


@dataclass(frozen=True, slots=True)
class Chance:
    """What chance decides of a project's answers, once and for all quarters. `case` is the number of its first decision."""

    latitude: Decimal
    longitude: Decimal
    risks: tuple[int, ...]
    effect: float
    grade: str
    pick: int
    case: int


@dataclass(frozen=True, slots=True)
class Told:
    """A project up to a quarter: its states by quarter, later ones included, which nothing may look at."""

    states: Mapping[int, State]
    quarter: int
    chance: Chance

    @property
    def state(self) -> State:
        return self.states[self.quarter]

    @property
    def project(self) -> Project:
        return self.state.project

    @property
    def so_far(self) -> tuple[State, ...]:
        return tuple(state for quarter, state in self.states.items() if quarter <= self.quarter)

    def left_out(self, table: str) -> dict[str, Missing]:
        """What the project's rows of a table do not answer."""
        return left_out(self.project.project_id, table, self.quarter)

    def first_when(self, is_so: Callable[[State], bool]) -> int | None:
        """The first quarter up to now in which something is so."""
        return next((state.quarter for state in self.so_far if is_so(state)), None)

    def decision(self, number: int, quarter: int) -> str:
        """The case in which something was decided in a quarter."""
        return f"Sak {self.chance.case + number}/{ENDS[quarter]:%y}"


@cache
def chance_of(project: Project, seed: int) -> Chance:
    """Drawn from a stream of the project's own."""
    drawn = stream(seed, 1000 + project.number)
    _, latitude, longitude = TOWNS[project.municipalities[0]]
    north, east = drawn.uniform(-1, 1, 2).tolist()
    n_risks = int(drawn.integers(1, 5))
    return Chance(
        Decimal(f"{latitude + 0.03 * north:.4f}"), Decimal(f"{longitude + 0.06 * east:.4f}"),
        tuple(sorted(int(place) for place in drawn.choice(len(RISKS), n_risks, replace=False))),
        float(drawn.uniform(0.7, 1.3)), _GRADES[int(drawn.integers(0, len(_GRADES)))],
        int(drawn.integers(0, 1000)), int(drawn.integers(3, 48)),
    )  # fmt: skip


def mnok(ore: int) -> Decimal:
    """Øre as mill. kr, exact and without closing zeros."""
    amount = Decimal(ore).scaleb(-8)
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()


def price_basis(source: str) -> Answers:
    """In which kroner the amounts of a row are, and where they come from."""
    return {"price_kind": "real", "price_year": PRICE_YEAR, "includes_vat": False, "amount_source": source}

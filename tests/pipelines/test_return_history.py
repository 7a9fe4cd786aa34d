"""Random acts on returns against a list that a child could keep: as-of never sees the future, and there is no gap."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines import returns
from pipelines.history.ledger import open_ledger
from pipelines.history.verify import verify
from pipelines.returns import CannotDecide, approve, reinstate, reject
from tests.builders import AT
from tests.staged import handed_in, leave_unpublished, read_in_no_time

pytestmark = pytest.mark.trust

LEAD = "secretariat.lead"
END = dt.datetime(9999, 12, 30)
PERIODS = ("2026-Q2", "2026-Q3")
acts = st.tuples(
    st.sampled_from(["submit", "submit", "approve", "approve", "reject", "reinstate"]), st.integers(1, 5), st.sampled_from(PERIODS),
    st.integers(0, 2),
)  # fmt: skip


@dataclass
class Told:
    """A return as the list knows it."""

    number: int
    period: str
    content: str
    at: dt.datetime
    status: str


class NaiveList:
    """What should be so, kept by going through everything each time."""

    def __init__(self) -> None:
        self.all: list[Told] = []

    def counting(self, period: str, moment: dt.datetime) -> Told | None:
        known = [one for one in self.all if one.period == period and one.status == "counts" and one.at <= moment]
        return max(known, key=lambda one: (one.at, one.number), default=None)

    def take_in(self, period: str, content: str, at: dt.datetime, status: str) -> None:
        for one in self.all:
            if one.period == period and one.status == "staged":
                one.status = "superseded"
        self.all.append(Told(len(self.all) + 1, period, content, at, status))

    def submit(self, period: str, content: str, at: dt.datetime) -> None:
        if not any((one.period, one.content) == (period, content) for one in self.all):
            self.take_in(period, content, at, "staged")

    def decide(self, number: int, status: str) -> bool:
        """Whether it can be: what waits, or what stands so already."""
        found = next((one for one in self.all if one.number == number), None)
        if found is None or found.status not in ("staged", status) or (found.number in self.back and status == "counts"):
            return False
        found.status = status
        return True

    @property
    def back(self) -> set[int]:
        """Numbers that count because they were reinstated."""
        return {
            one.number
            for place, one in enumerate(self.all)
            if any((one.period, one.content) == (o.period, o.content) for o in self.all[:place])
        }

    def reinstate(self, number: int, at: dt.datetime) -> bool:
        found = next((one for one in self.all if one.number == number), None)
        if found is None or found.status != "counts":
            return False
        if self.counting(found.period, END).content != found.content:
            self.take_in(found.period, found.content, at, "counts")
        return True


def can(act, *given) -> bool:
    try:
        act(*given)
    except CannotDecide:
        return False
    return True


@given(st.lists(acts, min_size=1, max_size=9))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_as_of_agrees_with_the_naive_list(tmp_path_factory, told):
    folder, model, at = tmp_path_factory.mktemp("acts"), NaiveList(), AT
    data_dir = folder / "var"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(returns, "check_return", read_in_no_time)
        leave_unpublished(patch)
        for act, number, period, days in told:
            at += dt.timedelta(days=days)
            if act == "submit":
                handed_in(folder, f"no {number}", period=period, at=at)
                model.submit(period, f"no {number}", at)
            elif act == "approve":
                assert can(approve, LEAD, number, at, data_dir) == model.decide(number, "counts")
            elif act == "reject":
                assert can(reject, LEAD, number, "Feil", at, data_dir) == model.decide(number, "rejected")
            else:
                assert can(reinstate, LEAD, number, "Feil", at, data_dir) == model.reinstate(number, at)
    with open_ledger(data_dir) as ledger:
        rows = ledger.connection.execute(
            "SELECT period, submission_id, known_from, known_to FROM known_return ORDER BY period, known_from, submission_id"
        ).fetchall()
    for period in PERIODS:
        mine = [row for row in rows if row[0] == period]
        for moment in [AT + dt.timedelta(days=day) for day in range(-1, 20)]:
            seen = [number for _, number, since, until in mine if since <= moment < until]
            expected = model.counting(period, moment)
            assert seen == ([expected.number] if expected else [])
        assert [until for *_, until in mine[:-1]] == [since for _, _, since, _ in mine[1:]]
        assert all(until.year == 9999 for *_, until in mine[-1:])
    assert verify(data_dir).first_bad is None

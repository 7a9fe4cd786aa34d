"""Which reports a project's status rests on, against a slow list that is asked moment by moment."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from pipelines.history.computed.report_chains import Reported, basis_after, basis_of, chains, newest

END = dt.datetime(9999, 12, 31)
PERIODS = ["2025-Q3", "2025-Q4", "2026-Q1", "2026"]


def at(day: int) -> dt.datetime:
    return dt.datetime(2026, 1, 1) + dt.timedelta(days=day)


@st.composite
def reports(draw):
    """Returns of two parties for a few periods, corrected now and then; each holds until the next of its party and period."""
    handed_in = draw(
        st.lists(
            st.tuples(st.integers(0, 60), st.sampled_from(["a", "b"]), st.sampled_from(PERIODS)),
            max_size=8,
            unique_by=lambda it: it[0],
        )
    )
    listed = [(day, party, period, number) for number, (day, party, period) in enumerate(sorted(handed_in), start=1)]
    return [
        Reported(
            number, f"sha256:{number}", party, period, at(day),
            min((at(later) for later, *key, _ in listed if key == [party, period] and later > day), default=END),
        )
        for day, party, period, number in listed
    ]  # fmt: skip


def known_slowly(listed: list[Reported], moment: dt.datetime) -> list[Reported]:
    """Of each period the report that was handed in last, of those that are known at the moment."""
    known = [it for it in listed if it.known_from <= moment < it.known_to]
    by_period = {it.period: it for it in sorted(known, key=lambda it: (it.known_from, it.submission_id))}
    return sorted(by_period.values(), key=lambda it: it.order)


@given(reports(), st.integers(0, 70))
def test_at_any_moment_there_is_one_chain_for_each_known_report_and_it_is_the_known_ones_up_to_it(listed, day):
    found = [chain for chain in chains(listed) if chain.known_from <= at(day) < chain.known_to]
    known = known_slowly(listed, at(day))
    assert [list(chain.reports) for chain in found] == [known[: place + 1] for place in range(len(known))]


@given(reports(), st.integers(0, 70))
def test_the_newest_chain_of_a_moment_holds_all_that_is_known(listed, day):
    (*found,) = [chain for chain, begin, end in newest(chains(listed)) if begin <= at(day) < end]
    known = known_slowly(listed, at(day))
    assert [list(chain.reports) for chain in found] == ([known] if known else [])


@given(reports())
def test_a_chain_is_one_row_for_as_long_as_its_reports_stay_the_same(listed):
    found = chains(listed)
    assert all(chain.known_from < chain.known_to for chain in found)
    assert not any(one.reports == other.reports and one.known_to == other.known_from for one in found for other in found)


@given(reports())
def test_a_basis_names_its_reports_in_their_order(listed):
    found = {basis_of(chain.reports, "rules"): tuple(it.submission_id for it in chain.reports) for chain in chains(listed)}
    assert len(found) == len({tuple(it.submission_id for it in chain.reports) for chain in chains(listed)})
    for chain in chains(listed):
        assert basis_of(chain.reports, "rules") == basis_after(basis_of(chain.reports[:-1], "rules"), chain.last)
        assert basis_of(chain.reports, "other rules") not in found

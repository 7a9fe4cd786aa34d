"""What has come from whom and when, as known at a date: the grid, the trace of each return, and the age of the newest figures."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from domain.model import Agreement, ReportingCycle
from domain.period import Period
from domain.rows import Finding
from pipelines.answers.reporting.quality import ages, deliveries, handed_in, last_day, periods_asked, reports, stale_after_days
from pipelines.answers.reporting.returns import deadline_on
from pipelines.history.acts import decide, stage, standing_of
from pipelines.history.ledger import Original, open_ledger
from pipelines.history.publish import publish
from pipelines.history.return_rows import new_return
from pipelines.history.snapshot import Snapshot, open_snapshot
from tests.builders import AT, agreement
from tests.pipelines.answers.test_returns import a_return, stored

FJORDBYEN, REAL = agreement(), agreement("miljoloftet")
PARTIES = ("fjordby", "lindvag", "austmark", "kystfylket", "veietaten")
WARNING, HOLD, INFO = (Finding("not_a_number", severity, "Økonomi", "B2", "x") for severity in ("warning", "hold", "info"))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def told(data_dir: Path, story: str, *found: Sequence[Finding]) -> Snapshot:
    """A snapshot of what a story tells: `2025-10-10 submit fjordby 2025-Q3`, `2025-10-12 approve 1`. `found` is of each submitted."""
    people = {person.person_id: person for person in FJORDBYEN.people}
    findings = iter(found)
    with open_ledger(data_dir) as ledger:
        for number, line in enumerate(story.strip().splitlines(), 1):
            on, act, who, *period = line.split()
            at = dt.datetime.fromisoformat(f"{on}T09:00")
            if act == "submit":
                report = a_return(period[0], f"{on}", who)
                new = new_return(report, (Original("a.csv", line.encode()),), FJORDBYEN, f"{who}.analyst", at, at, "submit")
                stage(ledger, new, report, next(findings, ()), people[f"{who}.analyst"], "Avtalt", number)
            else:
                standing = standing_of(ledger, int(who))
                assert standing
                texts = {"reason": "Feil ark"} if act == "reject" else None
                decide(ledger, standing, act, people["secretariat.lead"], at, texts)
        publish(ledger, AT)
    return open_snapshot(data_dir)


def statuses(
    snapshot: Snapshot, as_of: str, period: str = "2025-Q3", of: Agreement = FJORDBYEN
) -> dict[str, tuple[str, int | None]]:
    """Status and days from the deadline, by party."""
    rows = deliveries(snapshot, of, day(as_of))
    return {row.party_id: (row.status, row.days_after) for row in rows[rows["period"] == period].itertuples()}


# What is asked for.


@pytest.mark.parametrize(
    ("as_of", "newest", "n"),
    [
        ("2024-09-30", None, 0),
        ("2024-10-01", "2024-Q3", 1),
        ("2024-12-31", "2024-Q3", 1),
        ("2025-01-01", "2024-Q4", 2),
        ("2026-11-22", "2026-Q3", 9),
        # The agreement ends with 2029.
        ("2035-01-01", "2029-Q4", 22),
    ],
)
def test_periods_are_asked_when_they_are_over_until_the_agreement_ends(as_of, newest, n):
    asked = periods_asked(FJORDBYEN, day(as_of))
    assert len(asked) == n
    assert next(iter(asked), None) == newest
    assert asked == sorted(asked, reverse=True)


def test_a_period_that_was_delivered_too_early_or_before_the_first_is_there_too():
    assert periods_asked(FJORDBYEN, day("2024-10-05"), ["2024-Q4", "2023-Q1"]) == ["2024-Q4", "2024-Q3", "2023-Q1"]


def test_an_agreement_without_a_cycle_has_the_delivered_periods_alone():
    assert periods_asked(REAL, day("2026-11-22")) == []
    assert periods_asked(REAL, day("2026-11-22"), ["2025", "2025-Q2"]) == ["2025", "2025-Q2"]


@pytest.mark.parametrize(
    ("frequency", "as_of", "newest"),
    [("month", "2026-03-15", "2026-02"), ("year", "2026-03-15", "2025"), ("half_year", "2026-03-15", "2025-Q4")],
)
def test_the_length_of_a_period_is_that_of_the_cycle(frequency, as_of, newest):
    cycle = FJORDBYEN.reporting.model_copy(update={"frequency": frequency, "first_period": None})
    found = FJORDBYEN.model_copy(update={"reporting": cycle})
    assert periods_asked(found, day(as_of)) == [newest]


# Who has delivered for when.


@pytest.fixture(scope="module")
def third_quarter(tmp_path_factory) -> Snapshot:
    """The deadline is 20 October. Fjordby corrects, Lindvåg is late, Austmark was sent back, Kystfylket waits, Veietaten has nothing."""
    story = """
        2025-10-10 submit fjordby 2025-Q3
        2025-10-12 approve 1
        2025-10-15 submit austmark 2025-Q3
        2025-10-18 reject 2
        2025-10-20 submit kystfylket 2025-Q3
        2025-10-22 submit lindvag 2025-Q3
        2025-10-23 approve 4
        2025-11-02 submit fjordby 2025-Q3
        2025-11-03 approve 5
        2025-11-10 submit fjordby 2025-Q3
    """
    return told(tmp_path_factory.mktemp("quarter"), story, (WARNING,), (), (), (HOLD, INFO), (WARNING, WARNING, HOLD))


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2025-10-09", "awaited -11, awaited -11, awaited -11, awaited -11, awaited -11"),
        ("2025-10-16", "delivered -10, awaited -4, waiting -4, awaited -4, awaited -4"),
        ("2025-10-20", "delivered -10, awaited 0, sent_back 0, waiting 0, awaited 0"),
        ("2025-10-21", "delivered -10, missing 1, sent_back 1, waiting 1, missing 1"),
        ("2025-10-22", "delivered -10, late 2, sent_back 2, waiting 2, missing 2"),
        ("2025-12-20", "delivered -10, late 2, sent_back 61, waiting 61, missing 61"),
    ],
)
def test_the_grid_at_a_date(third_quarter, as_of, expected):
    found = statuses(third_quarter, as_of)
    assert tuple(found) == PARTIES
    assert ", ".join(f"{status} {days}" for status, days in found.values()) == expected


@pytest.mark.parametrize(
    ("as_of", "number", "n_before", "warnings", "holds", "waits_since"),
    [
        ("2025-10-25", 1, 0, 1, 0, None),
        ("2025-11-05", 5, 1, 2, 1, None),
        ("2025-11-10", 5, 1, 2, 1, "2025-11-10"),
    ],
)
def test_a_corrected_cell_has_the_findings_of_the_newest_return(
    third_quarter, as_of, number, n_before, warnings, holds, waits_since
):
    rows = deliveries(third_quarter, FJORDBYEN, day(as_of))
    row = rows[(rows["party_id"] == "fjordby") & (rows["period"] == "2025-Q3")].iloc[0]
    assert (row.submission_id, row.n_before, row.n_warning, row.n_hold) == (number, n_before, warnings, holds)
    assert row.first_submitted_at.date() == day("2025-10-10")
    assert (None if waits_since is None else day(waits_since)) == (
        None if row.waiting_at != row.waiting_at else row.waiting_at.date()
    )


def test_a_party_is_asked_for_the_periods_in_which_it_exists(third_quarter):
    ended = {"lindvag": {"valid_to": day("2025-06-30")}, "austmark": {"valid_from": day("2025-10-01")}}
    parties = tuple(party.model_copy(update=ended.get(party.party_id, {})) for party in FJORDBYEN.parties)
    changed = FJORDBYEN.model_copy(update={"parties": parties})
    # Both have handed in for the third quarter all the same, which is not hidden.
    assert set(statuses(third_quarter, "2025-12-01", of=changed)) == set(PARTIES)
    assert set(statuses(third_quarter, "2026-02-01", "2025-Q4", changed)) == set(PARTIES) - {"lindvag"}
    assert set(statuses(third_quarter, "2025-12-01", "2025-Q2", changed)) == set(PARTIES) - {"austmark"}


def test_without_a_deadline_nobody_is_late_or_missing(third_quarter):
    cycle = FJORDBYEN.reporting.model_copy(update={"deadline_days": REAL.reporting})
    changed = FJORDBYEN.model_copy(update={"reporting": cycle})
    found = statuses(third_quarter, "2025-12-01", of=changed)
    assert [status for status, _ in found.values()] == ["delivered", "delivered", "sent_back", "waiting", "not_delivered"]
    assert all(pd.isna(days) for _, days in found.values())


def test_before_the_first_period_and_without_a_cycle_there_is_no_grid(third_quarter):
    assert deliveries(third_quarter, FJORDBYEN, day("2024-09-30")).empty
    assert deliveries(third_quarter, REAL, day("2026-11-22")).empty
    assert "status" in deliveries(third_quarter, REAL, day("2026-11-22")).columns


@pytest.fixture(scope="module")
def arrivals(tmp_path_factory) -> tuple[Snapshot, list[tuple[str, str, dt.datetime]]]:
    """Twelve returns of three parties for two periods on days that nobody chose."""
    days = random.Random(20261122)
    came = [
        (party, period, dt.datetime(2025, 7, 5, 12) + dt.timedelta(days=days.randrange(150)))
        for party in PARTIES[:3]
        for period in ("2025-Q2", "2025-Q3")
        for _ in range(2)
    ]
    files = [(a_return(period, str(number), party), at) for number, (party, period, at) in enumerate(came)]
    return stored(tmp_path_factory.mktemp("arrivals"), *files), came


@pytest.mark.parametrize("as_of", [dt.date(2025, 7, 4) + dt.timedelta(days=days) for days in range(0, 170, 13)])
def test_the_grid_agrees_with_the_naive_model(arrivals, as_of):
    snapshot, came = arrivals
    for row in deliveries(snapshot, FJORDBYEN, as_of).to_dict("records"):
        own = sorted(at.date() for party, period, at in came if (party, period) == (row["party_id"], row["period"]))
        own = [on for on in own if on <= as_of]
        deadline = deadline_on(FJORDBYEN, row["period"])
        assert row["n_before"] == max(0, len(own) - 1)
        assert row["days_after"] == ((own[0] if own else as_of) - deadline).days
        if own:
            assert row["status"] == ("late" if own[0] > deadline else "delivered")
        else:
            assert row["status"] == ("missing" if as_of > deadline else "awaited")


# The trace of each return.


@pytest.mark.parametrize(
    ("as_of", "acts"),
    [
        ("2025-10-09", {}),
        ("2025-10-11", {1: "submit"}),
        ("2025-10-16", {1: "approve", 2: "submit"}),
        ("2025-10-21", {1: "approve", 2: "reject", 3: "submit"}),
        ("2026-01-01", {1: "approve", 2: "reject", 3: "submit", 4: "approve", 5: "approve", 6: "submit"}),
    ],
)
def test_what_was_done_later_is_not_known_yet(third_quarter, as_of, acts):
    rows = handed_in(third_quarter, FJORDBYEN, day(as_of))
    assert dict(zip(rows["submission_id"], rows["last_act"], strict=True)) == acts
    assert list(rows["submission_id"]) == sorted(acts, reverse=True)


def test_the_trace_says_who_when_why_and_what_replaced_it(third_quarter):
    rows = handed_in(third_quarter, FJORDBYEN, day("2026-01-01")).set_index("submission_id")
    assert rows.loc[2, ["submitted_by", "acted_by", "said", "counts"]].tolist() == [
        "austmark.analyst", "secretariat.lead", "Feil ark", False
    ]  # fmt: skip
    assert rows.loc[1, "said"] == "Avtalt"
    assert rows.index[rows["is_replaced"]].tolist() == [1]
    assert rows.index[rows["is_correction"]].tolist() == [5]
    assert rows.loc[[1, 4], ["n_warning", "n_hold", "n_info"]].values.tolist() == [[1, 0, 0], [0, 1, 1]]
    # Before the correction came, nothing was replaced.
    assert not handed_in(third_quarter, FJORDBYEN, day("2025-11-01"))["is_replaced"].any()


def test_a_return_that_was_brought_in_later_is_traced_from_when_it_came(tmp_path):
    snapshot = stored(tmp_path, (a_return("2025-Q3"), dt.datetime(2025, 10, 10, 9)))
    (row,) = handed_in(snapshot, FJORDBYEN, day("2025-10-10")).to_dict("records")
    assert (row["last_act"], row["acted_at"], row["counts"]) == ("import", AT, True)


def test_nobody_elses_returns_are_told(third_quarter):
    assert handed_in(third_quarter, REAL, day("2026-11-22")).empty


# How old the newest figures are.


@pytest.mark.parametrize(
    ("as_of", "period", "days", "colour"),
    [
        ("2025-10-09", None, None, None),
        ("2025-10-10", "2025-Q3", 10, "green"),
        ("2026-04-08", "2025-Q3", 190, "green"),
        ("2026-04-09", "2025-Q3", 191, "red"),
    ],
)
def test_figures_age_from_the_end_of_their_period(third_quarter, as_of, period, days, colour):
    row = ages(third_quarter, FJORDBYEN, day(as_of)).astype(object).iloc[0]
    assert [None if found != found or found is None else found for found in (row["period"], row["colour"])] == [period, colour]
    assert (None if days is None else row["age_days"]) == days
    assert stale_after_days() == 190


def test_the_newest_period_counts_and_not_the_newest_delivery(tmp_path):
    newer, older = (a_return("2025-Q3"), dt.datetime(2025, 10, 10)), (a_return("2025-Q1"), dt.datetime(2025, 11, 1))
    rows = ages(stored(tmp_path, newer, older), FJORDBYEN, day("2025-12-01"))
    assert list(rows["party_id"]) == list(PARTIES)
    assert rows.iloc[0]["period"] == "2025-Q3"
    assert rows["age_days"].isna().sum() == 4


@pytest.mark.parametrize(("period", "last"), [("2025-Q3", "2025-09-30"), ("2024-02", "2024-02-29"), ("2025", "2025-12-31")])
def test_the_last_day_of_a_period(period, last):
    assert last_day(period) == day(last)


def test_a_party_reports_in_what_it_exists_of_a_period():
    party = FJORDBYEN.parties[0].model_copy(update={"valid_from": day("2025-03-01"), "valid_to": day("2025-04-30")})
    asked = [
        ("2025-01-01", "2025-02-28"),
        ("2025-01-01", "2025-03-01"),
        ("2025-04-30", "2025-06-30"),
        ("2025-05-01", "2025-06-30"),
    ]
    assert [reports(party, day(first), day(last)) for first, last in asked] == [False, True, True, False]
    assert not reports(party.model_copy(update={"is_reporting": False}), day("2025-03-01"), day("2025-04-01"))


def test_the_examples_have_a_cell_for_every_reporting_party_and_period(example_snapshot):
    rows = deliveries(example_snapshot, FJORDBYEN, AT.date())
    assert isinstance(FJORDBYEN.reporting, ReportingCycle)
    assert len(rows) == len(PARTIES) * 9
    assert not rows.duplicated(["period", "party_id"]).any()
    assert [Period.parse(period).last for period in rows["period"]] == sorted(
        (Period.parse(period).last for period in rows["period"]), reverse=True
    )

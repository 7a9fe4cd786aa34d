"""What the published edition is made of, and which editions are kept."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.answers.reporting.editions import contents, editions, last_act, published_at
from pipelines.history.ledger import open_ledger
from pipelines.history.publish import publish
from pipelines.history.snapshot import Snapshot, open_snapshot
from tests.builders import AT, agreement, printed, store
from tests.pipelines.answers.test_quality import told

FJORDBYEN = agreement()
STORY = """
    2025-10-10 submit fjordby 2025-Q3
    2025-10-12 approve 1
    2025-10-15 submit lindvag 2025-Q3
    2025-10-16 submit lindvag 2025-Q3
"""


@pytest.mark.parametrize(
    ("identity", "at"),
    [
        ("20261122T100405-3fa6076e2e49", dt.datetime(2026, 11, 22, 10, 4, 5)),
        ("20261322T100405-3fa6076e2e49", None),
        ("20261122T100405", None),
        ("", None),
    ],
)
def test_the_time_of_an_edition_is_in_its_name(identity, at):
    assert published_at(identity) == at


def test_what_counts_is_counted_by_kind_as_known_at_a_date(tmp_path):
    told(tmp_path, STORY)
    store(tmp_path, printed(1, 0, 2))
    snapshot = open_snapshot(tmp_path)
    # not counted: the two returns that nobody has approved
    assert contents(snapshot, FJORDBYEN, AT.date())[["kind", "n_submissions"]].values.tolist() == [["return", 1], ["traffic", 1]]
    assert contents(snapshot, FJORDBYEN, dt.date(2025, 12, 1))["kind"].tolist() == ["return"]
    assert contents(snapshot, FJORDBYEN, dt.date(2025, 10, 9)).empty
    assert contents(snapshot, agreement("miljoloftet"), AT.date()).empty


@pytest.fixture(scope="module")
def quarter(tmp_path_factory) -> Snapshot:
    return told(tmp_path_factory.mktemp("quarter"), STORY)


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [("2025-10-09", None), ("2025-10-11", ("submit", 1)), ("2025-10-12", ("approve", 1)), ("2025-11-01", ("submit", 3))],
)
def test_the_newest_act_at_a_date(quarter, as_of, expected):
    act = last_act(quarter, FJORDBYEN, dt.date.fromisoformat(as_of))
    assert (act and (act["act"], act["submission_id"])) == expected


def test_the_kept_editions_are_listed_newest_first_with_the_one_shown(tmp_path):
    first = told(tmp_path, STORY)
    store(tmp_path, printed(1, 0, 2))
    with open_ledger(tmp_path) as ledger:
        # An unchanged ledger makes no edition of its own.
        publish(ledger, AT + dt.timedelta(days=1))
    (tmp_path / "published" / ".20990101T000000-abc.duckdb").touch()
    found = editions(open_snapshot(tmp_path), tmp_path)
    assert len(found) == 2
    assert [one.identity for one in found] == sorted((one.identity for one in found), reverse=True)
    assert [one.is_shown for one in found].count(True) == 1
    assert {one.identity for one in found if not one.is_shown} == {first.identity}
    assert {one.published_at for one in found} == {AT}
    # The shown one is told also where its file is gone.
    assert [one.is_shown for one in editions(first, tmp_path / "elsewhere")] == [True]

"""Snapshots: published once per content, read by many, never looking ahead."""

from __future__ import annotations

import datetime as dt
import json
import threading

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.answers.goal.goal import goal
from pipelines.history.ledger import open_ledger
from pipelines.history.marts import MARTS
from pipelines.history.publish import current_name, publish
from pipelines.history.snapshot import NoSnapshot, open_snapshot
from tests.builders import AT, agreement, printed, store, store_all, submission


def test_without_a_publication_there_is_no_snapshot(tmp_path):
    with pytest.raises(NoSnapshot):
        open_snapshot(tmp_path)


def test_an_unchanged_ledger_keeps_its_snapshot(tmp_path):
    store(tmp_path, printed(1, 0, 2))
    before = current_name(tmp_path)
    with open_ledger(tmp_path) as ledger:
        assert publish(ledger, AT + dt.timedelta(days=1)) == before
    assert len(list((tmp_path / "published").glob("*.duckdb"))) == 1


def test_a_new_submission_is_a_new_file_and_readers_see_it_at_their_next_opening(tmp_path):
    store(tmp_path, printed(1, 0, 2))
    old = open_snapshot(tmp_path)
    store(tmp_path, printed(3, 2, 4), published_on=dt.date(2026, 8, 10))
    new = open_snapshot(tmp_path)
    assert new.identity != old.identity
    assert goal(old, agreement()).judged.index_pct == 1
    assert goal(new, agreement()).judged.index_pct == 3


def test_the_pointer_names_the_snapshot(tmp_path):
    store(tmp_path, printed(1, 0, 2))
    pointer = json.loads((tmp_path / "published" / "current.json").read_text(encoding="utf-8"))
    assert (tmp_path / "published" / pointer["snapshot"]).is_file()


@pytest.fixture(scope="module")
def two_vintages(tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("two")
    first = [printed(1, 0, 2), printed(1, 0, 2, window=12)]
    store_all(data_dir, [(dt.date(2026, 7, 10), first), (dt.date(2026, 8, 10), [printed(2, 0, 3)])])
    return open_snapshot(data_dir)


@pytest.mark.parametrize("mart", MARTS, ids=lambda mart: mart.name)
def test_each_mart_says_its_grain_and_keeps_it(two_vintages, mart):
    assert mart.sql.startswith("-- Grain: one row per ")
    assert "\n-- Source: " in mart.sql
    rows = two_vintages.rows(f"FROM snapshot.{mart.name}")
    assert not rows.duplicated(list(mart.key)).any()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE snapshot.t (a INT)",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "COPY (SELECT 1) TO 'out.csv'",
        "ATTACH 'other.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
    ],
)
def test_a_reader_can_neither_write_nor_reach_outside(two_vintages, statement):
    with pytest.raises(duckdb.Error):
        two_vintages.rows(statement)


def test_threads_that_share_a_snapshot_all_get_their_rows(tmp_path):
    store(tmp_path, *(printed(n, 0, 20, f"20{n:02d}-06") for n in range(20, 30)))
    snapshot = open_snapshot(tmp_path)
    counts: list[int] = []

    def read() -> None:
        query = "SELECT * FROM snapshot.rolling_index WHERE agreement_id = ?"
        counts.extend(len(snapshot.rows(query, ["fjordbyen"])) for _ in range(40))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [10] * 320


DAYS = [dt.date(2026, month, 1) for month in range(1, 7)]
publications = st.lists(
    st.tuples(st.sampled_from(DAYS), st.sampled_from(["2025-01", "2025-02", "2025-03"])), min_size=1, max_size=8
)


@pytest.mark.trust
@given(publications)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_as_of_never_sees_the_future_and_intervals_leave_no_gap(tmp_path_factory, published):
    data_dir = tmp_path_factory.mktemp("ledger")
    store_all(data_dir, [(day, [printed(n, n - 1, n + 1, month)]) for n, (day, month) in enumerate(published)])
    snapshot = open_snapshot(data_dir)
    for as_of in DAYS:
        seen = goal(snapshot, agreement(), as_of).series
        expected = {}
        # The naive model: of what was published by then, the latest day wins, and of a day the one handed in last.
        for number, (day, month) in sorted(enumerate(published), key=lambda item: (item[1][0], item[0])):
            if day <= as_of:
                expected[month] = number
        assert dict(zip(seen["last_month"].dt.strftime("%Y-%m"), seen["index_pct"].astype(int), strict=True)) == expected
    rows = snapshot.rows("SELECT last_month, known_from, known_to FROM snapshot.rolling_index ORDER BY ALL")
    for _, versions in rows.groupby("last_month"):
        assert list(versions["known_to"])[:-1] == list(versions["known_from"])[1:]
        assert versions["known_to"].iloc[-1].year == 9999


def test_an_interrupted_publication_does_not_show(tmp_path, monkeypatch):
    store(tmp_path, printed(1, 0, 2))
    before = current_name(tmp_path)
    monkeypatch.setattr("pipelines.history.publish._point_at", lambda *_: (_ for _ in ()).throw(OSError("power")))
    with open_ledger(tmp_path) as ledger:
        ledger.commit(submission("b"), {})
        with pytest.raises(OSError, match="power"):
            publish(ledger, AT)
    monkeypatch.undo()
    assert current_name(tmp_path) == before
    with open_ledger(tmp_path) as ledger:
        assert publish(ledger, AT) != before

"""What was published when, and what later releases changed."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
from collections import defaultdict
from pathlib import Path

import pytest

from domain.period import Month
from domain.rows import PublishedRolling, PublishedYearly, TrafficFile
from pipelines.answers.goal.goal import goal, years
from pipelines.answers.goal.releases import differing, first_known, last_published, releases, revisions
from pipelines.history.ledger import open_ledger
from pipelines.history.publish import publish
from pipelines.history.snapshot import open_snapshot
from pipelines.reading.traffic_file import NORWEGIAN_MONTHS
from pipelines.recompute import check_traffic
from pipelines.traffic import commit_traffic
from tests.builders import AT, agreement, printed, store_all, submission

VINTAGES = Path(__file__).parents[3].parent / "shared" / "facts" / "byindeks_bergen_vintages.csv"
NEEDS_VINTAGES = pytest.mark.skipif(not VINTAGES.is_file(), reason="the published vintages of Bergen are not beside the checkout")
MAY, JULY = dt.date(2026, 5, 1), dt.date(2026, 7, 1)


def vintages() -> list[dict[str, str]]:
    """Every row of Bergen's index as it stood at each release."""
    with VINTAGES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def snapshot_of(tmp_path, *publications):
    store_all(tmp_path, publications)
    return open_snapshot(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"index_pct": 1.01}, {"n_points": 41},
        *(
            pytest.param(it, marks=pytest.mark.trust)
            for it in ({"standard_error_pct": 1.1}, {"ci_low_pct": 0.1}, {"ci_high_pct": 2.1})
        ),
    ],
)  # fmt: skip
def test_any_change_of_a_printed_figure_is_a_revision(tmp_path, change):
    before = printed(1.02, 0.2, 2.2)
    after = dataclasses.replace(before, **change)
    found = revisions(snapshot_of(tmp_path, (MAY, [before]), (JULY, [after])), agreement(), JULY)
    assert [differing(row) for row in found.to_dict("records")] == [list(change)]
    assert found["published_on_before"].iloc[0].date() == MAY


def test_the_same_figures_again_are_no_revision_and_a_new_month_is_none(tmp_path):
    same = printed(1.02, 0.2, 2.2)
    found = revisions(snapshot_of(tmp_path, (MAY, [same]), (JULY, [same, printed(9, 8, 10, "2026-07")])), agreement(), JULY)
    assert found.empty


def test_more_decimals_of_the_same_figure_are_no_revision(tmp_path):
    exact = [printed(0.8154999, -2.2, 3.8), printed(0.6048464, -2.4, 3.6, "2026-05")]
    rounded = [printed(0.82, -2.2, 3.8), printed(0.6, -2.4, 3.6, "2026-05")]
    assert revisions(snapshot_of(tmp_path, (MAY, rounded), (JULY, exact)), agreement(), JULY).empty


def test_a_date_before_the_revision_does_not_know_of_it(tmp_path):
    snapshot = snapshot_of(tmp_path, (MAY, [printed(1.02, 0, 2)]), (JULY, [printed(1.12, 0, 2)]))
    assert revisions(snapshot, agreement(), dt.date(2026, 6, 30)).empty
    assert len(revisions(snapshot, agreement(), JULY)) == 1


def test_releases_are_listed_with_their_newest_month(tmp_path):
    snapshot = snapshot_of(
        tmp_path, (MAY, [printed(1, 0, 2, "2026-03")]), (JULY, [printed(1, 0, 2, "2026-03"), printed(2, 1, 3, "2026-05")])
    )
    found = releases(snapshot, agreement(), 36, JULY)
    assert list(found["last_month"].dt.month) == [3, 5]
    assert list(found["index_pct"]) == [1, 2]
    assert (first_known(snapshot, agreement()), last_published(snapshot, agreement(), dt.date(2026, 6, 1))) == (MAY, MAY)


@NEEDS_VINTAGES
def test_the_published_vintages_are_each_seen_on_their_own_day(tmp_path):
    published: dict[dt.date, list[PublishedRolling]] = defaultdict(list)
    for line in vintages():
        if line["series"].startswith("rolling_"):
            window = int(line["series"].split("_")[1])
            bounds = float(line["ci_lower_pct"]), float(line["ci_upper_pct"])
            row = PublishedRolling(
                window, Month.parse(line["key"]), 2018, float(line["index_change_pct"]), *bounds, int(line["n_points"])
            )
            published[dt.date.fromisoformat(line["published_commit_date"])].append(row)
    snapshot = snapshot_of(tmp_path, *sorted(published.items()))
    for day, rows in published.items():
        seen = goal(snapshot, agreement(), day).series
        shown = {
            (row.window_months, Month(row.last_month.year, row.last_month.month)): row.index_pct for row in seen.itertuples()
        }
        assert all(shown[row.window_months, row.last_month] == row.index_pct for row in rows)
        assert not any(found > day for found in seen["published_on"].dt.date)
    found = revisions(snapshot, agreement(), max(published))
    shown = [
        (row.window_months, f"{row.last_month:%Y-%m}", f"{row.published_on:%Y-%m-%d}", row.index_pct)
        for row in found.itertuples()
    ]
    assert shown == [
        (12, "2019-12", "2025-04-09", -1.71),
        (12, "2020-12", "2025-04-09", -9.71),
        (12, "2023-12", "2025-01-16", 0.56),
        (12, "2023-12", "2025-04-09", 0.55),
        (12, "2024-12", "2025-02-21", 0.15),
        (12, "2024-12", "2025-11-11", 0.14),
        (12, "2025-12", "2026-04-22", 3.38),
        (24, "2022-12", "2025-04-09", -3.03),
        (24, "2024-12", "2025-04-09", -0.06),
    ]


@NEEDS_VINTAGES
def test_every_published_year_is_seen_as_it_was_on_the_day_of_each_release(tmp_path):
    published: dict[dt.date, list[PublishedYearly]] = defaultdict(list)
    for line in vintages():
        if line["series"].startswith("yearly_"):
            year_from, year_to = map(int, line["key"].split("-"))
            month = NORWEGIAN_MONTHS.index(line["period"].removeprefix("jan-")) + 1
            index_pct = float(line["index_change_pct"])
            bounds = [float(line[name]) if line[name] else None for name in ("ci_lower_pct", "ci_upper_pct")]
            n_points = int(line["n_points"]) if line["n_points"] else None
            row = PublishedYearly(
                year_from,
                year_to,
                month,
                line["series"] == "yearly_chained",
                False,
                1 + index_pct / 100,
                index_pct,
                *bounds,
                n_points,
            )
            published[dt.date.fromisoformat(line["published_commit_date"])].append(row)
    with open_ledger(tmp_path) as ledger:
        for day, rows in sorted(published.items()):
            file = TrafficFile(yearly=tuple(rows))
            commit_traffic(ledger, submission(repr(rows), day), check_traffic(file, 2018), agreement())
        publish(ledger, AT)
    snapshot = open_snapshot(tmp_path)
    for day, rows in published.items():
        seen = years(snapshot, agreement(), day)
        shown = {(row.year_from, row.year_to, row.month, row.is_chained): row.index_pct for row in seen.itertuples()}
        assert {(row.year_from, row.year_to, row.month, row.is_chained): row.index_pct for row in rows}.items() <= shown.items()
        assert seen["published_on"].max().date() <= day
        assert not seen.duplicated(["year_from", "year_to", "is_chained"]).any()

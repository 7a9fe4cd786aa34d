"""The sketch of the coming method, on made figures: its calendar, its means, its ratios, its rolling year."""

from __future__ import annotations

import datetime as dt
import math
from calendar import isleap

import pytest
from dateutil.easter import easter
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from domain.period import Month
from domain.rows import PointMonth
from pipelines.methods.city_index import rolling_index
from pipelines.methods.cmdt_2027 import (
    EASTER,
    IS_SKETCH,
    METHOD_VERSION,
    PENTECOST,
    PERIODS,
    IncompleteInput,
    Link,
    LinkDay,
    LinkPeriod,
    Parameters,
    days_of,
    easter_sunday,
    is_working_day,
    lines_of,
    period_index,
    period_mean,
    period_of,
    period_rows,
    rolling_year,
)

LINKS = [Link("a1", "A", 2), Link("a2", "A", 1), Link("b1", "B", 1), Link("b2", "B", 3), Link("c1", "C", 5)]
WORK = {"A": 30.0, "B": 10.0, "C": 60.0}
DECEMBER = Month(2019, 12)


@pytest.mark.parametrize(
    "day",
    [
        "1818-03-22",
        "1943-04-25",
        "1981-04-19",
        "2000-04-23",
        "2008-03-23",
        "2011-04-24",
        "2024-03-31",
        "2026-04-05",
        "2038-04-25",
    ],
)
def test_easter_sunday_fell_on(day):
    assert easter_sunday(int(day[:4])) == dt.date.fromisoformat(day)


def test_easter_sunday_equals_the_oracle():
    assert [easter_sunday(year) for year in range(1583, 2600)] == [easter(year) for year in range(1583, 2600)]


@pytest.mark.parametrize("year", [2018, 2024, 2026, 2027, 2038])
def test_the_fourteen_periods_share_the_days_of_a_year(year):
    days = [day for period in PERIODS for day in days_of(year, period)]
    assert len(days) == len(set(days)) == 365 + isleap(year)
    assert all(period_of(day) == period for period in PERIODS for day in days_of(year, period))
    assert (len(days_of(year, EASTER)), len(days_of(year, PENTECOST))) == (11, 4)


def test_easter_and_pentecost_of_2026():
    assert (days_of(2026, EASTER)[0], days_of(2026, EASTER)[-1]) == (dt.date(2026, 3, 27), dt.date(2026, 4, 6))
    assert (days_of(2026, PENTECOST)[0], days_of(2026, PENTECOST)[-1]) == (dt.date(2026, 5, 22), dt.date(2026, 5, 25))
    later = Parameters(pentecost_days=(-1, 2))
    assert days_of(2026, PENTECOST, later)[-1] == dt.date(2026, 5, 26)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-04-01", True),
        ("2026-04-02", False),  # Maundy Thursday
        ("2026-04-06", False),  # Easter Monday
        ("2026-05-01", False),
        ("2026-05-14", False),  # Ascension
        ("2026-05-25", False),  # Pentecost Monday
        ("2026-06-05", True),
        ("2026-06-06", False),  # a Saturday
        ("2026-12-24", True),  # an eve: the description does not say
    ],
)
def test_working_days(day, works):
    assert is_working_day(dt.date.fromisoformat(day)) == works


def test_what_is_not_said_can_be_chosen():
    eves = Parameters(fixed_holidays=((12, 24),))
    assert not is_working_day(dt.date(2026, 12, 24), eves)
    assert is_working_day(dt.date(2026, 6, 6), Parameters(non_working_weekdays=(6,)))


def test_days_are_gathered_by_period_and_kind():
    days = [LinkDay("a1", dt.date(2026, 6, 1) + dt.timedelta(n), 100 if n % 7 < 5 else 30) for n in range(30)]
    (row,) = period_rows(days)
    assert row == LinkPeriod("a1", 2026, 6, 100, 22, 30, 8)
    assert period_mean(row) == pytest.approx((5 * 100 + 2 * 30) / 7)
    assert period_mean(row, Parameters(working_day_weight=0.5)) == pytest.approx(65)


@pytest.mark.parametrize(("n_working", "n_rest", "counts"), [(7, 3, True), (6, 8, False), (20, 2, False)])
def test_a_month_needs_its_days(n_working, n_rest, counts):
    assert (period_mean(LinkPeriod("a1", 2026, 6, 100, n_working, 30, n_rest)) is not None) == counts


@pytest.mark.parametrize(("period", "n_days"), [(EASTER, 11), (PENTECOST, 4)])
def test_a_feast_needs_all_its_days_and_has_a_plain_mean(period, n_days):
    whole = LinkPeriod("a1", 2026, period, 100, 1, 50, n_days - 1)
    assert period_mean(whole) == pytest.approx((100 + 50 * (n_days - 1)) / n_days)
    assert period_mean(whole, Parameters(weighs_feasts_by_kind=True)) == pytest.approx(500 / 7 + 100 / 7)
    assert period_mean(LinkPeriod("a1", 2026, period, 100, 1, 50, n_days - 2)) is None


def test_the_area_is_its_classes_weighted_by_traffic_work():
    # Class A: work 2000 and 3000 becomes 2200 and 3000, so R = 1.04 and its variance (120²/0.6 + 120²/0.4) / 5000² = 0.0024.
    # Class B is unchanged. Class C, with 60 % of the work, has one link and is left out.
    reference = {"a1": 1000, "a2": 3000, "b1": 500, "b2": 700, "c1": 900}
    calculated = {"a1": 1100, "a2": 3000, "b1": 500, "b2": 700, "c1": 1800}
    links = {link.link_id: link for link in LINKS}
    found = period_index(reference, calculated, links, WORK)
    assert found.ratio == pytest.approx(0.75 * 1.04 + 0.25)
    assert found.standard_error == pytest.approx(math.sqrt(0.75**2 * 0.0024))
    assert (found.n_links, "c1" in found.weights) == (4, False)
    assert math.fsum(found.weights.values()) == pytest.approx(1)
    with_single = period_index(reference, calculated, links, WORK, Parameters(counts_single_link_class=True))
    assert with_single.ratio == pytest.approx(0.3 * 1.04 + 0.1 + 0.6 * 2)
    assert with_single.standard_error == pytest.approx(math.sqrt(0.3**2 * 0.0024))
    skewed = period_index(reference, calculated, links, WORK, Parameters(class_factors=(("B", 3.0),)))
    assert skewed.ratio == pytest.approx(1.02)


def test_a_link_counts_with_both_years_and_traffic_before():
    links = {link.link_id: link for link in LINKS}
    reference, calculated = {"a1": 10, "a2": 10, "b1": 10, "b2": 0}, {"a1": 11, "a2": 11, "b1": 99, "b2": 99}
    found = period_index(reference, calculated, links, WORK)  # not counted: b2, and so b1, which is alone
    assert (found.n_links, found.ratio) == (2, pytest.approx(1.1))
    assert period_index({"a1": 10}, {"a1": 11}, links, WORK) is None
    assert period_index({"a1": 10, "a2": 10}, {"a1": 10}, links, WORK) is None


def made(link_id: str, year: int, period: int, volume: float) -> LinkPeriod:
    """A period in which every day has data and the same volume."""
    works = [is_working_day(day) for day in days_of(year, period)]
    return LinkPeriod(link_id, year, period, volume, sum(works), volume, len(works) - sum(works))


def years(volumes: dict[str, float], factors: dict[int, float], special: dict[tuple[int, int], float] | None = None):
    """2018 at the given volumes and later years at a factor of them, with other factors for some (year, period)."""
    rows = [made(link_id, 2018, period, volume) for link_id, volume in volumes.items() for period in PERIODS]
    for year, factor in factors.items():
        for period in PERIODS:
            own = (special or {}).get((year, period), factor)
            rows += [made(link_id, year, period, own * volume) for link_id, volume in volumes.items()]
    return rows


VOLUMES = {"a1": 1000.0, "a2": 3000.0, "b1": 500.0, "b2": 700.0}


def test_an_equal_change_everywhere_is_the_index_without_uncertainty():
    rows = rolling_year(years(VOLUMES, {2019: 1.03, 2020: 0.96}), LINKS, WORK, 2018)
    assert [row.last_month for row in rows] == [DECEMBER.plus(n) for n in range(13)]
    assert (rows[0].index_pct, rows[-1].index_pct) == pytest.approx((3, -4))
    assert rows[0].standard_error_pct == pytest.approx(0, abs=1e-9)
    assert (rows[0].ci_low_pct, rows[0].ci_high_pct, rows[0].n_points) == (3.0, 3.0, 4)
    assert {(row.method_version, row.window_months, row.reference_year) for row in rows} == {(METHOD_VERSION, 12, 2018)}
    assert (METHOD_VERSION, IS_SKETCH) == ("cmdt_2027", True)


def test_the_periods_of_a_year_weigh_by_their_days():
    (row,) = rolling_year(years(VOLUMES, {2019: 1.0}, {(2019, EASTER): 2.0}), LINKS, WORK, 2018)
    assert row.index_pct == pytest.approx(100 * 11 / 365)


def test_easter_comes_in_when_it_has_ended():
    # Easter ended on 6 April in 2026 and on 21 April in 2025: to March 2026 the year's Easter is still that of 2025.
    special = {(2025, EASTER): 2.0, (2026, EASTER): 3.0}
    rows = {row.last_month: row for row in rolling_year(years(VOLUMES, {2025: 1.0, 2026: 1.0}, special), LINKS, WORK, 2018)}
    assert rows[Month(2026, 3)].index_pct == pytest.approx(100 * 11 / 365, abs=0.1)
    assert rows[Month(2026, 4)].index_pct == pytest.approx(200 * 11 / 365, abs=0.1)


def test_a_year_without_one_of_its_periods_is_not_given():
    rows = [row for row in years(VOLUMES, {2019: 1.1}) if (row.year, row.period) != (2019, PENTECOST)]
    assert rolling_year(rows, LINKS, WORK, 2018) == ()
    (row,) = rolling_year(rows, LINKS, WORK, 2018, Parameters(min_periods=13))
    assert row.index_pct == pytest.approx(10)


def test_errors_of_periods_that_share_their_links_add_up():
    # The same error in each period: fully correlated it stays, independent it falls.
    rows = years(VOLUMES, {2019: 1.0})
    rows = [made("a1", 2019, row.period, 1200) if (row.link_id, row.year) == ("a1", 2019) else row for row in rows]
    (together,) = rolling_year(rows, LINKS, WORK, 2018)
    (apart,) = rolling_year(rows, LINKS, WORK, 2018, Parameters(period_correlation=0.0))
    shares = [len(days_of(2019, period)) / 365 for period in PERIODS]
    assert apart.standard_error_pct / together.standard_error_pct == pytest.approx(math.sqrt(sum(share**2 for share in shares)))
    assert together.sd_pct / together.standard_error_pct == pytest.approx(math.sqrt(together.n_eff))


volumes = st.floats(10, 50_000)
rows_of_a_year = st.lists(st.tuples(volumes, volumes), min_size=5 * 14, max_size=5 * 14).map(
    lambda found: [
        made(LINKS[number // 14].link_id, year, number % 14 + 1, volume)
        for number, pair in enumerate(found)
        for year, volume in zip((2018, 2019), pair, strict=True)
    ]
)


@given(rows_of_a_year)
@settings(max_examples=20, deadline=None)
def test_a_year_equals_the_oracle(rows):
    (ours,) = rolling_year(rows, LINKS, WORK, 2018)
    index_pct, error_pct = rolling_year_slowly(rows)
    assert ours.index_pct == pytest.approx(index_pct)
    assert ours.standard_error_pct == pytest.approx(error_pct)
    half = stats.t.ppf(0.975, 3) * error_pct
    assert (ours.ci_low_pct, ours.ci_high_pct) == (
        pytest.approx(index_pct - half, abs=0.051),
        pytest.approx(index_pct + half, abs=0.051),
    )


def rolling_year_slowly(rows: list[LinkPeriod]) -> tuple[float, float]:
    """The year 2019 of made rows, whose days are all alike, from the specification; class C has one link."""
    level = {(row.link_id, row.year, row.period): row.mean_working or row.mean_non_working for row in rows}
    index = error = 0.0
    for period in PERIODS:
        share = len(days_of(2019, period)) / 365
        variance = 0.0
        for name, weight in (("A", 0.75), ("B", 0.25)):
            links = [link for link in LINKS if link.function_class == name]
            x = [link.length_km * level[link.link_id, 2018, period] for link in links]
            y = [link.length_km * level[link.link_id, 2019, period] for link in links]
            ratio = sum(y) / sum(x)
            index += share * weight * ratio
            variance += weight**2 * sum((b - ratio * a) ** 2 / (1 - a / sum(x)) / sum(x) ** 2 for a, b in zip(x, y, strict=True))
        error += share * math.sqrt(variance)
    return 100 * (index - 1), 100 * error


@given(rows_of_a_year, st.randoms())
@settings(max_examples=10, deadline=None)
def test_neither_order_nor_unit_matters(rows, random):
    (one,) = rolling_year(rows, LINKS, WORK, 2018)
    doubled = [
        LinkPeriod(
            row.link_id,
            row.year,
            row.period,
            2 * row.mean_working,
            row.n_working_days,
            2 * row.mean_non_working,
            row.n_non_working_days,
        )
        for row in random.sample(rows, len(rows))
    ]
    other_links = [Link(link.link_id, link.function_class, 1000 * link.length_km) for link in random.sample(LINKS, len(LINKS))]
    (two,) = rolling_year(doubled, other_links, {name: 7 * work for name, work in WORK.items()}, 2018)
    assert (two.index_pct, two.standard_error_pct, two.n_eff) == pytest.approx((one.index_pct, one.standard_error_pct, one.n_eff))


def test_what_is_missing_is_named_all_at_once():
    rows = [made("x9", 2018, 1, 10), made("c1", 2018, 1, 10)]
    with pytest.raises(IncompleteInput, match="class 'C' has no traffic work; link 'x9' is not described"):
        rolling_year(rows, LINKS, {"A": 1.0}, 2018)


def test_without_rows_there_is_no_year():
    assert rolling_year([], LINKS, WORK, 2018) == ()


def test_two_methods_are_never_one_line():
    months = [PointMonth("A", Month(2018, 1).plus(n), 1000, 100, 100) for n in range(36)]
    old, new = rolling_index(months, 2018, (12,)), rolling_year(years(VOLUMES, {2019: 1.03, 2020: 0.96}), LINKS, WORK, 2018)
    lines = lines_of([*new, *reversed(old)])
    assert {row.last_month for row in old} == {row.last_month for row in new}
    assert list(lines.values()) == [new, old]
    assert {len({row.method_version for row in line}) for line in lines.values()} == {1}

"""The volume index against a slow and obvious one, and against what the published file of 956 says."""

from __future__ import annotations

import math
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rows import PointVolumes
from pipelines.methods.volume_index import volume_index
from pipelines.reading.raw_pointindex import point_ids_by_msnr, read_city_points, read_raw_pointindex, year_to_date_volumes

OFFICIAL = Path(__file__).parents[3].parent / "shared" / "official"
NEEDS_OFFICIAL = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the raw files of 956 are not beside the checkout")
VOLUMES = st.lists(st.tuples(st.integers(1, 10**7), st.integers(0, 10**7)), min_size=2, max_size=12)


def rows(*volumes: tuple[float, float], year: int = 2025, month: int = 12) -> list[PointVolumes]:
    return [PointVolumes(f"P{number}", year, month, base, found) for number, (base, found) in enumerate(volumes)]


def slowly(volumes: list[tuple[float, float]], decimals: int) -> tuple[float, float, float, float]:
    """Index, standard error and bounds as the specification writes them, term by term."""
    base, found = sum(b for b, _ in volumes), sum(c for _, c in volumes)
    change = 100 * (found / base - 1)
    s2 = sum((b / base) ** 2 for b, _ in volumes)
    variance = sum(b / base * (100 * (c / b - 1) - change) ** 2 for b, c in volumes) / (1 - s2)
    error = math.sqrt(s2) * math.sqrt(variance)
    printed = round(change, decimals)
    return printed, error, round(printed - 1.96 * error, 1), round(printed + 1.96 * error, 1)


@given(VOLUMES, st.sampled_from([1, 2]))
def test_it_is_what_the_specification_says(volumes, decimals):
    (found,) = volume_index(rows(*volumes), decimals)
    index, error, low, high = slowly(volumes, decimals)
    assert found.index_pct == pytest.approx(index, abs=10**-decimals)
    assert found.standard_error_pct == pytest.approx(error, rel=1e-9, abs=1e-9)
    assert (found.ci_low_pct, found.ci_high_pct) == (
        pytest.approx(low, rel=1e-9, abs=0.1001),
        pytest.approx(high, rel=1e-9, abs=0.1001),
    )
    assert found.ci_low_pct <= found.index_pct + 0.05001
    assert found.index_pct - 0.05001 <= found.ci_high_pct


@given(VOLUMES, st.randoms(use_true_random=False))
def test_order_and_size_change_nothing(volumes, chance):
    (found,) = volume_index(rows(*volumes))
    turned = rows(*((2 * base, 2 * counted) for base, counted in volumes))
    chance.shuffle(turned)
    assert volume_index(turned) == (found,)


def test_the_interval_is_formed_from_the_printed_index():
    volumes = [(1000.0, 1010.0), (2000.0, 2031.0), (500.0, 503.0)]
    (one,), (two,) = volume_index(rows(*volumes), 1), volume_index(rows(*volumes), 2)
    assert (one.index_pct, two.index_pct) == (1.3, 1.26)
    assert one.standard_error_pct == two.standard_error_pct
    assert (one.ci_low_pct, one.ci_high_pct) == (0.7, 1.9)
    assert (two.ci_low_pct, two.ci_high_pct) == (0.6, 1.9)


def test_only_the_latest_month_of_a_point_and_year_counts_and_nothing_that_is_excluded():
    counted = [*rows((100, 110), (100, 90), month=6), *rows((100, 120), month=5, year=2024)]
    others = [
        PointVolumes("P0", 2025, 5, 999, 1),  # not counted: an earlier month
        PointVolumes("P0", 2025, 7, 999, 1, is_excluded=True),  # not counted: excluded
        PointVolumes("P8", 2025, 6, 999, 1, is_excluded=True),  # not counted: excluded
        PointVolumes("P9", 2025, 6, 0, 500),  # not counted: nothing to change from
    ]
    assert volume_index([*others, *counted]) == volume_index(counted)
    assert [(row.year, row.month, row.n_points) for row in volume_index(counted)] == [(2024, 5, 1), (2025, 6, 2)]


def test_one_point_has_no_interval_and_none_no_index():
    (found,) = volume_index(rows((100, 99.96)))
    assert (str(found.index_pct), found.standard_error_pct, found.ci_low_pct) == ("0.0", None, None)
    assert volume_index([]) == ()


# A fault of the published workbook, known and kept: its yearly rows of 2017 to 2019 do not follow from the raw files of those years.
# Published index, points and standard error, and what the raw files give. Stated, not tuned to.
PUBLISHED_956 = {2017: (0.10, 25, 0.4579), 2018: (0.33, 23, 0.4833), 2019: (1.68, 17, 0.6042)}
OURS_956 = {2017: (0.03, 23, 0.4816), 2018: (0.19, 22, 0.5557), 2019: (1.05, 17, 0.5325)}


@NEEDS_OFFICIAL
@pytest.mark.parametrize("year", [2017, 2018, 2019])
def test_how_far_the_published_years_of_956_are_from_their_raw_files(year):
    ids = point_ids_by_msnr(read_city_points(OFFICIAL / "cities_points.csv")[0])
    (ours,) = volume_index(year_to_date_volumes(read_raw_pointindex(OFFICIAL / f"pointindex_956_{year}.csv"), year, ids), 2)
    book = openpyxl.load_workbook(OFFICIAL / "tallmateriale_956.xlsx", read_only=True)
    header, *lines = book["byindeks_aarlig"].iter_rows(values_only=True)
    book.close()
    printed = next(line for row in lines if (line := dict(zip(header, row, strict=True)))["year"] == year)
    published = (round(100 * (printed["index_i"] - 1), 2), printed["n_trp"], round(printed["standard_error"], 4))
    assert published == PUBLISHED_956[year]
    assert (ours.index_pct, ours.n_points, round(ours.standard_error_pct, 4)) == OURS_956[year]
    assert round(published[0] - ours.index_pct, 2) == {2017: 0.07, 2018: 0.14, 2019: 0.63}[year]

"""Points that are left out: what stays, what is listed, and what a city's own file may say."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from domain.facts import LocalText
from domain.faults import LoadError
from domain.model import PointExclusion
from domain.period import Month
from domain.rows import PointMonth
from pipelines.exclusions import LeftOut, exclusion_of, exclusions_of, without_excluded
from tests.builders import agreement

OFFICIAL = Path(__file__).parents[2].parent / "shared" / "official"
NEEDS_OFFICIAL = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official workbooks are not beside the checkout")
WHY = LocalText(nb="Vegarbeid.", en="Roadworks.")


def exclusion(point_id: str, first: str | None = None, last: str | None = None, indices: str = "all") -> PointExclusion:
    return PointExclusion(point_id=point_id, from_month=first, to_month=last, indices=indices, reason=WHY, sources=("a",))


def months(point_id: str, *names: str) -> list[PointMonth]:
    return [PointMonth(point_id, Month.parse(name), 100.0, 100.0, 100.0) for name in names]


ROWS = [*months("A", "2022-10", "2022-11", "2023-10", "2023-11"), *months("B", "2022-11")]


@pytest.mark.parametrize(
    ("first", "last", "stay"),
    [
        (None, None, []),
        ("2022-11", None, ["2022-10"]),
        ("2022-11", "2023-10", ["2022-10", "2023-11"]),
        (None, "2022-11", ["2023-10", "2023-11"]),
        ("2023-10", "2023-10", ["2022-10", "2022-11", "2023-11"]),
    ],
)
def test_both_ends_are_left_out_and_an_open_end_goes_on(first, last, stay):
    kept, (left_out,) = without_excluded(ROWS, [exclusion("A", first, last)], "rolling")
    assert [str(row.month) for row in kept if row.point_id == "A"] == stay
    assert [row.point_id for row in kept if row.point_id == "B"] == ["B"]  # not excluded: another point
    assert len(left_out.months) + len(kept) == len(ROWS)


def test_an_exclusion_of_one_index_leaves_the_others_alone():
    of_volume, of_rolling = exclusion("A", indices="volume"), exclusion("B", indices="rolling")
    kept, left_out = without_excluded(ROWS, [of_volume, of_rolling], "rolling")
    assert [row.point_id for row in kept] == ["A"] * 4
    assert left_out == (LeftOut(of_rolling, (Month(2022, 11),)),)
    assert exclusion_of("A", Month(2022, 11), [of_volume, of_rolling], "volume") == of_volume
    assert exclusion_of("A", Month(2022, 11), [of_volume, of_rolling], "rolling") is None


def test_a_row_is_listed_once_and_an_exclusion_without_rows_with_none():
    wide, narrow, absent = exclusion("A"), exclusion("A", "2022-11", "2022-11"), exclusion("C")
    _, left_out = without_excluded(ROWS, [wide, narrow, absent], "rolling")
    assert [len(found.months) for found in left_out] == [4, 0, 0]


def test_nothing_excluded_changes_nothing():
    assert without_excluded(ROWS, [], "rolling") == (tuple(ROWS), ())


# A city's own file


@pytest.fixture
def city(tmp_path):
    """Writes the exclusions of the invented agreement; gives the folder that they lie in."""

    def write(content: str) -> Path:
        (tmp_path / "exclusions").mkdir()
        (tmp_path / "exclusions" / "fjordbyen.yaml").write_text(content, encoding="utf-8")
        return tmp_path

    return write


def test_a_citys_exclusions_come_after_the_agreements_own(city):
    data_dir = city("""
sources:
  - {source_id: egen, title: Vegarbeid i Storgata, publisher: Fjordby kommune}
point_exclusions:
  - {point_id: FJ001, from_month: "2022-11", reason: {nb: Vegarbeid., en: Roadworks.}, sources: [egen]}
  - {point_id: FJ002, indices: volume, reason: {nb: Vegarbeid., en: Roadworks.}, sources: [oppdiktet]}
""")
    assert [(found.point_id, found.from_month, found.indices) for found in exclusions_of(agreement(), data_dir)] == [
        ("FJ001", "2022-11", "all"),
        ("FJ002", None, "volume"),
    ]
    assert exclusions_of(agreement("miljoloftet"), data_dir) == agreement("miljoloftet").point_exclusions


@pytest.mark.parametrize("content", ["point_exclusions:\n", "point_exclusions: []\n"])
def test_a_list_without_exclusions_leaves_nothing_out(city, content):
    assert exclusions_of(agreement(), city(content)) == ()


def test_everything_wrong_is_said_at_once(city):
    data_dir = city("""
point_exclusions:
  - {point_id: FJ001, from_month: "2022-13", reason: {nb: a, en: b}, sources: [oppdiktet]}
  - {point_id: FJ002, from_month: "2022-11", to_month: "2022-10", reason: {nb: a, en: b}, sources: [nowhere]}
  - {point_id: FJ003, indices: monthly, why: nothing, reason: {nb: a, en: b}, sources: []}
  - {from_month: "2022-11", sources: [oppdiktet]}
""")
    with pytest.raises(LoadError) as refusal:
        exclusions_of(agreement(), data_dir)
    assert [str(found).removeprefix("fjordbyen.yaml: point_exclusions[").split(":")[0] for found in refusal.value.problems] == [
        "FJ001].from_month = '2022-13'",
        "FJ002].to_month = '2022-10'",
        "FJ002].sources[no. 1] = 'nowhere'",
        "FJ003].indices = 'monthly'",
        "FJ003].why = 'nothing'",
        "FJ003].sources = []",
        "no. 4].point_id",
        "no. 4].reason",
    ]


# The real agreement


def test_the_seven_relieved_points_are_left_out_of_both_kinds_of_index():
    found = agreement("miljoloftet").point_exclusions
    rolling, volume = ({row.point_id for row in found if row.indices == kind} for kind in ("rolling", "volume"))
    assert (len(found), len(rolling), rolling) == (14, 7, volume)
    assert {(row.from_month, row.to_month) for row in found if row.indices == "volume"} == {("2022-11", "2023-10")}
    assert {(row.from_month, row.to_month) for row in found if row.indices == "rolling"} == {(None, None)}


@NEEDS_OFFICIAL
def test_the_published_months_have_none_of_them_either():
    book = openpyxl.load_workbook(OFFICIAL / "tallmateriale_8952_2025-07_with_punkt_mdt.xlsx", read_only=True)
    listed, counted = (
        {row[0] for row in book[sheet].iter_rows(min_row=2, max_col=1, values_only=True)} for sheet in ("punkt_adt", "punkt_mdt")
    )
    book.close()
    ours = {row.point_id for row in agreement("miljoloftet").point_exclusions}
    assert (ours <= listed, ours & counted) == (True, set())

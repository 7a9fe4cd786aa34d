"""Columns against the values they are made of, one by one."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from fractions import Fraction
from itertools import compress

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.answers.columns import coded, coded_each, entries, flags, known, missing_codes, numbers, ore, said_by
from pipelines.answers.kept import forget, kept
from pipelines.answers.kroner import stated_kroner, times_each
from pipelines.methods.area_shares import each_by_area, ore_by_area
from pipelines.methods.money import ore_of, times

MNOK = st.none() | st.decimals(Decimal(-(10**9)), Decimal(10**9), places=8)
RATIOS = st.lists(st.builds(Fraction, st.integers(1, 10**6), st.integers(1, 10**6)), min_size=1, max_size=4)
# Also beyond what 64 bits can be multiplied in.
ORE = st.integers(-(10**14), 10**14) | st.integers(-(2**62), 2**62)


def _table(name: str, kind: pa.DataType, listed: list[object]) -> pa.Table:
    """A column in two pieces, as larger answers come."""
    half = len(listed) // 2
    return pa.table({name: pa.chunked_array([pa.array(listed[:half], kind), pa.array(listed[half:], kind)])})


@given(st.lists(MNOK, max_size=8))
def test_amounts_become_whole_ore_exactly(listed: list[Decimal | None]) -> None:
    table = _table("mnok", pa.decimal128(18, 8), list(listed))
    assert ore(table, "mnok").tolist() == [0 if it is None else ore_of(it) for it in listed]
    assert known(table, "mnok").tolist() == [it is not None for it in listed]


@given(st.lists(MNOK, min_size=2, max_size=8))
def test_a_part_of_a_column_has_its_own_amounts(listed: list[Decimal | None]) -> None:
    table = _table("mnok", pa.decimal128(18, 8), list(listed)).slice(1)
    assert ore(table, "mnok").tolist() == [0 if it is None else ore_of(it) for it in listed[1:]]


@pytest.mark.parametrize("kind", [pa.decimal128(38, 8), pa.decimal128(18, 2), pa.float64(), pa.int64()])
def test_another_kind_of_number_is_no_amount(kind: pa.DataType) -> None:
    with pytest.raises(TypeError, match="accepted: decimal128"):
        ore(_table("mnok", kind, [None, None]), "mnok")


@given(st.lists(st.none() | st.integers(-(2**40), 2**40), max_size=6), st.lists(st.none() | st.text(max_size=3), max_size=6))
def test_numbers_and_texts_stay_what_they_are(whole: list[int | None], said: list[str | None]) -> None:
    assert numbers(_table("n", pa.int64(), list(whole)), "n", -1).tolist() == [-1 if it is None else it for it in whole]
    assert coded(_table("said", pa.string(), list(said)), "said").texts.tolist() == said


@given(st.lists(st.none() | st.sampled_from(["a", "b", ""]), max_size=8))
def test_a_text_has_one_number_and_none_has_none(said: list[str | None]) -> None:
    codes, found = coded(_table("said", pa.string(), list(said)), "said")
    assert found.tolist() == list(dict.fromkeys(it for it in said if it is not None))
    assert [None if code < 0 else found[code] for code in codes.tolist()] == said


@given(st.lists(st.none() | st.sampled_from(["b", "c", "a", ""]), max_size=8), st.data())
def test_numbers_in_the_order_of_texts_mean_the_same(said: list[str | None], data: st.DataObject) -> None:
    found = coded(_table("said", pa.string(), list(said)), "said").in_order()
    assert found.names.tolist() == sorted({it for it in said if it is not None})
    assert found.texts.tolist() == said
    chosen = data.draw(st.lists(st.booleans(), min_size=len(said), max_size=len(said)))
    assert found.where(np.array(chosen, np.bool_)).texts.tolist() == list(compress(said, chosen))


@given(st.lists(st.sampled_from(["b", "a", ""]), max_size=8))
def test_listed_texts_get_a_number_each(said: list[str]) -> None:
    found = coded_each(said)
    assert (found.texts.tolist(), found.names.tolist()) == (said, list(dict.fromkeys(said)))


@given(st.lists(st.none() | st.dictionaries(st.sampled_from(["p50_mnok", "other"]), st.sampled_from(["exempt", "unknown"]))))
def test_the_code_of_a_missing_cell_is_that_of_its_row(rows: list[dict[str, str] | None]) -> None:
    said = [None if row is None else json.dumps({name: {"missing": code} for name, code in row.items()}) for row in rows]
    codes, reasons = missing_codes(_table("missing", pa.string(), list(said)), ["p50_mnok", "p85_mnok"])
    assert said_by(codes["p50_mnok"], reasons).tolist() == [(row or {}).get("p50_mnok") for row in rows]
    assert codes["p85_mnok"].tolist() == [-1] * len(rows)


@pytest.mark.parametrize("kind", [pa.date32(), pa.string(), pa.int32()])
@given(days=st.lists(st.none() | st.dates(), max_size=6))
def test_a_column_is_listed_as_python_has_it(kind: pa.DataType, days: list[dt.date | None]) -> None:
    said = {pa.string(): str, pa.int32(): dt.date.toordinal}.get(kind, lambda day: day)
    column = [None if day is None else said(day) for day in days]
    assert entries(_table("it", kind, column), "it") == column


def test_a_flag_that_is_not_there_is_false() -> None:
    assert flags(_table("is", pa.bool_(), [True, None, False, True]), "is").tolist() == [True, False, False, True]


@given(st.lists(st.tuples(st.sampled_from(["real", "nominal", None]), st.sampled_from([2024, 2026, None]),
                          st.sampled_from([True, False, None])), max_size=12))  # fmt: skip
def test_the_kroner_of_each_row_are_those_it_states(rows: list[tuple[str | None, int | None, bool | None]]) -> None:
    kinds = pa.string(), pa.int32(), pa.bool_()
    columns = [pa.array([row[place] for row in rows], kind) for place, kind in enumerate(kinds)]
    codes, stated = stated_kroner(pa.table(columns, names=["price_kind", "price_year", "includes_vat"]))
    assert [stated[code] for code in codes.tolist()] == rows
    assert len(set(stated)) == len(stated) == len(set(rows))


@given(st.data(), RATIOS, st.lists(ORE, max_size=8))
def test_each_amount_times_its_ratio_is_what_it_is_alone(data: st.DataObject, ratios: list[Fraction], amounts: list[int]) -> None:
    fitting = [it if abs(it) < 2**40 or (len(ratios) == 1 and ratios[0] <= 1) else it % 2**40 for it in amounts]
    which = [data.draw(st.integers(0, len(ratios) - 1)) for _ in fitting]
    found = times_each(np.array(fitting, np.int64), ratios, np.array(which, np.int64)).tolist()
    assert found == [times([it], ratios[place])[0] for it, place in zip(fitting, which, strict=True)]


@given(
    st.lists(ORE, max_size=6), st.lists(st.integers(1, 100), min_size=1, max_size=5), st.sampled_from([1, 10**9])
)  # fmt: skip
def test_many_amounts_fall_on_areas_as_each_does_alone(amounts: list[int], weights: list[int], scale: int) -> None:
    by_area = {f"area-{place}": weight * scale for place, weight in enumerate(weights)}
    found = each_by_area(np.array(amounts, np.int64), by_area)
    assert found.shape == (len(amounts), len(weights))
    assert found.tolist() == [list(ore_by_area(it, by_area).values()) for it in amounts]
    assert found.sum(axis=1).tolist() == amounts


def test_what_is_kept_is_read_once_until_it_is_forgotten() -> None:
    reads: list[str] = []

    @kept
    def read(name: str) -> tuple[str, int]:
        reads.append(name)
        return name, len(reads)

    assert [read("a"), read("a"), read("b")] == [("a", 1), ("a", 1), ("b", 2)]
    forget()
    assert read("a") == ("a", 3)

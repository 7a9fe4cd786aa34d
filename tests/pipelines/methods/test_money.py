"""Amounts: what may be added, what is converted and how, and parts that add up to the øre."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.returns import Missing
from pipelines.methods.area_shares import NO_AREA, SEVERAL_AREAS, AreaTotal, area_totals, by_area
from pipelines.methods.money import (
    NOT_STATED,
    Amount,
    Basis,
    CommonPrice,
    IndexLacksYear,
    MixedAmountTypes,
    MixedBases,
    MixedVat,
    MoneyRefused,
    NotWholeOre,
    PriceIndex,
    YearNotKnown,
    basis_of,
    converted,
    mnok_of,
    ore_of,
    to_ore,
    total,
    totals_by,
)

REAL_2024 = Basis("real", 2024, False)
REAL_2020 = Basis("real", 2020, False)
NOMINAL = Basis("nominal", None, False)
WITH_VAT = Basis("real", 2024, True)
INDEX = PriceIndex("invented", "2026-02", {2020: Decimal(100), 2022: Decimal(120), 2024: Decimal(150), 2025: Decimal("157.5")})
IN_2024 = CommonPrice(REAL_2024, INDEX)
YEARS = sorted(INDEX.figure_by_year)


def amount(mnok: str | Decimal, basis: Basis = REAL_2024, amount_type: str = "forecast", year: int | None = None) -> Amount:
    return Amount(Decimal(mnok), amount_type, basis, "Sak 1/26", year)


# What may be added.


def test_amounts_of_one_kind_add_exactly():
    found = total([amount("0.1"), amount("0.2"), amount("12.00000001")])
    assert found.mnok == Decimal("12.30000001")
    assert (found.basis, found.amount_type, found.n_known, found.n_asked, found.index) == (REAL_2024, "forecast", 3, 3, None)
    assert found.is_complete
    assert found.figure == amount("12.30000001")


def test_what_is_missing_is_counted_and_never_zero():
    found = total([amount("5"), Missing("exempt"), None, Missing("not_delivered"), Missing("exempt", "kontrakt")])
    assert (found.mnok, found.n_known, found.n_asked) == (Decimal(5), 1, 5)
    assert found.missing == (("exempt", 2), ("not_delivered", 1), (NOT_STATED, 1))
    assert not found.is_complete
    assert found.figure == Missing("exempt")


@pytest.mark.parametrize("figures", [[], [None], [Missing("exempt"), None]])
def test_a_sum_of_nothing_known_is_not_zero(figures):
    found = total(figures, IN_2024)
    assert (found.mnok, found.basis, found.n_known, found.n_asked) == (None, None, 0, len(figures))
    assert not isinstance(found.figure, Amount)


def test_zero_is_a_figure():
    assert total([amount("0")]).mnok == 0
    assert total([amount("0")]).is_complete


@pytest.mark.parametrize(
    ("figures", "refusal"),
    [
        ([amount("1"), amount("1", REAL_2020)], MixedBases),
        ([amount("1"), amount("1", NOMINAL, year=2024)], MixedBases),
        ([amount("1"), amount("1", WITH_VAT)], MixedVat),
        ([amount("1"), amount("1", amount_type="budget")], MixedAmountTypes),
        ([amount("1"), amount("1", WITH_VAT, amount_type="budget")], MixedAmountTypes),
    ],
)
def test_what_is_not_alike_is_not_added(figures, refusal):
    with pytest.raises(refusal):
        total(figures)
    with pytest.raises(refusal):
        totals_by(enumerate(figures))


@pytest.mark.parametrize(
    ("figures", "refusal"),
    [
        ([amount("1"), amount("1", amount_type="budget")], MixedAmountTypes),
        ([amount("1", WITH_VAT)], MixedVat),
        ([amount("1", NOMINAL)], YearNotKnown),
        ([amount("1", NOMINAL, year=2021)], IndexLacksYear),
        ([amount("1", Basis("real", 2019, False))], IndexLacksYear),
    ],
)
def test_no_index_helps_against_these(figures, refusal):
    with pytest.raises(refusal) as error:
        total(figures, IN_2024)
    assert isinstance(error.value, MoneyRefused)
    assert "accepted" in str(error.value) or "it has 2020, 2022, 2024, 2025" in str(error.value)


def test_mixed_bases_are_listed():
    with pytest.raises(MixedBases) as error:
        total([amount("1", NOMINAL), amount("2"), amount("3", REAL_2020), amount("4")])
    assert error.value.bases == (NOMINAL, REAL_2020, REAL_2024)
    assert "nominal without VAT; real 2020 without VAT; real 2024 without VAT" in str(error.value)


def test_nominal_kroner_of_several_years_are_one_basis():
    found = total([amount("1", NOMINAL, year=2024), amount("2", NOMINAL, year=2025)])
    assert (found.mnok, found.basis, found.year) == (Decimal(3), NOMINAL, None)
    assert total([amount("1", NOMINAL, year=2024), amount("2", NOMINAL, year=2024)]).year == 2024


@pytest.mark.parametrize("mnok", ["0.000000001", "1.123456789", "NaN", "Infinity", "-0.0000000050"])
def test_less_than_an_ore_is_no_amount(mnok):
    with pytest.raises(NotWholeOre):
        amount(mnok)


@pytest.mark.parametrize(
    ("kind", "year", "vat", "expected"),
    [
        ("real", 2024, False, REAL_2024),
        ("real", None, False, None),
        ("nominal", None, False, NOMINAL),
        ("nominal", 2024, False, NOMINAL),
        ("real", 2024, None, None),
        (None, 2024, False, None),
        ("real", 2024, True, WITH_VAT),
    ],
)
def test_the_basis_that_a_row_states(kind, year, vat, expected):
    assert basis_of(kind, year, vat) == expected


@pytest.mark.parametrize(("kind", "year"), [("real", None), ("nominal", 2024)])
def test_a_basis_is_one_thing(kind, year):
    with pytest.raises(ValueError, match="accepted"):
        Basis(kind, year, False)


# One price.


@pytest.mark.parametrize(
    ("given_amount", "to", "expected"),
    [
        (amount("100", REAL_2020), REAL_2024, "150"),
        (amount("150"), REAL_2020, "100"),
        (amount("100", NOMINAL, year=2022), REAL_2024, "125"),
        (amount("100", NOMINAL, year=2024), REAL_2024, "100"),
        (amount("150", year=2020), NOMINAL, "100"),
        (amount("150", year=2025), NOMINAL, "157.5"),
        (amount("100", NOMINAL), NOMINAL, "100"),
        (amount("1", REAL_2020), Basis("real", 2022, False), "1.2"),
        (amount("1", REAL_2024), REAL_2020, "0.66666667"),
        (amount("-1", REAL_2024), REAL_2020, "-0.66666667"),
    ],
)
def test_a_price_is_changed_by_the_ratio_of_index_figures(given_amount, to, expected):
    found = converted(given_amount, CommonPrice(to, INDEX))
    assert (found.mnok, found.basis) == (Decimal(expected), to)
    assert total([given_amount], CommonPrice(to, INDEX)).mnok == Decimal(expected)


def test_it_is_rounded_once_at_the_end():
    thirds = [amount("0.00000001")] * 3  # each is two thirds of an øre in 2020, three are two
    assert total(thirds, CommonPrice(REAL_2020, INDEX)).mnok == Decimal("0.00000002")
    assert sum(converted(one, CommonPrice(REAL_2020, INDEX)).mnok for one in thirds) == Decimal("0.00000003")


def test_the_index_is_named_only_where_it_did_something():
    assert total([amount("1"), amount("1", NOMINAL, year=2024)], IN_2024).index is None
    assert total([amount("1"), amount("1", REAL_2020)], IN_2024).index == ("invented", "2026-02")


def test_a_year_without_a_figure_is_not_asked_for_when_it_stays():
    assert total([amount("7", NOMINAL, year=1999)], CommonPrice(Basis("real", 1999, False), INDEX)).mnok == 7


ore = st.integers(-(10**14), 10**14)
bases = st.sampled_from([NOMINAL, *(Basis("real", year, False) for year in YEARS)])
amounts = st.builds(lambda ore, basis, year: Amount(mnok_of(ore), "spent", basis, "s", year), ore, bases, st.sampled_from(YEARS))
keyed = st.lists(st.tuples(st.sampled_from("abcdef"), amounts), max_size=30)
targets = bases.map(lambda basis: CommonPrice(basis, INDEX))


def total_slowly(given, to: Basis) -> Decimal:
    """Row by row in exact fractions, rounded at the end."""
    found = Fraction(0)
    for one in given:
        own, wanted = (Fraction(INDEX.figure_by_year[basis.price_year or one.year]) for basis in (one.basis, to))
        found += Fraction(one.mnok) * wanted / own
    ore = math.floor(abs(found) * 10**8 + Fraction(1, 2))
    return Decimal(ore if found > 0 else -ore) / 10**8


@given(st.lists(amounts, min_size=1, max_size=30), targets)
@settings(max_examples=150, deadline=None)
def test_a_total_is_what_slow_arithmetic_makes_of_it(given, common):
    found = total(given, common)
    assert found.mnok == total_slowly(given, common.basis)
    assert found.basis == common.basis


@given(keyed, targets, st.randoms())
@settings(max_examples=150, deadline=None)
def test_parts_add_up_to_the_whole_in_any_order(given, common, random):
    whole, parts = totals_by(given, common)
    assert sum((part.mnok for part in parts.values()), Decimal(0)) == (whole.mnok or 0)
    assert sum(part.n_asked for part in parts.values()) == whole.n_asked == len(given)
    assert whole == total([figure for _, figure in given], common)
    for key, part in parts.items():
        alone = total([figure for own, figure in given if own == key], common)
        assert abs(part.mnok - alone.mnok) <= Decimal("1e-8")
    assert totals_by(random.sample(given, len(given)), common) == (whole, parts)


@given(st.lists(ore, min_size=1, max_size=20), st.integers(-50, 50))
def test_without_conversion_a_total_scales_exactly(given, factor):
    plain = total(amount(mnok_of(one)) for one in given).mnok
    assert total(amount(mnok_of(factor * one)) for one in given).mnok == factor * plain
    assert plain == sum(map(mnok_of, given))


@given(ore, st.sampled_from(YEARS), st.sampled_from(YEARS))
def test_there_and_back_is_within_the_rounding(given, from_year, to_year):
    there = converted(amount(mnok_of(given), Basis("real", from_year, False)), CommonPrice(Basis("real", to_year, False), INDEX))
    back = converted(there, CommonPrice(Basis("real", from_year, False), INDEX))
    assert abs(ore_of(back.mnok) - given) <= 1  # half an øre there, at most 1.575 times as much back, and half an øre more


@given(ore)
def test_ore_go_round(given):
    assert ore_of(mnok_of(given)) == given
    assert to_ore(Fraction(given, 10**8)) == mnok_of(given)


@pytest.mark.parametrize(("exact", "ore"), [("0.5", 1), ("-0.5", -1), ("1.5", 2), ("0.4999", 0), ("-1.4999", -1), ("2.5", 3)])
def test_halves_go_away_from_zero(exact, ore):
    assert to_ore(Fraction(exact) / 10**8) == mnok_of(ore)


# Areas.


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ({"nord": Decimal(60), "vest": Decimal(40)}, {"nord": "6.00000001", "vest": "4"}),
        ({"nord": Decimal(100)}, {"nord": "10.00000001"}),
        ({"nord": None}, {"nord": "10.00000001"}),
        ({}, {NO_AREA: "10.00000001"}),
        # no usable split
        ({"nord": None, "vest": None}, {SEVERAL_AREAS: "10.00000001"}),
        ({"nord": Decimal(60), "vest": None}, {SEVERAL_AREAS: "10.00000001"}),
        ({"nord": Decimal(60), "vest": Decimal(30)}, {SEVERAL_AREAS: "10.00000001"}),
        ({"nord": Decimal(60)}, {SEVERAL_AREAS: "10.00000001"}),
        ({"nord": Decimal(110), "vest": Decimal(-10)}, {SEVERAL_AREAS: "10.00000001"}),
        ({"nord": Decimal(100), "vest": Decimal(0)}, {SEVERAL_AREAS: "10.00000001"}),
    ],
)
def test_money_of_several_areas(shares, expected):
    assert by_area(Decimal("10.00000001"), shares) == {area: Decimal(mnok) for area, mnok in expected.items()}


def test_equal_remainders_go_to_the_first_areas():
    shares = {"c": Decimal(25), "a": Decimal(25), "d": Decimal(25), "b": Decimal(25)}
    found = by_area(Decimal("0.00000006"), shares)
    assert {area: ore_of(mnok) for area, mnok in found.items()} == {"a": 2, "b": 2, "c": 1, "d": 1}


hundred = st.lists(st.integers(1, 9999), max_size=5, unique=True).map(
    lambda cuts: [Decimal(after - before) / 100 for before, after in zip([0, *sorted(cuts)], [*sorted(cuts), 10000], strict=True)]
)


def split_slowly(whole: int, shares: list[Decimal]) -> list[int]:
    """One øre at a time, to whoever is furthest below what is theirs."""
    exact = [whole * Fraction(share) / 100 for share in shares]
    found = [int(part // 1) for part in exact]
    while sum(found) < whole:
        furthest = max(range(len(found)), key=lambda place: (exact[place] - found[place], -place))
        found[furthest] += 1
    return found


@given(ore, hundred)
@settings(max_examples=200, deadline=None)
def test_a_split_adds_up_and_no_area_is_off_by_an_ore(whole, shares):
    found = by_area(mnok_of(whole), {f"area{place}": share for place, share in enumerate(shares)})
    assert [ore_of(mnok) for mnok in found.values()] == split_slowly(whole, shares)
    assert sum(found.values()) == mnok_of(whole)
    for mnok, share in zip(found.values(), shares, strict=True):
        assert abs(ore_of(mnok) - whole * Fraction(share) / 100) < 1


def test_areas_count_every_project_once():
    _, projects = totals_by(
        [
            ("F-1", amount("10")),
            ("F-2", amount("5.00000001")),
            ("F-3", amount("2")),
            ("F-4", Missing("exempt")),
            ("F-5", amount("1")),
            ("F-5", None),
        ]
    )
    shares = {
        "F-1": {"nord": Decimal(100)},
        "F-2": {"nord": Decimal(50), "vest": Decimal(50)},
        "F-3": {"nord": None, "vest": None},
        "F-4": {"vest": Decimal(100)},
    }
    assert area_totals(projects, shares) == {
        "nord": AreaTotal(Decimal("12.50000001"), ("F-1", "F-2"), 2, 2),
        "vest": AreaTotal(Decimal("2.5"), ("F-2", "F-4"), 1, 2),
        SEVERAL_AREAS: AreaTotal(Decimal(2), ("F-3",), 1, 1),
        NO_AREA: AreaTotal(Decimal(1), ("F-5",), 0, 1),  # part of its figures: in the sum, not among those that have all
    }


def test_an_area_without_any_figure_is_not_zero():
    _, projects = totals_by([("F-1", Missing("exempt")), ("F-2", None)])
    assert area_totals(projects, {"F-1": {"nord": None}}) == {
        "nord": AreaTotal(None, ("F-1",), 0, 1),
        NO_AREA: AreaTotal(None, ("F-2",), 0, 1),
    }


@given(st.lists(st.tuples(ore, hundred), max_size=8))
@settings(max_examples=100, deadline=None)
def test_areas_add_up_to_the_portfolio(given):
    whole, projects = totals_by((f"P{number}", amount(mnok_of(one))) for number, (one, _) in enumerate(given))
    shares = {f"P{number}": {f"area{place}": share for place, share in enumerate(own)} for number, (_, own) in enumerate(given)}
    areas = area_totals(projects, shares)
    assert sum((area.mnok for area in areas.values()), Decimal(0)) == (whole.mnok or 0)


@pytest.mark.parametrize(
    ("other", "refusal"),
    [(amount("1", REAL_2020), MixedBases), (amount("1", WITH_VAT), MixedVat), (amount("1", amount_type="p50"), MixedAmountTypes)],
)
def test_areas_do_not_mix_either(other, refusal):
    with pytest.raises(refusal):
        area_totals({"F-1": total([amount("1")]), "F-2": total([other])}, {})

"""The bridge between two totals: it adds up to the øre, and tells like from unlike."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.returns import Missing
from pipelines.methods.bridge import STEPS, Bridge, ScopeChange, bridge
from pipelines.methods.money import (
    Amount,
    Basis,
    IndexLacksYear,
    MixedAmountTypes,
    MixedBases,
    MixedVat,
    PriceIndex,
    YearNotKnown,
    mnok_of,
)

IN_2023, IN_2024 = Basis("real", 2023, False), Basis("real", 2024, False)
NOMINAL = Basis("nominal", None, False)
INDEX = PriceIndex("invented", "2026-02", {2023: Decimal(120), 2024: Decimal(126)})


def amount(mnok: str | int | Decimal, basis: Basis = IN_2024, amount_type: str = "forecast", year: int | None = None) -> Amount:
    return Amount(Decimal(mnok), amount_type, basis, "s", year)


def steps(found: Bridge) -> dict[str, Decimal]:
    return {step.step: step.amount_mnok for step in found.steps}


def adds_up(found: Bridge) -> bool:
    *others, last = found.steps
    return sum(step.amount_mnok for step in others) == last.amount_mnok == found.closing_mnok


def test_a_portfolio_that_falls_while_its_projects_grow():
    """Made up after a national portfolio, 2022 to 2023: its plain sum fell 4.5 %, those with figures in both years grew 6.4 %."""
    opening = {f"S-{n}": amount(100) for n in range(7)} | {"L-1": amount(120), "L-2": amount(80), "M-1": amount(100), "K-1": None}
    closing = {f"S-{n}": amount(Decimal("106.4")) for n in range(7)}
    closing |= {"M-1": Missing("exempt"), "K-1": amount(30), "J-1": amount("180.2"), "J-2": Missing("not_yet_known")}
    found = bridge(opening, closing)
    assert steps(found) == {
        "opening": Decimal(1000), "leavers": Decimal(-200), "became_missing": Decimal(-100), "price_level": Decimal(0),
        "scope": Decimal(0), "growth": Decimal("44.8"), "became_known": Decimal(30), "joiners": Decimal("180.2"),
        "closing": Decimal(955),
    }  # fmt: skip
    assert found.plain_change_pct == pytest.approx(-4.5)
    assert found.like_for_like_pct == pytest.approx(6.4)
    assert adds_up(found)
    assert found.with_figures == (9, 11)
    assert (found.step("leavers").project_ids, found.step("leavers").with_figures) == (("L-1", "L-2"), (2, 2))
    assert (found.step("became_missing").project_ids, found.step("became_known").project_ids) == (("M-1",), ("K-1",))
    assert (found.step("joiners").project_ids, found.step("joiners").with_figures) == (("J-1", "J-2"), (1, 2))
    assert found.step("opening").with_figures == (10, 11)
    assert found.step("growth").with_figures == (7, 7)


def test_price_scope_and_growth_are_told_apart():
    opening = {"F-1": amount(120, IN_2023), "F-2": amount(240, IN_2023), "F-3": amount(60, IN_2023), "F-4": None}
    closing = {"F-1": amount(140), "F-2": amount(252), "F-4": Missing("exempt"), "F-5": amount(10)}
    scope = [
        ScopeChange("F-1", amount(8), "Sak 3/24"),
        ScopeChange("F-1", amount(4, IN_2023), "Sak 4/24"),
        ScopeChange("F-2", amount(5), None),  # not counted: no decision
        ScopeChange("F-5", amount(6), "Sak 5/24"),  # not counted: not there before
    ]
    found = bridge(opening, closing, INDEX, scope)
    assert steps(found) == {
        "opening": Decimal(420), "leavers": Decimal(-60), "became_missing": Decimal(0), "price_level": Decimal(18),
        "scope": Decimal("12.2"), "growth": Decimal("1.8"), "became_known": Decimal(0), "joiners": Decimal(10),
        "closing": Decimal(402),
    }  # fmt: skip
    assert adds_up(found)
    assert found.unplaced == tuple(scope[2:])
    assert found.step("scope").project_ids == ("F-1",)
    assert (found.step("growth").project_ids, found.step("growth").with_figures) == (("F-1", "F-2", "F-4"), (2, 3))
    assert found.index == ("invented", "2026-02")
    assert (found.opening_basis, found.closing_basis) == (IN_2023, IN_2024)
    assert found.like_for_like_pct == pytest.approx(100 * 14 / 378)


def test_the_steps_have_one_order():
    found = bridge({}, {})
    assert tuple(step.step for step in found.steps) == STEPS
    assert STEPS == (
        "opening", "leavers", "became_missing", "price_level", "scope", "growth", "became_known", "joiners", "closing",
    )  # fmt: skip
    assert (found.closing_mnok, found.with_figures, found.plain_change_pct, found.like_for_like_pct) == (0, (0, 0), None, None)


def test_without_a_change_nothing_happens():
    same = {"F-1": amount(3), "F-2": None}
    found = bridge(same, same, INDEX)
    assert (found.plain_change_pct, found.like_for_like_pct, found.index) == (0.0, 0.0, None)
    assert [name for name, mnok in steps(found).items() if mnok] == ["opening", "closing"]


@pytest.mark.parametrize(
    ("opening", "closing", "index", "refusal"),
    [
        (amount(1, IN_2023), amount(1), None, MixedBases),
        (amount(1, Basis("real", 2024, True)), amount(1), INDEX, MixedVat),
        (amount(1, amount_type="budget"), amount(1), INDEX, MixedAmountTypes),
        (amount(1, Basis("real", 2020, False)), amount(1), INDEX, IndexLacksYear),
        (amount(1, NOMINAL), amount(1), INDEX, YearNotKnown),
    ],
)
def test_what_is_not_alike_makes_no_bridge(opening, closing, index, refusal):
    with pytest.raises(refusal):
        bridge({"F-1": opening}, {"F-1": closing}, index)


def test_one_set_in_two_kinds_of_kroner_makes_no_bridge():
    mixed = {"F-1": amount(1), "F-2": amount(1, IN_2023)}
    with pytest.raises(MixedBases):
        bridge(mixed, {"F-1": amount(1)}, INDEX)
    with pytest.raises(MixedBases):
        bridge({"F-1": amount(1)}, mixed, INDEX)


def test_two_kinds_of_kroner_need_an_index_even_when_no_project_is_in_both():
    opening, closing = {"F-1": amount(1, IN_2023)}, {"F-2": amount(1)}
    with pytest.raises(MixedBases):
        bridge(opening, closing)
    assert adds_up(bridge(opening, closing, INDEX))


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (amount(1, amount_type="p50"), MixedAmountTypes),
        (amount(1, Basis("real", 2024, True)), MixedVat),
        (amount(1, Basis("real", 2020, False)), IndexLacksYear),
    ],
)
def test_scope_is_of_the_same_kind(change, refusal):
    same = {"F-1": amount(1)}
    with pytest.raises(refusal):
        bridge(same, same, INDEX, [ScopeChange("F-1", change, "Sak 1/24")])


def test_nominal_totals_have_no_price_step():
    found = bridge({"F-1": amount(100, NOMINAL)}, {"F-1": amount(110, NOMINAL)})
    assert (found.step("price_level").amount_mnok, found.step("growth").amount_mnok) == (0, 10)


ore = st.integers(-(10**13), 10**14)
PROJECTS = [f"F-{number}" for number in range(12)]


def sets(basis: Basis):
    figure = st.none() | st.just(Missing("exempt")) | ore.map(lambda found: Amount(mnok_of(found), "forecast", basis, "s"))
    return st.dictionaries(st.sampled_from(PROJECTS), figure, max_size=12)


changes = st.lists(
    st.builds(
        ScopeChange, st.sampled_from(PROJECTS), ore.map(lambda found: Amount(mnok_of(found), "forecast", IN_2024, "s")),
        st.sampled_from([None, "Sak 1/24"]),
    ),
    max_size=5,
)  # fmt: skip


def bridge_slowly(opening, closing, scope) -> dict[str, Decimal]:
    """Project by project, each krone in the one step that it belongs to; prices by hand."""
    found = dict.fromkeys(STEPS, Decimal(0))
    with localcontext(prec=60):
        for project in PROJECTS:
            before, after = opening.get(project), closing.get(project)
            had, has = isinstance(before, Amount), isinstance(after, Amount)
            if had:
                found["opening"] += before.mnok
            if has:
                found["closing"] += after.mnok
            if had and has:
                now = before.mnok
                if before.basis != after.basis:
                    now = (now * 126 / 120).quantize(Decimal("1e-8"), ROUND_HALF_UP)
                decided = sum((c.amount.mnok for c in scope if c.project_id == project and c.decision), Decimal(0))
                found["price_level"] += now - before.mnok
                found["scope"] += decided
                found["growth"] += after.mnok - now - decided
            elif had:
                found["became_missing" if project in closing else "leavers"] -= before.mnok
            elif has:
                found["became_known" if project in opening else "joiners"] += after.mnok
    return found


@given(sets(IN_2023), sets(IN_2024), changes, st.randoms())
@settings(max_examples=200, deadline=None)
def test_it_adds_up_and_is_what_going_through_the_projects_gives(opening, closing, scope, random):
    found = bridge(opening, closing, INDEX, scope)
    assert adds_up(found)
    if any(isinstance(figure, Amount) for figure in closing.values()):
        assert steps(found) == bridge_slowly(opening, closing, scope)
    for step in found.steps:
        n_known, n_asked = step.with_figures
        assert 0 <= n_known <= n_asked == len(step.project_ids) == len(set(step.project_ids))
    shuffled = [dict(random.sample(list(given.items()), len(given))) for given in (opening, closing)]
    again = bridge(*shuffled, INDEX, random.sample(scope, len(scope)))
    assert replace(again, unplaced=()) == replace(found, unplaced=())


@given(sets(IN_2024), sets(IN_2024), st.integers(2, 1000))
@settings(max_examples=80, deadline=None)
def test_all_money_multiplied_multiplies_every_step(opening, closing, factor):
    def multiplied(given):
        return {key: replace(f, mnok=f.mnok * factor) if isinstance(f, Amount) else f for key, f in given.items()}

    one, many = bridge(opening, closing), bridge(multiplied(opening), multiplied(closing))
    assert steps(many) == {name: factor * mnok for name, mnok in steps(one).items()}
    assert (many.plain_change_pct, many.like_for_like_pct) == (
        pytest.approx(one.plain_change_pct), pytest.approx(one.like_for_like_pct),
    )  # fmt: skip


@given(sets(IN_2024), sets(IN_2024))
@settings(max_examples=80, deadline=None)
def test_backwards_is_the_same_bridge_with_the_signs_turned(opening, closing):
    there, back = steps(bridge(opening, closing)), steps(bridge(closing, opening))
    turned = {"opening": "closing", "closing": "opening"}
    assert all(there[name] == back[other] for name, other in turned.items())
    for name, other in {"leavers": "joiners", "became_missing": "became_known", "growth": "growth"}.items():
        assert there[name] == -back[other]


@given(sets(IN_2024), sets(IN_2024))
@settings(max_examples=80, deadline=None)
def test_every_project_is_in_one_step(opening, closing):
    found = bridge(opening, closing)
    names = ("leavers", "became_missing", "growth", "became_known", "joiners")
    listed = [project for name in names for project in found.step(name).project_ids]
    assert sorted(listed) == sorted(opening.keys() | closing.keys())

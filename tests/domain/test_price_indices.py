"""Price indices: they load, name their sources, keep their versions, and an invented one never meets a real agreement."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from domain.faults import LoadError
from domain.load import load_agreements
from domain.price_indices import BUILT_IN, load_price_index, load_price_indices, price_indices_for
from pipelines.methods import money

INDICES = load_price_indices()
AGREEMENTS = load_agreements()
MINIMAL = """
price_index_id: steel
name: &text {nb: Stål, en: Steel}
about: *text
is_synthetic: false
base_year: 2020
versions:
  - version: v1
    published_on: 2024-02-01
    figures: [{year: 2020, figure: 100}, {year: 2024, figure: 125.5, standing: preliminary}]
    sources: [kilde]
  - version: v2
    published_on: 2025-02-01
    figures: [{year: 2020, figure: 100}, {year: 2024, figure: 126}]
    sources: [kilde]
sources: [{source_id: kilde, title: Kilde, publisher: Utgiver}]
"""


def written(folder: Path, content: str = MINIMAL, name: str = "steel") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(content, encoding="utf-8")
    return path


def faults(folder: Path, content: str, name: str = "steel") -> str:
    with pytest.raises(LoadError) as error:
        load_price_index(written(folder, content, name))
    return str(error.value)


def test_every_file_is_an_index_of_its_own_name():
    assert set(INDICES) == {path.stem for path in BUILT_IN.glob("*.yaml")}
    assert INDICES


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_an_invented_index_says_so_and_holds_for_invented_agreements_alone(index):
    known = {agreement_id for agreement_id, agreement in AGREEMENTS.items() if agreement.is_synthetic == index.is_synthetic}
    assert set(index.holds_for) <= known
    if index.is_synthetic:
        assert "oppdiktet" in index.name.nb
        assert "invented" in index.name.en


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_a_version_has_every_year_from_its_first_to_its_last(index):
    for version in index.versions:
        years = [found.year for found in version.figures]
        assert years == list(range(years[0], years[-1] + 1))
        standings = [found.standing for found in version.figures]
        assert standings == sorted(standings, key=["final", "preliminary", "projected"].index)
        assert all(found.standing != "final" for found in version.figures if found.year >= version.published_on.year)


@pytest.mark.parametrize("agreement", AGREEMENTS.values(), ids=AGREEMENTS)
def test_an_agreement_is_offered_only_what_is_its_own(agreement):
    offered = price_indices_for(agreement)
    assert all(index.is_synthetic == agreement.is_synthetic for index in offered)
    if agreement.is_synthetic:
        (index,) = offered
        years = range(agreement.period.from_year, agreement.period.to_year + 1)
        assert all(set(years) <= set(version.figure_by_year) for version in index.versions)


def test_an_index_is_offered_to_those_it_holds_for(tmp_path):
    written(tmp_path)
    written(tmp_path, MINIMAL.replace("steel", "other") + "holds_for: [elsewhere]\n", "other")
    real = next(agreement for agreement in AGREEMENTS.values() if not agreement.is_synthetic)
    invented = next(agreement for agreement in AGREEMENTS.values() if agreement.is_synthetic)
    assert [index.price_index_id for index in price_indices_for(real, tmp_path)] == ["steel"]
    assert price_indices_for(invented, tmp_path) == ()


def test_figures_are_as_they_are_written(tmp_path):
    index = load_price_index(written(tmp_path))
    first, second = index.versions
    assert first.figure_by_year == {2020: Decimal(100), 2024: Decimal("125.5")}
    assert (first.standing(2024), first.standing(2020), first.standing(2021)) == ("preliminary", "final", None)
    assert index.newest == second == index.version("v2")
    with pytest.raises(KeyError, match="has no version 'v3'; it has v1, v2"):
        index.version("v3")


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2024-01-31", None), ("2024-02-01", "v1"), ("2025-01-31", "v1"), ("2025-02-01", "v2"), ("2030-01-01", "v2")],
)
def test_a_date_sees_the_version_of_its_time(tmp_path, day, expected):
    found = load_price_index(written(tmp_path)).known_on(dt.date.fromisoformat(day))
    assert (found.version if found else None) == expected


def test_an_index_is_what_the_arithmetic_takes(tmp_path):
    index = load_price_index(written(tmp_path))
    taken = money.PriceIndex(index.price_index_id, index.newest.version, index.newest.figure_by_year)
    real = money.Amount(Decimal(10), "forecast", money.Basis("real", 2020, False), "s")
    in_2024 = money.CommonPrice(money.Basis("real", 2024, False), taken)
    assert money.converted(real, in_2024).mnok == Decimal("12.6")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("price_index_id: steel", "price_index_id: iron", "must be the name of the file, steel"),
        ("is_synthetic: false", "is_synthetic: true", "holds_for: is missing: an invented index holds for named agreements alone"),
        ("figure: 126", "figure: -1", "must be more than 0"),
        ("{year: 2020, figure: 100}, {year: 2024, figure: 126}", "{year: 2020, figure: 99}, {year: 2024, figure: 126}", "must be 100 in"),
        ("base_year: 2020", "base_year: 2019", "must have the figure of the base year, 2019"),
        ("{year: 2024, figure: 126}", "{year: 2024, figure: 126}, {year: 2024, figure: 127}", "must be unique in the file"),
        ("version: v2", "version: v1", "must be unique in the file"),
        ("published_on: 2025-02-01", "published_on: 2024-02-01", "must be after the version before, 2024-02-01"),
        ("published_on: 2025-02-01", "published_on: 2025-02-30", "must be a day that exists"),
        ("standing: preliminary", "standing: guessed", "must be final, preliminary or projected"),
        ("sources: [kilde]\nsources", "sources: [andre]\nsources", "must be one of the source ids: kilde"),
        ("base_year: 2020", "base: 2020", "is missing"),
        ("versions:", "versjoner:", "is not a known key here"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path, old, new, expected):
    assert old in MINIMAL
    assert expected in faults(tmp_path, MINIMAL.replace(old, new))


def test_the_problems_of_all_files_are_told_together(tmp_path):
    written(tmp_path, "price_index_id: a\n", "a")
    written(tmp_path, "price_index_id: b\n", "b")
    with pytest.raises(LoadError) as error:
        load_price_indices(tmp_path)
    assert {problem.file for problem in error.value.problems} == {"a.yaml", "b.yaml"}

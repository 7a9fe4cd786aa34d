"""The sentences of the goal page, made from numbers."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pandas as pd
import pytest

from dashboard.parts.goal.words import change_word, headline, interval, official, ours
from dashboard.parts.surroundings import Surroundings
from dashboard.theme import PALETTES
from pipelines.answers.goal.goal import GoalAnswer, IndexPoint
from pipelines.methods.city_index import answer, certainty
from tests.builders import agreement


def here(language: str = "nb") -> Surroundings:
    return Surroundings(language, "light", PALETTES["light"], {}, None, True, dt.date(2026, 11, 22), dt.date(2026, 11, 22))


def found(index_pct: float, low: float | None, high: float | None) -> GoalAnswer:
    point = IndexPoint(
        36, dt.date(2026, 4, 1), 2018, index_pct, low, high, 36, "published", dt.date(2026, 5, 21), "S", None, 1, None, None
    )
    sure = certainty(low, high) if low is not None and high is not None else None
    return GoalAnswer("x", dt.date(2026, 11, 22), answer(low, high), sure, point, {36: point}, pd.DataFrame(), True, "m")


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u2011", "-")


@pytest.mark.parametrize(
    ("index_pct", "low", "high", "level", "rest"),
    [
        (
            0.8155, -2.2, 3.8, "0,8 % over 2018-nivået",
            "Intervallet, −2,2 til 3,8 %, gjør at vi ikke kan si om nullvekstmålet er nådd.",
        ),
        (
            -5.4, -7.3, -3.4, "5,4 % under 2018-nivået",
            "Hele intervallet, −7,3 til −3,4 %, er på eller under null: nullvekstmålet er nådd så langt.",
        ),
        (
            4.0, 0.0, 8.0, "4,0 % over 2018-nivået",
            "Hele intervallet, 0,0 til 8,0 %, er på eller over null: nullvekstmålet er ikke nådd så langt.",
        ),
        (-0.04, -1.0, 1.0, "på 2018-nivået", "Intervallet, −1,0 til 1,0 %, gjør at vi ikke kan si om nullvekstmålet er nådd."),
    ],
)  # fmt: skip
def test_the_headline_says_level_interval_and_answer(index_pct, low, high, level, rest):
    said = plain(headline(here(), agreement("miljoloftet"), found(index_pct, low, high)))
    assert said == f"Trafikken de siste tre årene ligger {level}. {rest}"


def test_without_figures_the_headline_says_so():
    empty = dataclasses.replace(found(1, None, None), judged=None)
    assert "ingen trafikktall er lastet" in headline(here(), agreement("miljoloftet"), empty)


def test_a_single_point_without_an_interval_gives_no_answer():
    assert "ingen trafikktall" in headline(here(), agreement(), found(1, None, None))
    assert interval(here(), None, None) == "ett punkt, uten intervall"


@pytest.mark.parametrize(
    ("index_pct", "word"),
    [
        (0.0, "none"),
        (0.001, "weak_increase"),
        (1.0, "weak_increase"),
        (1.001, "increase"),
        (-1.0, "weak_decrease"),
        (-1.2, "decrease"),
    ],
)
def test_up_to_one_per_cent_is_weak_by_the_unrounded_index(index_pct, word):
    assert change_word(index_pct) == word


def test_the_official_wording_is_about_traffic_and_never_about_the_goal():
    for low, high in ((-2.2, 3.8), (0.0, 1.0), (-2.0, -1.0), (0.0, 0.0)):
        goal = found(0.8, low, high)
        assert "mål" not in official(here(), agreement("miljoloftet"), goal, goal.judged)


def test_our_inference_says_its_window_month_and_period():
    goal = found(0.8, -2.2, 3.8)
    said = plain(ours(here(), agreement("miljoloftet"), goal, goal.judged))
    assert said.startswith("Kan ikke si. Den bygger på 36-månedersindeksen til april 2026 alene.")
    assert "2019–2029" in said


def test_english_is_complete():
    goal = found(0.8155, -2.2, 3.8)
    said = plain(headline(here("en"), agreement("miljoloftet"), goal))
    assert said == (
        "Traffic over the last three years is 0.8 % above the 2018 level. "
        "With an interval of −2.2 to 3.8 % we cannot tell whether the zero-growth goal is met."
    )

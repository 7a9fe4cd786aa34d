"""The cost of projects and portfolios: closed forms are the oracle of the draws. Reserves and hit rates by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from domain.period import Period
from pipelines.methods.cost_curves import (
    CostCurve,
    Estimate,
    Lognormal,
    Pert,
    cost_curve,
    expected_between,
    lognormal_through,
    lognormal_with,
    pert_through,
)
from pipelines.methods.cost_risk import NoPortfolio, RiskProject, band_of, portfolio_band, portfolio_risk
from pipelines.methods.portions import CostFrame, Portion, by_column, split_over
from pipelines.methods.reserve import FinishedProject, ReservePoint, drawdown, hit_rate

N_DRAWS = 40_000
amounts = st.floats(0.5, 20_000)


def curve(project_id, **estimate):
    return cost_curve(Estimate(project_id, **estimate))


def lognormals(n_projects=30, spread=1.25):
    """Projects of very different size, each with the same spread."""
    sizes = [5.0 * 1.2**number for number in range(n_projects)]
    return [RiskProject(curve(f"F-{place:03}", p50_mnok=size, p85_mnok=spread * size)) for place, size in enumerate(sizes)]


def mixed(n_projects=12):
    """Projects of all kinds in turn."""
    kinds = [
        lambda size: {"p50_mnok": size, "p85_mnok": 1.3 * size},
        lambda size: {"low_mnok": 0.8 * size, "likely_mnok": size, "high_mnok": 1.6 * size},
        lambda size: {"forecast_mnok": size},
        lambda size: {"final_mnok": size},
    ]
    return [RiskProject(curve(f"F-{place:03}", **kinds[place % 4](20.0 + 10 * place))) for place in range(n_projects)]


# One project.


@given(amounts, st.floats(1, 3))
def test_the_lognormal_goes_through_its_p50_and_p85(p50, ratio):
    found = curve("F-001", p50_mnok=p50, p85_mnok=p50 * ratio)
    assert found.choice == "p50_p85"
    assert (found.p50_mnok, found.p85_mnok) == (pytest.approx(p50), pytest.approx(p50 * ratio))


def test_the_sigma_of_the_formula():
    assert lognormal_through(100, 120).sigma == pytest.approx(math.log(1.2) / 1.036433, rel=1e-6)


@given(amounts, st.floats(0.01, 0.8))
def test_the_lognormal_has_its_mean_and_standard_deviation(mean, share):
    shape = lognormal_with(mean, share * mean)
    oracle = stats.lognorm(shape.sigma, scale=shape.median_mnok)
    assert (shape.mean_mnok, shape.sd_mnok) == (pytest.approx(mean), pytest.approx(share * mean))
    assert (oracle.mean(), oracle.std()) == (pytest.approx(mean), pytest.approx(share * mean))


@given(amounts, st.floats(0, 0.5), st.floats(0, 2))
def test_low_and_high_are_passed_in_one_of_ten_cases(likely, below, above):
    low, high = likely * (1 - below), likely * (1 + above)
    shape = pert_through(low, likely, high)
    ends = CostCurve("F-001", "low_likely_high", shape).cost_at([0.1, 0.9])
    assert shape.mode_mnok == likely
    assert ends[1] == pytest.approx(high, rel=1e-4)
    assert shape.least_mnok >= 0
    # A curve that would begin below nothing begins at nothing, and its low lies higher.
    assert ends[0] == pytest.approx(low, rel=1e-4, abs=1e-4 * likely) or shape.least_mnok == 0


def test_a_curve_begins_no_lower_than_nothing():
    shape = pert_through(1, 20, 400)
    assert shape.least_mnok == 0
    assert CostCurve("F-001", "low_likely_high", shape).cost_at([0.9])[0] == pytest.approx(400, rel=1e-4)


@pytest.mark.parametrize("ends", [(50, 100, 250), (0, 10, 400), (100, 100, 120), (80, 120, 120)])
def test_pert_is_the_beta_of_the_books(ends):
    least, mode, most = ends
    shape = Pert(*ends)
    oracle = stats.beta(1 + 4 * (mode - least) / (most - least), 1 + 4 * (most - mode) / (most - least), least, most - least)
    assert (shape.mean_mnok, shape.sd_mnok) == (pytest.approx((least + 4 * mode + most) / 6), pytest.approx(oracle.std()))
    shares = [0.05, 0.5, 0.85, 0.99]
    assert CostCurve("F-001", "low_likely_high", shape).cost_at(shares) == pytest.approx(oracle.ppf(shares))


def test_the_outside_view_is_the_norwegian_record():
    shape = curve("F-001", forecast_mnok=200).shape
    assert (shape.mean_mnok, shape.sd_mnok) == (pytest.approx(204.6), pytest.approx(32))


@pytest.mark.parametrize(
    ("estimate", "choice"),
    [
        ({"p50_mnok": 100, "p85_mnok": 120, "low_mnok": 80, "likely_mnok": 100, "high_mnok": 140}, "p50_p85"),
        ({"p50_mnok": 100, "low_mnok": 80, "likely_mnok": 100, "high_mnok": 140}, "low_likely_high"),
        ({"p50_mnok": 100, "low_mnok": 80, "high_mnok": 140}, "outside_view"),
        ({"forecast_mnok": Decimal("100.5")}, "outside_view"),
        ({"p50_mnok": 100, "p85_mnok": 120, "final_mnok": 131}, "final"),
        ({"p50_mnok": 0}, None),
        ({}, None),
    ],
)
def test_what_a_curve_rests_on(estimate, choice):
    found = curve("F-001", **estimate)
    assert (found and found.choice) == choice


def test_the_outside_view_can_take_the_place_of_a_projects_own():
    found = cost_curve(Estimate("F-001", p50_mnok=100, p85_mnok=101), outside_view_only=True)
    assert (found.choice, found.shape) == ("outside_view", lognormal_with(102.3, 16))


@pytest.mark.parametrize(
    "estimate",
    [{"p50_mnok": 120, "p85_mnok": 100}, {"p50_mnok": 0, "p85_mnok": 100}, {"low_mnok": 9, "likely_mnok": 8, "high_mnok": 10}],
)
def test_figures_out_of_order_are_refused(estimate):
    with pytest.raises(ValueError, match="accepted"):
        curve("F-001", **estimate)


@pytest.mark.parametrize(("from_mnok", "to_mnok"), [(100, 120), (0, 50), (150, 400), (120, 100)])
def test_the_expected_use_of_what_lies_between_two_amounts(from_mnok, to_mnok):
    found = curve("F-001", p50_mnok=100, p85_mnok=120)
    oracle = stats.lognorm(found.shape.sigma, scale=100)
    expected = integrate.quad(oracle.sf, from_mnok, to_mnok)[0] if to_mnok > from_mnok else 0
    assert expected_between(found, from_mnok, to_mnok) == pytest.approx(expected, abs=0.05)


# The portfolio.


def test_with_full_correlation_the_p85_is_the_sum_of_the_p85s():
    found = portfolio_risk(lognormals(), rho=1, n_draws=N_DRAWS)
    assert found.p85_low_mnok <= found.sum_p85_mnok <= found.p85_high_mnok
    assert found.p50_mnok == pytest.approx(found.sum_p50_mnok, rel=0.01)
    # Curves of all kinds, too: every one is at its own P85 at the same time.
    of_all_kinds = portfolio_risk(mixed(), rho=1, n_draws=N_DRAWS)
    assert of_all_kinds.p85_low_mnok <= of_all_kinds.sum_p85_mnok <= of_all_kinds.p85_high_mnok


@pytest.mark.parametrize("projects", [lognormals(), mixed()], ids=["lognormal", "mixed"])
def test_without_correlation_means_and_variances_add_up(projects):
    found = portfolio_risk(projects, rho=0, n_draws=N_DRAWS)
    mean = math.fsum(project.curve.shape.mean_mnok for project in projects)
    variance = math.fsum(project.curve.shape.sd_mnok**2 for project in projects)
    assert found.mean_mnok == pytest.approx(mean, abs=4 * math.sqrt(variance / N_DRAWS))
    assert found.sd_mnok == pytest.approx(math.sqrt(variance), rel=0.02)
    shares = {project.curve.project_id: 100 * project.curve.shape.sd_mnok**2 / variance for project in projects}
    assert {it.project_id: it.share_pct for it in found.shares} == pytest.approx(shares, abs=1.5)


def test_the_variance_between_is_that_of_the_copula():
    projects = lognormals(8, spread=1.5)
    shapes = [project.curve.shape for project in projects]
    rho = 0.4
    # The covariance of two lognormals whose normals are correlated.
    variance = sum(
        one.mean_mnok * other.mean_mnok * math.expm1(one.sigma * other.sigma * (1 if one is other else rho))
        for one in shapes for other in shapes
    )  # fmt: skip
    assert portfolio_risk(projects, rho=rho, n_draws=200_000).sd_mnok == pytest.approx(math.sqrt(variance), rel=0.02)


def test_one_project_is_its_own_portfolio():
    project = lognormals(1)[0]
    for found in portfolio_band([project], n_draws=N_DRAWS):
        assert found.p85_low_mnok <= project.curve.p85_mnok <= found.p85_high_mnok
        assert found.shares[0].share_pct == pytest.approx(100)


def test_the_sum_of_p50s_is_not_the_p50_of_the_sum():
    found = portfolio_risk(lognormals(40, spread=1.6), rho=0, n_draws=N_DRAWS)
    assert found.p50_mnok > 1.05 * found.sum_p50_mnok


@pytest.mark.parametrize("projects", [lognormals(), mixed()], ids=["lognormal", "mixed"])
def test_p85_rises_with_the_correlation(projects):
    rhos = [0, 0.1, 0.3, 0.5, 0.8, 1]
    found = [it.p85_mnok for it in portfolio_band(projects, rhos=rhos, n_draws=N_DRAWS)]
    assert found == sorted(found)
    assert found[-1] > 1.02 * found[0]


def test_the_draws_of_a_project_are_those_of_numpy():
    """The whole again, drawn by draw without chunks, single precision or sums on the way."""
    projects = mixed(9)
    found = portfolio_risk(projects, [CostFrame("all")], rho=0.3, seed=7, n_draws=5_000)
    normal = NormalDist()
    common = stream(7, "").standard_normal(5_000, dtype=np.float32)
    totals = np.zeros(5_000)
    for project in projects:
        own = stream(7, project.curve.project_id).standard_normal(5_000, dtype=np.float32)
        normals = math.sqrt(0.3) * common.astype(float) + math.sqrt(0.7) * own.astype(float)
        totals += project.curve.cost_at([normal.cdf(it) for it in normals])
    assert (found.mean_mnok, found.sd_mnok) == (pytest.approx(totals.mean(), rel=1e-4), pytest.approx(totals.std(), rel=1e-3))
    assert found.p85_mnok == pytest.approx(np.quantile(totals, 0.85), rel=1e-4)


def stream(seed, name):
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *name.encode()])))


def test_the_seed_is_part_of_the_answer_and_gives_it_again():
    first, again, other = (portfolio_risk(mixed(), seed=seed, n_draws=5_000) for seed in (1, 1, 2))
    assert first == again
    assert (first.seed, other.seed, first.n_draws) == (1, 2, 5_000)
    assert first.p85_mnok != other.p85_mnok


@given(st.permutations(range(12)))
@settings(max_examples=10, deadline=None)
def test_the_order_of_projects_does_not_matter(order):
    projects = mixed(12)
    assert portfolio_risk([projects[place] for place in order], n_draws=500) == portfolio_risk(projects, n_draws=500)


def test_a_project_more_leaves_the_draws_of_the_others():
    projects = lognormals(10)
    certain = RiskProject(curve("F-000-more", final_mnok=100))
    before, after = (portfolio_risk(it, n_draws=5_000) for it in (projects, [certain, *projects]))
    assert after.p85_mnok == pytest.approx(before.p85_mnok + 100, rel=1e-6)


@given(st.floats(0, 1), st.integers(1, 6))
@settings(max_examples=20, deadline=None)
def test_the_shares_of_the_spread_are_all_of_it(rho, n_projects):
    found = portfolio_risk(mixed(n_projects), rho=rho, n_draws=2_000)
    assert math.fsum(it.share_pct for it in found.shares) == pytest.approx(100)
    assert [it.share_pct for it in found.shares] == sorted((it.share_pct for it in found.shares), reverse=True)


def test_certain_projects_have_no_spread():
    projects = [RiskProject(curve(f"F-{place}", final_mnok=place * 10.25)) for place in range(3)]
    found = portfolio_risk(projects, [CostFrame("below", 30.74), CostFrame("at", 30.75)], n_draws=100)
    assert (found.mean_mnok, found.sd_mnok, found.p85_mnok) == (30.75, 0, 30.75)
    assert [it.share_pct for it in found.shares] == [0, 0, 0]
    assert [it.chance_within for it in found.frames] == [0, 1]


def test_a_project_costs_no_less_than_is_spent():
    spent = RiskProject(curve("F-001", p50_mnok=100, p85_mnok=140, spent_mnok=110))
    found = portfolio_risk([spent], n_draws=N_DRAWS)
    assert (found.p50_mnok, found.sum_p50_mnok) == (pytest.approx(110), 110)
    assert found.p85_mnok == pytest.approx(140, rel=0.01)


@pytest.mark.parametrize(
    "projects",
    [
        [],
        [RiskProject(CostCurve("F-001", "final", Lognormal(1, 0)))] * 2,
        [RiskProject(CostCurve(f"F-{year}", "final", Lognormal(1, 0), kroner=("real", year, False))) for year in (2024, 2025)],
    ],
    ids=["none", "twice", "kroner"],
)
def test_what_cannot_be_added_is_refused(projects):
    with pytest.raises(NoPortfolio):
        portfolio_risk(projects, n_draws=10)


@pytest.mark.parametrize(("rho", "n_draws", "seed"), [(-0.1, 10, 1), (1.1, 10, 1), (0.3, 0, 1), (0.3, 10, -1)])
def test_impossible_settings_are_refused(rho, n_draws, seed):
    with pytest.raises(ValueError, match="accepted"):
        portfolio_risk(mixed(), rho=rho, n_draws=n_draws, seed=seed)


# Frames.


def split_project(project_id="F-001", spent=40.0, **estimate):
    """40 in 2025, and of the 60 that are left 20 in 2026 and 40 in 2027, half of them from the state; a fourth lies in the north."""
    portions = [
        Portion(2025, "toll", "north", 40, spent),
        Portion(2026, "toll", "north", 20), Portion(2027, "toll", "south", 10), Portion(2027, "state", "south", 30),
    ]  # fmt: skip
    return RiskProject(
        curve(project_id, **(estimate or {"p50_mnok": 100, "p85_mnok": 130, "spent_mnok": spent})), tuple(portions)
    )


YEARS = [CostFrame(str(year), 30, year, year) for year in (2025, 2026, 2027)]


def test_what_is_spent_stays_and_the_rest_moves():
    found = {it.frame.frame_id: it for it in portfolio_risk([split_project()], YEARS, n_draws=N_DRAWS).frames}
    assert (found["2025"].p50_mnok, found["2025"].p85_mnok) == (pytest.approx(40), pytest.approx(40))
    # At P85 the project costs 130: 90 are left, a third of them in 2026.
    assert (found["2026"].p50_mnok, found["2026"].p85_mnok) == (pytest.approx(20, rel=0.02), pytest.approx(30, rel=0.02))
    assert found["2027"].p85_mnok == pytest.approx(60, rel=0.02)
    assert found["2026"].chance_within == pytest.approx(0.85, abs=0.01)
    assert found["2025"].chance_within == 0


def test_years_sources_and_areas_each_add_up_to_the_whole():
    projects = [split_project(f"F-{number}", spent=4.0 * number) for number in range(5)]
    frames = [
        CostFrame("all"), *YEARS, *(CostFrame(it, funding_source_id=it) for it in ("toll", "state")),
        *(CostFrame(it, working_area_id=it) for it in ("north", "south")),
    ]  # fmt: skip
    risk = portfolio_risk(projects, frames, n_draws=5_000)
    whole, *parts = [it.mean_mnok for it in risk.frames]
    assert whole == pytest.approx(risk.mean_mnok)
    for some in (parts[:3], parts[3:5], parts[5:]):
        assert math.fsum(some) == pytest.approx(whole)


def test_a_frame_of_several_conditions_holds_what_fulfils_all():
    frame = CostFrame("both", None, 2026, 2027, "toll", "south")
    found = portfolio_risk([split_project()], [frame], n_draws=N_DRAWS).frames[0]
    assert found.p50_mnok == pytest.approx(10, rel=0.02)
    assert found.chance_within is None


def test_a_frame_of_everything_is_the_portfolio():
    risk = portfolio_risk(mixed(), [CostFrame("all", 950.0)], n_draws=N_DRAWS)
    assert risk.frames[0].p85_mnok == pytest.approx(risk.p85_mnok)
    assert risk.n_without_split == 12
    quantile = np.interp(950.0, list(risk.quantiles_mnok.values()), list(risk.quantiles_mnok)) / 100
    assert risk.frames[0].chance_within == pytest.approx(quantile, abs=0.01)


def test_where_all_is_spent_the_last_year_takes_the_rest():
    portions = (Portion(2025, "toll", None, 60, 60), Portion(2026, "toll", None, 40, 40))
    project = RiskProject(curve("F-001", p50_mnok=110, p85_mnok=130), portions)
    found = {it.frame.frame_id: it.p50_mnok for it in portfolio_risk([project], YEARS, n_draws=N_DRAWS).frames}
    assert found == {"2025": pytest.approx(60), "2026": pytest.approx(50, rel=0.02), "2027": 0}


def test_the_chance_of_a_frame_falls_with_the_frame():
    frames = [CostFrame(str(amount), amount) for amount in range(700, 1300, 50)]
    chances = [it.chance_within for it in portfolio_risk(mixed(), frames, n_draws=N_DRAWS).frames]
    assert chances == sorted(chances)
    assert chances[0] < 0.1 < 0.9 < chances[-1]


def test_money_of_several_areas_is_counted_once():
    """Two projects, the first in two areas with money in two years, the other in none that is known."""
    keys = np.array([0, 0, 1]), np.array([2026, 2027, 2026]), np.array(["toll", "toll", "state"], object)
    forecast, spent = (np.array(it) * 10**8 for it in ([90, 10, 5], [30, 0, 5]))
    found = split_over(keys, (forecast, spent), [{"north": Decimal(60), "south": Decimal(40)}, {}])
    columns = (found.project, found.year, found.funding_source_id, found.working_area_id, found.forecast_mnok, found.spent_mnok)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == [
        (0, 2026, "toll", "north", 54, 18), (0, 2026, "toll", "south", 36, 12),
        (0, 2027, "toll", "north", 6, 0), (0, 2027, "toll", "south", 4, 0),
        (1, 2026, "state", None, 5, 5),
    ]  # fmt: skip


def test_portions_by_column_are_those_of_the_projects():
    projects = [split_project("S-2"), *mixed(3), split_project("S-1", spent=10.0)]
    frames = [CostFrame("all"), *YEARS, CostFrame("north", working_area_id="north")]
    by_project = portfolio_band(projects, frames, n_draws=500)
    assert by_project == band_of([it.curve for it in projects], by_column([it.portions for it in projects]), frames, n_draws=500)
    assert by_project[0].n_without_split == 3


# Reserves and hit rates.


def point(project_id, period, released, held, physical, level="project"):
    numbers = [None if it is None else Decimal(it) for it in (released, held, physical)]
    return ReservePoint(project_id, level, Period.parse(period), *numbers)


def test_the_drawdown_against_what_is_built():
    found = drawdown(
        [
            point("F-001", "2026-Q2", 6, 4, 50), point("F-002", "2026-Q2", 5, 35, 25), point("F-003", "2026-Q2", None, 4, 50),
            point("F-001", "2026-Q1", 2, 8, 40), point("F-001", "2026-Q1", 0, 20, 40, "agreement"),
        ]
    )  # fmt: skip
    assert [(it.reserve_level, str(it.period), it.released_mnok, it.held_mnok, it.expected_mnok) for it in found] == [
        ("agreement", "2026-Q1", 0, 20, 8), ("project", "2026-Q1", 2, 8, 4), ("project", "2026-Q2", 11, 39, 15),
    ]  # fmt: skip
    last = found[-1]
    assert (last.n_projects, last.n_without, last.ahead_mnok, last.used_pct, last.expected_pct) == (3, 1, -4, 22, 30)
    empty = drawdown([point("F-001", "2026-Q2", 0, 0, 50)])[0]
    assert (empty.used_pct, empty.expected_pct) == (None, None)


def finished(*ratios, p85=120):
    return [FinishedProject(f"F-{place}", Decimal(ratio), Decimal(100), Decimal(p85)) for place, ratio in enumerate(ratios)]


def test_the_hit_rate_of_finished_projects():
    found = hit_rate([*finished(90, 100, 120, 130), FinishedProject("F-9", None, Decimal(1), Decimal(2))])
    assert (found.n_projects, found.n_without, found.n_within_p85, found.share) == (4, 1, 3, 0.75)
    assert (found.n_within_p50, found.mean_pct) == (2, 10)
    assert found.sd_pct == pytest.approx(math.sqrt((400 + 100 + 100 + 400) / 3))
    assert not found.differs_from_expected
    assert hit_rate([]) is None
    assert hit_rate(finished(90)).sd_pct is None


def test_the_interval_of_the_norwegian_record():
    """60 of 78 within P85, with the interval as scipy has it."""
    found = hit_rate(finished(*([110] * 60 + [130] * 18)))
    oracle = stats.binomtest(60, 78).proportion_ci(method="wilson")
    assert (found.ci_low, found.ci_high) == (pytest.approx(oracle.low), pytest.approx(oracle.high))
    assert hit_rate(finished(*[130] * 10)).differs_from_expected


@given(st.integers(0, 60), st.integers(1, 60))
def test_the_interval_holds_the_share(n_hits, n_misses):
    found = hit_rate(finished(*([110] * n_hits + [130] * n_misses)))
    assert 0 <= found.ci_low <= found.share <= found.ci_high <= 1


def test_a_frozen_curve_can_be_changed_by_copy():
    """What a page does with its what-if: the same project with another P85."""
    project = lognormals(1)[0]
    wider = replace(project, curve=curve("F-000", p50_mnok=5, p85_mnok=10))
    assert portfolio_risk([wider], n_draws=N_DRAWS).sd_mnok > 2 * portfolio_risk([project], n_draws=N_DRAWS).sd_mnok

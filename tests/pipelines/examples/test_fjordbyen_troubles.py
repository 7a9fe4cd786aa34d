"""The troubles of real portfolios, each found in the returns as they are stored: what went wrong, with which project, and when."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from itertools import pairwise

import pandas as pd
import pytest

from pipelines.answers.reporting.returns import deadline_on, reporting_status
from pipelines.history.snapshot import Snapshot
from tests.builders import agreement

FJORDBYEN = agreement()
QUARTERS = ("2024-Q3", "2024-Q4", "2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2")
LAST = QUARTERS[-1]


def rows(snapshot: Snapshot, mart: str, columns: str, where: str = "TRUE") -> list[tuple]:
    """The rows of the newest returns, in the order of period and project."""
    found = snapshot.rows(
        f"SELECT {columns} FROM snapshot.{mart} WHERE known_to > TIMESTAMP '9000-01-01' AND {where} ORDER BY period, project_id"
    )
    return [
        tuple(None if pd.api.types.is_scalar(one) and pd.isna(one) else one for one in row)
        for row in found.itertuples(index=False, name=None)
    ]


def by_project(snapshot: Snapshot, mart: str, columns: str, period: str = LAST, where: str = "TRUE") -> dict[str, tuple]:
    return {one[0]: one[1:] for one in rows(snapshot, mart, f"project_id, {columns}", f"period = '{period}' AND {where}")}


def missing(snapshot: Snapshot, code: str) -> dict[tuple[str, str], set[str]]:
    """In which periods a project has a coded reason instead of an answer, by project and column; of any of its rows."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for mart in ("return_cost_estimate", "return_progress", "return_milestone", "return_risk", "return_reserve"):
        for period, project_id, written in rows(snapshot, mart, "period, project_id, missing"):
            for column, reason in json.loads(written).items():
                if reason["missing"] == code:
                    found[project_id, column].add(period)
    return found


def test_63_projects_five_parties_and_eight_quarters(example_snapshot):
    found = rows(example_snapshot, "return_project", "project_id, party_id, period")
    n_projects, n_parties, periods = (sorted({row[place] for row in found}) for place in range(3))
    assert (len(n_projects), len(n_parties), tuple(periods)) == (63, 5, QUARTERS)


def test_overruns_over_p50_and_over_p85(example_snapshot):
    costs = by_project(example_snapshot, "return_cost_estimate", "forecast_mnok, p50_mnok, p85_mnok")
    known = {project_id: row for project_id, row in costs.items() if None not in row}
    over_p50 = {project_id for project_id, (forecast, p50, _) in known.items() if forecast > p50}
    over_p85 = {project_id for project_id, (forecast, _, p85) in known.items() if forecast > p85}
    assert over_p85 == {"F-026", "F-038", "F-048"}
    assert {"F-005", "F-020", "F-028", "F-037"} <= over_p50


def test_delays_of_half_a_year_and_more(example_snapshot):
    openings = by_project(
        example_snapshot,
        "return_milestone",
        "forecast_on, baseline_on",
        where="milestone = 'opening' AND forecast_on IS NOT NULL",
    )
    late = {project_id for project_id, (forecast, baseline) in openings.items() if (forecast - baseline).days > 180}
    assert {"F-004", "F-020", "F-038"} <= late


def test_a_late_correction_of_an_earlier_quarter(example_snapshot):
    found = example_snapshot.rows(
        "SELECT known_from, known_to, forecast_mnok FROM snapshot.return_cost_estimate "
        "WHERE project_id = 'F-026' AND period = '2025-Q2' ORDER BY known_from"
    )
    (first, first_to, before), (second, _, after) = found.itertuples(index=False, name=None)
    assert first.date() <= deadline_on(FJORDBYEN, "2025-Q2") < second.date() == dt.date(2025, 9, 4)
    assert first_to == second
    assert after > before


def test_a_renamed_project_keeps_its_id_and_its_old_name(example_snapshot):
    names = [
        row[1:] for row in rows(example_snapshot, "return_project", "period, project_name, earlier_names", "project_id = 'F-024'")
    ]
    old, new = "Lindvåg kollektivterminal", "Lindvåg mobilitetspunkt"
    assert names == [(old, None)] * 4 + [(new, old)] * 4


def test_a_project_merged_into_another_that_grows(example_snapshot):
    standings = rows(example_snapshot, "return_project", "period, standing, merged_into", "project_id = 'F-058'")
    assert [row[1:] for row in standings] == [("running", None)] * 2 + [("merged", "F-057")] * 5  # one return is missing
    frames = dict(rows(example_snapshot, "return_cost_estimate", "period, p50_mnok", "project_id = 'F-057'"))
    assert frames["2025-Q2"] > frames["2024-Q4"]


@pytest.mark.parametrize(
    ("project_id", "since", "decisions"), [("F-036", "2025-Q4", {"Sak 41/25"}), ("F-043", "2026-Q1", {None})]
)
def test_a_new_baseline_with_a_decision_and_one_without(example_snapshot, project_id, since, decisions):
    found = rows(
        example_snapshot, "return_milestone", "period, milestone, baseline_on, baseline_decision", f"project_id = '{project_id}'"
    )
    planned: dict[str, list[tuple]] = defaultdict(list)
    for period, milestone, baseline_on, decision in sorted(found):
        planned[milestone].append((period, baseline_on, decision))
    changes = {(now[0], now[2]) for each in planned.values() for last, now in pairwise(each) if last[1] != now[1]}
    assert changes == {(since, decision) for decision in decisions}


def test_a_new_baseline_without_decision_had_to_be_confirmed(example_snapshot):
    found = example_snapshot.rows(
        "SELECT DISTINCT party_id, period FROM snapshot.return_finding JOIN snapshot.return_submission USING (submission_id) "
        "WHERE code = 'rebaseline_without_decision' AND severity = 'hold'"
    )
    assert found.to_dict("records") == [{"party_id": "veietaten", "period": "2026-Q1"}]


def test_a_missing_report_and_two_late_ones(example_snapshot):
    status = {
        (row.party_id, period): row.status
        for period in QUARTERS
        for row in reporting_status(example_snapshot, FJORDBYEN, period, dt.date(2026, 11, 1)).itertuples()
    }
    assert len(status) == 40
    assert {key for key, one in status.items() if one == "missing"} == {("austmark", "2025-Q1")}
    assert {key for key, one in status.items() if one == "late"} == {("veietaten", "2024-Q4"), ("lindvag", "2025-Q3")}


def test_mixed_price_years_and_nominal_kroner(example_snapshot):
    kinds = {
        (row[0], row[1], None if row[2] is None else int(row[2]))
        for row in rows(example_snapshot, "return_economy", "project_id, price_kind, price_year", f"period = '{LAST}'")
    }
    others = {kind for kind in kinds if kind[1:] != ("real", 2024)}
    assert others == {("F-023", "real", 2025), ("F-062", "real", 2025), ("F-032", "nominal", None)}
    assert len(kinds) == 63


def test_a_price_year_that_changes_from_one_report_to_the_next_leaves_the_real_cost(example_snapshot):
    found = rows(
        example_snapshot, "return_cost_estimate", "period, price_year, p50_mnok", "project_id = 'F-023' AND p50_mnok IS NOT NULL"
    )
    frames = {(period, int(year)): p50 for period, year, p50 in found}
    assert frames["2025-Q4", 2025] == pytest.approx(frames["2025-Q3", 2024] * 1.031)
    codes = example_snapshot.rows("SELECT DISTINCT sheet FROM snapshot.return_finding WHERE code = 'price_basis_changed'")
    assert set(codes["sheet"]) == {"Økonomi", "Kostnadsoverslag"}


def test_a_cost_estimate_in_other_kroner_than_its_money(example_snapshot):
    assert by_project(example_snapshot, "return_cost_estimate", "price_year")["F-010"] == (2023,)
    assert by_project(example_snapshot, "return_economy", "price_year")["F-010"] == (2024,)
    found = example_snapshot.rows("SELECT count(*) AS n FROM snapshot.return_finding WHERE code = 'price_bases_mixed'")
    assert found["n"].item() == len(QUARTERS)


def test_projects_in_two_areas_and_more(example_snapshot):
    found = rows(example_snapshot, "return_project_area", "project_id, working_area_id, share_pct", f"period = '{LAST}'")
    shares: dict[str, dict[str, float]] = defaultdict(dict)
    for project_id, area, share in found:
        shares[project_id][area] = float(share)
    assert shares["F-018"] == {"nord": 60, "sentrum": 40}
    assert shares["F-019"] == {"sor": 70, "sentrum": 30}
    assert len(shares["F-008"]) == 4


def test_values_exempt_from_public_access(example_snapshot):
    assert missing(example_snapshot, "exempt") == {
        ("F-043", "p50_mnok"): {"2026-Q1", "2026-Q2"}, ("F-043", "p85_mnok"): {"2026-Q1", "2026-Q2"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "project_id", "column", "periods"),
    [
        ("not_yet_known", "F-014", "forecast_mnok", set(QUARTERS[:5])),
        ("not_yet_known", "F-047", "forecast_mnok", set(QUARTERS)),
        ("not_yet_known", "F-053", "forecast_on", set(QUARTERS[4:])),
        ("not_delivered", "F-033", "forecast_mnok", {"2025-Q4"}),
        ("not_delivered", "F-016", "physical_pct", {"2025-Q2"}),
        ("not_applicable", "F-059", "p50_mnok", set(QUARTERS[5:])),
    ],
)
def test_values_that_are_not_known_not_delivered_or_not_applicable(example_snapshot, code, project_id, column, periods):
    assert missing(example_snapshot, code)[project_id, column] == periods


def test_owners_who_report_greener_than_the_figures(example_snapshot):
    costs = by_project(example_snapshot, "return_cost_estimate", "forecast_mnok, p50_mnok, p85_mnok")
    colours = by_project(example_snapshot, "return_progress", "colour_cost, colour_overall")
    green_over_p85 = {
        project_id
        for project_id, (cost, _) in colours.items()
        if cost == "green" and None not in costs[project_id] and costs[project_id][0] > costs[project_id][2]
    }
    yellow_over_p85 = {
        project_id
        for project_id, (cost, _) in colours.items()
        if cost == "yellow" and None not in costs[project_id] and costs[project_id][0] > costs[project_id][2]
    }
    assert (green_over_p85, yellow_over_p85) == ({"F-038"}, {"F-026", "F-048"})

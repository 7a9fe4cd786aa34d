"""The answers of the invented returns on plans and how they go: projects, progress, milestones, goals and deviations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from domain.returns import Answer, Missing, Split
from pipelines.examples.fjordbyen.faults import GREENER, WITHOUT_GOAL
from pipelines.examples.fjordbyen.portfolio import DEPENDS_ON, MERGED, QUARTERS, RENAMED, Project
from pipelines.examples.fjordbyen.told import Answers, Told
from pipelines.examples.fjordbyen.words import ACTIONS, CAUSES, EFFECT_SOURCES, REASONS, STATUS

COLOURS = ("green", "yellow", "red")
NOT_HERE = Missing("not_applicable")
# A project in more areas than these has no one place on the map.
MOST_AREAS_OF_A_PLACE = 2
# What a million kroner spent on each kind of project is said to do: indicator, unit, effect.
EFFECTS: Mapping[str, tuple[tuple[str, str, float], ...]] = {
    "rail": (
        ("pt_boardings", "boardings_per_year", 2100),
        ("traffic_index", "car_trips_per_day", -1.4),
        ("ghg_emissions", "tonnes_co2e_per_year", -0.5),
    ),
    "bus": (("pt_boardings", "boardings_per_year", 2500), ("traffic_index", "car_trips_per_day", -4)),
    "lane": (("pt_boardings", "boardings_per_year", 1200), ("traffic_index", "car_trips_per_day", -2)),
    "hub": (("pt_boardings", "boardings_per_year", 1500),),
    "quay": (("pt_boardings", "boardings_per_year", 900), ("ghg_emissions", "tonnes_co2e_per_year", -25)),
    "cycle": (("rvu_modal_share", "cycle_trips_per_day", 9), ("traffic_index", "car_trips_per_day", -2.5)),
    "walk": (("rvu_modal_share", "walking_trips_per_day", 14),),
    "street": (("rvu_modal_share", "walking_trips_per_day", 10), ("traffic_index", "car_km_per_day", -12)),
    "parking": (("traffic_index", "car_km_per_day", -60),),
    "safety": (("rvu_modal_share", "walking_trips_per_day", 4),),
    "tech": (("pt_boardings", "boardings_per_year", 2000),),
}


def project_rows(told: Told) -> Iterator[Answers]:
    """One row."""
    project, state = told.project, told.state
    has_place = 0 < len(project.areas) <= MOST_AREAS_OF_A_PLACE
    row: Answers = {
        "project_id": project.project_id, "project_name": project.name, "owner_party_id": project.party_id,
        "working_area_split": _split(project), "municipality_codes": project.municipalities,
        "road_number": project.road or NOT_HERE, "focus_area_id": project.focus_area_id,
        "phase": state.phase, "standing": state.standing, "plan_status": state.plan_status,
        "latitude": told.chance.latitude if has_place else NOT_HERE,
        "longitude": told.chance.longitude if has_place else NOT_HERE,
    }  # fmt: skip
    renamed = RENAMED.get(project.project_id)
    if renamed and told.quarter >= QUARTERS.index(renamed[0]):
        row |= {"project_name": renamed[1], "earlier_names": project.name}
    if state.standing == "merged":
        row["merged_into"] = MERGED[project.project_id][1]
    if project.project_id in DEPENDS_ON:
        row["depends_on"] = DEPENDS_ON[project.project_id]
    yield row


def _split(project: Project) -> Answer:
    if not project.areas:
        return Missing("not_applicable", "hele avtaleområdet")
    return Split(tuple((area, Decimal(share)) for area, share in project.areas))


def progress_rows(told: Told) -> Iterator[Answers]:
    """One row while the project runs."""
    state = told.state
    if state.standing != "running":
        return
    row: Answers = {"project_id": told.project.project_id, "status_text": STATUS[state.phase]}
    if state.physical_pct is not None and state.planned_pct is not None:
        row |= {"physical_pct": Decimal(f"{state.physical_pct:g}"), "planned_pct": Decimal(f"{state.planned_pct:g}")}
    for kind, level in _levels(told).items():
        row[f"colour_{kind}"] = COLOURS[level]
        if level:
            row[f"reason_{kind}"] = REASONS[kind][told.chance.pick % len(REASONS[kind])]
    if "forecast_mnok" in told.left_out("cost_estimates"):
        row["colour_cost"] = Missing("not_yet_known")
        row.pop("reason_cost", None)
    yield row | told.left_out("progress")


def _levels(told: Told) -> dict[str, int]:
    """0 green, 1 yellow, 2 red. Some parties see their projects greener than their figures are."""
    state, pick = told.state, told.chance.pick
    time = (state.delay_days > 90) + (state.delay_days > 180)
    cost = (state.forecast > state.p50) + (state.forecast > state.p85)
    since, levels = GREENER.get(told.project.project_id, (QUARTERS[0], 0))
    if told.quarter >= QUARTERS.index(since):
        time, cost = max(time - levels, 0), max(cost - levels, 0)
    risk = pick % 5 == 0 and state.phase not in ("opened", "closed")
    quality = pick % 13 == 0 and state.phase == "construction"
    return {"time": time, "cost": cost, "quality": int(quality), "risk": int(risk), "overall": max(time, cost)}


def milestone_rows(told: Told) -> Iterator[Answers]:
    """One row for each milestone, in the order that they come in."""
    for found in told.state.milestones:
        row: Answers = {
            "project_id": told.project.project_id, "milestone": found.milestone,
            "baseline_on": found.baseline_on, "forecast_on": found.forecast_on,
        }  # fmt: skip
        if found.actual_on:
            row["actual_on"] = found.actual_on
        else:
            row |= told.left_out("milestones")
        if found.decision:
            row["baseline_decision"] = found.decision
        yield row


def goal_rows(told: Told) -> Iterator[Answers]:
    """One row for each goal that the project is said to serve; none for some. Only what is opened can have been counted."""
    if told.project.project_id in WITHOUT_GOAL:
        return
    chance, is_open = told.chance, told.state.phase in ("opened", "closed")
    grade = "model" if chance.grade == "measured" and not is_open else chance.grade
    for indicator_id, unit, effect in EFFECTS[told.project.kind]:
        likely = Decimal(int(float(f"{told.project.p50_mnok * effect * chance.effect:.2g}")))
        low, high = sorted((likely * 6 / 10, likely * 14 / 10))
        row: Answers = {
            "project_id": told.project.project_id, "indicator_id": indicator_id, "low": low, "likely": likely, "high": high,
            "effect_unit": unit, "evidence_grade": grade, "effect_source": EFFECT_SOURCES[grade],
        }  # fmt: skip
        yield row | told.left_out("goal_contributions")


def deviation_rows(told: Told) -> Iterator[Answers]:
    """One row for each deviation that the party has reported so far; it is decided two quarters after it was raised."""
    raised = (
        ("K1", "cost", "prioriteringsrad", told.first_when(lambda state: state.forecast > state.p50)),
        ("K2", "cost", "styringsgruppe", told.first_when(lambda state: state.forecast > state.p85)),
        ("T1", "time", "prioriteringsrad", told.first_when(lambda state: state.delay_days > 90)),
    )
    for number, (deviation_id, kind, body_id, since) in enumerate(raised):
        if since is None:
            continue
        row: Answers = {
            "project_id": told.project.project_id, "deviation_id": deviation_id, "kind": kind,
            "cause": CAUSES[kind][(told.chance.pick + number) % len(CAUSES[kind])], "proposed_action": ACTIONS[kind],
            "body_id": body_id,
        }  # fmt: skip
        if told.quarter >= since + 2:
            row["decision_reference"] = told.decision(number, since + 2)
        yield row | told.left_out("deviations")

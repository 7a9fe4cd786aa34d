"""The real agreement: its YAML loads, is sourced, and agrees with the cited figures beside it."""

import csv
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel

from domain.facts import Sourced, Unknown
from domain.load import load_agreement
from domain.model import Agreement, Frame

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "data" / "examples" / "miljoloftet"
COLLECTED = ROOT.parent / "shared" / "facts" / "byindeks_bergen_rolling.csv"
AMOUNT_TYPES = {
    "total_estimate", "p50", "p85", "programme_grant", "earlier_grant", "remaining_need", "contract_value", "spent", "forecast",
    "frame", "overrun_step",
}  # fmt: skip


@pytest.fixture(scope="module")
def agreement() -> Agreement:
    return load_agreement(ROOT / "domain" / "agreements" / "miljoloftet.yaml")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sourced_parts(part: object) -> Iterator[Sourced]:
    if isinstance(part, tuple):
        for item in part:
            yield from sourced_parts(item)
    elif isinstance(part, BaseModel):
        if isinstance(part, Sourced):
            yield part
        for name in type(part).model_fields:
            yield from sourced_parts(getattr(part, name))


def test_it_is_real_and_holds_no_people(agreement: Agreement) -> None:
    assert not agreement.is_synthetic
    assert isinstance(agreement.people, Unknown)


def test_every_source_is_used_and_explained(agreement: Agreement) -> None:
    used = {source_id for part in sourced_parts(agreement) for source_id in part.sources}
    assert used == {source.source_id for source in agreement.sources}
    assert [source.source_id for source in agreement.sources if not source.url and not source.note] == []


def test_unknowns_say_why_in_both_languages(agreement: Agreement) -> None:
    unknowns = agreement.unknowns()
    assert {"price_year", "point_working_areas", "reporting", "indicator_targets", "authority", "people"} <= {
        key for key, _ in unknowns
    }
    for key, part in unknowns:
        assert part.unknown.nb.endswith("."), key
        assert part.unknown.en.endswith("."), key
        assert part.unknown.nb != part.unknown.en, key


def test_nine_parties_stand_today(agreement: Agreement) -> None:
    today = [party for party in agreement.parties if party.valid_to is None]
    assert [party.kind for party in today] == ["municipality"] * 5 + ["county", "state_road", "state_rail", "county_governor"]


def test_a_proposed_body_says_that_it_is_proposed(agreement: Agreement) -> None:
    for body in agreement.bodies:
        assert isinstance(body.mandate, Unknown), body.body_id
        if body.sources == ("ey_forslag",):
            assert "Foreslått av EY" in body.task.nb, body.body_id
            assert "Proposed by EY" in body.task.en, body.body_id


def test_a_party_begins_the_day_after_the_one_that_it_replaces(agreement: Agreement) -> None:
    by_id = {party.party_id: party for party in agreement.parties}
    for party in agreement.parties:
        for replaced in party.replaces:
            assert by_id[replaced].kind == party.kind
            assert by_id[replaced].valid_to is not None
            assert by_id[replaced].valid_to + dt.timedelta(days=1) == party.valid_from


def test_a_code_ends_the_day_before_its_successor_begins(agreement: Agreement) -> None:
    by_code = {place.municipality_code: place for place in agreement.municipalities}
    ended = [place for place in agreement.municipalities if place.valid_to]
    assert len(ended) == 11
    for place in ended:
        assert len(place.successor_codes) == 1, place.municipality_code
        successor = by_code[place.successor_codes[0]]
        assert place.valid_to is not None
        assert place.valid_to + dt.timedelta(days=1) == successor.valid_from, place.municipality_code
        assert place.is_in_agreement == successor.is_in_agreement, place.municipality_code
    assert all(place.successor_codes == () for place in agreement.municipalities if not place.valid_to)


def test_only_samnanger_lies_outside(agreement: Agreement) -> None:
    assert {place.name for place in agreement.municipalities if not place.is_in_agreement} == {"Samnanger"}
    today = {place.name for place in agreement.municipalities if place.is_in_agreement and not place.valid_to}
    assert today == {"Bergen", "Askøy", "Alver", "Bjørnafjorden", "Øygarden"}


def test_toll_money_is_for_bergen_only(agreement: Agreement) -> None:
    bergen = {place.municipality_code for place in agreement.municipalities if place.party_id == "bergen"}
    limited = {source.funding_source_id: set(source.only_in) for source in agreement.funding_sources if source.only_in}
    assert bergen == {"1201", "4601"}
    assert limited == {"bompenger": bergen}


def test_tiles_show_each_municipality_of_today_once(agreement: Agreement) -> None:
    assert not isinstance(agreement.tile_map, Unknown)
    today = {place.municipality_code for place in agreement.municipalities if place.is_in_agreement and not place.valid_to}
    assert sorted(tile.municipality_code for tile in agreement.tile_map) == sorted(today)
    assert len({(tile.row, tile.column) for tile in agreement.tile_map}) == len(today)


def test_events_fit_on_the_figure(agreement: Agreement) -> None:
    assert len(agreement.events) <= 6
    for event in agreement.events:
        assert len(event.label.nb) <= 22, event.event_id
        assert len(event.label.en) <= 22, event.event_id
        assert event.to_month is None or event.from_month <= event.to_month, event.event_id


def test_the_index_carries_its_credit_and_its_change_of_method(agreement: Agreement) -> None:
    index = agreement.index
    assert (index.index_id, index.reference_year, index.method_version) == ("8952", 2018, "rolling_mdt_2020")
    assert index.method_changes_on == dt.date(2027, 1, 1)
    assert index.credit.en == (
        "Contains data under the Norwegian licence for Open Government data (NLOD) "
        "distributed by the Norwegian Public Roads Administration."
    )


def as_row(frame: Frame) -> dict[str, object]:
    basis = frame.price_basis
    return {
        "scope": frame.scope, "name": frame.name, "municipality_code": frame.municipality_code or "",
        "funding_source_id": frame.funding_source_id or "", "amount_mnok": frame.amount_mnok,
        "is_per_year": str(frame.is_per_year).lower(), "price_year": str(basis.price_year or ""), "price_kind": basis.kind,
        "price_stated": basis.stated, "from_year": str(frame.from_year), "to_year": str(frame.to_year),
    }  # fmt: skip


def test_frames_agree_with_the_cited_rows(agreement: Agreement) -> None:
    cited = {row["frame_id"]: row | {"amount_mnok": Decimal(row["amount_mnok"])} for row in rows(EXAMPLES / "frames.csv")}
    assert list(cited) == [frame.frame_id for frame in agreement.frames]
    assert len(cited) == 21
    for frame in agreement.frames:
        row = cited[frame.frame_id]
        assert as_row(frame).items() <= row.items(), frame.frame_id
        assert row["source"] in {agreement.source(source_id).url for source_id in frame.sources}, frame.frame_id


def test_the_price_of_a_frame_is_its_own_words(agreement: Agreement) -> None:
    for frame in agreement.frames:
        basis = frame.price_basis
        assert (basis.price_year is None) == (basis.kind != "real"), frame.frame_id
        assert basis.price_year is None or str(basis.price_year) in basis.stated, frame.frame_id


@pytest.mark.parametrize("name", ["projects", "frames", "indicators", "index_rolling", "index_yearly"])
def test_every_cited_row_has_an_address(name: str) -> None:
    path = EXAMPLES / f"{name}.csv"
    assert b"\r" not in path.read_bytes()
    without = [number for number, row in enumerate(rows(path), start=2) if not row["source"].startswith(("http://", "https://"))]
    assert without == []


def test_an_amount_has_a_type_and_a_price_basis(agreement: Agreement) -> None:
    assert not isinstance(agreement.focus_areas, Unknown)
    focus_areas = {"", *(area.focus_area_id for area in agreement.focus_areas)}
    for row in rows(EXAMPLES / "projects.csv"):
        assert bool(row["amount_mnok"]) == bool(row["amount_type"]) == bool(row["price_kind"]), row
        assert not row["amount_type"] or row["amount_type"] in AMOUNT_TYPES, row
        assert bool(row["price_year"]) == (row["price_kind"] == "real"), row
        assert row["focus_area_id"] in focus_areas, row


def test_a_grant_and_a_cost_of_the_same_road_stay_apart() -> None:
    hatvikvegen = {
        row["amount_mnok"]: row["amount_type"] for row in rows(EXAMPLES / "projects.csv") if row["project_id"] == "P13"
    }
    assert hatvikvegen == {"12.3": "programme_grant", "168.3": "total_estimate", "110": "contract_value"}


def test_the_rolling_rows_are_the_decembers_and_the_latest(agreement: Agreement) -> None:
    cited = rows(EXAMPLES / "index_rolling.csv")
    assert {row["last_month"][5:] for row in cited if row["last_month"] != "2026-04"} == {"12"}
    assert sorted(row["window_months"] for row in cited if row["last_month"] == "2026-04") == ["12", "24", "36"]
    assert {row["reference_year"] for row in cited} == {str(agreement.index.reference_year)}


@pytest.mark.skipif(
    not COLLECTED.exists(), reason="the collected figures that the example was cut from do not lie beside the repository"
)
def test_the_rolling_rows_are_as_collected() -> None:
    names = {
        "window_months": "window_months", "last_month": "period_end", "reference_year": "reference_year",
        "index_pct": "index_change_pct", "ci_low_pct": "ci_lower_pct", "ci_high_pct": "ci_upper_pct",
        "standard_error_pct": "standard_error_pct", "n_points": "n_points", "source": "source",
    }  # fmt: skip
    collected = rows(COLLECTED)
    latest = max(row["period_end"] for row in collected)
    expected = [
        {ours: row[theirs] for ours, theirs in names.items()}
        for row in collected
        if row["period_end"].endswith("-12") or row["period_end"] == latest
    ]
    assert [{ours: row[ours] for ours in names} for row in rows(EXAMPLES / "index_rolling.csv")] == expected


def test_an_unfinished_year_is_not_chained() -> None:
    for row in rows(EXAMPLES / "index_yearly.csv"):
        assert row["month"] == "12" or row["is_chained"] == "false", row

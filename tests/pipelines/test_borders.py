"""The story of borders: taken into use by who may, kept as they came, read by pages, and told by the command."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import pytest

from pipelines.acting import NotAllowed
from pipelines.borders import KARTVERKET, load_borders, store_borders
from pipelines.commands.borders import BORDERS
from pipelines.commands.outcome import DONE, REFUSED, Refused
from pipelines.settings import Settings
from tests.builders import AT

SQUARE = [[5.0, 60.0], [6.0, 60.0], [6.0, 61.0], [5.0, 61.0], [5.0, 60.0]]


def geojson(path: Path, *codes: str, coordinates: object = None, **members: object) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"kommunenummer": code},
            "geometry": {"type": "Polygon", "coordinates": coordinates or [SQUARE]},
        }
        for code in codes
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", **members, "features": features}), encoding="utf-8")
    return path


@pytest.fixture
def file(tmp_path):
    return geojson(tmp_path / "kommuner.geojson", "4601", "F01")


def run(file: Path, data_dir: Path, credit: str | None = None, language: str = "nb"):
    return BORDERS.run(argparse.Namespace(file=str(file), credit=credit), Settings(data_dir, language))


def test_before_there_are_any_there_are_none(data_dir):
    assert load_borders(data_dir) is None


def test_what_is_stored_is_what_pages_read(data_dir, file):
    stored = store_borders("admin", file, None, AT, data_dir)
    read = load_borders(data_dir)
    assert (stored.borders, stored.findings) == (read, ())
    assert [border.municipality_code for border in read.of(["F01", "9999", "4601"])] == ["F01", "4601"]
    assert load_borders(data_dir) is read


def test_the_file_is_kept_as_it_came_and_the_pointer_says_by_whom_and_when(data_dir, file):
    store_borders("secretariat.lead", file, None, AT, data_dir)
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    assert sorted(path.name for path in (data_dir / "borders").iterdir()) == sorted([f"{sha256}.geojson", "current.json"])
    assert (data_dir / "borders" / f"{sha256}.geojson").read_bytes() == file.read_bytes()
    pointer = json.loads((data_dir / "borders" / "current.json").read_text(encoding="utf-8"))
    told = {key: pointer[key] for key in ("file", "file_name", "sha256", "stored_by", "stored_at")}
    assert told == {
        "file": f"{sha256}.geojson",
        "file_name": "kommuner.geojson",
        "sha256": sha256,
        "stored_by": "secretariat.lead",
        "stored_at": "2026-11-22T12:00:00",
    }


@pytest.mark.parametrize(
    ("asked", "own", "expected"),
    [(None, None, KARTVERKET), (None, "Kartverket 2026", "Kartverket 2026"), ("Byen", "Kartverket 2026", "Byen")],
)
def test_the_credit_asked_for_comes_before_the_files_own(data_dir, tmp_path, asked, own, expected):
    members = {"credit": own} if own else {}
    file = geojson(tmp_path / "a.geojson", "4601", **members)
    assert store_borders("admin", file, asked, AT, data_dir).borders.credit == expected
    assert load_borders(data_dir).credit == expected


def test_a_newer_file_takes_over_and_the_older_stays_beside_it(data_dir, file, tmp_path):
    first = store_borders("admin", file, None, AT, data_dir).borders
    second = store_borders("admin", geojson(tmp_path / "b.geojson", "4627"), None, AT, data_dir).borders
    assert load_borders(data_dir) == second
    assert (data_dir / "borders" / f"{first.sha256}.geojson").is_file()


def test_a_refused_file_leaves_nothing_and_changes_nothing(data_dir, file, tmp_path):
    refused = store_borders("admin", geojson(tmp_path / "b.geojson", "46"), None, AT, data_dir)
    assert (refused.borders, [finding.code for finding in refused.findings]) == (None, ["border_without_code"])
    assert not data_dir.exists()
    kept = store_borders("admin", file, None, AT, data_dir).borders
    store_borders("admin", geojson(tmp_path / "c.geojson", "46"), None, AT, data_dir)
    assert load_borders(data_dir) == kept


@pytest.mark.parametrize(
    ("person", "code"), [("fjordby.member", "not_allowed"), ("baneetaten.observer", "not_allowed"), ("nobody", "unknown_person")]
)
def test_who_has_no_role_for_it_is_turned_away(data_dir, file, person, code):
    with pytest.raises(NotAllowed, match=code):
        store_borders(person, file, None, AT, data_dir)
    assert not data_dir.exists()


def test_the_command_tells_what_was_taken_and_what_it_covers(data_dir, file):
    outcome = run(file, data_dir)
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    assert outcome.code == DONE
    assert outcome.answer == {
        "status": "stored",
        "receipt": f"sha256:{sha256}",
        "credit": KARTVERKET,
        "municipalities": [
            {"municipality_code": "4601", "name": "4601", "n_positions": 5},
            {"municipality_code": "F01", "name": "F01", "n_positions": 5},
        ],
        "agreements": [
            {"agreement": "fjordbyen", "n_with_border": 1, "n_municipalities": 5},
            {"agreement": "miljoloftet", "n_with_border": 1, "n_municipalities": 5},
        ],
        "findings": [],
    }
    assert outcome.lines == [
        f"kommuner.geojson er tatt i bruk som kommunegrenser. Kreditering: {KARTVERKET}.",
        "fjordbyen: 1 av 5 kommuner har grenser nå.",
        "miljoloftet: 1 av 5 kommuner har grenser nå.",
    ]


def test_the_command_refuses_with_the_number_of_the_feature(data_dir, tmp_path):
    outcome = run(geojson(tmp_path / "a.geojson", "4601", "46"), data_dir, language="en")
    assert outcome.code == REFUSED
    assert (outcome.answer["status"], outcome.answer["receipt"], outcome.answer["municipalities"]) == ("refused", None, [])
    (finding,) = outcome.answer["findings"]
    assert (finding["code"], finding["quoted"]) == ("border_without_code", "46")
    assert finding["message"].startswith("Feature 2 has no municipality number")
    assert outcome.lines[-1] == "a.geojson is refused. The borders that were in use are unchanged."
    assert load_borders(data_dir) is None


def test_the_command_takes_a_credit_and_wants_a_file_that_is_there(data_dir, file):
    parser = argparse.ArgumentParser()
    BORDERS.arguments(parser)
    assert vars(parser.parse_args(["a.geojson", "--credit", "Byen"])) == {"file": "a.geojson", "credit": "Byen"}
    assert run(file, data_dir, "Byen").answer["credit"] == "Byen"
    with pytest.raises(Refused):
        run(file.with_name("missing.geojson"), data_dir)

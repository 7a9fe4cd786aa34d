"""Municipal borders from GeoJSON: what is taken, how it is drawn, and what is refused with the feature's number."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.methods.rings import signed_area, thinned
from pipelines.reading import borders as reading
from pipelines.reading.borders import MAX_POSITIONS, read_borders

REAL = Path(__file__).parents[3].parent / "shared" / "geo" / "municipalities_bergen_area.geojson"
NEEDS_REAL = pytest.mark.skipif(not REAL.is_file(), reason="the borders of five municipalities are not beside the checkout")


def ring(west: float = 5.0, south: float = 60.0, size: float = 1.0) -> list[list[float]]:
    """A square that runs against the clock, as GeoJSON wants outlines."""
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


HOLE = ring(5.25, 60.25, 0.5)[::-1]


def feature(coordinates: object, kind: str = "Polygon", **properties: object) -> dict:
    given = properties or {"kommunenummer": "4601", "kommunenavn": "Storby"}
    return {"type": "Feature", "properties": given, "geometry": {"type": kind, "coordinates": coordinates}}


@pytest.fixture
def read(tmp_path):
    """Reads a collection of these features, or whatever text or object is given."""

    def read_it(*features: object, **members: object):
        path = tmp_path / "a.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", **members, "features": list(features)}), encoding="utf-8")
        return read_borders(path)

    return read_it


def codes(found) -> list[tuple[str, str | None, object]]:
    assert found.borders == ()
    return [(finding.code, finding.quoted, finding.named.get("feature")) for finding in found.findings]


def test_outlines_run_clockwise_and_holes_the_other_way(read):
    for outline, hole in ((ring(), HOLE), (ring()[::-1], HOLE[::-1])):
        (border,) = read(feature([outline, hole])).borders
        outer, inner = border.rings
        assert (border.municipality_code, border.name) == ("4601", "Storby")
        assert signed_area(outer) == pytest.approx(-1.0)
        assert signed_area(inner) == pytest.approx(0.25)


def test_islands_and_several_features_of_one_municipality_are_one_border(read):
    found = read(feature([[ring()], [ring(7)]], "MultiPolygon"), feature([ring(9)]), feature([ring(11)], komm=301))
    assert [(border.municipality_code, len(border.rings)) for border in found.borders] == [("0301", 1), ("4601", 3)]
    assert all(signed_area(own) < 0 for border in found.borders for own in border.rings)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"kommunenummer": "4601", "kommunenavn": "Storby"}, ("4601", "Storby")),
        ({"KOMMUNENR": "4601", "NAVN": "Storby"}, ("4601", "Storby")),
        ({"komm": 301}, ("0301", "0301")),
        ({"kommunenummer": "F01", "name": " Fjord "}, ("F01", "Fjord")),
        (
            {"kommunenummer": "4601", "navn": [{"sprak": "sme", "navn": "Gávpot"}, {"sprak": "nor", "navn": "Storby"}]},
            ("4601", "Storby"),
        ),
        ({"kommunenummer": "4601", "navn": []}, ("4601", "4601")),
    ],
)
def test_codes_and_names_as_they_are_spelt(read, properties, expected):
    (border,) = read(feature([ring()], **properties)).borders
    assert (border.municipality_code, border.name) == expected


@pytest.mark.parametrize("name", ["Kommune", "administrative_enheter.kommune"])
def test_a_download_with_several_collections(tmp_path, name):
    lines = {"type": "FeatureCollection", "features": []}
    own = {"type": "FeatureCollection", "features": [feature([ring()])]}
    (tmp_path / "a.geojson").write_text("\ufeff" + json.dumps({"Kommunegrense": lines, name: own}), encoding="utf-8")
    assert [border.municipality_code for border in read_borders(tmp_path / "a.geojson").borders] == ["4601"]


def test_the_credit_is_the_files_own_in_one_line(read):
    assert read(feature([ring()]), attribution=" Kartverket,\n CC BY 4.0 ").credit == "Kartverket, CC BY 4.0"
    assert read(feature([ring()]), license="").credit is None


def test_heights_are_left_out_and_positions_are_kept_to_about_a_metre(read):
    positions = [[5.123456789, 60.0, 12.5], [6.0, 60.0, 0], [6.0, 61.0, 1], [5.123456789, 60.0, 12.5]]
    (border,) = read(feature([positions])).borders
    assert border.rings[0][0] == (5.12346, 60.0)


def test_what_is_smaller_than_the_rounding_is_left_out(read):
    (border,) = read(feature([[ring()], [ring(7, 60, 0.000001)]], "MultiPolygon")).borders
    assert len(border.rings) == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (feature([ring()], name="Storby"), ("border_without_code", None, 2)),
        (feature([ring()], kommunenummer="46"), ("border_without_code", "46", 2)),
        (feature([ring()], kommunenummer=None), ("border_without_code", None, 2)),
        ({"type": "Feature"}, ("border_without_code", None, 2)),
        ("feature", ("border_without_code", None, 2)),
        (feature(ring(), "LineString"), ("border_not_a_polygon", "LineString", 2)),
        ({**feature([ring()]), "geometry": None}, ("border_not_a_polygon", "null", 2)),
        (feature([]), ("border_ring_broken", None, 2)),
        (feature([[]]), ("border_ring_broken", None, 2)),
        (feature([5.0, 60.0]), ("border_ring_broken", None, 2)),
        (feature([ring()[:-1]]), ("border_ring_broken", None, 2)),
        (feature([[[5.0, 60.0], [6.0, 60.0], [5.0, 60.0]]]), ("border_ring_broken", None, 2)),
        (feature([[[5.0, 60.0], [6.0, 60.0], [7.0, 60.0], [5.0, 60.0]]]), ("border_ring_broken", None, 2)),
        (feature([ring(5, 60, 0.000001)]), ("border_ring_broken", None, 2)),
        (feature([[[-34000, 6730000], *ring()[1:]]]), ("border_outside_norway", "[-34000, 6730000]", 2)),
        (feature([[[60.0, 5.0], *ring()[1:]]]), ("border_outside_norway", "[60.0, 5.0]", 2)),
        (feature([[["5", "60"], *ring()[1:]]]), ("border_outside_norway", "['5', '60']", 2)),
        (feature([[[True, 60.0], *ring()[1:]]]), ("border_outside_norway", "[True, 60.0]", 2)),
        (feature([[10**400, *ring()[1:]]]), ("border_outside_norway", str(10**400)[:80], 2)),
        (feature([[[10**400, 60.0], *ring()[1:]]]), ("border_outside_norway", f"[{10**400}"[:80], 2)),
    ],
)
def test_what_is_wrong_is_said_with_the_number_of_the_feature(read, given, expected):
    assert codes(read(feature([ring()]), given)) == [expected]


def test_all_that_is_wrong_is_said_at_once(read):
    found = read(feature(ring(), "Point"), feature([ring()]), feature([ring()], name="Uten"))
    assert [(code, number) for code, _, number in codes(found)] == [("border_not_a_polygon", 1), ("border_without_code", 3)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_geojson"),
        (b"{", "not_geojson"),
        (b"\xff\xfe", "not_geojson"),
        (b"PK\x03\x04", "not_geojson"),
        (b'{"type": NaN}', "not_geojson"),
        (b"[" * 100_000, "not_geojson"),
        (b'{"a":' * 100_000, "not_geojson"),
        (b"9" * 10_000, "not_geojson"),
        (b"[]", "not_a_feature_collection"),
        (b"7", "not_a_feature_collection"),
        (b"{}", "not_a_feature_collection"),
        (b'{"Kommune": 7}', "not_a_feature_collection"),
        (b'{"type": "FeatureCollection"}', "not_a_feature_collection"),
        (b'{"type": "FeatureCollection", "features": []}', "not_a_feature_collection"),
        (b'{"type": "Topology"}', "not_a_feature_collection"),
    ],
)
def test_what_is_no_collection_of_municipalities_is_refused(tmp_path, content, code):
    (tmp_path / "a.geojson").write_bytes(content)
    assert [found for found, _, _ in codes(read_borders(tmp_path / "a.geojson"))] == [code]


def test_an_infinite_number_is_no_coordinate(tmp_path):
    text = json.dumps({"type": "FeatureCollection", "features": [feature([ring()])]}).replace("61.0", "1e999", 1)
    (tmp_path / "a.geojson").write_text(text, encoding="utf-8")
    assert codes(read_borders(tmp_path / "a.geojson")) == [("border_outside_norway", "[6.0, inf]", 1)]


def test_a_file_that_is_too_large_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_FILE_BYTES", 10)
    (tmp_path / "a.geojson").write_text("{" * 11, encoding="utf-8")
    found = read_borders(tmp_path / "a.geojson")
    assert [code for code, _, _ in codes(found)] == ["borders_too_large"]
    assert found.original == b""


def test_a_file_that_cannot_be_read_is_said(tmp_path):
    assert [code for code, _, _ in codes(read_borders(tmp_path / "missing.geojson"))] == ["unreadable_file"]


@NEEDS_REAL
def test_the_five_municipalities_of_a_real_file():
    found = read_borders(REAL)
    assert (found.findings, found.credit) == ((), None)
    assert [(border.municipality_code, border.name) for border in found.borders] == [
        ("4601", "Bergen"),
        ("4624", "Bjørnafjorden"),
        ("4626", "Øygarden"),
        ("4627", "Askøy"),
        ("4631", "Alver"),
    ]
    assert all(signed_area(own) < 0 for border in found.borders for own in border.rings)
    assert all(4 <= border.n_positions <= MAX_POSITIONS for border in found.borders)


@NEEDS_REAL
@pytest.mark.parametrize("code", ["4601", "4624", "4626", "4627", "4631"])
def test_the_area_of_a_real_border_is_kept_when_it_is_thinned(code):
    border = next(found for found in read_borders(REAL).borders if found.municipality_code == code)
    (file,) = (
        own for own in json.loads(REAL.read_text(encoding="utf-8"))["features"] if own["properties"]["kommunenummer"] == code
    )
    whole = sum(abs(signed_area([tuple(place) for place in polygon[0]])) for polygon in file["geometry"]["coordinates"])
    assert -sum(map(signed_area, border.rings)) == pytest.approx(whole, rel=0.02)
    fewer = thinned(border.rings, 3 * border.n_positions // 4)
    assert sum(len(own) for own in fewer) < border.n_positions
    assert sum(map(signed_area, fewer)) == pytest.approx(sum(map(signed_area, border.rings)), rel=0.02)

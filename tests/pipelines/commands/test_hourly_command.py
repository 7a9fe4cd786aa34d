"""The command `hourly` of the public contract: its answer, its areas, what it refuses and how it says so."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from pipelines import __main__ as door
from pipelines.commands.hourly import HOURLY
from pipelines.commands.outcome import DONE, REFUSED
from tests.hourly_files import two_years, write_days, write_hours

YEARS = ["--base", "2019", "--to", "2020"]


@pytest.fixture(autouse=True)
def own_surroundings(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("APP_LANGUAGE", raising=False)
    monkeypatch.setitem(door.COMMANDS, HOURLY.name, HOURLY)


@pytest.fixture
def hours(tmp_path):
    """Two points, one with 10 % more and one unchanged."""
    return str(write_hours(tmp_path / "hours.parquet", [*two_years("A", 100, 110), *two_years("B", 300, 300)]))


def run(capsys, *arguments: str) -> tuple[int, dict, str]:
    """Exit code, the JSON object and what was said on standard error."""
    code = door.main(["hourly", *arguments, "--json"])
    out, err = capsys.readouterr()
    return code, json.loads(out), err


def refused(capsys, *arguments: str) -> list[dict]:
    """The findings of an answer without rows, each of which was said on standard error."""
    code, found, err = run(capsys, *arguments)
    assert (code, found["points"], found["area"]) == (
        REFUSED,
        [],
        {"index_pct": None, "standard_error_pct": None, "n_points": 0},
    )
    assert all(finding["message"] in err and finding["action"] in err for finding in found["findings"])
    return found["findings"]


def test_the_answer_is_that_of_the_contract(capsys, hours, tmp_path):
    code, found, _ = run(capsys, hours, *YEARS)
    assert code == DONE
    assert found == {
        "points": [
            {"point_id": "A", "month": 1, "base": 38_400, "calculation": 42_240, "days": 16},
            {"point_id": "B", "month": 1, "base": 115_200, "calculation": 115_200, "days": 16},
        ],
        "area": {
            "index_pct": pytest.approx(2.5),
            "standard_error_pct": pytest.approx(31.25**0.5),
            "n_points": 2,
        },
        "findings": [],
    }
    assert not (tmp_path / "var").exists()


def test_several_files_and_a_daily_one(capsys, tmp_path):
    one, two = (str(write_hours(tmp_path / f"{point}.parquet", two_years(point))) for point in "AB")
    days = str(write_days(tmp_path / "days.parquet", {("B", 2020, 1, 5): 90.0}))
    _, found, _ = run(capsys, two, days, one, *YEARS)
    assert [row["point_id"] for row in found["points"]] == ["A"]


@pytest.mark.parametrize(
    "content",
    ["point_id,area\nA,nord\nB,sør\nA,alle\nB,alle\n", "\ufeffarea;note;point_id\nnord;x;A\nsør;;B\nalle;;A\nalle;;B\n"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_each_area_has_a_row(capsys, hours, tmp_path, content, encoding):
    if encoding == "cp1252":
        content = content.removeprefix("\ufeff")
    (tmp_path / "areas.csv").write_text(content, encoding=encoding)
    code, found, _ = run(capsys, hours, *YEARS, "--areas", str(tmp_path / "areas.csv"))
    assert code == DONE
    assert found["areas"] == [
        {"area": "alle", **found["area"]},
        {"area": "nord", "index_pct": pytest.approx(10), "standard_error_pct": None, "n_points": 1},
        {"area": "sør", "index_pct": pytest.approx(0, abs=1e-9), "standard_error_pct": None, "n_points": 1},
    ]


def test_points_of_an_area_that_do_not_count_are_told_of(capsys, hours, tmp_path):
    (tmp_path / "areas.csv").write_text("point_id,area\nA,nord\nZ,nord\n", encoding="utf-8")
    code, found, err = run(capsys, hours, *YEARS, "--areas", str(tmp_path / "areas.csv"))
    assert (code, found["areas"][0]["n_points"]) == (DONE, 1)
    assert [(finding["code"], finding["severity"], finding["quoted"]) for finding in found["findings"]] == [
        ("area_points_not_counted", "warning", "Z")
    ]
    assert found["findings"][0]["message"] in err


@pytest.mark.parametrize(
    ("content", "code", "quoted"),
    [
        ("point,area\nA,nord\n", "areas_column_missing", "point_id"),
        ("point_id\nA\n", "areas_column_missing", "area"),
        ("", "areas_column_missing", "point_id"),
        ("point_id,area\nA,nord\nB\n", "areas_row_incomplete", "3"),
        ("point_id,area\n,nord\n", "areas_row_incomplete", "2"),
    ],
)
def test_a_wrong_areas_file_is_refused(capsys, hours, tmp_path, content, code, quoted):
    (tmp_path / "areas.csv").write_text(content, encoding="utf-8")
    finding = refused(capsys, hours, *YEARS, "--areas", str(tmp_path / "areas.csv"))[0]
    assert (finding["code"], finding["quoted"]) == (code, quoted)


def test_an_areas_file_that_is_no_text_is_refused(capsys, hours, tmp_path):
    (tmp_path / "areas.csv").write_text("point_id,area\n" + "A" * 200_000 + ",nord\n", encoding="utf-8")
    assert refused(capsys, hours, *YEARS, "--areas", str(tmp_path / "areas.csv"))[0]["code"] == "areas_unreadable"


def test_repeated_hours_are_refused_with_point_and_count(capsys, tmp_path):
    rows = two_years()
    path = write_hours(tmp_path / "hours.parquet", [*rows, *rows[:3]])
    (finding,) = refused(capsys, str(path), *YEARS)
    assert (finding["code"], finding["severity"], finding["quoted"]) == ("hour_twice", "error", "A (3)")
    assert finding["message"].startswith("Samme time står flere ganger for samme punkt. Rader for mye: 3. ")


def test_a_wrong_column_is_named_with_those_that_there_are(capsys, hours, tmp_path, monkeypatch):
    monkeypatch.setenv("APP_LANGUAGE", "en")
    table = pq.read_table(hours).rename_columns({"volume": "volum"})
    pq.write_table(table, tmp_path / "wrong.parquet")
    (finding,) = refused(capsys, str(tmp_path / "wrong.parquet"), *YEARS)
    assert finding["message"] == (
        "wrong.parquet lacks the column “volume”. It has: point_id, year, month, day, hour, volum, coverage, length_quality."
    )


def test_every_refusal_has_its_words(capsys, hours, tmp_path):
    (tmp_path / "text.parquet").write_text("no", encoding="utf-8")
    table = pq.read_table(hours)
    pq.write_table(table.set_column(0, "point_id", table.column("year")), tmp_path / "type.parquet")
    write_hours(tmp_path / "hour.parquet", [row._replace(hour=24) for row in two_years()])
    write_hours(tmp_path / "day.parquet", [*two_years(), two_years()[0]._replace(month=2, day=30)])
    codes = [refused(capsys, str(tmp_path / f"{name}.parquet"), *YEARS)[0]["code"] for name in ("text", "type", "hour", "day")]
    assert codes == ["not_parquet", "parquet_column_type", "hourly_not_possible", "hour_on_no_day"]


def test_an_empty_file_has_no_hours_of_the_years(capsys, tmp_path):
    path = write_hours(tmp_path / "empty.parquet", [])
    assert [finding["code"] for finding in refused(capsys, str(path), *YEARS)] == ["year_without_hours"] * 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.parquet", *YEARS], "missing.parquet"),
        (["HOURS", "--base", "2020", "--to", "2020"], "2020"),
        (["HOURS", "--base", "2019"], "--to"),
        (["HOURS", "--base", "x", "--to", "2020"], "--base"),
        (["HOURS", *YEARS, "--areas", "missing.csv"], "missing.csv"),
    ],
)
def test_wrong_arguments_are_refused_with_a_sentence(capsys, hours, arguments, said):
    code, found, err = run(capsys, *(hours if argument == "HOURS" else argument for argument in arguments))
    assert (code, list(found)) == (REFUSED, ["error"])
    assert said in found["error"]
    assert found["error"] in err


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "nb",
            "2019 til 2020, de samme timene: +2,50 % (standardfeil 5,59), antall punkter 2\nnord: +10,00 % (standardfeil –), antall punkter 1\n",
        ),
        (
            "en",
            "2019 to 2020, the same hours: +2.50 % (standard error 5.59), number of points 2\nnord: +10.00 % (standard error –), number of points 1\n",
        ),
    ],
)
def test_people_are_told_the_index(capsys, hours, tmp_path, monkeypatch, language, said):
    monkeypatch.setenv("APP_LANGUAGE", language)
    (tmp_path / "areas.csv").write_text("point_id,area\nA,nord\n", encoding="utf-8")
    assert door.main(["hourly", hours, *YEARS, "--areas", str(tmp_path / "areas.csv")]) == DONE
    assert capsys.readouterr().out == said

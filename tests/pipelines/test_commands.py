"""The public contract of the commands: one JSON object, exit codes, nothing stored of what is refused."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from pipelines.__main__ import main
from pipelines.answers.goal.goal import goal
from pipelines.commands.outcome import BUSY, DONE, FORBIDDEN, REFUSED
from pipelines.history.ledger import open_ledger
from pipelines.history.publish import current_name
from pipelines.history.snapshot import open_snapshot
from tests.builders import agreement

ROOT = Path(__file__).parents[2]
OFFICIAL = ROOT.parent / "shared" / "official"
NEEDS_OFFICIAL = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official workbooks are not beside the checkout")
NEWEST = OFFICIAL / "tallmateriale_8952.xlsx"
TRAFFIC = ["--agreement", "miljoloftet", "--published-on", "2026-05-21", "--as", "admin", "--json"]


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("APP_LANGUAGE", raising=False)
    return tmp_path / "var"


def run(capsys, *arguments: str) -> tuple[int, dict, str]:
    """Exit code, the JSON object and what was said on standard error."""
    code = main(list(arguments))
    out, err = capsys.readouterr()
    return code, json.loads(out), err


def test_a_second_demo_changes_nothing(capsys, examples, own_data_dir):
    shutil.copytree(examples, own_data_dir)
    code, second, _ = run(capsys, "demo", "--json")
    assert (code, second) == (DONE, {"snapshot": current_name(examples)})
    assert sorted(path.name for path in own_data_dir.rglob("*")) == sorted(path.name for path in examples.rglob("*"))


def test_demo_answers_the_goal_of_both_agreements(example_snapshot):
    snapshot = example_snapshot
    real, invented = goal(snapshot, agreement("miljoloftet")), goal(snapshot, agreement())
    assert (real.answer, real.judged.index_pct, real.judged.ci_low_pct, real.judged.ci_high_pct) == (
        "cannot_tell",
        0.82,
        -2.2,
        3.8,
    )
    assert (real.judged.basis, real.judged.sheet) == ("published", "index_rolling.csv")
    assert (invented.answer, invented.judged.basis, invented.is_monthly) == ("cannot_tell", "point_months", True)


def test_real_and_invented_rows_never_share_a_submission(example_snapshot):
    rows = example_snapshot.rows("SELECT agreement_id, is_synthetic, count(*) FROM snapshot.submission GROUP BY ALL ORDER BY ALL")
    assert [(row.agreement_id, row.is_synthetic) for row in rows.itertuples()] == [("fjordbyen", True), ("miljoloftet", False)]


def test_people_lists_roles_and_seats(capsys):
    code, found, _ = run(capsys, "people", "--agreement", "fjordbyen", "--json")
    member = next(person for person in found["people"] if person["person_id"] == "fjordby.member")
    assert code == DONE
    assert member["party_id"] == "fjordby"
    assert {"body_id": "styringsgruppe", "capacity": "leader"} in member["bodies"]


@NEEDS_OFFICIAL
@pytest.mark.parametrize(
    ("name", "year", "basis"),
    [
        ("tallmateriale_8952_2025-07_with_punkt_mdt.xlsx", 2018, {"point_months": 168}),
        ("tallmateriale_956.xlsx", 2016, {"point_months": 219}),
        ("tallmateriale_8952.xlsx", 2018, {"point_means": 130, "published": 65}),
    ],
)
def test_index_recomputes_an_official_workbook(capsys, name, year, basis):
    code, found, _ = run(capsys, "index", str(OFFICIAL / name), "--reference-year", str(year), "--json")
    counts = {key: sum(row["basis"] == key for row in found["rolling"]) for key in basis}
    assert (code, counts, len(found["rolling"])) == (DONE, basis, sum(basis.values()))
    for row in found["rolling"]:
        assert row["index_pct"] == pytest.approx(row["published_index_pct"], abs=1e-9)
        assert (row["ci_low_pct"], row["ci_high_pct"]) == (row["published_ci_low_pct"], row["published_ci_high_pct"])


@NEEDS_OFFICIAL
def test_index_chains_whole_years_and_years_to_date_apart(capsys):
    _, found, _ = run(capsys, "index", str(NEWEST), "--reference-year", "2018", "--json")
    last = found["chained"][-1]
    assert (last["year_from"], last["year_to"], last["n_points"]) == (2018, 2025, 68)
    assert last["index_pct"] == pytest.approx(2.1703, abs=5e-5)
    assert (last["ci_low_pct"], last["ci_high_pct"]) == (-1.3, 5.7)
    assert [(row["year_to"], row["month"]) for row in found["chained_to_date"]][-1] == (2026, 4)


@NEEDS_OFFICIAL
def test_index_refuses_another_reference_year(capsys):
    code, found, err = run(capsys, "index", str(NEWEST), "--reference-year", "2017", "--json")
    assert (code, found["rolling"], found["chained"]) == (REFUSED, [], [])
    assert {finding["code"] for finding in found["findings"]} == {"reference_year_differs"}
    assert "2018" in err


@NEEDS_OFFICIAL
def test_a_tampered_area_row_is_refused_with_both_values_and_nothing_is_stored(capsys, tmp_path, own_data_dir):
    n_changed = 0
    with zipfile.ZipFile(NEWEST) as official, zipfile.ZipFile(tmp_path / "tampered.xlsx", "w") as tampered:
        for name in official.namelist():
            content, n = re.subn(rb'(<c r="B196"><v>0\.)8(\d+</v>)', rb"\g<1>9\2", official.read(name))
            tampered.writestr(name, content)
            n_changed += n
    assert n_changed == 1
    code, found, _ = run(capsys, "traffic", str(tmp_path / "tampered.xlsx"), *TRAFFIC)
    (finding,) = (finding for finding in found["findings"] if finding["severity"] == "error")
    assert (code, found["status"], found["submission_id"]) == (REFUSED, "refused", None)
    assert (finding["code"], finding["sheet"], finding["cell"]) == ("area_row_differs", "by_glid_indeks", "B196")
    assert "0.9155" in finding["message"]
    assert "0.8155" in finding["message"]
    assert current_name(own_data_dir) is None
    assert not (own_data_dir / "originals").exists()


@NEEDS_OFFICIAL
def test_a_loaded_workbook_completes_the_goal(capsys, examples, own_data_dir):
    shutil.copytree(examples, own_data_dir)
    code, found, _ = run(capsys, "traffic", str(NEWEST), *TRAFFIC)
    answer = goal(open_snapshot(own_data_dir), agreement("miljoloftet"))
    assert (code, found["status"], found["already_submitted_as"]) == (DONE, "committed", None)
    assert [finding["code"] for finding in found["findings"]] == ["point_outside_agreement"]
    assert (answer.is_monthly, len(answer.series)) == (True, 195)
    assert (answer.judged.sheet, answer.judged.cell, answer.judged.basis) == ("by_glid_indeks", "B196", "point_means")
    assert run(capsys, "traffic", str(NEWEST), *TRAFFIC)[1]["already_submitted_as"] == found["submission_id"]


@NEEDS_OFFICIAL
@pytest.mark.trust
def test_a_later_release_lists_what_it_revised_and_overwrites_nothing(capsys, own_data_dir):
    older = OFFICIAL / "tallmateriale_8952_2025-07_with_punkt_mdt.xlsx"
    run(capsys, "traffic", str(older), *TRAFFIC[:3], "2025-08-22", *TRAFFIC[4:])
    _, found, _ = run(capsys, "traffic", str(NEWEST), *TRAFFIC)
    months = [(row["window_months"], row["last_month"]) for row in found["revisions"]]
    assert len(months) == 26
    assert months[0] == (12, "2024-10")
    first = found["revisions"][0]
    assert first["changed"] == ["index_pct", "standard_error_pct"]
    assert first["before"]["index_pct"] == pytest.approx(-0.1310488866502868)
    assert first["after"]["index_pct"] == pytest.approx(-0.1342695806178518)
    snapshot = open_snapshot(own_data_dir)
    then = goal(snapshot, agreement("miljoloftet"), dt.date(2026, 5, 20))
    assert (then.judged.last_month, then.judged.n_points) == (dt.date(2025, 7, 1), 39)


@NEEDS_OFFICIAL
@pytest.mark.parametrize("person", ["fjordby.member", "baneetaten.observer", "fjordby.analyst", "nobody"])
def test_who_may_not_load_traffic_is_turned_away(capsys, person, own_data_dir):
    arguments = ["--agreement", "fjordbyen", "--published-on", "2026-05-21", "--as", person, "--json"]
    code, found, _ = run(capsys, "traffic", str(NEWEST), *arguments)
    assert (code, list(found)) == (FORBIDDEN, ["error"])
    assert not own_data_dir.exists()


@NEEDS_OFFICIAL
def test_a_busy_ledger_says_so(capsys, own_data_dir, monkeypatch):
    monkeypatch.setattr("pipelines.history.ledger._WAIT_SECONDS", 0.1)
    monkeypatch.setattr("pipelines.history.ledger.open_ledger.__wrapped__.__defaults__", (0.1,))
    with open_ledger(own_data_dir):
        code, found, _ = run(capsys, "traffic", str(NEWEST), *TRAFFIC)
    assert (code, list(found)) == (BUSY, ["error"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["index", "missing.xlsx", "--reference-year", "2018", "--json"],
        ["people", "--agreement", "nowhere", "--json"],
    ],
)
def test_wrong_arguments_are_refused_with_a_sentence(capsys, arguments):
    code, found, err = run(capsys, *arguments)
    assert (code, found["error"]) == (REFUSED, err.strip())


@pytest.mark.parametrize("arguments", [["index", "--nonsense", "--json"], ["nonsense", "--json"], ["--json"]])
def test_a_command_line_that_makes_no_sense_is_refused_with_its_usage(capsys, arguments):
    code, found, _ = run(capsys, *arguments)
    assert code == REFUSED
    assert "usage" in found["error"]


def test_a_file_that_is_no_workbook_is_refused(capsys, tmp_path):
    (tmp_path / "a.xlsx").write_text("not a workbook", encoding="utf-8")
    code, found, _ = run(capsys, "index", str(tmp_path / "a.xlsx"), "--reference-year", "2018", "--json")
    assert (code, [finding["code"] for finding in found["findings"]]) == (REFUSED, ["not_a_workbook"])


def test_messages_follow_the_language(capsys, monkeypatch, tmp_path):
    shutil.copy(__file__, tmp_path / "a.xlsx")
    monkeypatch.setenv("APP_LANGUAGE", "en")
    _, found, _ = run(capsys, "index", str(tmp_path / "a.xlsx"), "--reference-year", "2018", "--json")
    assert found["findings"][0]["message"] == "The file is not an Excel workbook (.xlsx), whatever it is called."


def test_a_bad_setting_is_named(capsys, monkeypatch):
    monkeypatch.setenv("APP_LANGUAGE", "klingon")
    assert main(["demo"]) == REFUSED
    assert "APP_LANGUAGE" in capsys.readouterr().err


@pytest.mark.parametrize(("year", "index_pct"), [(2017, 0.0), (2018, 0.2), (2019, 1.1)])
def test_index_of_a_raw_file_is_our_own_yearly_index(capsys, year, index_pct):
    raw = OFFICIAL / f"pointindex_956_{year}.csv"
    if not raw.exists():
        pytest.skip("the raw files do not lie beside the repository")
    code, found, _ = run(capsys, "index", str(raw), "--year", str(year), "--json")
    assert code == 0
    assert [(row["year_from"], row["year_to"], row["month"]) for row in found["yearly"]] == [(year - 1, year, 12)]
    assert found["yearly"][0]["index_pct"] == pytest.approx(index_pct, abs=0.05)


def test_index_of_a_file_that_is_neither_says_what_is_wrong(capsys, tmp_path):
    (tmp_path / "a.csv").write_text("hei\n")
    code, found, _ = run(capsys, "index", str(tmp_path / "a.csv"), "--year", "2018", "--json")
    assert (code, found["yearly"], bool(found["findings"])) == (2, [], True)
    code, _, said = run(capsys, "index", str(tmp_path / "a.csv"), "--json")
    assert (code, "--year" in said) == (2, True)

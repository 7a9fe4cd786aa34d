"""Our own calculation from the API, from question to snapshot. The served points and counts are constructed."""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import json
import math
import zipfile

import pandas as pd
import pytest

from domain.facts import LocalText
from domain.model import PointExclusion
from domain.period import Month
from pipelines.acting import NotAllowed
from pipelines.answers.goal.goal import goal, own_calculation
from pipelines.commands.outcome import DONE, REFUSED, Refused
from pipelines.commands.traffic_api import TRAFFIC_API, ProgressBar
from pipelines.history.ledger import open_ledger
from pipelines.history.marts import MARTS
from pipelines.history.publish import current_name
from pipelines.history.snapshot import open_snapshot
from pipelines.settings import BadSetting, Settings, settings
from pipelines.traffic_api import load_traffic_api
from tests.api_server import INDEX_ID, PROXIES, Api, reply, server_at, serving
from tests.builders import agreement, printed, store
from tests.oracles import rolling_index_slowly

POINTS = {f"{number:05}V00000{number}": (1000.0 * number, 0.004 * number) for number in range(1, 6)}
FIRST, LAST = "00001V000001", "00005V000005"
AT = dt.datetime(2021, 2, 10, 12, 0)
SINCE = Month(2018, 1)


def counted(point_id: str, year: int, number: int) -> float | None:
    """What a point would have counted; the last one loses two months of 2020."""
    base, growth = POINTS[point_id]
    if point_id == LAST and (year, number) in ((2020, 3), (2020, 4)):
        return None
    return round(base * (1 + growth * (year - 2018)) * (1 + 0.1 * math.sin(number)))


def excluded(point_id: str, first: str | None = None) -> PointExclusion:
    why = LocalText(nb="Vegarbeid.", en="Roadworks.")
    return PointExclusion(point_id=point_id, from_month=first, reason=why, sources=("oppdiktet",))


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def api():
    with serving(Api({point_id: f"Punkt {point_id[4]}" for point_id in POINTS}, counted)) as served:
        yield served


@pytest.fixture(scope="module")
def real():
    """The invented agreement, said to be real and to have an index: what a city would write."""
    index = agreement().index.model_copy(update={"index_id": str(INDEX_ID)})
    return agreement().model_copy(update={"is_synthetic": False, "index": index})


@pytest.fixture
def run(api, real, data_dir):
    """Runs the story as the secretariat, or with what is given otherwise."""

    def story(at=AT, **otherwise):
        given = {"actor": "secretariat.lead", "agreement": real, "first": SINCE, **otherwise}
        return load_traffic_api(**given, at=at, data_dir=data_dir, server=server_at(api))

    return story


def test_the_index_is_what_the_months_give(run, data_dir):
    done = run()
    snapshot = open_snapshot(data_dir)
    found = own_calculation(snapshot, agreement())
    rows = snapshot.rows(
        "SELECT point_id, month, mdt, coverage_pct, length_quality_pct FROM snapshot.point_month WHERE kind = 'traffic_api'"
    )
    slowly = rolling_index_slowly(
        (row._replace(month=Month(row.month.year, row.month.month)) for row in rows.itertuples(index=False)), 2018
    )
    assert (done.is_refused, [finding.code for finding in done.findings if finding.severity == "error"]) == (False, [])
    assert [(row.window_months, row.last_month.year, row.last_month.month) for row in found.itertuples()] == [
        (12, 2019, 12), *((12, 2020, month) for month in range(1, 13)), (12, 2021, 1), (24, 2020, 12), (24, 2021, 1),
    ]  # fmt: skip
    for row in found.itertuples():
        expected = slowly[row.window_months, Month(row.last_month.year, row.last_month.month)]
        assert row.index_pct == pytest.approx(expected["index_pct"], abs=1e-9)
        assert row.standard_error_pct == pytest.approx(expected["standard_error_pct"], abs=1e-9)
        assert row.n_points == expected["n_points"] == 5
    assert [(row.year, row.month, row.n_points, row.index_pct) for row in done.yearly] == [
        (year, 12, 5, 1.0) for year in (2018, 2019, 2020)
    ]


def test_it_stands_beside_the_published_index_and_changes_no_answer_on_the_goal(run, api, data_dir):
    published = printed(-3.0, -4.0, -2.0, "2020-12", window=12)
    store(data_dir, published, printed(1.0, 0.0, 2.0, "2020-12", window=24), published_on=dt.date(2021, 1, 20))
    before = goal(open_snapshot(data_dir), agreement())
    done = run()
    snapshot = open_snapshot(data_dir)
    after = goal(snapshot, agreement())
    pd.testing.assert_frame_equal(after.series, before.series)
    assert (after.latest, after.answer) == (before.latest, before.answer)
    beside = own_calculation(snapshot, agreement()).set_index(["window_months", "last_month"])
    row = beside.loc[(12, dt.datetime(2020, 12, 1))]
    assert (row["published_index_pct"], row["published_ci_low_pct"], row["published_ci_high_pct"]) == (-3.0, -4.0, -2.0)
    assert (row["submission_id"], row["fetched_on"].date(), row["source_url"]) == (done.submission_id, AT.date(), api.url)
    assert beside["published_index_pct"].notna().sum() == 2
    assert own_calculation(snapshot, agreement(), AT.date() - dt.timedelta(1)).empty


def test_neither_kind_closes_the_rows_of_the_other(run, data_dir):
    for day in (1, 20):
        store(data_dir, printed(1.0, 0.0, 2.0, "2020-12", window=12), published_on=dt.date(2021, 2, day), content=str(day))
    run()
    rows = open_snapshot(data_dir).rows("""
        SELECT kind, strftime(known_from, '%d') AS first, strftime(known_to, '%Y') AS last FROM snapshot.rolling_index
        WHERE group_kind = 'area' AND window_months = 12 AND last_month = DATE '2020-12-01' ORDER BY known_from
    """)
    assert [tuple(row) for row in rows.itertuples(index=False)] == [
        ("traffic", "01", "2021"),
        ("traffic_api", "10", "9999"),
        ("traffic", "20", "9999"),
    ]


def test_the_stated_grain_is_unique_with_both_kinds(run, data_dir):
    store(data_dir, printed(1.0, 0.0, 2.0, "2020-12", window=12))
    run()
    run(at=AT + dt.timedelta(days=30))
    snapshot = open_snapshot(data_dir)
    for mart in MARTS:
        rows = snapshot.rows(f"SELECT * FROM snapshot.{mart.name}")
        assert not rows.duplicated(list(mart.key)).any(), mart.name


def test_exclusions_come_first_and_are_listed(run, real, data_dir):
    all_points = run()
    fewer = run(agreement=real.model_copy(update={"point_exclusions": (excluded(FIRST), excluded(LAST, "2021-01"))}))
    assert [(found.exclusion.point_id, len(found.months)) for found in fewer.left_out] == [(FIRST, 37), (LAST, 1)]
    # The same answers with other exclusions are another calculation, and the newest one is shown.
    assert (fewer.already_submitted_as, fewer.receipt != all_points.receipt) == (None, True)
    found = own_calculation(open_snapshot(data_dir), agreement())
    assert set(found["submission_id"]) == {fewer.submission_id}
    assert found["n_points"].tolist() == [4] * 16
    kept = open_snapshot(data_dir).rows(
        "SELECT DISTINCT point_id FROM snapshot.point_month WHERE submission_id = ?", [fewer.submission_id]
    )
    assert FIRST not in set(kept["point_id"])


def test_a_citys_own_file_excludes_too(run, data_dir):
    (data_dir / "exclusions").mkdir(parents=True)
    (data_dir / "exclusions" / "fjordbyen.yaml").write_text(
        f"point_exclusions: [{{point_id: {FIRST}, reason: {{nb: Vegarbeid., en: Roadworks.}}, sources: [oppdiktet]}}]",
        encoding="utf-8",
    )
    assert [len(found.months) for found in run().left_out] == [37]


def test_every_month_leads_back_to_a_cell_and_to_the_answer_as_it_came(run, api, data_dir):
    done = run()
    with open_ledger(data_dir) as ledger:
        kept = dict(ledger.connection.execute("SELECT file_name, sha256 FROM original").fetchall())
    originals = {name: (data_dir / "originals" / sha256).read_bytes() for name, sha256 in kept.items()}
    assert set(originals) == {"answers.zip", "points.csv", "point_months.csv", "exclusions.csv"}
    with zipfile.ZipFile(io.BytesIO(originals["answers.zip"])) as archive:
        assert sorted(archive.read(name) for name in archive.namelist()) == sorted(api.sent)
    table = list(csv.reader(io.StringIO(originals["point_months.csv"].decode("utf-8-sig"))))
    rows = open_snapshot(data_dir).rows("SELECT * FROM snapshot.point_month WHERE submission_id = ?", [done.submission_id])
    assert len(rows) == len(table) - 1
    for row in rows.itertuples():
        line = table[int(row.cell[1:]) - 1]
        assert (row.sheet, row.cell[0], line[0], line[1]) == ("point_months.csv", "C", row.point_id, f"{row.month:%Y-%m}")
        assert float(line[2]) == row.mdt


def test_the_same_day_again_asks_nothing_and_stores_nothing(run, api):
    first = run()
    asked = len(api.asked)
    again = run()
    assert (again.submission_id, again.already_submitted_as, again.receipt) == (first.submission_id,) * 2 + (first.receipt,)
    assert len(api.asked) == asked
    later = run(at=AT + dt.timedelta(days=1))
    assert (later.submission_id, later.already_submitted_as) == (2, None)
    assert len(api.asked) == 2 * asked


def test_a_run_that_fails_stores_nothing_and_the_next_goes_on(run, api, data_dir):
    api.faults = [None] * 10 + [reply(400)]
    failed = run()
    (finding,) = failed.findings
    assert (failed.is_refused, failed.receipt, finding.code) == (True, None, "api_refused")
    assert finding.sheet.startswith("months_")
    assert (current_name(data_dir), (data_dir / "ledger.duckdb").exists()) == (None, False)
    api.faults = []
    asked = len(api.asked)
    assert not run(at=AT + dt.timedelta(days=2)).is_refused
    assert len(api.asked) - asked == len(set(map(json.dumps, (found.body for found in api.asked)))) - 10


@pytest.mark.parametrize("person", ["fjordby.member", "baneetaten.observer", "fjordby.analyst", "nobody"])
def test_who_may_not_is_turned_away_before_anything_is_asked(run, api, data_dir, person):
    with pytest.raises(NotAllowed):
        run(actor=person)
    assert (api.asked, data_dir.exists()) == ([], False)


def test_an_invented_agreement_never_gets_real_figures(run, api, real):
    for without in (
        agreement(),
        real.model_copy(update={"index": agreement().index}),
        real.model_copy(update={"is_synthetic": True}),
    ):
        assert [found.code for found in run(agreement=without).findings] == ["api_agreement_without_index"]
    assert api.asked == []


def test_a_start_after_the_reference_year_began_is_refused(run, api):
    (finding,) = run(first=Month(2018, 2)).findings
    assert (finding.code, finding.quoted, finding.named, api.asked) == (
        "api_starts_too_late",
        "2018-02",
        {"latest": "2018-01"},
        [],
    )


def test_too_few_months_give_no_index_and_say_so(run, api):
    api.mdt = lambda point_id, year, number: 100.0 if number == 1 else None
    done = run()
    assert (done.is_refused, "api_months_give_no_index" in [found.code for found in done.findings]) == (False, True)


# The command


@pytest.fixture
def command(api, data_dir, monkeypatch):
    """Runs the command for a city's own agreement; gives its outcome."""
    from domain.load import BUILT_IN

    said = (BUILT_IN / "fjordbyen.yaml").read_text(encoding="utf-8")
    for old, new in (
        ("agreement_id: fjordbyen", "agreement_id: byen"),
        ("is_synthetic: true", "is_synthetic: false"),
        ("index_id: null", f'index_id: "{INDEX_ID}"'),
    ):
        assert said.count(old) == 1
        said = said.replace(old, new)
    (data_dir / "agreements").mkdir(parents=True)
    (data_dir / "agreements" / "byen.yaml").write_text(said, encoding="utf-8")
    monkeypatch.setattr("pipelines.reading.graphql.Server", lambda *_: server_at(api))
    monkeypatch.setattr("pipelines.commands.traffic_api.now", lambda: AT)
    parser = argparse.ArgumentParser()
    TRAFFIC_API.arguments(parser)

    def run(*arguments: str, language: str = "nb"):
        return TRAFFIC_API.run(parser.parse_args(arguments), Settings(data_dir, language))

    return run


GIVEN = ("--agreement", "byen", "--from", "2018-01", "--as", "secretariat.lead")


def test_the_command_answers_with_what_was_left_out(command, data_dir):
    (data_dir / "exclusions").mkdir()
    (data_dir / "exclusions" / "byen.yaml").write_text(
        f"point_exclusions: [{{point_id: {FIRST}, reason: {{nb: Vegarbeid., en: Roadworks.}}, sources: [oppdiktet]}}]",
        encoding="utf-8",
    )
    done = command(*GIVEN, language="en")
    assert (done.code, done.answer["status"], done.answer["submission_id"]) == (DONE, "committed", 1)
    assert done.answer["left_out"] == [
        {"point_id": FIRST, "from_month": None, "to_month": None, "indices": "all", "reason": "Roadworks.", "n_months": 37}
    ]
    assert [row["index_pct"] for row in done.answer["yearly"]] == [1.0, 1.0, 1.0]
    assert json.dumps(done.answer, allow_nan=False)
    assert f"Point {FIRST}: 37 months left out. Roadworks." in done.lines
    assert command(*GIVEN).answer["already_submitted_as"] == 1


def test_a_refusal_says_why_in_words(command, api):
    api.answer = lambda *_: {"data": None, "errors": [{"message": "Ukjent indeks"}]}
    done = command(*GIVEN)
    assert (done.code, done.answer["status"], done.answer["receipt"]) == (REFUSED, "refused", None)
    assert "Ukjent indeks" in done.answer["findings"][0]["message"]


def test_a_run_that_is_stopped_by_hand_says_that_it_can_go_on(command, monkeypatch):
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipelines.traffic_api.load_traffic_api", stopped)
    with pytest.raises(Refused) as refusal:
        command(*GIVEN)
    assert refusal.value.key == "traffic_api_stopped"


def test_a_month_that_is_none_is_refused_with_what_is_accepted(command, capsys):
    with pytest.raises(SystemExit):
        command("--agreement", "byen", "--from", "januar", "--as", "admin")
    assert "YYYY-MM" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_drawn_on_a_terminal_only():
    drawn, plain = Terminal(), io.StringIO()
    for stream in (drawn, plain):
        bar = ProgressBar(stream, "nb")
        bar.show(0.0, 10)
        bar.show(50.0, 400)
        bar.end()
    assert drawn.getvalue() == f"\r[{'.' * 30}] 0 %, 10 svar\r[{'#' * 15}{'.' * 15}] 50 %, 400 svar\n"
    assert plain.getvalue() == ""


# The settings


def test_the_endpoint_is_the_documented_one_unless_it_is_set(monkeypatch):
    for name in ("TRAFFIC_API_URL", "TRAFFIC_API_CLIENT", "TRAFFIC_API_PER_SECOND"):
        monkeypatch.delenv(name, raising=False)
    found = settings()
    assert (found.traffic_api_url, found.traffic_api_client, found.traffic_api_per_second) == (
        "https://trafikkdata-api.atlas.vegvesen.no",
        "Nullvekst",
        2.0,
    )
    monkeypatch.setenv("TRAFFIC_API_URL", "http://127.0.0.1:8080/graphql")
    monkeypatch.setenv("TRAFFIC_API_PER_SECOND", "0.5")
    assert (settings().traffic_api_url, settings().traffic_api_per_second) == ("http://127.0.0.1:8080/graphql", 0.5)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("TRAFFIC_API_URL", "http://example.org"),
        ("TRAFFIC_API_URL", "ftp://127.0.0.1"),
        ("TRAFFIC_API_URL", "trafikkdata"),
        ("TRAFFIC_API_URL", "https://"),
        ("TRAFFIC_API_URL", "https://a:99999999"),
        ("TRAFFIC_API_URL", "https://somebody:secret@example.org"),
        ("TRAFFIC_API_CLIENT", "a\r\nX-Other: b"),
        ("TRAFFIC_API_CLIENT", "Bjørn"),
        ("TRAFFIC_API_PER_SECOND", "0"),
        ("TRAFFIC_API_PER_SECOND", "nan"),
        ("TRAFFIC_API_PER_SECOND", "1000"),
        ("TRAFFIC_API_PER_SECOND", "mange"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(monkeypatch, name, given):
    monkeypatch.setenv(name, given)
    with pytest.raises(BadSetting, match=name) as refusal:
        settings()
    assert "secret" not in str(refusal.value)

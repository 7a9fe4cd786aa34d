"""The public traffic API, against a server of our own that answers and fails as documented. All answers are constructed."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.period import Month
from domain.rows import DayQuality, HourCount, PointMonth
from pipelines.methods.city_index import is_accepted
from pipelines.reading import traffic_answers as answers
from pipelines.reading.graphql import NoAnswer, quotable
from pipelines.reading.traffic_api import Answers, days, fetch, finish_run, hours, run_folder
from tests.api_server import (
    INDEX_ID,
    PROXIES,
    Api,
    Clock,
    cut_off,
    errors,
    hour,
    index_points,
    month,
    months,
    page,
    point,
    reply,
    server_at,
    serving,
    silent,
)

# Constructed answers of the documented shape that lie beside the checkout; not recordings.
SHAPES = Path(__file__).parents[3].parent / "shared" / "official" / "api_shapes"
NEEDS_SHAPES = pytest.mark.skipif(not SHAPES.is_dir(), reason="the constructed API answers are not beside the checkout")
P1, P2 = "00001V000001", "00002V000002"
OSLO = dt.timezone(dt.timedelta(hours=1))
FROM, TO = dt.datetime(2025, 10, 26, tzinfo=OSLO), dt.datetime(2025, 10, 27, tzinfo=OSLO)
TODAY = dt.date(2021, 2, 10)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def api():
    with serving(Api({P1: "Et punkt", P2: "Et annet"})) as served:
        yield served


def refused(ask) -> str:
    """The code of the finding with which an act ends."""
    with pytest.raises(NoAnswer) as refusal:
        ask()
    return refusal.value.finding.code


def encoded(answer: object) -> bytes:
    return json.dumps(answer).encode()


# How we ask


def test_we_ask_by_post_and_say_who_we_are(api):
    api.answer = lambda *_: {"data": {}}
    server_at(api).ask("query points { a }", {"id": "1"})
    (asked,) = api.asked
    assert (asked.method, asked.headers["X-Client"], asked.headers["Content-Type"]) == (
        "POST",
        "Nullvekst test",
        "application/json",
    )
    assert asked.body == {"query": "query points { a }", "variables": {"id": "1"}}


def test_questions_keep_their_distance(api):
    clock = Clock()
    server = server_at(api, clock, per_second=2.0)
    for _ in range(3):
        server.ask("query points { trafficRegistrationPoints }", {})
    assert clock.slept == [0.5, 0.5]


def test_a_packed_answer_is_unpacked(api):
    api.faults = [reply(200, gzip.compress(b'{"data": {}}'), Content_Encoding="gzip")]
    assert server_at(api).ask("query points { a }", {}) == b'{"data": {}}'


# How it fails, and passes


def test_a_failing_server_is_asked_again_after_ever_longer_waits(api):
    clock = Clock()
    api.faults = [reply(500), reply(503), reply(502), cut_off]
    server_at(api, clock).ask("query points { trafficRegistrationPoints }", {})
    assert clock.slept == [1.0, 2.0, 4.0, 8.0]


def test_jitter_shortens_a_wait_by_up_to_half(api):
    clock = Clock()
    api.faults = [reply(500), reply(500)]
    server = server_at(api, clock)
    server.chance = iter([0.0, 0.5]).__next__
    server.ask("query points { trafficRegistrationPoints }", {})
    assert clock.slept == [0.5, 1.5]


def test_retry_after_is_obeyed_in_seconds_and_as_a_time_of_day(api):
    clock = Clock()
    until = {"Date": "Sun, 22 Nov 2026 10:00:00 GMT", "Retry_After": "Sun, 22 Nov 2026 10:00:20 GMT"}
    api.faults = [reply(429, Retry_After="7"), reply(429, **until), reply(429, Retry_After="soon")]
    server_at(api, clock).ask("query points { trafficRegistrationPoints }", {})
    assert clock.slept == [7.0, 20.0, 4.0]


def test_a_server_that_asks_for_hours_is_left_alone(api):
    api.faults = [reply(429, Retry_After="7200")]
    assert refused(lambda: server_at(api).ask("query points { a }", {})) == "api_asks_us_to_wait"
    assert len(api.asked) == 1


def test_patience_has_an_end(api):
    api.faults = [reply(503)] * 9
    with pytest.raises(NoAnswer) as refusal:
        server_at(api).ask("query points { a }", {})
    finding = refusal.value.finding
    assert (finding.code, finding.quoted, finding.named) == ("api_unreachable", "HTTP 503", {"n": 6})
    assert len(api.asked) == 6


def test_a_silent_server_and_one_that_drips_run_out_of_time(api):
    api.faults = [silent(api)] * 2
    assert refused(lambda: server_at(api, read_s=0.05, attempts=2).ask("query points { a }", {})) == "api_unreachable"
    with pytest.raises(NoAnswer) as refusal:
        server_at(api, answer_s=-1.0, attempts=1).ask("query points { trafficRegistrationPoints }", {})
    assert refusal.value.finding.quoted == "AnswerTimeout"


def test_nobody_at_the_address(api):
    server = server_at(api, attempts=2)
    server.url = "http://127.0.0.1:1"
    assert refused(lambda: server.ask("query points { a }", {})) == "api_unreachable"


# What is not asked again


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (reply(200, encoded(errors("Ugyldig felt"))), "api_error"),
        (reply(200, encoded(errors("Ugyldig felt", data={"a": 1}))), "api_error"),
        (reply(400, encoded(errors("Ugyldig felt"))), "api_error"),
        (reply(200, encoded({"errors": "Ugyldig felt"})), "api_unknown_shape"),
        (reply(200, b'{"data": {"trafficRegis'), "api_not_json"),
        (reply(200, b"<html>Logg inn</html>"), "api_not_json"),
        (reply(200, b""), "api_not_json"),
        (reply(200, b"[" * 100_000), "api_not_json"),
        (reply(200, b"not gzip", Content_Encoding="gzip"), "api_not_json"),
        (reply(403, b"<h1>Forbidden</h1>"), "api_refused"),
        (reply(405), "api_refused"),
        (reply(302, Location="http://127.0.0.1:1/"), "api_refused"),
        (reply(200, b" " * 2_000_000), "api_answer_too_large"),
        (reply(200, gzip.compress(b" " * 2_000_000), Content_Encoding="gzip"), "api_answer_too_large"),
    ],
)
def test_an_answer_that_waiting_does_not_mend_is_a_finding_at_once(api, fault, code):
    api.faults = [fault]
    assert refused(lambda: server_at(api, answer_bytes=1_000_000).ask("query points { a }", {})) == code
    assert len(api.asked) == 1


def test_the_servers_own_words_are_quoted_and_harmless(api):
    api.faults = [reply(200, encoded(errors("Feil \x1b[31mi\u202e felt\n«a»", "og mer")))]
    with pytest.raises(NoAnswer) as refusal:
        server_at(api).ask("query points { a }", {})
    assert refusal.value.finding.quoted == "Feil \ufffd[31mi\ufffd felt «a» / og mer"
    assert len(quotable("x" * 1000)) == 200


# Months


def test_quality_of_a_month_follows_the_specification():
    rows = [
        month(2025, 1, 9433, total=10420, valid=10401, coverage=99.74),
        month(2018, 2, 9100, total=10085, coverage=None),  # historical: both count as whole
        month(2025, 3, None, total=500, valid=500),  # totals without classes
        month(2025, 4, 0, total=0, valid=0),  # nothing passed: no length quality
    ]
    assert answers.point_months(encoded(months(P1, rows)), P1) == (
        PointMonth(P1, Month(2025, 1), 9433.0, 99.74 * (100 * 10401 / 10420) / 100, 100 * 10401 / 10420),
        PointMonth(P1, Month(2018, 2), 9100.0, 100.0, 100.0),
        PointMonth(P1, Month(2025, 3), None, 100.0, 100.0),
        PointMonth(P1, Month(2025, 4), 0.0, None, None),
    )


@NEEDS_SHAPES
def test_the_constructed_months_are_read():
    first, last = answers.point_months((SHAPES / "byMonth_by_length.json").read_bytes(), "00000V000000")
    assert (str(first.month), first.mdt, first.coverage_pct, is_accepted(first)) == ("2018-01", 9100, 100, True)
    assert (last.mdt, round(last.coverage_pct, 4), round(last.length_quality_pct, 4)) == (9433, 99.5581, 99.8177)


@NEEDS_SHAPES
def test_the_constructed_error_and_index_are_read():
    assert refused(lambda: answers.point_months((SHAPES / "error.json").read_bytes(), P1)) == "api_unknown_shape"
    found = answers.index_points((SHAPES / "publishedAreaTrafficVolumeIndex_points.json").read_bytes())
    (row,) = found.volumes
    assert (found.point_ids, row.base_volume, row.calculation_volume, row.is_excluded) == (
        ("00000V000000",),
        1e6,
        1_012_000,
        False,
    )


def test_a_point_that_the_api_does_not_know_has_no_months():
    assert answers.point_months(b'{"data": {"trafficData": null}}', P1) == ()


def test_an_answer_about_another_point_is_refused():
    assert refused(lambda: answers.point_months(encoded(months(P2, [])), P1)) == "api_other_point"


@pytest.mark.parametrize(
    ("key", "wrong"),
    [("year", "2018"), ("year", 18), ("month", 13), ("month", None), ("month", True), ("total", []), ("byLengthRange", {})],
)
def test_a_month_of_another_form_is_refused_with_its_place(key, wrong):
    row = {**month(2018, 1, 100), key: wrong}
    with pytest.raises(NoAnswer) as refusal:
        answers.point_months(encoded(months(P1, [row])), P1)
    assert refusal.value.finding.code == "api_unknown_shape"
    assert f"byMonth.0.{key}" in refusal.value.finding.quoted


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
PARSERS = (answers.points, answers.index_points, *(
    lambda given, read=read: read(given, P1) for read in (answers.point_months, answers.hours, answers.days)
))  # fmt: skip
WHOLE = [
    {"data": {"trafficRegistrationPoints": [point(P1, "Et punkt")]}},
    index_points([P1], 2025, 12),
    months(P1, [month(2025, 1, 100)]),
    page("byHour", P1, [hour("2025-10-26T01:00:00+02:00", 20)]),
    page("byDay", P1, [hour("2025-10-26T00:00:00+02:00", 20)]),
]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_is_changed_in_an_answer_it_is_read_or_refused(data):
    number = data.draw(st.integers(0, len(WHOLE) - 1))
    answer = json.loads(json.dumps(WHOLE[number]))
    part = answer
    while isinstance(part, (dict, list)) and part:
        key = data.draw(st.sampled_from(sorted(part) if isinstance(part, dict) else range(len(part))))
        if not isinstance(part[key], (dict, list)) or data.draw(st.booleans()):
            part[key] = data.draw(JSON)
            break
        part = part[key]
    with suppress(NoAnswer):
        PARSERS[number](json.dumps(answer).encode("utf-8", "surrogatepass"))


# Points


def test_a_point_has_its_municipality_road_and_position(api):
    forms = ["EV39 S79D10 m1192", "RV580 S1D10 m2710", "FV5158 S2D1 m243", "KV1210 S1", "noe annet", None]
    rows = answers.points(encoded({"data": {"trafficRegistrationPoints": [point(P1, "Et punkt", form) for form in forms]}}))
    assert [row.road for row in rows] == ["E39", "rv. 580", "fv. 5158", "kv. 1210", "noe annet", None]
    assert [row.road_category for row in rows] == ["E", "R", "F", "K", None, None]
    first = rows[0]
    assert (first.municipality_name, first.municipality_code, first.latitude, first.longitude) == ("Bergen", "4601", 61.0, 3.5)


def test_an_id_that_is_no_id_never_becomes_a_file_name():
    assert refused(lambda: answers.index_points(encoded(index_points(["../../x"], 2025, 12)))) == "api_unknown_shape"


def test_points_beyond_the_first_page_are_not_left_out_in_silence():
    assert refused(lambda: answers.index_points(encoded(index_points([P1], 2025, 12, True)))) == "api_more_points_than_a_page"


def test_volumes_carry_each_kind_of_exclusion():
    found = answers.index_points(encoded(index_points([P1], 2025, 12, isManuallyExcluded=True)))
    assert [row.is_excluded for row in found.volumes] == [True]
    assert answers.index_points(b'{"data": {"publishedAreaTrafficVolumeIndex": null}}') is None


# Hours and days


def test_the_doubled_hour_of_october_is_two_rows_over_two_pages(api):
    first = page("byHour", P1, [hour("2025-10-26T02:00:00+02:00", 15), hour("2025-10-26T02:00:00+01:00", 12)], "abc")
    last = page("byHour", P1, [hour("2025-10-26T03:00:00+01:00", 11, None, None), hour("2025-10-26T04:00:00+01:00", None)])
    api.answer = lambda _, variables: last if variables["after"] == "abc" else first
    assert list(hours(server_at(api), P1, FROM, TO)) == [
        HourCount(P1, 2025, 10, 26, 2, 15, 100.0, 99.6),
        HourCount(P1, 2025, 10, 26, 2, 12, 100.0, 99.6),
        HourCount(P1, 2025, 10, 26, 3, 11, None, None),
    ]
    assert [asked.body["variables"]["after"] for asked in api.asked] == [None, "abc"]
    assert api.asked[0].body["variables"]["from"] == "2025-10-26T00:00:00+01:00"


@NEEDS_SHAPES
def test_the_constructed_hours_are_read(api):
    first, last = ((SHAPES / f"byHour_{name}.json").read_bytes() for name in ("page1_dst_october", "page2"))
    api.answer = lambda _, variables: last if variables["after"] else first
    assert [(row.hour, row.volume) for row in hours(server_at(api), "00000V000000", FROM, TO)] == [
        (1, 20),
        (2, 15),
        (2, 12),
        (3, 11),
    ]


def test_days_have_their_length_quality(api):
    api.answer = lambda *_: page("byDay", P1, [hour("2025-10-26T00:00:00+02:00", None, length_quality=97.5)])
    assert list(days(server_at(api), P1, FROM, TO)) == [DayQuality(P1, 2025, 10, 26, 97.5)]


def test_pages_that_turn_in_a_circle_end(api):
    api.answer = lambda *_: page("byHour", P1, [hour("2025-10-26T02:00:00+02:00", 15)], "again")
    assert refused(lambda: list(hours(server_at(api), P1, FROM, TO))) == "api_pages_do_not_end"
    assert len(api.asked) == 2
    api.answer = lambda *_: page("byHour", P1, [], "more")
    assert refused(lambda: list(hours(server_at(api), P1, FROM, TO))) == "api_pages_do_not_end"


@pytest.mark.parametrize("begins", ["2025-10-26T02:00:00", "2025-10-26T02:00:00Z", "2025-10-26T02:00:00+05:00", "i går"])
def test_another_clock_than_the_norwegian_is_another_shape(begins):
    assert refused(lambda: answers.hours(encoded(page("byHour", P1, [hour(begins, 1)])), P1)) == "api_unknown_shape"


def test_a_moment_without_offset_is_our_own_fault(api):
    with pytest.raises(ValueError, match="offset"):
        list(hours(server_at(api), P1, FROM.replace(tzinfo=None), TO))


# A whole run


def run(api, tmp_path, first="2018-01", **manners):
    return fetch(Answers(server_at(api, **manners), tmp_path), INDEX_ID, Month.parse(first), TODAY)


def test_a_run_brings_all_whole_months_of_all_points(api, tmp_path):
    seen = []
    found = fetch(Answers(server_at(api), tmp_path), INDEX_ID, Month(2018, 3), TODAY, lambda *state: seen.append(state))
    assert [point.point_id for point in found.points] == [P1, P2]
    of_one = [row.month for row in found.point_months if row.point_id == P1]
    assert (str(of_one[0]), str(of_one[-1]), len(of_one)) == ("2018-03", "2021-01", 35)  # not counted: February 2021 goes on
    assert found.findings == ()
    assert [percent for percent, _ in seen] == [100 * n / 8 for n in range(1, 9)]
    assert len(found.volumes) == 2 * 4  # three Decembers, and the newest month published, which is the last of them


def test_the_answers_are_kept_byte_for_byte(api, tmp_path):
    found = run(api, tmp_path)
    assert sorted(found.answers.values()) == sorted(api.sent)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == found.answers


def test_a_second_run_asks_nothing_and_finds_the_same(api, tmp_path):
    first = run(api, tmp_path)
    asked = len(api.asked)
    assert run(api, tmp_path) == first
    assert len(api.asked) == asked


def test_a_stopped_run_goes_on_where_it_stopped(api, tmp_path):
    api.faults = [None] * 8 + [reply(400)]
    assert refused(lambda: run(api, tmp_path)) == "api_refused"
    before, kept = len(api.asked), len(list(tmp_path.iterdir()))
    whole = run(api, tmp_path)
    assert (before, kept) == (9, 8)
    assert len(api.asked) == before + len(whole.answers) - kept


def test_a_kept_answer_that_is_not_whole_is_asked_for_again(api, tmp_path):
    first = run(api, tmp_path)
    (tmp_path / f"months_{P1}_2019.json").write_bytes(b'{"data": {"traff')
    api.asked.clear()
    assert run(api, tmp_path) == first
    assert api.names() == ["months"]


def test_a_fault_names_the_answer_that_has_it(api, tmp_path):
    api.mdt = lambda point_id, year, number: "mange" if (point_id, year) == (P2, 2019) else 1000
    with pytest.raises(NoAnswer) as refusal:
        run(api, tmp_path)
    assert (refusal.value.finding.code, refusal.value.finding.sheet) == ("api_unknown_shape", f"months_{P2}_2019.json")
    assert not (tmp_path / f"months_{P2}_2019.json").exists()


def test_another_year_than_the_one_asked_for_is_refused(api, tmp_path):
    api.answer = lambda query, variables: (
        months(P1, [month(2017, 1, 5)]) if "months(" in query else index_points([P1], 2020, 12) if "indexPoints" in query else
        {"data": {"trafficRegistrationPoints": []}}
    )  # fmt: skip
    assert refused(lambda: run(api, tmp_path)) == "api_other_year"


def test_points_without_months_or_description_are_said(api, tmp_path):
    api.answer = lambda query, variables: (
        months(variables["id"], []) if "months(" in query else index_points([P1], 2020, 12) if "indexPoints" in query else
        {"data": {"trafficRegistrationPoints": []}}
    )  # fmt: skip
    found = run(api, tmp_path)
    assert [finding.code for finding in found.findings] == ["api_point_not_described", "api_point_without_months"]
    assert [(point.point_id, point.name) for point in found.points] == [(P1, P1)]


def test_a_month_whose_index_the_api_refuses_is_a_warning_unless_it_refuses_all(api, tmp_path):
    api.faults = [reply(200, encoded(errors("Ikke publisert")))]
    found = run(api, tmp_path)
    assert [(finding.code, finding.severity, finding.sheet) for finding in found.findings] == [
        ("api_index_month_refused", "warning", f"index_{INDEX_ID}_2018-12.json")
    ]
    api.answer = lambda *_: errors("Ikke publisert")
    with pytest.raises(NoAnswer) as refusal:
        run(api, tmp_path / "nowhere")
    assert (refusal.value.finding.code, refusal.value.finding.quoted) == ("api_index_not_published", "Ikke publisert")


def test_an_index_that_is_nowhere_published_has_no_points(api, tmp_path):
    api.published = lambda year, number: False
    assert refused(lambda: run(api, tmp_path)) == "api_index_not_published"


# The folder of a run


DAY = dt.date(2026, 11, 22)


def test_a_run_goes_on_for_a_week_and_a_finished_one_for_its_day(tmp_path):
    folder = run_folder(tmp_path, "https://a", DAY)
    assert run_folder(tmp_path, "https://a", DAY + dt.timedelta(7)) == folder
    finish_run(folder)
    assert run_folder(tmp_path, "https://a", DAY) == folder
    later = run_folder(tmp_path, "https://a", DAY + dt.timedelta(1))
    assert (later != folder, folder.exists()) == (True, False)


def test_an_old_run_and_one_of_another_endpoint_are_not_gone_on_with(tmp_path):
    folder = run_folder(tmp_path, "https://a", DAY)
    assert run_folder(tmp_path, "https://b", DAY) != folder
    folder = run_folder(tmp_path, "https://a", DAY)
    assert run_folder(tmp_path, "https://a", DAY + dt.timedelta(8)) != folder

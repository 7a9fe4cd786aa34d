"""Everything that is wrong in a file is said at once, each with file, key, value and what is taken."""

from __future__ import annotations

import os

import pytest

from domain.facts import Unknown
from domain.faults import LoadError, Problem
from domain.load import BUILT_IN, _reader, load_agreement, load_agreements, read_yaml

GOOD = (BUILT_IN / "fjordbyen.yaml").read_text(encoding="utf-8")
PARTIES = "fjordby, lindvag, austmark, solsund, granoy, kystfylket, veietaten, baneetaten, statholderen"
BODIES = "styringsgruppe, prioriteringsrad, sekretariat, arbeidsgruppe_nord, arbeidsgruppe_sor, arbeidsgruppe_vest, arbeidsgruppe_sentrum"
AREAS = "nord, sor, vest, sentrum"
MONEY = "bompenger, statlige_programmidler, belonningsmidler, fylkeskommunale, kommunale, stat_50_50"
ID_WORDS = "must begin with a letter from a to z or a digit, and go on with such letters (no capitals), digits, _ . or -"
OR_UNKNOWN = "; or unknown, with the reason in nb and en"

# The text of the good file, the text that stands there instead, and what is said of it: key, value, what is taken.
FORM = [
    ("kind: state_rail", "kind: rail", "parties[baneetaten].kind", "'rail'",
     "must be municipality, county, state_road, state_rail, county_governor or ministry"),
    ("is_synthetic: true", "is_synthetic: kanskje", "is_synthetic", "'kanskje'", "must be true or false"),
    ("price_year: 2024\n\ngoal", "price_year: tjuefire\n\ngoal", "price_year", "'tjuefire'", f"must be a whole number{OR_UNKNOWN}"),
    ("window_months: 36", "window_months: 18", "goal.window_months", "18", "must be 12, 24 or 36"),
    ("sources: [oppdiktet]\n\nindex", "sources: []\n\nindex", "goal.sources", "[]", "must hold at least one"),
    ("method_changes_on: 2027-01-01", "method_changes_on: 2027-02-30", "index.method_changes_on", "'2027-02-30'",
     "must be a day that exists, such as 2026-04-01"),
    ("    nb: Oppdiktede tellinger, laget av Nullvekst. Ingen av dem er målt.\n", "", "index.credit.nb", "", "is missing"),
    ("working_area_id: vest, name: Vest", "working_area_id: vest, navn: Vest", "working_areas[vest].navn", "'Vest'",
     "is not a known key here; known keys: sources, dated, working_area_id, name, municipality_codes"),
    ("municipality_codes: [F01, F02]", "municipality_codes: F01", "working_areas[nord].municipality_codes", "'F01'",
     f"must be a list{OR_UNKNOWN}"),
    ("amount_mnok: 6400", "amount_mnok: 0", "frames[f01_bompenger].amount_mnok", "0", "must be more than 0"),
    ("amount_mnok: 1650", "amount_mnok: 1 650,5", "frames[f01_statlige_programmidler].amount_mnok", "'1 650,5'",
     "must be a number with a decimal point and no spaces, such as 1234.5"),
    ("focus_area_id: kollektiv,", "focus_area_id: Kollektiv,", "focus_areas[Kollektiv].focus_area_id", "'Kollektiv'", ID_WORDS),
    ("deadline_days: 20", "deadline_days: {unknown: senere}", "reporting.deadline_days.unknown", "'senere'",
     "must be keys with values"),
    ("first_period: 2024-Q3", "first_period: 2024-Q5", "reporting.first_period", "'2024-Q5'",
     "must be a period: 2026, 2026-Q3 or 2026-09"),
    ("rvu_modal_share:\n    nb:", "rvu_modal_share:\n    no:", "indicator_targets.rvu_modal_share.no", "'Andelen reiser",
     "is not a known key here; known keys: nb, en"),
    ("from_month: 2020-06", "from_month: juni 2020", "events[pandemi_gjenapning_2020].from_month", "'juni 2020'",
     "must be a month, such as 2026-04"),
    ("      nb: Rushtidsavgiften i bomringen", "      nb: 2023 #", "events[bomring_2024].text.nb", "2023",
     'must be text; write it in quotes, "2023"'),
]  # fmt: skip
IDS = [
    ("agreement_id: fjordbyen", "agreement_id: fjordby", "agreement_id", "'fjordby'", "must be the name of the file, fjordbyen"),
    ("sources: [oppdiktet]}\nprice_year", "sources: [oppdiktt]}\nprice_year", "period.sources[no. 1]", "'oppdiktt'",
     "must be one of the source ids: oppdiktet"),
    ("party_id: solsund, name: Solsund kommune, kind: municipality,",
     "party_id: solsund, name: Solsund kommune, kind: municipality, replaces: [havn],", "parties[solsund].replaces[no. 1]", "'havn'",
     f"must be one of the party ids: {PARTIES}"),
    ("{party_id: fjordby, capacity: leader}", "{party_id: fjordbyen, capacity: leader}",
     "bodies[styringsgruppe].memberships[fjordbyen].party_id", "'fjordbyen'", f"must be one of the party ids: {PARTIES}"),
    ("working_area_id: sor\n", "working_area_id: syd\n    replaces: [utvalg]\n", "bodies[arbeidsgruppe_sor].working_area_id", "'syd'",
     f"must be one of the working area ids: {AREAS}"),
    ("", "", "bodies[arbeidsgruppe_sor].replaces[no. 1]", "'utvalg'", f"must be one of the body ids: {BODIES}"),
    ("municipality_code: F05, name: Granøy, party_id: granoy", "municipality_code: F05, name: Granøy, party_id: gran",
     "municipalities[F05].party_id", "'gran'", f"must be one of the party ids: {PARTIES}"),
    ("municipality_codes: [F01, F03]", "municipality_codes: [F01, F13]", "working_areas[sor].municipality_codes[no. 2]", "'F13'",
     "must be one of the municipality ids: F01, F02, F03, F04, F05"),
    ("FJ001: sentrum", "FJ001: midten", "point_working_areas.FJ001", "'midten'", f"must be one of the working area ids: {AREAS}"),
    ("only_in: [F01]", "only_in: [F09]", "funding_sources[bompenger].only_in[no. 1]", "'F09'",
     "must be one of the municipality ids: F01, F02, F03, F04, F05"),
    ("funding_source_id: kommunale\n    amount", "funding_source_id: egne\n    amount", "frames[f01_kommunale].funding_source_id",
     "'egne'", f"must be one of the funding source ids: {MONEY}"),
    ("focus_area_id: teknologi,", "focus_area_id: gange_sykkel,", "focus_areas[no. 5, gange_sykkel].focus_area_id", "'gange_sykkel'",
     "must be unique; 2 have it"),
    ("event_id: bybanen_sor", "event_id: hvalryggtunnelen", "events[no. 6, hvalryggtunnelen].event_id", "'hvalryggtunnelen'",
     "must be unique; 2 have it"),
    ("body_id: arbeidsgruppe_vest, power: advises", "body_id: vestgruppe, power: advises",
     "authority[no. 3, action_programme].body_id", "'vestgruppe'", f"must be one of the body ids: {BODIES}"),
]  # fmt: skip


def with_faults(tmp_path, *faults):
    content = GOOD
    for stood, stands, *_ in faults:
        assert stood in content, stood
        content = content.replace(stood, stands, 1)
    path = tmp_path / "fjordbyen.yaml"
    path.write_text(content, encoding="utf-8")
    return path


def problems_in(path):
    with pytest.raises(LoadError) as refusal:
        load_agreement(path)
    return refusal.value.problems


def test_all_faults_of_form_and_of_ids_are_said_at_once_in_the_order_of_the_file(tmp_path):
    renamed = {("working_areas[vest].name", "is missing"), ("indicator_targets.rvu_modal_share.nb", "is missing")}
    problems = problems_in(with_faults(tmp_path, *FORM, *IDS))
    said = {(problem.key, problem.accepted) for problem in problems}
    assert said == renamed | {(key, accepted) for _, _, key, _, accepted in [*FORM, *IDS]}
    assert len(problems) == len(said)
    assert {problem.file for problem in problems} == {"fjordbyen.yaml"}
    quoted = {problem.key: problem.value for problem in problems}
    assert [(key, quoted[key]) for _, _, key, begins, _ in [*FORM, *IDS] if not quoted[key].startswith(begins)] == []
    tops = list(dict.fromkeys(problem.key.split(".")[0].split("[")[0] for problem in problems))
    assert tops == [top for line in GOOD.splitlines() if (top := line.split(":")[0]) in tops]


def test_a_missing_key_is_named_and_nothing_is_quoted(tmp_path):
    [problem] = problems_in(with_faults(tmp_path, ("short_name: Fjordbyen\n", "")))
    assert str(problem) == "fjordbyen.yaml: short_name: is missing"


def test_a_line_says_file_key_value_and_what_is_taken(tmp_path):
    [problem] = problems_in(with_faults(tmp_path, ("window_months: 36", "window_months: 18")))
    assert str(problem) == "fjordbyen.yaml: goal.window_months = 18: must be 12, 24 or 36"


def test_a_code_without_quotes_is_one_problem_where_it_stands_and_none_where_it_is_used(tmp_path):
    path = tmp_path / "fjordbyen.yaml"
    path.write_text(GOOD.replace("F02", "4602"), encoding="utf-8")
    problems = problems_in(path)
    assert {problem.accepted for problem in problems} == {'must be text; write it in quotes, "4602"'}
    assert "municipalities[4602].municipality_code" in {problem.key for problem in problems}


def test_a_list_that_is_missing_does_not_make_every_use_of_it_a_problem(tmp_path):
    start, end = GOOD.index("\nsources:"), GOOD.index("\nparties:")
    path = tmp_path / "fjordbyen.yaml"
    path.write_text(GOOD[:start] + GOOD[end:], encoding="utf-8")
    assert [str(problem) for problem in problems_in(path)] == ["fjordbyen.yaml: sources: is missing"]


def test_an_id_of_the_wrong_form_is_not_also_said_to_be_unknown(tmp_path):
    [problem] = problems_in(
        with_faults(tmp_path, ("{party_id: fjordby, capacity: leader}", "{party_id: Fjordby, capacity: leader}"))
    )
    assert problem.accepted == ID_WORDS


def test_a_long_value_is_cut(tmp_path):
    [problem] = problems_in(with_faults(tmp_path, ("is_synthetic: true", f"is_synthetic: {'a' * 500}")))
    assert len(problem.value) == 80


@pytest.mark.parametrize(
    ("stood", "stands", "key", "accepted"),
    [
        ("from_year: 2019, to_year: 2029", "from_year: 2030, to_year: 2029", "period.to_year", "must not be before from_year, 2030"),
        ("party_id: granoy, name", "valid_from: 2020-01-02, valid_to: 2020-01-01, party_id: granoy, name", "parties[granoy].valid_to",
         "must not be before valid_from, 2020-01-02"),
        ("municipality_code: F04, name", "valid_from: 2020-01-02, valid_to: 2019-12-31, municipality_code: F04, name",
         "municipalities[F04].valid_to", "must not be before valid_from, 2020-01-02"),
        ("body_id: prioriteringsrad\n", 'body_id: prioriteringsrad\n    valid_from: "2021"\n    valid_to: "2020-06"\n',
         "bodies[prioriteringsrad].valid_to", "must not be before valid_from, 2021"),
        ("to_month: 2020-05", "to_month: 2020-02", "events[pandemi_varen_2020].to_month", "must not be before from_month, 2020-03"),
        ("last_period: 2026-Q2", "last_period: 2024-Q2", "reporting.last_period", "must not be before first_period, 2024-Q3"),
    ],
)  # fmt: skip
def test_what_ends_before_it_begins(tmp_path, stood, stands, key, accepted):
    assert [(problem.key, problem.accepted) for problem in problems_in(with_faults(tmp_path, (stood, stands)))] == [
        (key, accepted)
    ]


@pytest.mark.parametrize(("valid_from", "valid_to"), [("2020-06", "2020"), ("2020", "2020-06"), ("2020-06-08", "2020-06-08")])
def test_a_span_is_as_exact_as_its_ends(tmp_path, valid_from, valid_to):
    dates = f'body_id: prioriteringsrad\n    valid_from: "{valid_from}"\n    valid_to: "{valid_to}"\n    standing: former\n'
    body = load_agreement(with_faults(tmp_path, ("body_id: prioriteringsrad\n", dates))).bodies[1]
    assert (body.valid_from, body.valid_to, body.standing) == (valid_from, valid_to, "former")


def test_what_no_source_gives_is_taken_with_its_reason(tmp_path):
    reason = "deadline_days: {unknown: {nb: Ingen kilde., en: No source.}}"
    agreement = load_agreement(with_faults(tmp_path, ("deadline_days: 20", reason)))
    assert isinstance(agreement.reporting.deadline_days, Unknown)
    assert [key for key, _ in agreement.unknowns()] == ["reporting.deadline_days"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "fjordbyen.yaml: file: is empty; must hold the keys of an agreement"),
        (b"# only words\n", "fjordbyen.yaml: file: is empty; must hold the keys of an agreement"),
        (b"- a\n- b\n", "fjordbyen.yaml: file = ['a', 'b']: must hold the keys of an agreement"),
        (b"name: a\nshort_name: b\nname: c\n",
         'fjordbyen.yaml: line 3, column 1: is not YAML: found duplicate key "name" with value "c" (original value: "a")'),
        (b"name: [a,\nabout: {nb: b\n", "fjordbyen.yaml: line 3, column 1: is not YAML: expected ',' or '}'"),
        (b"name: a\n---\nname: b\n", "fjordbyen.yaml: line 2, column 1: is not YAML: but found another document"),
        (b"name: !!python/object:os.system a\n", "fjordbyen.yaml: line 1, column 7: is not YAML: could not determine a constructor"),
        (b"name: a\x00\n", "fjordbyen.yaml: file: is not YAML: unacceptable character #x0000"),
        ("name: a\nshort_name: Øst\n".encode("latin-1"), "fjordbyen.yaml: line 2 = byte 0xd8: is not UTF-8; save the file as UTF-8"),
        (GOOD.encode("utf-16"), "fjordbyen.yaml: line 1 = byte 0xff: is not UTF-8; save the file as UTF-8"),
    ],
    ids=["empty", "comment", "list", "key twice", "flow", "two documents", "python", "control", "latin-1", "utf-16"],
)  # fmt: skip
def test_a_file_that_is_no_yaml_says_where(tmp_path, content, said):
    path = tmp_path / "fjordbyen.yaml"
    path.write_bytes(content)
    [problem] = problems_in(path)
    assert str(problem).startswith(said)


def test_the_mark_that_notepad_sets_first_is_no_problem(tmp_path):
    path = tmp_path / "fjordbyen.yaml"
    path.write_text(GOOD, encoding="utf-8-sig")
    assert load_agreement(path) == load_agreement(BUILT_IN / "fjordbyen.yaml")


def test_a_city_replaces_a_built_in_agreement_and_hears_of_all_its_files_at_once(tmp_path):
    own = with_faults(tmp_path, ("short_name: Fjordbyen", "short_name: Vår"))
    assert load_agreements(tmp_path)["fjordbyen"].short_name == "Vår"
    (tmp_path / "annen.yaml").write_text("[]", encoding="utf-8")
    own.write_text(GOOD.replace("short_name: Fjordbyen\n", ""), encoding="utf-8")
    os.utime(own, ns=(0, 0))
    with pytest.raises(LoadError) as refusal:
        load_agreements(tmp_path)
    assert [problem.file for problem in refusal.value.problems] == ["annen.yaml", "fjordbyen.yaml"]


@pytest.mark.parametrize("path", sorted(BUILT_IN.parent.rglob("*.yaml"))[::4], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_c_parser_reads_our_files_as_the_other_does(path):
    text = path.read_text(encoding="utf-8")
    assert repr(_reader(pure=False).load(text)) == repr(_reader(pure=True).load(text))


@pytest.mark.parametrize(
    "text", ["a: no\nb: on\nc: 017\nd: 1:30\n", "a: 2026-02-30\n", "a: 2026-02-28\n", "a: &x [1, 2]\nb: *x\n"]
)
def test_both_parsers_read_words_numbers_and_days_of_yaml_1_2(text):
    assert _reader(pure=False).load(text) == _reader(pure=True).load(text)


def test_what_is_wrong_is_told_in_the_same_words_as_before(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("a: [1, 2\nb: 3\n", encoding="utf-8")
    with pytest.raises(LoadError) as refused:
        read_yaml(path)
    assert refused.value.problems[0] == Problem("a.yaml", "line 2, column 2", "", "is not YAML: expected ',' or ']', but got ':'")

"""A mapping is loaded whole or not at all: every fault by file and key. And which period a report date is of."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.faults import LoadError
from domain.mapping_columns import TheirNumber
from domain.mappings import BUILT_IN, FormMapping, constant_on, header_on, load_mapping, mapping_paths
from domain.period import Period
from tests.mapped_files import T2

GOOD = (BUILT_IN / "kystfylket_tertial.yaml").read_text(encoding="utf-8")
ANY = load_mapping(BUILT_IN / "kystfylket_tertial.yaml")
FAULTS = [
    ("mapping_id: kystfylket_tertial", "mapping_id: fylket", "mapping_id", "'fylket'", "must be the name of the file, kystfylket_tertial"),
    ("form_id: quarterly_return", "form_id: month", "form_id", "'month'", "must be one of: quarterly_return"),
    ("party_id: kystfylket\n", "party_id: kystfylket\nparties: {kystfylket: [KFK]}\n", "parties", "",
     "must not be given where party_id says whose every report is"),
    ("n.a.: not_yet_known", "n.a.: ukjent", "missing.n.a.", "'ukjent'",
     "must be one of: exempt, not_yet_known, not_applicable, not_delivered"),
    ("Bygging: construction", "Bygging: bygging", "scales.phase[no. 1].codes.Bygging", "'bygging'",
     "must be one of: idea, study, zoning_plan, design, ready_to_build, construction, opened, closed, for phase uses it"),
    ("valid_from: 2025-01-01", "valid_from: 2024-07-01", "scales.rating[no. 2].valid_from", "'2024-07-01'",
     "must be after 2024-12-31, when the scale before it ends"),
    ("names: [Granøy sentrum miljøgate]", "names: [lindvåg  mobilitetspunkt]", "identity[F-028].names[no. 1]",
     "'lindvåg  mobilitetspunkt'", "is already a name of F-024"),
    ("project_id: F-025", "project_id: F-024", "identity[no. 2, F-024].project_id", "'F-024'", "must be unique in the file"),
    ("header_column: A", "header_row: 3", "blocks[no. 1].header_column", "", "is missing: lines that are columns have their headers there"),
    ("", "", "blocks[no. 1].header_row", "3", "must not be given where the lines are columns"),
    ("report_date: {header: Per dato}", "report_date: {header: Per dato, cell: B4}", "blocks[no. 1].report_date", "",
     "must hold one of cell, header and above"),
    ("table: cost_estimates", "table: costs", "blocks[no. 1].tables[no. 3].table", "'costs'",
     "must be one of: projects, progress, milestones, economy, cost_estimates, risks, goal_contributions, deviations, reserve"),
    ("          project_name: Prosjekt\n", "          name: Prosjekt\n", "blocks[no. 1].tables[no. 1].columns.name", "",
     "is not a column of our form here; there are: project_id, project_name"),
    ("constants: {owner_party_id: kystfylket, standing: running}", "constants: {phase: study, standing: running}",
     "blocks[no. 1].tables[no. 1].constants.phase", "'study'", "is read from a column, and cannot be constant too"),
    ("{header: Ferdig, unit: share}", "{header: Ferdig, unit: tkr}", "blocks[no. 1].tables[no. 2].columns.physical_pct.unit", "'tkr'",
     "must be pct or share"),
    ('{header: "Budsjett {report_year}", unit: tkr}', '"Budsjett {report_year}"', "blocks[no. 1].tables[no. 5].columns.budget_mnok.unit",
     "", "is missing: must be kr or tkr or mnok or mrd"),
    ("{header: Vurdering samlet, scale: rating}", "{header: Vurdering samlet, scale: karakter}",
     "blocks[no. 1].tables[no. 2].columns.colour_overall.scale", "'karakter'", "must be one of the scales: phase, rating"),
    ("{ratio_pct: [", "{ratio: [", "blocks[no. 1].checks[no. 3].equals", "", "must hold one of: sum, difference, ratio_pct"),
    ("sign: saving_is_positive", "sign: minus", "blocks[no. 1].checks[no. 1].sign", "'minus'",
     "must be 1, -1, over_is_positive, over_is_negative or saving_is_positive"),
]  # fmt: skip


def problems_in(path):
    with pytest.raises(LoadError) as refusal:
        load_mapping(path)
    return refusal.value.problems


def with_fault(folder, stood, stands):
    assert not stood or stood in GOOD, stood
    path = folder / "kystfylket_tertial.yaml"
    path.write_text(GOOD.replace(stood, stands, 1) if stood else GOOD, encoding="utf-8")
    return path


def test_every_built_in_mapping_loads_and_says_its_own_name():
    assert {found.mapping_id for found in map(load_mapping, mapping_paths().values())} == set(mapping_paths())


@pytest.mark.parametrize(("stood", "stands", "key", "quoted", "accepted"), [case for case in FAULTS if case[0]], ids=lambda _: "")
def test_a_fault_is_named_by_file_and_key(tmp_path, stood, stands, key, quoted, accepted):
    problems = problems_in(with_fault(tmp_path, stood, stands))
    found = {problem.key: problem for problem in problems}
    assert key in found, [str(problem) for problem in problems]
    assert (found[key].value, found[key].file) == (quoted, "kystfylket_tertial.yaml")
    assert found[key].accepted.startswith(accepted)


def test_all_faults_are_said_at_once(tmp_path):
    content = GOOD
    for stood, stands, *_ in FAULTS:
        content = content.replace(stood, stands, 1) if stood else content
    path = tmp_path / "kystfylket_tertial.yaml"
    path.write_text(content, encoding="utf-8")
    keys = {problem.key for problem in problems_in(path)}
    # Of a form that is not known nothing can be said of its columns.
    assert {"mapping_id", "form_id", "parties", "blocks[no. 1].checks[no. 1].sign"} <= keys


@pytest.mark.parametrize(
    ("added", "key", "accepted"),
    [
        ("header: Fase, scale: phase, unit: tkr", "unit", "must not be given: the column is no amount and no per cent"),
        ("header: Fase, scale: phase, sign: -1", "sign", "must not be given: the column is no number"),
        ("header: Fase, scale: phase, date_format: dd.mm.yy", "date_format", "must not be given: the column is no date"),
        ("header: Fase, blank_means: exempt", "blank_means", "must be one of: none: the column takes no reason"),
        ("header: [Fase, i, dag]", "header", "must be one text, or two for a header of two rows"),
    ],
)
def test_what_does_not_suit_a_column_is_refused(tmp_path, added, key, accepted):
    problems = problems_in(with_fault(tmp_path, "phase: {header: Fase, scale: phase}", f"phase: {{{added}}}"))
    assert [(problem.key, problem.accepted) for problem in problems] == [
        (f"blocks[no. 1].tables[no. 1].columns.phase.{key}", accepted)
    ]


@pytest.mark.parametrize(
    ("stood", "stands", "key"),
    [("names: [Granøy sentrum miljøgate]", "names: []", "identity[F-028].names"),
     ("codes: {Planlegging: zoning_plan, Prosjektering: design, Bygging: construction, Ferdig: opened}", "codes: {}",
      "scales.phase[no. 1].codes")],
)  # fmt: skip
def test_an_empty_list_is_said(tmp_path, stood, stands, key):
    [problem] = problems_in(with_fault(tmp_path, stood, stands))
    assert (problem.key, problem.accepted) == (key, "must hold at least one")


def test_a_list_as_a_constant_is_refused(tmp_path):
    [problem] = problems_in(with_fault(tmp_path, "price_year: 2024", "price_year: [2024]"))
    assert (problem.key, problem.accepted) == (
        "blocks[no. 1].constants.price_year", "must be a text, a number, a day, or true or false",
    )  # fmt: skip


def test_a_city_s_own_file_replaces_a_built_in_one(tmp_path):
    own = with_fault(tmp_path, "", "")
    assert mapping_paths(tmp_path)["kystfylket_tertial"] == own


@pytest.mark.parametrize(
    ("day", "last_ended", "containing"),
    [
        ("2026-03-31", "2026-Q1", "2026-Q1"),
        ("2026-04-01", "2026-Q1", "2026-Q2"),
        ("2026-04-30", "2026-Q1", "2026-Q2"),
        ("2026-08-31", "2026-Q2", "2026-Q3"),
        ("2026-12-31", "2026-Q4", "2026-Q4"),
        ("2027-01-15", "2026-Q4", "2027-Q1"),
    ],
)
def test_which_quarter_a_report_date_is_of(day, last_ended, containing):
    other = ANY.model_copy(update={"period": "containing"})
    assert (ANY.period_of(dt.date.fromisoformat(day)), other.period_of(dt.date.fromisoformat(day))) == (last_ended, containing)


@settings(deadline=None)
@given(st.dates(dt.date(2001, 1, 1), dt.date(2099, 1, 1)), st.sampled_from([1, 3, 12]))
def test_the_period_has_ended_and_the_next_one_has_not(day, n_months):
    found = Period.parse(ANY.period_of(day, n_months))
    next_day = day + dt.timedelta(days=1)
    assert found.last.plus(1).first_day <= next_day < found.last.plus(1 + n_months).first_day
    assert found.n_months == n_months


@pytest.mark.parametrize(
    ("unit", "sign", "factor"),
    [("kr", 1, "0.000001"), ("tkr", -1, "-0.001"), ("mrd", "saving_is_positive", "-1000"), ("share", "over_is_positive", "100"),
     ("pct", "over_is_negative", "-1"), (None, 1, "1")],
)  # fmt: skip
def test_unit_and_sign_are_one_factor(unit, sign, factor):
    assert TheirNumber(header="x", unit=unit, sign=sign).factor == Decimal(factor)


def test_the_year_of_the_report_stands_in_headers_and_constants():
    assert header_on(["Budsjett {report_year}", "etter {report_year + 2}"], T2) == ("Budsjett 2026", "etter 2028")
    assert [constant_on(given, T2) for given in ("report_year", "report_year - 1", "other", 7)] == [2026, 2025, "other", 7]


def test_headers_may_be_numbers_and_days():
    mapping = FormMapping.model_validate(
        {
            "mapping_id": "a", "name": {"nb": "a", "en": "a"}, "form_id": "quarterly_return",
            "blocks": [{"sheet": 1, "header_column": "AB", "orientation": "columns",
                        "tables": [{"table": "economy", "columns": {"year": {"header": [2026, dt.date(2026, 4, 30)]}}}]}],
        }
    )  # fmt: skip
    [block] = mapping.blocks
    assert (block.sheet, block.headers_in, block.first_line) == ("1", (28,), 29)
    assert block.tables[0].columns["year"].header == ("2026", "2026-04-30")

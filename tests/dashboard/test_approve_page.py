"""The page where returns are approved, as Streamlit runs it over a store of its own: the queue, the decision, what is refused."""

from __future__ import annotations

import datetime as dt
import html
import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.parts import surroundings
from dashboard.parts.figures import forget_kept
from dashboard.parts.person_blocks import moment_text, why_not
from dashboard.parts.returns import approve as approve_blocks
from dashboard.parts.returns.sending import Changed, changed_rows
from domain.forms import load_form
from domain.returns import Return
from pipelines import returns
from pipelines.acting import NotAllowed
from pipelines.answers.reporting.acts import acts_on_returns, waiting_returns
from pipelines.answers.reporting.returns import return_of
from pipelines.history.snapshot import open_snapshot
from pipelines.returns import CannotDecide, CheckFailed, LedgerBusy, approve
from tests.builders import AT, agreement, printed, store
from tests.dashboard.test_submit_page import PAYLOADS, again, bodies, rows, surrounded, verdict
from tests.pages import run_page, written
from tests.return_files import small_return
from tests.staged import approved, handed_in, read_in_no_time

LEAD, OFFICER, ANALYST = "secretariat.lead", "secretariat.officer", "fjordby.analyst"
FORM = load_form()
page = partial(run_page, "pages/approve.py", agreement="fjordbyen")


@pytest.fixture(autouse=True)
def local(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader at the machine itself, and a check that takes no time. No answer is kept from the store of another test."""
    forget_kept()
    monkeypatch.setattr(surroundings, "LOCAL", None)
    monkeypatch.setattr(returns, "check_return", read_in_no_time)


def person_box(app: AppTest):
    return next(box for box in app.selectbox if str(box.key).startswith("acting"))


def acting_as(app: AppTest, person_id: str) -> AppTest:
    person_box(app).set_value(person_id)
    return again(app)


def pressed(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return again(app)


def labels(app: AppTest) -> set[str]:
    return {button.label for button in app.button}


def waiting_in(folder: Path) -> list[int]:
    return waiting_returns(open_snapshot(folder / "var"), agreement())["submission_id"].tolist()


def acts_in(folder: Path) -> list[tuple[str, str, str | None]]:
    """What was done, the oldest first."""
    found = acts_on_returns(open_snapshot(folder / "var"), agreement())
    return [(row["act"], row["person_id"], row["said"] or None) for row in found.to_dict("records")][::-1]


def shown(folder: Path) -> str | None:
    """The name of the project that counts; None where nothing does."""
    found = return_of(open_snapshot(folder / "var"), agreement(), "fjordby", "2026-Q3")
    return str(found.of("projects")[0].answers["project_name"]) if found else None


# What waits


@pytest.mark.parametrize(("language", "said"), [("nb", "Ingen rapporter venter"), ("en", "No returns wait")])
def test_an_empty_queue_is_a_sentence_and_asks_nobody_who_they_are(monkeypatch, tmp_path, language, said):
    store(tmp_path / "var", printed(1, 0, 2))
    app = page(monkeypatch, tmp_path / "var", lang=language)
    assert said in written(app)
    assert labels(app) == set()
    assert not [box for box in app.selectbox if str(box.key).startswith("acting")]


def test_without_a_publication_the_page_says_what_to_do(monkeypatch, tmp_path):
    assert "make demo" in written(page(monkeypatch, tmp_path))


def test_the_history_of_the_examples_is_told(monkeypatch, examples):
    app = page(monkeypatch, examples)
    assert "Hva som er gjort" in written(app)
    assert not re.search(r"page\.approve|<NA>|NaT|nan\b", written(app))


@pytest.mark.parametrize(
    ("n", "language", "said"),
    [
        (1, "nb", "Én rapport venter på godkjenning, levert 22. november 2026."),
        (2, "nb", "2 rapporter venter på godkjenning. Den eldste ble levert 22. november 2026."),
        (1, "en", "One return waits for approval, handed in on 22 November 2026."),
        (2, "en", "2 returns wait for approval. The oldest was handed in on 22 November 2026."),
    ],
)
def test_one_sentence_says_how_many_wait_and_since_when(monkeypatch, tmp_path, n, language, said):
    for party in ("fjordby", "lindvag")[:n]:
        handed_in(tmp_path, actor=f"{party}.analyst", party=party)
    assert said in written(page(monkeypatch, tmp_path / "var", lang=language))


def test_the_queue_says_whose_for_when_by_whom_and_with_what_note(monkeypatch, tmp_path):
    handed_in(tmp_path, note="Avtalt i møte", found="hold")
    (table,) = bodies(page(monkeypatch, tmp_path / "var"), "Rapporter som venter")
    cells = [html.unescape(cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", table.split("<tbody>")[1])]
    plain = [cell.replace("\u00a0", " ") for cell in cells]
    when = moment_text(AT, "nb").replace("\u00a0", " ")
    assert plain == ["Nr. 1", "Fjordby kommune", "3. kvartal 2026", "Tuva Fjordgløtt", when, "1", "1", "Avtalt i møte"]


def test_what_the_return_would_do_is_told_of_the_one_that_waits(monkeypatch, tmp_path):
    handed_in(tmp_path)
    app = page(monkeypatch, tmp_path / "var")
    (table,) = bodies(app, "Avvik som endres")
    assert "Rapporten åpner 1 avvik." in written(app)
    assert "F-001 A" in table
    assert "Prosjekter som er nye i rapporten: 1 (F-001)." in written(app)


def test_the_findings_are_those_of_when_it_was_handed_in(monkeypatch, tmp_path):
    handed_in(tmp_path, note="Riktig", found="hold warning info")
    app = page(monkeypatch, tmp_path / "var")
    assert [row[0] for row in rows(app)] == ["◆ Må bekreftes", "▲ Advarsel", "○ Til orientering"]
    assert "Tuva Fjordgløtt skriver Riktig" in re.sub(r"\s+", " ", written(app))


def test_the_address_chooses_a_return_and_what_no_longer_waits_is_said(monkeypatch, tmp_path):
    handed_in(tmp_path)
    handed_in(tmp_path, actor="lindvag.analyst", party="lindvag")
    assert "Nummer 2: Lindvåg kommune" in written(page(monkeypatch, tmp_path / "var", **{"return": "2"}))
    approve(LEAD, 1, AT, tmp_path / "var")
    said = written(page(monkeypatch, tmp_path / "var", **{"return": "1"}))
    assert "nummer 1, venter ikke lenger: godkjent" in said
    assert "Nummer 2: Lindvåg kommune" in said
    assert "finnes ikke" in written(page(monkeypatch, tmp_path / "var", **{"return": "x"}))


def test_a_correction_is_held_against_what_counts_for_the_same_period(monkeypatch, tmp_path):
    handed_in(tmp_path)
    assert "ingen godkjent rapport fra før" in written(page(monkeypatch, tmp_path / "var"))
    approve(LEAD, 1, AT, tmp_path / "var")
    handed_in(tmp_path, "B")
    assert "Endret fra rapporten som nå gjelder for 3. kvartal 2026" in written(page(monkeypatch, tmp_path / "var"))


def test_a_page_of_the_past_shows_what_waits_now(monkeypatch, tmp_path):
    handed_in(tmp_path)
    said = written(page(monkeypatch, tmp_path / "var", asof="2026-08-01"))
    assert "alltid det som venter nå" in said
    assert "Én rapport venter" in said


# Who may decide


def test_nobody_decides_before_it_is_said_who_they_are(monkeypatch, tmp_path):
    handed_in(tmp_path)
    app = page(monkeypatch, tmp_path / "var")
    assert labels(app) == set()
    assert person_box(app).value is None
    assert {"Godkjenn", "Send tilbake med begrunnelse"} <= labels(acting_as(app, LEAD))
    assert "acting" not in str(app.query_params)


@pytest.mark.parametrize(
    ("person_id", "sender", "said"),
    [
        (LEAD, LEAD, "har selv levert rapporten. En annen må avgjøre den."),
        (ANALYST, ANALYST, "har ingen rolle som gir lov til dette."),
        ("admin", ANALYST, "har ingen rolle som gir lov til dette."),
        ("fjordby.member", ANALYST, "har ingen rolle som gir lov til dette."),
    ],
)
def test_who_may_not_decide_gets_a_sentence_and_no_button(monkeypatch, tmp_path, person_id, sender, said):
    handed_in(tmp_path, actor=sender)
    app = acting_as(page(monkeypatch, tmp_path / "var"), person_id)
    assert labels(app) == set()
    assert said in written(app)


def test_others_than_those_at_the_machine_only_read(monkeypatch, tmp_path):
    handed_in(tmp_path)
    monkeypatch.setattr(surroundings, "LOCAL", "local")
    app = page(monkeypatch, tmp_path / "var")
    assert "på maskinen der løsningen kjører" in written(app)
    assert not [box for box in app.selectbox if str(box.key).startswith("acting")]
    assert labels(app) == set()


def test_where_no_people_are_known_the_operator_alone_is_there(monkeypatch, examples):
    app = run_page("pages/approve.py", monkeypatch, examples, agreement="miljoloftet")
    assert "Ingen rapporter venter på godkjenning." in written(app)


# Deciding


def test_what_is_approved_counts_at_once_and_the_queue_is_empty(monkeypatch, tmp_path):
    handed_in(tmp_path)
    app = pressed(acting_as(page(monkeypatch, tmp_path / "var"), LEAD), "Godkjenn")
    assert verdict(app).startswith("status: Nummer 1, Fjordby kommune, 3. kvartal 2026, er godkjent.")
    assert "Ingen rapporter venter" in written(app)
    assert waiting_in(tmp_path) == []
    assert shown(tmp_path) == "A"
    assert acts_in(tmp_path) == [("submit", ANALYST, None), ("approve", LEAD, None)]


def test_what_is_sent_back_needs_a_reason_and_never_counts(monkeypatch, tmp_path):
    handed_in(tmp_path)
    app = pressed(acting_as(page(monkeypatch, tmp_path / "var"), LEAD), "Send tilbake med begrunnelse")
    assert verdict(app) == "alert: Rapporten er ikke avgjort Skriv en begrunnelse for nummer 1."
    assert waiting_in(tmp_path) == [1]
    app.text_area[0].set_value(" Feil kvartal ")
    app = pressed(app, "Send tilbake med begrunnelse")
    assert "er sendt tilbake." in verdict(app)
    assert "Begrunnelse: Feil kvartal" in verdict(app)
    assert shown(tmp_path) is None
    assert acts_in(tmp_path)[-1] == ("reject", LEAD, "Feil kvartal")


def test_what_was_replaced_while_somebody_looked_is_not_approved(monkeypatch, tmp_path):
    handed_in(tmp_path)
    app = acting_as(page(monkeypatch, tmp_path / "var"), LEAD)
    approve(OFFICER, 1, AT + dt.timedelta(hours=1), tmp_path / "var")
    handed_in(tmp_path, "B")
    # The button of what the reader saw is pressed.
    next(button for button in app.button if button.label == "Godkjenn").click()
    again(app)
    assert waiting_in(tmp_path) == [2]
    assert shown(tmp_path) == "A"


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (LedgerBusy("x"), "Noen andre lagrer akkurat nå."),
        (CheckFailed("x"), "Feilen ligger i løsningen"),
        (CannotDecide("other_receipt", 1, "staged"), "Kvitteringen er ikke til det som ble levert som nummer 1."),
        (NotAllowed("own_submission", LEAD, "approve_return"), "har selv levert rapporten"),
    ],
)
def test_what_could_not_be_done_is_a_sentence(monkeypatch, tmp_path, failure, said):
    def refuse(*_):
        raise failure

    handed_in(tmp_path)
    monkeypatch.setattr(approve_blocks, "approve", refuse)
    app = pressed(acting_as(page(monkeypatch, tmp_path / "var"), LEAD), "Godkjenn")
    assert verdict(app).startswith("alert: Rapporten er ikke avgjort")
    assert said in verdict(app)
    assert waiting_in(tmp_path) == [1]


@pytest.mark.parametrize("code", ["unknown_person", "not_allowed", "other_party", "own_submission"])
@pytest.mark.parametrize("language", ["nb", "en"])
def test_every_refusal_names_the_person(code, language):
    assert "Ola" in why_not(surrounded(language), "Ola", NotAllowed(code, "x", "y"))


def test_hostile_notes_are_shown_as_text(monkeypatch, tmp_path):
    handed_in(tmp_path, note=" og ".join(PAYLOADS), found="hold", name="_".join(re.sub(r"\W", "_", it) for it in PAYLOADS))
    app = page(monkeypatch, tmp_path / "var")
    assert not any(sign in body for body in bodies(app, "") for sign in ("<img", "<script", "<svg", 'href="javascript'))
    said = html.unescape(" ".join(bodies(app, "nv-said")))
    assert [payload for payload in PAYLOADS if payload not in said] == []
    assert not app.markdown


def test_many_acts_are_cut_and_the_page_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(approve_blocks, "SHOWN_ACTS", 1)
    approved(tmp_path)
    assert "Og 1 tidligere handlinger." in written(page(monkeypatch, tmp_path / "var"))


# What changes


def changed_by(found: Return, table: str, **answers: object) -> Return:
    """The return with other answers in the first row of a table."""
    first, *rest = found.of(table)
    return replace(found, rows={**found.rows, table: (replace(first, answers={**first.answers, **answers}), *rest)})


def test_rows_are_told_apart_by_the_key_of_their_table():
    before = small_return(period="2026-Q2")
    found = changed_by(before, "projects", project_name="Annet navn")
    found = changed_by(found, "risks", risk_id="NY")
    differ = changed_rows(found, before, FORM)
    n_risks = len(before.of("risks"))
    assert differ["projects"] == Changed(3, 3, 0, 0, 1)
    assert differ["risks"] == Changed(n_risks, n_risks, 1, 1, 0)
    assert differ["milestones"] == Changed(6, 6, 0, 0, 0)


@pytest.mark.parametrize("table", [table.table for table in FORM.tables])
def test_every_row_is_new_gone_or_in_both(table):
    before = small_return()
    without = replace(before, rows={**before.rows, table: before.of(table)[1:]})
    n_rows = len(before.of(table))
    assert changed_rows(without, before, FORM)[table] == Changed(n_rows - 1, n_rows, 0, 1, 0)
    assert changed_rows(before, without, FORM)[table] == Changed(n_rows, n_rows - 1, 1, 0, 0)

"""The page where returns are handed in, as Streamlit runs it: every state of an upload, in both languages."""

from __future__ import annotations

import datetime as dt
import html
import logging
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from dashboard.parts import surroundings
from dashboard.parts.figures import forget_kept
from dashboard.parts.returns import findings as finding_blocks
from dashboard.parts.returns import sending as sending_blocks
from dashboard.parts.returns import submit as submit_blocks
from dashboard.parts.returns.choosing import periods, reporting_parties
from dashboard.parts.returns.findings import cell_ranges, counted, findings_table, worst_first
from dashboard.parts.surroundings import Surroundings
from dashboard.theme import PALETTES, SEVERITY_SYMBOLS, uploader_style
from domain.forms import load_form
from domain.model import ReportingCycle
from domain.rows import SEVERITIES, Finding, column_letters
from pipelines.acting import NotAllowed
from pipelines.answers.reporting.acts import acts_on_returns, waiting_returns
from pipelines.answers.reporting.effects import effects
from pipelines.answers.reporting.returns import return_of
from pipelines.examples.fjordbyen.returns import next_return
from pipelines.handing_in import StillQueued, Submitted, Upload
from pipelines.history.snapshot import open_snapshot
from pipelines.returns import Asked, CheckedReturn, CheckFailed, LedgerBusy, approve
from pipelines.settings import settings
from pipelines.writing.tables import as_csv
from tests.builders import AT, agreement, printed, store
from tests.pages import TODAY, run_page, written
from tests.return_files import filled, small_return

page = partial(run_page, "pages/submit.py", agreement="fjordbyen")
FORM = load_form()
XLSX = ("rapport.xlsx", b"PK one", "application/octet-stream")
CSVS = [("Prosjekter.csv", b"a;b", "text/csv"), ("Reserve.csv", b"a;b", "text/csv")]

ERROR = Finding("not_a_number", "error", "Økonomi", "E14", "tolv", {})
HOLD = Finding("jump", "hold", "Økonomi", "H3", "12,4", {"before": "1,2", "period_before": "2026-Q2"})
WARNING = Finding("column_renamed", "warning", "Prosjekter", "C1", "Navn på", {"nearest": "Navn"})
INFO = Finding("table_not_asked", "info", None, None, "Reserve", {})
FILE = Finding("not_a_return_file", "error", None, None, "PDF", {"file": "noe.pdf"})
MORE = Finding("more_of_the_same", "error", "Usikkerhet", "C70", "not_a_number", {"count": 718, "shown": 200})


class Checks:
    """Stands for the check: answers as told, and remembers what it was asked."""

    def __init__(
        self, *findings: Finding, is_refused: bool = False, party_id: str = "fjordby", has_previous: bool = True
    ) -> None:
        self.findings, self.is_refused, self.party_id, self.has_previous = findings, is_refused, party_id, has_previous
        self.asked: list[Asked] = []

    def __call__(self, uploads: tuple[Upload, ...], asked: Asked, data_dir: Path) -> CheckedReturn:
        self.asked.append(asked)
        if self.is_refused:
            return CheckedReturn(None, agreement(), FORM, self.findings)
        previous = small_return(party_id=self.party_id, period="2026-Q2") if self.has_previous else None
        found = small_return(party_id=self.party_id)
        return CheckedReturn(found, agreement(), FORM.at(found.form_version), self.findings, previous)


class Crash(Checks):
    def __call__(self, uploads: tuple[Upload, ...], asked: Asked, data_dir: Path) -> CheckedReturn:
        super().__call__(uploads, asked, data_dir)
        raise CheckFailed("the checks crashed:\nZeroDivisionError: of ours")


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader at the machine itself: a page that Streamlit tests is asked without headers."""
    monkeypatch.setattr(surroundings, "LOCAL", None)
    monkeypatch.setattr(submit_blocks, "warm_up", lambda: None)


@pytest.fixture
def dropped(monkeypatch: pytest.MonkeyPatch, examples: Path, local: None) -> Callable[..., AppTest]:
    """The page after files were dropped, with a check that stands in: `dropped(Checks(ERROR))`."""

    def drop(checks: Checks, *files: tuple[str, bytes, str], **address: str) -> AppTest:
        monkeypatch.setattr(submit_blocks, "check_upload", checks)
        app = page(monkeypatch, examples, **address)
        app.file_uploader[0].set_value(list(files) or [XLSX])
        return again(app)

    return drop


def again(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def bodies(app: AppTest, sign: str) -> list[str]:
    return [block.proto.body for block in app.get("html") if sign in block.proto.body]


def verdict(app: AppTest) -> str:
    """The one verdict of the page: its role, and its words in one line."""
    (body,) = bodies(app, "nv-verdict")
    role = re.search(r'role="(\w+)"', body)
    assert role
    return f"{role[1]}: {' '.join(html.unescape(re.sub(r'<[^>]+>', ' ', body)).replace(chr(160), ' ').split())}"


def rows(app: AppTest) -> list[list[str]]:
    """The rows of every table of findings."""
    text = " ".join(bodies(app, "nv-findings"))
    found = re.findall(r"<tr role=\"row\"><td.*?</tr>", text)
    return [[html.unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<t[dh].*?</t[dh]>", row)] for row in found]


def buttons(app: AppTest) -> list[str]:
    return [button.label for button in app.get("download_button")]


# Nothing uploaded


@pytest.mark.parametrize(("language", "said"), [("nb", "Svaret kommer her"), ("en", "The answer comes here")])
def test_before_an_upload_the_page_says_where_the_answer_comes(monkeypatch, examples, local, language, said):
    app = page(monkeypatch, examples, lang=language)
    assert verdict(app).startswith(f"status: {said}")
    assert rows(app) == []
    assert len(buttons(app)) == 1


def test_who_has_delivered_is_said_without_columns_of_dashes(monkeypatch, examples):
    text = written(page(monkeypatch, examples))
    assert "0 av 5 parter har levert kvartalsrapporten" in text
    assert "Levert dato" not in text
    # The quarter before was delivered.
    before = written(page(monkeypatch, examples, period="2026-Q2"))
    assert "Levert dato" in before
    assert "Nr. " in before


def test_who_only_reads_gets_the_template_and_the_status(monkeypatch, examples):
    monkeypatch.setattr(submit_blocks, "warm_up", lambda: pytest.fail("nobody can check here"))
    app = page(monkeypatch, examples)
    assert not app.get("file_uploader")
    assert bodies(app, "nv-verdict") == []
    assert buttons(app) == ["Last ned mal for Excel"]
    assert "på maskinen der løsningen kjører" in written(app)
    assert "Hvem som har levert" in written(app)


def test_without_a_publication_the_page_says_what_to_do(monkeypatch, tmp_path, local):
    assert "make demo" in written(page(monkeypatch, tmp_path))


def test_a_publication_without_returns_has_an_empty_template_and_nobody_delivered(monkeypatch, tmp_path, local):
    store(tmp_path, printed(1, 0, 2))
    text = written(page(monkeypatch, tmp_path))
    assert "Malen har ingen forhåndsutfylte tall" in text
    assert "0 av 5 parter" in text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nb", ("Ingen av de 9 partene har levert", "Når den skal leveres, er ikke kjent", "Ingen kilde sier hvilke parter")),
        ("en", ("None of the 9 parties has delivered", "When it is due is not known", "No source says which parties")),
    ],
)
def test_where_no_rhythm_is_known_sentences_say_so(monkeypatch, examples, local, language, said):
    app = run_page("pages/submit.py", monkeypatch, examples, agreement="miljoloftet", lang=language)
    text = written(app)
    assert [words for words in said if words not in text] == []
    assert "Ventes" not in text
    assert bodies(app, "<table") == []


def test_parties_that_are_gone_are_neither_chosen_nor_awaited(monkeypatch, examples, local):
    app = run_page("pages/submit.py", monkeypatch, examples, agreement="miljoloftet")
    options = next(box.options for box in app.selectbox if box.key == "party")
    gone = {party.name for party in agreement("miljoloftet").parties if party.valid_to}
    assert gone
    assert gone.isdisjoint(options)


# Answers


def test_a_clean_return_is_ready_and_says_what_it_was_held_against(dropped):
    app = dropped(Checks())
    assert verdict(app) == (
        "status: Rapporten er klar til å leveres Kontrollen fant ingenting å rette eller bekrefte. "
        "Fjordby kommune, 3. kvartal 2026. Kontrollert mot rapporten for 2. kvartal 2026."
    )
    assert rows(app) == []
    assert "Last ned rapporten med merkede celler" not in buttons(app)
    assert "Rader som er lest" in written(app)


def test_a_first_return_says_that_nothing_was_there_to_hold_it_against(dropped):
    app = dropped(Checks(has_previous=False))
    assert "Det finnes ingen tidligere rapport å kontrollere mot." in verdict(app)
    assert "Rader forrige gang" not in written(app)


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        ((ERROR, HOLD, WARNING, INFO), "alert: Rapporten kan ikke leveres ennå: 1 feil må rettes"),
        ((ERROR, MORE), "alert: Rapporten kan ikke leveres ennå: 719 feil må rettes"),
        ((HOLD, WARNING), "status: Rapporten har ingen feil. Må bekreftes når den leveres: 1"),
        ((WARNING, INFO), "status: Rapporten er klar til å leveres Fjordby"),
        ((INFO,), "status: Rapporten er klar til å leveres Fjordby"),
    ],
)
def test_the_verdict_says_what_stops_the_return(dropped, findings, said):
    assert verdict(dropped(Checks(*findings))).startswith(said)


def test_each_severity_is_told_by_symbol_word_and_number_with_what_it_asks(dropped):
    text = written(dropped(Checks(ERROR, HOLD, WARNING, WARNING, INFO)))
    for severity, words in (
        ("error", "1 feil Må rettes"),
        ("hold", "1 må bekreftes Er det riktig, bekrefter du det med en begrunnelse når rapporten leveres."),
        ("warning", "2 advarsler Stopper ikke"),
        ("info", "1 til orientering Du trenger ikke"),
    ):
        assert f"{SEVERITY_SYMBOLS[severity]} {words}" in re.sub(r"\s+", " ", text)


def test_what_stops_the_return_stands_first_and_then_the_order_of_the_workbook(dropped):
    later = Finding("not_a_number", "error", "Reserve", "C2", "x", {})
    app = dropped(Checks(INFO, WARNING, HOLD, ERROR, later))
    assert [row[1] for row in rows(app)] == ["E14", "H3", "C2", "Fil", "C1"]
    titles = [html.unescape(found) for found in re.findall(r"<h3>(.*?)</h3>", " ".join(bodies(app, "nv-sheet")))]
    assert titles == ["Økonomi", "Reserve", "Hele filen", "Prosjekter"]


def test_what_is_said_of_many_cells_is_said_once(dropped):
    many = [Finding("not_a_number", "error", "Økonomi", f"E{row}", "x", {}) for row in (*range(2, 40), 50, 51)]
    app = dropped(Checks(*many, ERROR))
    assert [row[1] for row in rows(app)] == ["E2:E39, E50, E51", "E14"]
    assert "41 feil" in written(app)


def test_a_sheet_full_of_different_findings_is_cut_and_says_so(dropped, monkeypatch):
    monkeypatch.setattr(finding_blocks, "SHOWN_PER_SHEET", 5)
    app = dropped(Checks(*(Finding("not_a_number", "error", "Økonomi", f"E{row}", f"x{row}", {}) for row in range(2, 11))))
    assert len(rows(app)) == 5
    assert "Og 4 til." in written(app)


def test_a_refused_file_says_which_and_what_to_do_and_has_no_marked_copy(dropped):
    app = dropped(Checks(FILE, is_refused=True), ("noe.pdf", b"%PDF", "application/pdf"))
    assert verdict(app) == "alert: Filen kan ikke kontrolleres slik den er"
    (row,) = rows(app)
    assert row[:2] == ["■ Feil", "noe.pdf"]
    assert row[3].startswith("Åpne den i programmet")
    assert "Last ned rapporten med merkede celler" not in buttons(app)
    assert "Rader som er lest" not in written(app)


def test_two_workbooks_at_once_are_not_one_return(dropped):
    checks = Checks()
    app = dropped(checks, XLSX, ("other.xlsx", b"PK two", ""))
    assert verdict(app).startswith("alert: Slipp én arbeidsbok om gangen rapport.xlsx; other.xlsx.")
    assert checks.asked == []


# Whose return it is


def test_a_file_that_says_whose_it_is_wins_over_the_choice_and_the_page_says_so(dropped):
    checks = Checks(party_id="lindvag")
    said = verdict(dropped(checks))
    assert "Lindvåg kommune, 3. kvartal 2026." in said
    assert "Dette sier filen selv. Valgt ovenfor er Fjordby kommune, 3. kvartal 2026." in said
    assert checks.asked == [Asked("fjordbyen")]


def test_where_the_file_says_what_was_chosen_nothing_more_is_said(dropped):
    assert "Valgt ovenfor" not in verdict(dropped(Checks()))


def test_files_that_do_not_say_whose_they_are_are_taken_as_chosen(dropped):
    class Unsaid(Checks):
        def __call__(self, uploads, asked, data_dir):
            unsaid = (Finding("party_not_said", "error"), Finding("period_not_said", "error"))
            self.is_refused = asked.party_id is None
            self.findings = unsaid if self.is_refused else ()
            return super().__call__(uploads, asked, data_dir)

    checks = Unsaid()
    app = dropped(checks, *CSVS, party="austmark", period="2026-Q2")
    assert checks.asked == [Asked("fjordbyen"), Asked("fjordbyen", "austmark", "2026-Q2")]
    assert verdict(app).startswith("status: Rapporten er klar")
    for chosen, n_checks in (("lindvag", 3), ("austmark", 3)):
        app.session_state["party"] = chosen
        again(app)
        assert len(checks.asked) == n_checks


def test_another_party_or_language_checks_nothing_again(dropped):
    checks = Checks(ERROR)
    app = dropped(checks)
    app.session_state["party"] = "veietaten"
    again(app)
    assert "Valgt ovenfor er Veietaten" in verdict(app)
    app.session_state["lang"] = "en"
    app.query_params["lang"] = "en"
    again(app)
    assert verdict(app).startswith("alert: The return cannot be handed in yet: 1 error to correct")
    assert rows(app)[0][2] == "“tolv” is not a number."
    assert len(checks.asked) == 1


def test_another_agreement_is_another_question(dropped):
    checks = Checks()
    app = dropped(checks)
    app.session_state["agreement"] = "miljoloftet"
    app.query_params["agreement"] = "miljoloftet"
    again(app)
    assert [asked.agreement_id for asked in checks.asked] == ["fjordbyen", "miljoloftet"]


def test_the_same_files_again_after_others_are_checked_again(dropped):
    checks = Checks()
    app = dropped(checks)
    for files in ([XLSX], [("rapport.xlsx", b"PK mended", "")], None):
        app.file_uploader[0].set_value(files)
        again(app)
    assert len(checks.asked) == 3
    assert verdict(app).startswith("status: Svaret kommer her")


def test_a_page_of_the_past_says_that_the_check_is_of_today(dropped):
    assert "Kontrollen bruker alltid det siste som er levert" in verdict(dropped(Checks(), asof="2026-08-01"))


# Faults of ours


def test_a_check_that_fails_is_a_sentence_and_can_be_tried_again(dropped, caplog):
    crash = Crash()
    with caplog.at_level(logging.ERROR, submit_blocks.__name__):
        app = dropped(crash)
    assert verdict(app).startswith("alert: Rapporten ble ikke kontrollert Feilen ligger i løsningen, ikke i filen din.")
    assert "ZeroDivisionError" not in written(app)
    assert "a return could not be checked" in caplog.text
    again(app)
    assert len(crash.asked) == 1
    next(button for button in app.button if button.key == "check_again").click()
    again(app)
    assert len(crash.asked) == 2


# Handing in


class Sends:
    """Stands for the handing in: answers as told, and remembers what it was asked."""

    def __init__(self, status: str = "staged", number: int | None = 777, again_as: int | None = None) -> None:
        self.status, self.number, self.again_as = status, number, again_as
        self.calls: list[tuple[str, Asked, str | None]] = []

    def __call__(self, actor, uploads, asked, at, data_dir, note=None, told=None) -> Submitted:
        self.calls.append((actor, asked, note))
        return Submitted(self.status, "sha256:abc", self.number, self.again_as)


def acting_as(app: AppTest, person_id: str) -> AppTest:
    next(box for box in app.selectbox if str(box.key).startswith("acting")).set_value(person_id)
    return again(app)


def sent(app: AppTest, note: str = "") -> AppTest:
    """The page after the note was written and the button pressed."""
    if note:
        app.text_area[0].set_value(note)
    next(button for button in app.button if button.label == "Send inn").click()
    return again(app)


def can_send(app: AppTest) -> bool:
    return any(button.label == "Send inn" for button in app.button)


@pytest.mark.parametrize("findings", [(ERROR,), (ERROR, HOLD), (MORE,)])
def test_what_has_errors_cannot_be_handed_in(dropped, findings):
    app = dropped(Checks(*findings))
    assert "3. Send inn" not in written(app)
    assert not can_send(app)


@pytest.mark.parametrize(
    ("person_id", "said"),
    [
        ("lindvag.analyst", "kan bare levere rapporter for sin egen part."),
        ("fjordby.member", "har ingen rolle som gir lov til dette."),
    ],
)
def test_who_may_not_hand_in_gets_a_sentence_and_no_button(dropped, person_id, said):
    app = dropped(Checks())
    assert not can_send(app)
    app = acting_as(app, person_id)
    assert not can_send(app)
    assert said in written(app)


def test_what_must_be_confirmed_needs_a_note(dropped, monkeypatch):
    sends = Sends()
    monkeypatch.setattr(sending_blocks, "submit_upload", sends)
    app = acting_as(dropped(Checks(HOLD)), "fjordby.analyst")
    assert "Begrunnelse for det som må bekreftes (1)" in app.text_area[0].label
    app = sent(app, "  ")
    assert "Skriv en begrunnelse" in written(app)
    assert sends.calls == []
    app = sent(app, "Avtalt")
    assert sends.calls == [("fjordby.analyst", Asked("fjordbyen", "fjordby", "2026-Q3"), "Avtalt")]
    assert verdict(app).startswith("status: Rapporten er levert som nummer 777: venter på godkjenning")
    assert not can_send(app)


def test_the_same_content_again_says_as_which_number(dropped, monkeypatch):
    monkeypatch.setattr(sending_blocks, "submit_upload", Sends("approved", 712, 712))
    app = sent(acting_as(dropped(Checks()), "fjordby.analyst"))
    assert verdict(app).startswith("status: Det samme innholdet er alt levert som nummer 712: godkjent")


@pytest.mark.parametrize("status", ["refused", "to_confirm", "unreadable"])
def test_what_was_not_stored_after_all_is_said(dropped, monkeypatch, status):
    monkeypatch.setattr(sending_blocks, "submit_upload", Sends(status, None))
    app = sent(acting_as(dropped(Checks()), "fjordby.analyst"))
    assert "Grunnlaget er endret siden filen ble kontrollert." in written(app)
    assert "Rapporten er levert" not in written(app)


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (LedgerBusy("x"), "Noen andre lagrer akkurat nå."),
        (OSError(28, "No space left on device"), "Disken tok ikke imot."),
        (CheckFailed("x"), "Feilen ligger i løsningen"),
        (NotAllowed("unknown_person", "fjordby.analyst", "submit_return"), "er ikke lenger blant personene"),
    ],
)
def test_what_could_not_be_stored_is_a_sentence(dropped, monkeypatch, failure, said):
    def refuse(*_):
        raise failure

    monkeypatch.setattr(sending_blocks, "submit_upload", refuse)
    app = sent(acting_as(dropped(Checks()), "fjordby.analyst"))
    assert "Rapporten er ikke levert" in written(app)
    assert said in written(app)


@pytest.mark.parametrize(
    ("n_before", "said"), [(2, "I kø, nr. 12. Rapporter foran din: 2."), (0, "I kø, nr. 12. Rapporten din er den neste.")]
)
def test_where_it_stands_in_the_queue_is_said_while_it_waits(dropped, monkeypatch, n_before, said):
    heard = []

    def waits(actor, uploads, asked, at, data_dir, note, told):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sending_blocks.blocks, "small", heard.append)
            told(12, n_before)
        raise StillQueued(12, n_before)

    app = acting_as(dropped(Checks()), "fjordby.analyst")
    with monkeypatch.context() as patch:
        patch.setattr(sending_blocks, "submit_upload", waits)
        app = sent(app)
    assert heard == [said]
    assert "Rapporten venter i køen som nummer 12" in written(app)
    assert "Rapporten er ikke levert" not in written(app)
    assert can_send(app)


def test_other_files_begin_anew(dropped, monkeypatch):
    monkeypatch.setattr(sending_blocks, "submit_upload", Sends())
    app = sent(acting_as(dropped(Checks()), "fjordby.analyst"))
    app.file_uploader[0].set_value([("rapport.xlsx", b"PK mended", "")])
    app = again(app)
    assert verdict(app).startswith("status: Rapporten er klar til å leveres")
    assert can_send(app)


def test_what_changes_is_counted(dropped):
    assert "Endret siden rapporten for 2. kvartal 2026" in written(dropped(Checks()))


@pytest.mark.parametrize(
    ("language", "headline", "row"),
    [
        ("nb", "Rapporten hever nivået på 1 avvik og lukker 5 avvik. Prognosen øker med 0,3 mill. kr.", "Lukket av tallene"),
        ("en", "The return raises the level of 1 deviation and closes 5 deviations. The forecast rises by NOK 0.3", "Closed"),
    ],
)
def test_what_the_return_would_do_is_told_before_it_is_sent(dropped, monkeypatch, language, headline, row):
    checks = Checks(WARNING)
    found = next_return("lindvag")
    monkeypatch.setattr(Checks, "__call__", lambda *_: CheckedReturn(found, agreement(), FORM, checks.findings))
    app = dropped(checks, ("neste.xlsx", b"PK next", ""), party="lindvag", lang=language)
    (table,) = bodies(app, "Avvik som endres" if language == "nb" else "Deviations that change")
    told = effects(open_snapshot(settings().data_dir), agreement(), found, TODAY).by_figures
    assert headline in re.sub(r"\s+", " ", written(app))
    assert table.count("<tr") - 1 == len(told) == 6
    assert all(it.result.project_id in table for it in told)
    assert row in table


def test_with_errors_nothing_is_said_of_effects(dropped):
    assert "Rapporten endrer" not in written(dropped(Checks(ERROR)))
    assert "Rapporten endrer ingen avvik." in written(dropped(Checks()))


@pytest.mark.trust
def test_the_whole_way_from_the_file_to_what_counts(monkeypatch, tmp_path, local):
    """Handed in by the analyst, refused to the same person, approved by the secretariat; the store is looked at after each."""
    forget_kept()
    folder = tmp_path / "var"
    store(folder, printed(1, 0, 2))
    app = page(monkeypatch, folder)
    content = filled()
    app.file_uploader[0].set_value([("rapport.xlsx", content, "application/octet-stream")])
    app = sent(acting_as(again(app), "fjordby.analyst"), "Avtalt")
    number = waiting_returns(open_snapshot(folder), agreement())["submission_id"].item()
    assert f"Rapporten er levert som nummer {number}: venter på godkjenning" in verdict(app)
    assert "Levert av Tuva Fjordgløtt" in verdict(app)
    assert content in {path.read_bytes() for path in (folder / "originals").rglob("*") if path.is_file()}
    assert return_of(open_snapshot(folder), agreement(), "fjordby", "2026-Q3") is None
    assert "1 av 5 parter har levert" in written(app)
    assert "Fjordby kommune Venter på godkjenning" in re.sub(r"\s+", " ", written(app))

    queue = run_page("pages/approve.py", monkeypatch, folder, agreement="fjordbyen")
    assert "Én rapport venter" in written(queue)
    queue = acting_as(queue, "fjordby.analyst")
    assert "Godkjenn" not in {button.label for button in queue.button}
    with pytest.raises(NotAllowed):
        approve("fjordby.analyst", number, AT, folder)
    queue = acting_as(queue, "secretariat.lead")
    next(button for button in queue.button if button.label == "Godkjenn").click()
    assert "er godkjent. Tallene gjelder nå." in written(again(queue))
    assert "Ingen rapporter venter" in written(queue)
    counted_now = return_of(open_snapshot(folder), agreement(), "fjordby", "2026-Q3")
    assert counted_now is not None
    assert len(counted_now.of("projects")) == 3
    assert acts_on_returns(open_snapshot(folder), agreement())["person_id"].tolist() == ["secretariat.lead", "fjordby.analyst"]
    assert f"nummer {number}: godkjent" in verdict(again(app))


# What may stand in cells and names

PAYLOADS = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "![a](http://127.0.0.1:9/x.png)",
    "[a](javascript:alert(1))",
    ":red[a] :material/star: **b** `c` $x$",
    "{quoted} {0} %s",
    "&lt;b&gt; &amp;",
    "=HYPERLINK(1)",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_is_shown_as_text(dropped, payload):
    hostile = [
        Finding("not_a_number", "error", payload, "E14", payload, {}),
        Finding("jump", "hold", payload, "H3", payload, {"before": payload, "period_before": payload}),
        Finding("not_a_return_file", "error", None, None, payload, {"file": payload}),
    ]
    app = dropped(Checks(*hostile), (f"{payload}.xlsx", b"PK", ""))
    escaped = html.escape(payload, quote=True)
    for body in bodies(app, "nv-findings"):
        assert payload in html.unescape(body)
        assert payload not in body or escaped == payload
    assert not any(sign in body for body in bodies(app, "") for sign in ("<img", "<script", "<svg", 'href="javascript'))
    assert not app.markdown
    app.file_uploader[0].set_value([(f"{payload}.xlsx", b"PK", ""), ("b.xlsx", b"PK", "")])
    assert payload in verdict(again(app))


# The list to take along


def surrounded(language: str = "nb") -> Surroundings:
    today = dt.date(2026, 11, 22)
    return Surroundings(language, "light", PALETTES["light"], {"fjordbyen": agreement()}, None, True, today, today)


def test_the_list_holds_every_finding_in_the_order_of_the_page_and_says_that_it_is_invented():
    table = findings_table(surrounded(), agreement(), (INFO, WARNING, HOLD, ERROR), {"Fil": "a.xlsx"})
    assert [(row[0], row[1], row[2]) for row in table.rows] == [
        ("Økonomi", "E14", "Feil"),
        ("Økonomi", "H3", "Må bekreftes"),
        ("Hele filen", "Fil", "Til orientering"),
        ("Prosjekter", "C1", "Advarsel"),
    ]
    assert table.about["Fil"] == "a.xlsx"
    assert "Oppdiktede data" in " ".join(table.about.values())
    written_lines = as_csv(table, True).decode("utf-8-sig").splitlines()
    assert all("Oppdiktede data" in line for line in written_lines[1:])


def test_the_list_of_a_real_agreement_is_not_called_invented():
    table = findings_table(surrounded("en"), agreement("miljoloftet"), (ERROR,), {})
    assert table.note is None
    assert table.rows[0][3] == "“tolv” is not a number."


def test_the_lists_can_be_taken_along(dropped):
    keys = {button.key for button in dropped(Checks(ERROR)).get("download_button")}
    assert {f"nullvekst-fjordbyen-fjordby-2026-Q3-findings-{kind}" for kind in ("csv", "xlsx")} <= keys


# Parts

cells = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 30)), min_size=1, max_size=60)


@given(cells)
def test_ranges_hold_exactly_the_cells_that_they_are_made_of(places):
    said = cell_ranges(f"{column_letters(column)}{row}" for column, row in places)
    spread = []
    for part in said:
        first, _, last = part.partition(":")
        letters = first.rstrip("0123456789")
        end = last or first
        assert not last or last.startswith(letters)
        spread += [f"{letters}{row}" for row in range(int(first[len(letters) :]), int(end[len(letters) :]) + 1)]
    assert len(spread) == len(set(spread))
    assert set(spread) == {f"{column_letters(column)}{row}" for column, row in places}


@pytest.mark.parametrize(
    ("given_cells", "said"),
    [
        (["B3", "B2", "B4"], ["B2:B4"]),
        (["B2", "B3"], ["B2", "B3"]),
        (["AA2", "B2", "B10", "B9"], ["B2", "B9", "B10", "AA2"]),
        (["B"], ["B"]),
    ],
)
def test_three_cells_below_each_other_are_a_range(given_cells, said):
    assert cell_ranges(given_cells) == said


severity = st.sampled_from(SEVERITIES)
findings = st.lists(
    st.builds(Finding, st.just("not_a_number"), severity, st.sampled_from([None, "A", "B", "C"]), st.just("A1")), max_size=30
)


@given(findings)
def test_no_finding_is_lost_and_none_that_stops_stands_behind_a_sheet_without(found):
    sheets = worst_first(found)
    assert sorted(map(id, found)) == sorted(id(finding) for own in sheets.values() for finding in own)
    assert all(finding.sheet == sheet for sheet, own in sheets.items() for finding in own)
    first = [own[0].severity == "error" for own in sheets.values()]
    assert first == sorted(first, reverse=True)
    for own in sheets.values():
        assert [finding.severity for finding in own] == sorted((it.severity for it in own), key=SEVERITIES.index)


def test_a_finding_that_stands_for_others_counts_as_all_of_them():
    assert counted([ERROR, MORE, HOLD]) == {"error": 719, "hold": 1}


@pytest.mark.parametrize(
    ("frequency", "first", "last"),
    [
        ("month", "2026-10", "2026-05"),
        ("quarter", "2026-Q3", "2025-Q2"),
        ("year", "2025", "2020"),
        ("half_year", "2026-Q3", "2025-Q2"),
    ],
)
def test_the_last_finished_period_is_due_where_the_agreement_does_not_say(frequency, first, last):
    cycle = ReportingCycle(frequency=frequency, deadline_days=20, sources=("oppdiktet",))
    own = agreement().model_copy(update={"reporting": cycle})
    found = periods(own, dt.date(2026, 11, 22))
    assert (found[0], found[-1], len(found)) == (first, last, 6)


def test_what_the_agreement_says_is_due_comes_first():
    assert periods(agreement(), dt.date(2031, 1, 1))[0] == "2026-Q3"


def test_a_party_reports_for_the_periods_in_which_it_exists():
    own = agreement("miljoloftet")
    assert {"hordaland_fylkeskommune"} <= {party.party_id for party in reporting_parties(own, "2019-Q4", "2019-Q4")}
    now = {party.party_id for party in reporting_parties(own, "2026-Q1", "2026-Q3")}
    assert "hordaland_fylkeskommune" not in now
    assert "vestland_fylkeskommune" in now


def test_the_words_on_the_upload_field_cannot_end_its_style():
    style = uploader_style('"}</style>é')
    assert "</style>" not in style
    assert '"}<' not in style


# The whole way


@pytest.mark.trust
def test_a_faulty_workbook_goes_through_the_real_reader_and_the_real_checks(monkeypatch, examples, local):
    app = AppTest.from_file(str(Path(submit_blocks.__file__).parents[2] / "pages" / "submit.py"), default_timeout=120)
    monkeypatch.setenv("DATA_DIR", str(examples))
    app.query_params["agreement"] = "fjordbyen"
    again(app)
    app.file_uploader[0].set_value(("small.xlsx", filled(progress__physical_pct=140), ""))
    again(app)
    assert verdict(app).startswith("alert: Rapporten kan ikke leveres ennå")
    said = next(row for row in rows(app) if row[1] == "B2")
    assert said[0] == "■ Feil"
    assert said[2].startswith("«140» er høyere enn")

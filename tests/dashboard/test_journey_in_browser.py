"""From the template to the published figure as persons do it in a real browser, by mouse and by keyboard alone."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from domain.forms import load_form
from domain.numbers import decimal_text
from pipelines.answers.reporting.acts import waiting_returns
from pipelines.answers.reporting.returns import last_return
from pipelines.history.snapshot import open_snapshot
from pipelines.writing.templates.template import template
from tests.browser import serving
from tests.builders import agreement
from tests.dashboard.test_submit_in_browser import ANSWERED_WITHIN_MS, complaints
from tests.next_returns import NEXT_PERIOD, a_forecast, filled_template
from tests.workbooks_in_ledger import cell_of

pytestmark = pytest.mark.browser
UPLOADER = "[data-testid=stFileUploaderDropzone]"
WRITTEN = '[data-testid="stApp"][data-test-script-state="notRunning"]'
ANSWERED = ".nv-verdict:not(.waiting)"
NOTE = "Bekreftet med prosjektlederne"
# Transitions would show a focus that comes or goes as something between.
STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"
# What an element is called, and how it and what lies around it look.
NAMED = """at => {
    const labels = at.labels ? [...at.labels].map(label => label.innerText) : [];
    const uploader = at.closest('[data-testid=stFileUploaderDropzone]') ? 'uploader' : '';
    return [uploader, at.getAttribute('aria-label'), ...labels, at.innerText].filter(Boolean).join(' ');
}"""
LOOK = """at => {
    const looks = [];
    for (let element = at; element && looks.length < 6; element = element.parentElement) {
        const style = getComputedStyle(element);
        looks.push([style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor, style.backgroundColor].join());
    }
    return looks.join(';');
}"""
# The page itself scrolls with the arrow keys when it has the focus; there is nothing in it to press.
IS_PAGE = "at => ['BODY', 'MAIN'].includes(at.tagName)"


@pytest.fixture(scope="module")
def place(tmp_path_factory, examples):
    """The address of a dashboard over examples of its own, and their folder."""
    folder = tmp_path_factory.mktemp("journey")
    with serving(shutil.copytree(examples, folder / "var"), folder / "log.txt") as address:
        yield address, folder / "var"


def main_text(page) -> str:
    return page.inner_text("[data-testid=stMain]").replace("\u00a0", " ")


def chosen(page, label: str, words: str) -> None:
    """One choice of a person: a list is opened, and an entry taken. A page that moves closes a list, so it is opened by key."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.get_by_label(label).click()
    page.keyboard.press("ArrowDown")
    page.get_by_role("option").filter(has_text=words).first.click()


@pytest.mark.trust
def test_from_the_template_to_the_published_figure_in_few_steps(offline_page, place, tmp_path):
    address, data_dir = place
    found = offline_page()
    page, steps = found.page, []
    page.goto(f"{address}/submit?agreement=fjordbyen&party=lindvag&period={NEXT_PERIOD}")
    page.wait_for_selector(UPLOADER)
    with page.expect_download() as waited:
        page.get_by_role("button", name="Last ned mal for Excel").click()
    steps.append("template")
    workbook = tmp_path / waited.value.suggested_filename
    content, placed = filled_template(Path(waited.value.path()).read_bytes(), "lindvag", data_dir)
    workbook.write_bytes(content)
    page.set_input_files("input[type=file]", workbook)
    steps.append("upload")
    page.wait_for_selector(ANSWERED, timeout=ANSWERED_WITHIN_MS)
    assert page.get_by_role("heading", name=re.compile("^Rapporten (er klar|har ingen feil)")).count() == 1
    page.get_by_role("heading", name=re.compile("Prognosen øker med 0,3 mill. kr")).wait_for()
    table = page.get_by_role("table", name=re.compile("^Avvik som endres"))
    table.wait_for()
    assert table.get_by_role("row").count() == 7
    chosen(page, "Du handler som", "Eskil Lindesus")
    steps.append("who sends")
    page.get_by_role("button", name="Send inn").wait_for()
    if page.get_by_label(re.compile("^Begrunnelse for det som må bekreftes")).count():
        page.get_by_label(re.compile("^Begrunnelse for det som må bekreftes")).fill(NOTE)
        steps.append("note")
    page.get_by_role("button", name="Send inn").click()
    steps.append("send")
    page.wait_for_selector("h2 >> text=Rapporten er levert som nummer", timeout=ANSWERED_WITHIN_MS)
    number = int(re.search(r"levert som nummer (\d+)", main_text(page))[1])
    assert waiting_returns(open_snapshot(data_dir), agreement())["submission_id"].tolist() == [number]

    page.goto(f"{address}/approve?agreement=fjordbyen&return={number}")
    page.get_by_role("heading", name=re.compile("Prognosen øker med 0,3 mill. kr")).wait_for()
    chosen(page, "Du handler som", "sekretariat")
    steps.append("who approves")
    page.get_by_role("button", name="Godkjenn", exact=True).click()
    steps.append("approve")
    page.wait_for_selector("text=Tallene gjelder nå.", timeout=ANSWERED_WITHIN_MS)
    assert waiting_returns(open_snapshot(data_dir), agreement()).empty

    assert_traced(page, address, number, a_forecast(placed))
    assert len(steps) <= 7
    assert (found.outside, complaints(found)) == ([], [])


def assert_traced(page, address: str, number: int, row) -> None:
    """The forecast of a row is shown, and leads to the cell of the file that holds it."""
    amount = row.number("forecast_mnok")
    page.goto(f"{address}/trace?agreement=fjordbyen&submission={number}&table=cost_estimates&row={row.row}&column=forecast_mnok")
    page.wait_for_selector("h1.nv-finding >> text=står i celle")
    sentence = page.inner_text("h1.nv-finding").replace("\u00a0", " ")
    cell, sheet = re.search(r"står i celle (\w+) i arket (.+?) i filen", sentence).groups()
    assert (sheet, cell) == (row.sheet, row.address("forecast_mnok").replace("$", ""))
    assert sentence.startswith(decimal_text(float(amount), 1, "nb").replace("\u00a0", " ")[:3])
    chosen(page, "Du handler som", "sekretariat")
    with page.expect_download() as waited:
        page.get_by_role("button", name=re.compile(f"^Last ned {number}-")).click()
    assert cell_of(Path(waited.value.path()).read_bytes(), sheet, cell) == pytest.approx(float(amount), abs=1e-9)


def tabbed_to(page, words: str) -> None:
    """Tab until an element of this name has the focus; at every stop on the way it is seen that it is there."""
    page.add_style_tag(content=STILL)
    for _ in range(60):
        at = page.evaluate_handle("document.activeElement")
        look = at.evaluate(LOOK)
        page.keyboard.press("Tab")
        assert at.evaluate(IS_PAGE) or at.evaluate(LOOK) != look, f"no focus is seen at {at.evaluate(NAMED)}"
        if words in page.evaluate_handle("document.activeElement").evaluate(NAMED).replace("\u00a0", " "):
            return
    raise AssertionError(f"{words}: not reached with the keyboard")


def picked(page, words: str) -> None:
    """Opens the list that has the focus and takes an entry of it."""
    for _ in range(30):
        page.keyboard.press("ArrowDown")
        page.wait_for_selector("[role=option]")
        named = page.evaluate("document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.innerText")
        if words in (named or ""):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{words}: not in the list")


@pytest.mark.trust
def test_a_return_is_chosen_checked_and_sent_by_keyboard_alone(offline_page, place, tmp_path):
    address, data_dir = place
    form = load_form()
    last = last_return(open_snapshot(data_dir), agreement(), "austmark", NEXT_PERIOD)
    empty = template(form.at(form.version_for(NEXT_PERIOD)), agreement(), "austmark", NEXT_PERIOD, last, "nb")
    workbook = tmp_path / "austmark.xlsx"
    workbook.write_bytes(filled_template(empty, "austmark", data_dir)[0])
    page = offline_page().page
    page.goto(f"{address}/submit?agreement=fjordbyen&party=austmark")
    page.wait_for_selector(UPLOADER)
    # A page that is still being written may put the button anew under the finger.
    page.wait_for_selector(WRITTEN)
    tabbed_to(page, "uploader")
    with page.expect_file_chooser() as waited:
        page.keyboard.press("Enter")
    waited.value.set_files(workbook)
    page.wait_for_selector(ANSWERED, timeout=ANSWERED_WITHIN_MS)
    page.get_by_label("Du handler som").wait_for()
    tabbed_to(page, "Du handler som")
    picked(page, "Marit Austglimt")
    page.get_by_role("button", name="Send inn").wait_for()
    note = page.get_by_label(re.compile("^Begrunnelse for det som må bekreftes"))
    if note.count():
        tabbed_to(page, "Begrunnelse for det som må bekreftes")
        page.keyboard.type(NOTE)
    tabbed_to(page, "Send inn")
    page.keyboard.press("Space")
    page.wait_for_selector("h2 >> text=Rapporten er levert som nummer", timeout=ANSWERED_WITHIN_MS)
    assert waiting_returns(open_snapshot(data_dir), agreement())["party_id"].tolist() == ["austmark"]

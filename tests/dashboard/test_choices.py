"""Choices: kept from page to page and from language to language, and told to the browser only when they are news to it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.pages import run_page

_KINDS = ("selectbox", "select_slider", "button_group", "date_input")


def told(app) -> set[str]:
    """The choices that the browser is told to show, whatever it shows now."""
    return {it.key for kind in _KINDS for it in app.get(kind) if it.proto.set_value}


def test_a_choice_is_told_to_the_browser_once(monkeypatch, examples):
    app = run_page("pages/uncertainty.py", monkeypatch, examples, agreement="fjordbyen", area="nord")
    assert {"agreement", "area", "rho", "asof", "uncertainty"} <= told(app)
    assert told(app.run()) == set()
    # Chosen in the browser, which has it.
    assert told(app.selectbox(key="area").select("sor").run()) == set()
    assert app.query_params["area"] == "sor"


def test_a_choice_is_told_anew_where_its_words_are_others(monkeypatch, examples):
    app = run_page("pages/uncertainty.py", monkeypatch, examples, agreement="fjordbyen", area="nord").run()
    app.selectbox(key="lang").select("en").run()
    assert {"area", "price", "uncertainty"} <= told(app)
    assert app.selectbox(key="area").value == "nord"
    assert told(app.run()) == set()


@pytest.mark.browser
@pytest.mark.trust
def test_a_choice_outlives_its_page_and_its_language_in_a_browser(offline_page, served):
    page = offline_page(1280, 800).page
    page.goto(f"{served}/uncertainty?agreement=fjordbyen")
    chosen(page, "Arbeidsområde", "Nord")
    chosen(page, "Fase", "Byggefase")
    chosen(page, "Arbeidsområde", "Alle områder")
    chosen(page, "Arbeidsområde", "Sør")
    for name, at in (("Økonomi", "economy"), ("Usikkerhet", "uncertainty")):
        page.get_by_role("button", name="Porteføljen").first.click()
        page.get_by_test_id("stTopNavDropdownLink").filter(has_text=name).first.click()
        page.wait_for_url(f"**/{at}?*area=sor*")
        expect(shown(page, "Arbeidsområde")).to_have_value("Sør")
        expect(shown(page, "Fase")).to_have_value("Byggefase")
    chosen(page, "Språk", "English")
    expect(shown(page, "Working area")).to_have_value("Sør")
    expect(shown(page, "Phase")).to_have_value("Construction")
    chosen(page, "Working area", "Nord")
    chosen(page, "Language", "Bokmål")
    expect(shown(page, "Arbeidsområde")).to_have_value("Nord")
    expect(shown(page, "Fase")).to_have_value("Byggefase")


def shown(page, label: str):
    return page.get_by_role("combobox", name=label).first


def chosen(page, label: str, words: str) -> None:
    shown(page, label).click()
    before = page.url
    page.get_by_role("option", name=words, exact=True).first.click()
    page.wait_for_url(lambda address: address != before)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()

"""Every page against the rules of WCAG 2.1 A and AA that a machine can tell (axe-core), and by the keyboard alone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser import ROOT, serving

pytestmark = pytest.mark.browser
PAGES = sorted(path.stem for path in (ROOT / "dashboard" / "pages").glob("[a-z]*.py"))
START = "status"
# The pages that most others are built like; `make trust` looks at all.
EVERY_DAY = ("status", "submit")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
# On a phone the menu moves into a sidebar of Streamlit's own, whose list of sections holds more than list items. The upload button has
# its name from a style sheet, where browsers find it (test_submit_in_browser.py) and axe does not look.
OURS = {"exclude": [["[data-testid='stSidebarNav']"], ["[data-testid='stFileUploaderDropzone'] button"]]}
# What the keyboard must reach: visible, not switched off, and of a group of radio buttons the chosen one.
REACHABLE = """() => {
  const own = document.querySelector('[data-testid="stMain"]');
  const found = [...own.querySelectorAll('a[href], button, input, textarea, [tabindex="0"]')];
  const shown = found.filter(it => it.tabIndex >= 0 && !it.disabled && it.checkVisibility({visibilityProperty: true})
    && !it.closest('[inert], [aria-hidden="true"]') && it.getClientRects().length && !(it.type === 'radio' && !it.checked)
    && !(it.getAttribute('role') === 'radio' && it.getAttribute('aria-checked') === 'false'));
  shown.forEach((it, number) => it.dataset.reach = number);
  return shown.map(it => `${it.tagName} ${(it.getAttribute('aria-label') || it.innerText || it.type || '').slice(0, 50)}`);
}"""
DRAWN = """() => !document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]')"""
FOCUSED = "() => document.activeElement?.dataset?.reach ?? null"


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A dashboard before anything has been published."""
    folder = tmp_path_factory.mktemp("empty")
    with serving(folder / "var", folder / "log.txt") as address:
        yield address


def opened(offline_page, address: str, page: str, query: str, width: int = 1280, **media: str):
    found = offline_page(width, 900, **media)
    found.page.goto(f"{address}/{'' if page == START else page}?{query}")
    found.page.wait_for_selector("h1")
    found.page.wait_for_function(DRAWN)
    found.page.wait_for_timeout(300)
    return found.page


def faults(page) -> list[str]:
    found = Axe().run(page, context=OURS, options=RULES).response["violations"]
    return [f"{fault['id']}: {node['html'][:160]}" for fault in found for node in fault["nodes"]]


@pytest.mark.parametrize("page", [page if page in EVERY_DAY else pytest.param(page, marks=pytest.mark.trust) for page in PAGES])
def test_a_page_with_figures_has_no_fault(offline_page, served, page):
    shown = opened(offline_page, served, page, "agreement=fjordbyen")
    assert faults(shown) == []
    assert shown.locator("h1").count() == 1


@pytest.mark.trust
@pytest.mark.parametrize("page", PAGES)
def test_the_keyboard_reaches_all_of_a_page(offline_page, served, page):
    shown = opened(offline_page, served, page, "agreement=fjordbyen")
    wanted = shown.evaluate(REACHABLE)
    reached = set()
    for _ in range(3 * len(wanted) + 40):
        shown.keyboard.press("Tab")
        reached.add(shown.evaluate(FOCUSED))
        if len(reached - {None}) == len(wanted):
            break
    missed = [named for number, named in enumerate(wanted) if str(number) not in reached]
    assert missed == []


@pytest.mark.trust
@pytest.mark.parametrize("page", PAGES)
def test_a_page_without_figures_has_no_fault_and_a_sentence(offline_page, empty, page):
    shown = opened(offline_page, empty, page, "lang=en")
    assert faults(shown) == []
    assert len(shown.inner_text("h1")) > 20


@pytest.mark.trust
@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_the_real_agreement_has_no_fault_on_the_dark_ground_of_a_phone(offline_page, served, page):
    shown = opened(offline_page, served, page, "agreement=miljoloftet", 390, color_scheme="dark")
    assert faults(shown) == []
    assert shown.evaluate("document.documentElement.scrollWidth") <= 390

"""The pages of the portfolio in headless Chromium: cold start, change of page and of filter. Server and browser together."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator

from playwright.sync_api import Page, sync_playwright

from bench.pages import QUIET, TIMES, line, served, timed

# Section of the menu, name in the menu.
PAGES = (
    ("Status og mål", "Status"), ("Porteføljen", "Fremdrift"), ("Porteføljen", "Økonomi"), ("Porteføljen", "Usikkerhet"),
    ("Porteføljen", "Avvik"), ("Porteføljen", "Prosjekt"), ("Porteføljen", "Område"),
)  # fmt: skip
# Address of a page, and the filters that are changed there in turn.
_AREAS = ("Arbeidsområde", ("Nord", "Sør", "Alle områder"))
FILTERS = (
    ("progress", _AREAS), ("economy", _AREAS), ("economy", ("Kroner", ("2025-kroner", "2024-kroner"))), ("uncertainty", _AREAS),
    ("deviations", _AREAS),
)  # fmt: skip
# In the page: when a choice was pressed, and when anything on the page changed last.
_WATCH = """
addEventListener("pointerdown", () => { window.pressed = performance.now(); }, true);
new MutationObserver(() => { window.changed = performance.now(); })
    .observe(document, {childList: true, subtree: true, attributes: true, characterData: true});
"""
# After the last change, so that nothing more can come unseen.
_STILL_MS = 250
_DONE = '[data-testid="stApp"][data-test-script-state="notRunning"]'


def compare() -> Iterator[str]:
    """One line each: cold start, the first view of each page, change of page and of filter when everything has been seen."""
    chromium = shutil.which("chromium")
    if chromium is None:
        yield "portfolio pages: no chromium on the path, not measured"
        return
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="nb-NO")
        page.add_init_script(_WATCH)
        yield f"portfolio pages: cold start to the whole of Status {timed(lambda: _open(page, address, '')):.0f} ms"
        yield f"portfolio pages: reload of Status {timed(lambda: _open(page, address, '')):.0f} ms"
        first = {name: _change_page(page, section, name) for section, name in PAGES[1:]}
        yield "portfolio pages: first view " + ", ".join(f"{name} {taken:.0f} ms" for name, taken in first.items())
        _change_page(page, *PAGES[0])
        yield line("portfolio pages: page change", [_change_page(page, *PAGES[(n + 1) % len(PAGES)]) for n in range(TIMES)])
        for name, (label, options) in FILTERS:
            _open(page, address, name)
            for option in options:
                _choose(page, label, option)
            taken = [_choose(page, label, options[n % len(options)]) for n in range(TIMES)]
            yield line(f"portfolio pages: {name}, filter change ({label})", taken)
        browser.close()


def _open(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/{name}?agreement=fjordbyen")
    page.locator("h1").first.wait_for()
    _settled(page)


def _change_page(page: Page, section: str, name: str) -> float:
    """The milliseconds from the click on a page's name in the open menu until the page is whole."""
    page.get_by_role("button", name=section).first.click()
    started = time.perf_counter()
    page.get_by_test_id("stTopNavDropdownLink").filter(has_text=name).first.click()
    page.locator(".nv-line", has_text=name).first.wait_for()
    _settled(page)
    return 1000 * (time.perf_counter() - started)


def _choose(page: Page, label: str, option: str) -> float:
    """The milliseconds from the press on a choice until the last change on the page. It must be another choice than before.

    Both are taken in the page: whoever steers the browser from outside adds some 50 ms of asking and answering.
    """
    page.get_by_role("combobox", name=label).first.click()
    before = page.url
    page.get_by_role("option", name=option, exact=True).first.click()
    page.wait_for_url(lambda url: url != before, wait_until="commit")
    _settled(page)
    page.wait_for_function(f"() => performance.now() - window.changed > {_STILL_MS}")
    return float(page.evaluate("window.changed - window.pressed"))


def _settled(page: Page) -> None:
    """Until the script has run and nothing on the page is old."""
    page.locator(_DONE).wait_for()
    page.locator('[data-stale="true"]').first.wait_for(state="detached")

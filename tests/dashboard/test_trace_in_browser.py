"""Tracing in a real browser: from the finder to a figure, to its file, and in the file, with openpyxl, to the same number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.browser import serving
from tests.workbooks_in_ledger import cell_of, hand_in

pytestmark = pytest.mark.browser
HOSTILE = "../<img src=x onerror=alert(1)> rapport.xlsx"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("traced")
    hand_in(folder / "var", name=HOSTILE, economy__forecast_mnok=124.5)
    with serving(folder / "var", folder / "log.txt") as found:
        yield found


def as_lead(page) -> None:
    """Chooses the head of the secretariat as the one who acts."""
    page.get_by_label("Du handler som").click()
    page.get_by_role("option").filter(has_text="sekretariat").first.click()
    page.wait_for_selector("[data-testid=stDownloadButton] >> text=Last ned 1-")


@pytest.mark.trust
def test_a_figure_is_followed_from_the_finder_to_the_same_number_in_its_cell(offline_page, address):
    found = offline_page()
    page = found.page
    page.goto(f"{address}/trace?agreement=fjordbyen&table=economy&column=forecast_mnok")
    page.get_by_role("link", name="124,5", exact=True).first.click()
    page.wait_for_selector("h1.nv-finding >> text=står i celle")
    sentence = page.inner_text("h1.nv-finding").replace("\u00a0", " ")
    cell, sheet = re.search(r"124,5 mill. kr står i celle (\w+) i arket (\w+) i filen", sentence).groups()
    as_lead(page)
    with page.expect_download() as waited:
        page.get_by_role("button", name=re.compile("^Last ned 1-")).click()
    assert re.fullmatch(r"1-[\w .()\-]+\.xlsx", waited.value.suggested_filename)
    assert cell_of(Path(waited.value.path()).read_bytes(), sheet, cell) == 124.5
    assert (found.outside, [said for said in found.complaints if "404" not in said]) == ([], [])


@pytest.mark.trust
def test_on_a_phone_nothing_sticks_out(offline_page, address):
    page = offline_page(390, 844).page
    page.goto(f"{address}/trace?agreement=fjordbyen&lang=en&submission=1&table=economy&row=2&column=forecast_mnok")
    page.wait_for_selector("h1.nv-finding")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert HOSTILE in page.inner_text("h1.nv-finding")


def test_who_acts_is_remembered_over_a_reload_by_the_browser_alone(offline_page, address):
    page = offline_page().page
    page.goto(f"{address}/trace?agreement=fjordbyen&submission=1&table=economy&row=2&column=forecast_mnok")
    page.wait_for_selector("h1.nv-finding >> text=står i celle")
    with page.expect_response(re.compile("/acting")) as waited:
        as_lead(page)
    assert waited.value.status == 204
    page.reload()
    page.wait_for_selector("[data-testid=stDownloadButton] >> text=Last ned 1-")
    (kept,) = [it for it in page.context.cookies() if it["name"].startswith("nullvekst-acting-")]
    assert (kept["httpOnly"], kept["sameSite"]) == (True, "Strict")
    assert "nullvekst" not in page.evaluate("document.cookie")

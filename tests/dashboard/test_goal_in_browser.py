"""The goal page in a real browser, with everything outside this machine blocked."""

from __future__ import annotations

import re

import pytest

from dashboard.theme import PALETTES

pytestmark = pytest.mark.browser
SIZES = {"projector": (1920, 1080), "laptop": (1280, 800), "phone": (390, 844)}


def opened(offline_page, served, size: str, address: str):
    found = offline_page(*SIZES[size])
    found.page.goto(f"{served}/goal?{address}")
    found.page.wait_for_selector("h1.nv-finding")
    found.page.wait_for_selector(".js-plotly-plot .main-svg")
    return found


def complaints(found) -> list[str]:
    """What the browser complained of, but for Streamlit's own questions beneath the path of an inner page, which nobody answers."""
    return [said for said in found.complaints if "404" not in said]


@pytest.mark.parametrize("size", ["projector", *(pytest.param(size, marks=pytest.mark.trust) for size in ("laptop", "phone"))])
@pytest.mark.parametrize(
    ("agreement", "sentence"),
    [
        pytest.param("miljoloftet", "0,8 % over", marks=pytest.mark.trust),
        pytest.param("fjordbyen", "over 2018", marks=pytest.mark.trust),
    ],
)
def test_both_agreements_are_drawn_without_the_network(offline_page, served, size, agreement, sentence):
    found = opened(offline_page, served, size, f"agreement={agreement}")
    assert sentence in found.page.inner_text("h1").replace("\u00a0", " ")
    assert found.page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert (found.outside, complaints(found)) == ([], [])
    if size == "projector":  # without scrolling
        box = found.page.locator(".js-plotly-plot").first.bounding_box()
        assert box["y"] + box["height"] <= SIZES[size][1]


def test_figure_and_tables_can_be_read_without_seeing_them_and_a_chosen_window_is_in_the_address(offline_page, served):
    page = opened(offline_page, served, "laptop", "agreement=fjordbyen").page
    named = page.locator("[aria-label*='Linjediagram for Fjordbyen'], [alt*='Linjediagram for Fjordbyen']")
    assert named.count() >= 1
    assert page.locator("h1").count() == 1
    for table in page.locator("table.nv-table").all():
        assert table.locator("caption").count() == 1
        assert table.locator("thead th[scope=col]").count() > 1
        assert table.locator("tbody th[scope=row]").count() == table.locator("tbody tr").count()
    page.get_by_role("radio", name="12 måneder").click()
    page.wait_for_url(re.compile("window=12"))
    again = opened(offline_page, served, "laptop", re.sub(r"^.*\?", "", page.url)).page
    assert "12 måneder" in again.inner_text("h2.nv-title >> nth=0")


def test_a_past_date_in_the_address_says_so(offline_page, served):
    page = opened(offline_page, served, "laptop", "agreement=fjordbyen&asof=2026-08-01").page
    assert "1. august 2026" in page.inner_text(".nv-past").replace("\u00a0", " ")


# Plotly writes what does not fit a bar smaller than it was asked to, and what does not fit the figure is cut.
_WRITTEN = """figures => figures.flatMap(figure => [...figure.querySelectorAll('text')].map(text => {
    const own = text.getBoundingClientRect(), whole = figure.getBoundingClientRect(), seen = text.getCTM();
    return {text: text.textContent, width: own.width,
        px: parseFloat(getComputedStyle(text).fontSize) * Math.hypot(seen.a, seen.b),
        cut: Math.max(whole.left - own.left, own.right - whole.right, whole.top - own.top, own.bottom - whole.bottom)};
}))"""


@pytest.mark.trust
@pytest.mark.parametrize("view", ["movement", "points", "outlook", "releases"])
@pytest.mark.parametrize("size", ["projector", "phone"])
def test_every_view_is_drawn_without_the_network_and_nothing_is_cut_or_too_small_to_read(offline_page, served, view, size):
    found = opened(offline_page, served, size, f"agreement=fjordbyen&view={view}")
    page = found.page
    page.locator(".nv-table").nth(1).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert (found.outside, complaints(found)) == ([], [])
    if view == "releases":  # no figure of its own
        return
    page.locator(".js-plotly-plot").nth(1).locator(".main-svg").first.wait_for()
    written = [found for found in page.eval_on_selector_all(".js-plotly-plot", _WRITTEN) if found["width"]]
    assert len(written) > 20
    assert [found for found in written if found["px"] < 14 or found["cut"] > 1] == []


@pytest.mark.trust
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_indicator_fits_a_phone_and_its_links_can_be_read(offline_page, served, scheme):
    found = offline_page(*SIZES["phone"], color_scheme=scheme)
    found.page.goto(f"{served}/indicators?agreement=miljoloftet")
    found.page.locator("details").nth(5).wait_for()
    assert found.page.evaluate("document.documentElement.scrollWidth") <= SIZES["phone"][0]
    accent = PALETTES[scheme].accent
    shown = found.page.locator("details a").first.evaluate("link => getComputedStyle(link).color")
    assert shown == f"rgb({', '.join(str(int(accent[at : at + 2], 16)) for at in (1, 3, 5))})"

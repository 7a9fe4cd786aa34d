"""Figures in a real browser: they change in place, are as wide as where they stand, and leave nothing behind."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser
_DRAWN = ".nv-figure .js-plotly-plot .main-svg"
# Each figure: its name, whether it is the drawing that was marked, its text alternative, its width and that of its place.
_FIGURES = """() => [...document.querySelectorAll('.nv-figure')].map(place => {
    const drawing = place.firstElementChild;
    return [place.id, drawing?.dataset.seen ?? '', place.getAttribute('aria-label'), drawing?.querySelector('svg')?.clientWidth,
        place.clientWidth];
})"""
_MARK = "() => document.querySelectorAll('.nv-figure > div').forEach((drawing, n) => { drawing.dataset.seen = n; })"


def test_a_figure_changes_in_place_follows_its_width_and_leaves_with_its_page(offline_page, served):
    found = offline_page(1280, 800)
    page = found.page
    page.goto(f"{served}/economy?agreement=fjordbyen")
    page.locator(_DRAWN).nth(6).wait_for()
    page.evaluate(_MARK)
    before = page.evaluate(_FIGURES)
    assert len(before) == 3
    assert all(drawn == place > 200 for *_, drawn, place in before)

    page.get_by_role("combobox", name="Arbeidsområde").first.click()
    page.get_by_role("option", name="Nord", exact=True).first.click()
    page.wait_for_url("**area=nord*")
    # Each says something else, and is the same drawing.
    page.wait_for_function(f"said => ({_FIGURES})().every((it, n) => it[2] !== said[n])", arg=[it[2] for it in before])
    after = page.evaluate(_FIGURES)
    assert [it[:2] for it in after] == [[it[0], str(n)] for n, it in enumerate(before)]

    page.set_viewport_size({"width": 900, "height": 800})
    page.wait_for_function(f"() => ({_FIGURES})().every(it => it[3] === it[4] && it[4] < {before[0][4]})")

    page.get_by_role("button", name="Metode").first.click()
    page.get_by_test_id("stTopNavDropdownLink").filter(has_text="Metode").first.click()
    page.wait_for_function("() => !document.querySelector('.nv-figure')")
    # Streamlit asks below the address of an inner page whether it is served there; it is not.
    assert (found.outside, [it for it in found.complaints if "404" not in it]) == ([], [])

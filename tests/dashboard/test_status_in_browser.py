"""The status page in a real browser: one screen for a meeting, read from ten metres, and its links by the keyboard."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser
_HEIGHT = """() => Math.max(document.documentElement.scrollHeight, ...[...document.querySelectorAll('[data-testid="stMain"]')]
    .map(main => main.scrollHeight))"""
# The size of every piece of text that is seen.
_SIZES = """() => [...document.querySelectorAll('body *')].flatMap(part => {
    const box = part.getBoundingClientRect(), own = [...part.childNodes].filter(it => it.nodeType === 3 && it.textContent.trim());
    return own.length && box.width > 2 && box.height > 2 ? [[parseFloat(getComputedStyle(part).fontSize), own[0].textContent]] : [];
})"""
# What is wider than its block, and what lies over another piece of the same figure.
_CUT = """() => [...document.querySelectorAll('.nv-block')].filter(block => [...block.querySelectorAll('*')].some(part => {
    const own = part.getBoundingClientRect(), whole = block.getBoundingClientRect();
    return own.width && (own.left < whole.left - 1 || own.right > whole.right + 1 || own.bottom > whole.bottom + 1);
})).map(block => block.innerText)"""
_OVER = """() => [...document.querySelectorAll('.nv-scale')].filter(scale => {
    const boxes = [...scale.querySelectorAll('.above, .below')].map(it => it.getBoundingClientRect());
    return boxes.some((one, n) => boxes.slice(n + 1).some(other =>
        one.left < other.right && other.left < one.right && one.top < other.bottom - 1 && other.top < one.bottom - 1));
}).map(scale => scale.innerText)"""

# Words at the head of a row that stand on two lines; a word may be parted at a hyphen of its own.
_BROKEN = r"""() => [...document.querySelectorAll('table.nv-table tbody th.w')].flatMap(head => {
    const walk = document.createTreeWalker(head, NodeFilter.SHOW_TEXT), found = [];
    while (walk.nextNode()) for (const word of walk.currentNode.textContent.matchAll(/[^\s\u2013\/-]+/g)) {
        const part = document.createRange();
        part.setStart(walk.currentNode, word.index);
        part.setEnd(walk.currentNode, word.index + word[0].length);
        if (new Set([...part.getClientRects()].map(box => Math.round(box.top))).size > 1) found.push(word[0]);
    }
    return found;
})"""


def opened(offline_page, served, width: int, height: int, address: str):
    found = offline_page(width, height)
    found.page.goto(f"{served}/?{address}")
    found.page.locator(".nv-block").nth(6).wait_for()
    return found


@pytest.mark.parametrize(
    "agreement",
    [
        "fjordbyen", "fjordbyen&asof=2025-09-10", pytest.param("fjordbyen&asof=2026-09-01", marks=pytest.mark.trust),
        pytest.param("fjordbyen&asof=2025-05-01", marks=pytest.mark.trust), "miljoloftet",
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["nb", pytest.param("en", marks=pytest.mark.trust)])
def test_all_of_it_is_on_the_projector_and_large_enough_for_ten_metres(offline_page, served, agreement, language):
    found = opened(offline_page, served, 1920, 1080, f"agreement={agreement}&lang={language}")
    page = found.page
    page.wait_for_function(f"({_HEIGHT})() <= 1080")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1920
    bottom = page.locator(".nv-block").last.bounding_box()
    assert bottom["y"] + bottom["height"] <= 1080
    sizes = page.evaluate(_SIZES)
    assert len(sizes) > 30
    assert [it for it in sizes if it[0] < 18] == []
    numbers = page.eval_on_selector_all(".nv-number b", "all => all.map(it => parseFloat(getComputedStyle(it).fontSize))")
    assert numbers
    assert min(numbers) >= 40
    assert page.evaluate(_CUT) == page.evaluate(_OVER) == []
    assert (found.outside, found.complaints) == ([], [])


def test_headings_stand_in_order_each_link_is_reached_by_keys_and_leads_on(offline_page, served):
    page = opened(offline_page, served, 1280, 800, "agreement=fjordbyen").page
    assert page.eval_on_selector_all("h1, h2, h3", "all => all.map(it => it.tagName)") == ["H1", *["H2"] * 7]
    links = page.locator(".nv-status a")
    addresses = [links.nth(n).get_attribute("href") for n in range(links.count())]
    # Each number is one.
    assert len(addresses) > 50
    links.first.focus()
    reached = []
    for _ in addresses:
        reached.append(page.evaluate("document.activeElement.getAttribute('href')"))
        page.keyboard.press("Tab")
    assert reached == addresses
    links.first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/goal?agreement=fjordbyen*")
    page.wait_for_selector(".js-plotly-plot .main-svg")


def test_a_phone_has_one_column_and_nothing_is_cut(offline_page, served):
    page = opened(offline_page, served, 390, 844, "agreement=fjordbyen").page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert len(set(page.eval_on_selector_all(".nv-block", "all => all.map(it => it.getBoundingClientRect().left)"))) == 1
    assert page.evaluate(_CUT) == page.evaluate(_OVER) == []


def test_long_words_of_names_stay_whole_in_the_tables_of_a_phone(offline_page, served):
    page = offline_page(390, 844).page
    page.goto(f"{served}/economy?agreement=fjordbyen&economy=source")
    page.locator("table.nv-table tbody th.w").last.wait_for()
    assert page.evaluate(_BROKEN) == []

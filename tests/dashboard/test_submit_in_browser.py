"""Handing in, first half, in a real browser: a faulty workbook is dropped, its findings are read, the marked copy comes back."""

from __future__ import annotations

import base64
import io

import pytest
from openpyxl import load_workbook

from tests.return_files import filled

pytestmark = pytest.mark.browser
SIZES = {"laptop": (1280, 800), "phone": (390, 844)}
HOSTILE = "<img src=x onerror=alert(1)>"
CARRY = """([content, name]) => {
    const carried = new DataTransfer();
    carried.items.add(new File([Uint8Array.from(atob(content), sign => sign.charCodeAt(0))], name));
    return carried;
}"""
# The first check of a session waits for the process that checks to start.
ANSWERED_WITHIN_MS = 90_000


def faulty() -> bytes:
    """A return with a share above 100 and a name that would be a picture."""
    return filled(progress__physical_pct=140, projects__phase=HOSTILE)


def opened(offline_page, served, size: str = "laptop", address: str = "agreement=fjordbyen", **options):
    found = offline_page(*SIZES[size], **options)
    found.page.on("dialog", lambda dialog: found.complaints.append(dialog.message) or dialog.dismiss())
    found.page.goto(f"{served}/submit?{address}")
    found.page.wait_for_selector("[data-testid=stFileUploaderDropzone]")
    return found


def drop(page, content: bytes, name: str = "rapport.xlsx") -> None:
    """Drops a file on the field, as from a folder, and waits for its findings."""
    carried = page.evaluate_handle(CARRY, [base64.b64encode(content).decode(), name])
    page.dispatch_event("[data-testid=stFileUploaderDropzone]", "drop", {"dataTransfer": carried})
    page.wait_for_selector(".nv-verdict:not(.waiting)", timeout=ANSWERED_WITHIN_MS)
    page.wait_for_selector(".nv-findings")


def complaints(found) -> list[str]:
    """Without what Streamlit says itself on every inner page: it looks for its server below the page first."""
    return [said for said in found.complaints if "404" not in said]


def test_a_faulty_workbook_is_told_by_cell_and_comes_back_marked(offline_page, served):
    found = opened(offline_page, served)
    page = found.page
    drop(page, faulty(), f"{HOSTILE} [a](http://127.0.0.1:9).xlsx")
    assert page.get_by_role("alert").get_by_role("heading", level=2).inner_text().startswith("Rapporten kan ikke leveres ennå")
    row = page.get_by_role("table", name="Funn i Fremdrift").get_by_role("row").filter(has_text="«140»")
    assert row.get_by_role("rowheader").inner_text() == "B2"
    assert HOSTILE in page.inner_text(".nv-findings >> nth=0")
    assert page.get_by_role("heading", level=3, name="Fremdrift").count() == 1
    with page.expect_download() as waited:
        page.get_by_role("button", name="Last ned rapporten med merkede celler").click()
    name = waited.value.suggested_filename
    assert name.startswith("oppdiktede-data-")
    assert name.endswith("-merket.xlsx")
    with open(waited.value.path(), "rb") as file:
        book = load_workbook(io.BytesIO(file.read()))
    cell = book["Fremdrift"]["B2"]
    assert cell.value == 140
    assert "«140»" in cell.comment.text
    assert (found.outside, complaints(found)) == ([], [])


def chosen_in_the_menu(page, section: str, name: str) -> None:
    page.get_by_test_id("stTopNavSection").filter(has_text=section).click()
    page.get_by_role("menuitem", name=name, exact=True).click()


@pytest.mark.trust
def test_files_and_answer_follow_the_reader_to_another_page_and_back(offline_page, served):
    page = opened(offline_page, served, address="").page
    drop(page, faulty())
    chosen_in_the_menu(page, "Metode", "Metode")
    page.wait_for_selector(".nv-verdict", state="detached")
    chosen_in_the_menu(page, "Rapportering", "Rapportering")
    page.wait_for_selector(".nv-verdict:not(.waiting)")
    assert "Sist kontrollert: rapport.xlsx" in page.inner_text("[data-testid=stMain]").replace("\u00a0", " ")
    page.get_by_role("button", name="Glem filene").click()
    page.wait_for_selector(".nv-verdict.waiting")


@pytest.mark.trust
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_findings_are_stacked_and_nothing_sticks_out(offline_page, served, scheme):
    found = opened(offline_page, served, "phone", "agreement=fjordbyen&lang=en", color_scheme=scheme)
    drop(found.page, faulty())
    assert found.page.evaluate("document.documentElement.scrollWidth") <= SIZES["phone"][0]
    row = found.page.get_by_role("table", name="Findings in Fremdrift").get_by_role("row").filter(has_text="140")
    place, message = row.get_by_role("rowheader").bounding_box(), row.get_by_role("cell").nth(1).bounding_box()
    assert message["y"] >= place["y"] + place["height"] - 1
    assert complaints(found) == []


@pytest.mark.trust
def test_every_table_of_findings_has_the_same_columns(offline_page, served):
    page = opened(offline_page, served).page
    drop(page, faulty())
    tables = page.locator(".nv-findings").all()
    widths = {tuple(round(head.bounding_box()["width"]) for head in table.locator("thead th").all()) for table in tables}
    assert len(tables) > 1
    assert len(widths) == 1
    assert max(next(iter(widths))[:2]) < 180


@pytest.mark.parametrize(
    ("language", "name"), [("nb", "Velg filer"), pytest.param("en", "Choose files", marks=pytest.mark.trust)]
)
def test_the_upload_field_speaks_the_language_of_the_page(offline_page, served, language, name):
    page = opened(offline_page, served, address=f"lang={language}").page
    assert page.get_by_role("button", name=name, exact=True).count() == 1
    for theirs in ("Upload", "file upload"):
        assert page.get_by_role("button", name=theirs).count() == 0
    assert (
        page.get_by_role("status").filter(has_text={"nb": "Svaret kommer her", "en": "The answer comes here"}[language]).count()
    )

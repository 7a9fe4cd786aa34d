"""`python -m bench.screenshot`: the picture of the status page in README.md, of the invented agreement, as on a projector."""

from __future__ import annotations

import shutil
from io import BytesIO

from PIL import Image
from playwright.sync_api import sync_playwright

from bench.pages import ROOT, served

PICTURE = ROOT / "docs" / "images" / "status_nb.png"


def main() -> None:
    """Writes the picture anew."""
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1920, "height": 1080}, color_scheme="light", locale="nb-NO")
        page.goto(f"{address}/?agreement=fjordbyen")
        page.locator(".nv-block").nth(6).wait_for(timeout=60_000)
        page.evaluate("document.fonts.ready")
        taken = page.screenshot(animations="disabled")
        browser.close()
    # A palette makes a third of the size, and the page has few colours.
    Image.open(BytesIO(taken)).convert("RGB").quantize(128).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()

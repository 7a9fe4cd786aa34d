"""The pages in headless Chromium: a cold load, its bytes, changes of page and of filter. Server and browser share the machine."""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
TIMES = 20
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]


def compare() -> Iterator[str]:
    """One line each: cold load, bytes over the wire, change of window, change of agreement, change of view."""
    chromium = shutil.which("chromium")
    if chromium is None:
        yield "pages: no chromium on the path, not measured"
        return
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        received: list[int] = []
        page.on("requestfinished", lambda request: received.append(request.sizes()["responseBodySize"]))
        cold = timed(lambda: _open(page, address))
        yield f"pages: cold load to the figure {cold:.0f} ms, {sum(received) / 1e6:.1f} MB over the wire"
        yield f"pages: reload {timed(lambda: _open(page, address)):.0f} ms"
        yield line("filter change (window)", [_window_change(page, n) for n in range(TIMES)])
        yield line("view change (table to releases and back)", [_view_change(page, n) for n in range(TIMES)])
        yield line("page change (goal to method and back)", [_page_change(page, n) for n in range(TIMES)])
        yield line("agreement change", [_agreement_change(page, n) for n in range(TIMES)])
        browser.close()


def _window_change(page: Page, number: int) -> float:
    months = (12, 24, 36)[number % 3]

    def change() -> None:
        page.get_by_role("radio", name=f"{months} måneder").click()
        page.locator("h2.nv-title", has_text=f"{months} måneders").first.wait_for()

    return timed(change)


def _view_change(page: Page, number: int) -> float:
    name, heading = (("Utgivelser", "Kjente utgivelser"), ("Tabellen", "Glidende indeks"))[number % 2]

    def change() -> None:
        page.get_by_role("radio", name=name).click()
        page.locator("h2.nv-title", has_text=heading).first.wait_for()

    return timed(change)


def _page_change(page: Page, number: int) -> float:
    section, name, heading = (
        ("Metode", "Metode", "De fire svarene"), ("Status og mål", "Nullvekstmålet", "Endring i trafikk")
    )[number % 2]  # fmt: skip
    page.get_by_role("button", name=section).first.click()

    def change() -> None:
        page.get_by_test_id("stTopNavDropdownLink").filter(has_text=name).first.click()
        page.locator("h2.nv-title", has_text=heading).first.wait_for()

    return timed(change)


def _agreement_change(page: Page, number: int) -> float:
    name = ("Miljøløftet", "Fjordbyen")[number % 2]

    def change() -> None:
        page.get_by_role("combobox").first.click()
        page.get_by_role("option", name=name).click()
        page.locator(".nv-line b", has_text=name).first.wait_for()

    return timed(change)


def _open(page: Page, address: str) -> None:
    page.goto(f"{address}/goal?agreement=fjordbyen")
    page.wait_for_selector(".js-plotly-plot .main-svg")


def timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - start)


def line(name: str, taken: list[float]) -> str:
    high = sorted(taken)[int(0.95 * len(taken)) - 1]
    return f"pages: {name}: median {statistics.median(taken):.0f} ms, 95th percentile {high:.0f} ms"


@contextmanager
def served() -> Iterator[str]:
    """The address of a dashboard with the examples, in a folder and at a port of its own."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        surroundings = {**os.environ, "DATA_DIR": folder}
        subprocess.run([sys.executable, "-m", "pipelines", "demo"], cwd=ROOT, env=surroundings, check=True, capture_output=True)
        command = [sys.executable, "-m", "uvicorn", "dashboard.server:app", "--host", "127.0.0.1", "--port", str(port)]
        server = subprocess.Popen(
            [*command, "--log-level", "critical"],
            cwd=ROOT,
            env=surroundings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(10)


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)

"""Fixtures for tests in a real browser: Chromium from the system, cut off from the network, and a served dashboard."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

ROOT = Path(__file__).parents[1]
_QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
_STARTS_WITHIN_SECONDS = 60


@dataclass
class OfflinePage:
    """A page whose requests to other machines are stopped; `outside` and `complaints` should stay empty."""

    page: Page
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium with a fresh profile. Without one the test is skipped, but fails where CI=true."""
    path = shutil.which("chromium")
    if path is None:
        missing = "no chromium on the path; `make test` as root on Debian installs it, elsewhere install it and try again"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=[*_QUIET, *as_root])
        yield browser
        browser.close()


@pytest.fixture
def offline_page(chromium: Browser) -> Iterator[Callable[..., OfflinePage]]:
    """Opens pages of a given size that reach this machine only: `offline_page(390, 844, color_scheme="dark")`."""
    contexts = []

    def open_page(width: int = 1280, height: int = 900, **options: object) -> OfflinePage:
        settings = {"viewport": {"width": width, "height": height}, "locale": "nb-NO", "service_workers": "block", **options}
        context = chromium.new_context(**settings)
        contexts.append(context)
        opened = OfflinePage(context.new_page())

        def only_here(route: Route) -> None:
            if is_here(route.request.url):
                route.continue_()
            else:
                opened.outside.append(route.request.url)
                route.abort()

        context.route("**/*", only_here)
        opened.page.on("websocket", lambda stream: None if is_here(stream.url) else opened.outside.append(stream.url))
        opened.page.on("console", lambda said: opened.complaints.append(said.text) if said.type == "error" else None)
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        return opened

    yield open_page
    for context in contexts:
        context.close()


def is_here(address: str) -> bool:
    """An address on this machine. Browsers take every name under .localhost as the machine itself."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    return parts.scheme in {"data", "blob"} or host in {"127.0.0.1", "localhost"} or host.endswith(".localhost")


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a dashboard with the example data, served as `make run` does, for the whole session."""
    folder = tmp_path_factory.mktemp("served")
    surroundings = {**os.environ, "DATA_DIR": str(folder / "var"), "GX_ANALYTICS_ENABLED": "false"}
    demo = [sys.executable, "-m", "pipelines", "demo"]
    loaded = subprocess.run(demo, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)
    if loaded.returncode:
        pytest.fail(f"the example data did not load:\n{loaded.stderr}")
    port = _free_port()
    command = [sys.executable, "-m", "uvicorn", "dashboard.server:app", "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log.txt").open("w+") as log:
        server = subprocess.Popen(
            [*command, "--no-proxy-headers", "--no-server-header"], cwd=ROOT, env=surroundings, stdout=log, stderr=log
        )
        try:
            _wait_until_up(server, f"http://127.0.0.1:{port}", folder / "log.txt")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_up(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    give_up = time.monotonic() + _STARTS_WITHIN_SECONDS
    while time.monotonic() < give_up and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"the dashboard did not start:\n{log.read_text()}")

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
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Request, WebSocket

ROOT = Path(__file__).parents[1]
_QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
# Pages share a process, and so what it has compiled of Streamlit's scripts: half the processor time of a page.
_SHARED = "--process-per-site"
# Names and numbers alike lead nowhere but to this machine. Playwright's own interception would turn the browser's cache off.
_OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost"
_MEDIA = {"color_scheme", "contrast", "forced_colors", "reduced_motion"}  # said to a page, so that it needs no other profile
_STARTS_WITHIN_SECONDS = 60


@dataclass
class OfflinePage:
    """A page in a browser that reaches no other machine; `outside` (what it asked others) and `complaints` should stay empty."""

    page: Page
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    origins: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("websocket", self.note)
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def note(self, asked: Request | WebSocket) -> None:
        """Keeps the address that was asked for if it is on another machine, and else whose it is."""
        if not is_here(asked.url):
            self.outside.append(asked.url)
        elif "//" in asked.url:
            self.origins.add("/".join(asked.url.split("/", 3)[:3]))


@dataclass
class Profile:
    """A browser profile that serves many tests, so that Streamlit's scripts are fetched and compiled once, not per page."""

    context: BrowserContext
    kept: Page | None = None  # keeps the process of its site while no test has a page

    def forget(self, origins: set[str]) -> None:
        """Closes the pages of a test and empties what they have stored, but not the files that they have fetched."""
        if self.kept is None and origins:
            self.kept = self.context.new_page()
            self.kept.goto(f"{min(origins)}/_stcore/health")
        for page in self.context.pages:
            if page is not self.kept:
                page.close()
        for origin in origins:
            session = self.context.new_cdp_session(self.kept)
            session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        self.context.clear_cookies()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium with a fresh profile. Without one the test is skipped, but fails where CI=true."""
    path = shutil.which("chromium")
    if path is None:
        missing = "no chromium on the path; `make test` as root on Debian installs it, elsewhere install it and try again"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=[*_QUIET, _SHARED, _OFFLINE, *as_root])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def profiles(chromium: Browser) -> dict[str, Profile]:
    """The browser profiles so far, by their options."""
    return {}


@pytest.fixture
def offline_page(chromium: Browser, profiles: dict[str, Profile]) -> Iterator[Callable[..., OfflinePage]]:
    """Opens pages of a given size that reach this machine only: `offline_page(390, 844, color_scheme="dark")`.

    A profile serves many tests, without what they stored: set a page, not its context.
    """
    opened: list[tuple[Profile, OfflinePage]] = []

    def open_page(width: int = 1280, height: int = 900, **options: object) -> OfflinePage:
        media = {name: options.pop(name) for name in _MEDIA & options.keys()}
        settings = {"locale": "nb-NO", "service_workers": "block", **options}
        key = repr(sorted(settings.items()))
        if key not in profiles:
            profiles[key] = Profile(chromium.new_context(**settings))
        context = profiles[key].context
        offline = OfflinePage(context.new_page())
        context.on("request", offline.note)  # also of popups
        offline.page.set_viewport_size({"width": width, "height": height})
        offline.page.emulate_media(**media)
        opened.append((profiles[key], offline))
        return offline

    yield open_page
    for profile, offline in opened:
        profile.context.remove_listener("request", offline.note)
        profile.forget(offline.origins)


def is_here(address: str) -> bool:
    """An address on this machine. Browsers take every name under .localhost as the machine itself."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    return parts.scheme in {"data", "blob"} or host in {"127.0.0.1", "localhost"} or host.endswith(".localhost")


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, examples: Path) -> Iterator[str]:
    """The address of a dashboard with a copy of the examples, served as `make run` does, for the whole session of a worker."""
    folder = tmp_path_factory.mktemp("served")
    with serving(shutil.copytree(examples, folder / "var"), folder / "log.txt") as address:
        yield address


@contextmanager
def serving(data_dir: Path, log_path: Path) -> Iterator[str]:
    """The address of a dashboard over a data folder, served as `make run` does."""
    surroundings = {**os.environ, "DATA_DIR": str(data_dir), "GX_ANALYTICS_ENABLED": "false"}
    port = _free_port()
    command = [sys.executable, "-m", "uvicorn", "dashboard.server:app", "--host", "127.0.0.1", "--port", str(port)]
    with log_path.open("w+") as log:
        server = subprocess.Popen(
            [*command, "--no-proxy-headers", "--no-server-header"], cwd=ROOT, env=surroundings, stdout=log, stderr=log
        )
        try:
            _wait_until_up(server, f"http://127.0.0.1:{port}", log_path)
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

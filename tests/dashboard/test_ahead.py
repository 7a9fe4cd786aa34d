"""What the start page needs is imported by the server before somebody asks, and nobody goes on while it is half imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

import pytest

from dashboard import ahead

ROOT = Path(__file__).resolve().parents[2]
BEGUN = """
import sys
import dashboard.server
from dashboard.ahead import imports_done
imports_done()
print(*sorted(name for name in sys.modules if name.startswith("dashboard.")))
"""
STATUS = """
import sys
import dashboard.parts.header, dashboard.parts.status.blocks, dashboard.parts.status.grid, dashboard.parts.status.since
print(*sorted(name for name in sys.modules if name.startswith("dashboard.")))
"""


def told(program: str) -> set[str]:
    return set(
        subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    )


def test_the_modules_that_are_imported_ahead_are_those_of_the_start_page():
    page = (ROOT / "dashboard" / "pages" / "status.py").read_text(encoding="utf-8")
    assert all(f"from {name} import" in page for name in ahead._MODULES)


@pytest.mark.trust
def test_the_server_imports_what_the_start_page_does():
    assert told(STATUS) <= told(BEGUN)


def test_nobody_goes_on_while_it_is_imported(monkeypatch: pytest.MonkeyPatch):
    begun, go_on, went_on = Event(), Event(), Event()

    def slow() -> None:
        begun.set()
        go_on.wait(30)

    monkeypatch.setattr(ahead, "_RUNNING", [])
    monkeypatch.setattr(ahead, "_import", slow)
    ahead.import_ahead()
    assert begun.wait(30)
    waiting = Thread(target=lambda: (ahead.imports_done(), went_on.set()))
    waiting.start()
    assert not went_on.wait(0.05)
    go_on.set()
    waiting.join(30)
    assert went_on.is_set()

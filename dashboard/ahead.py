"""What the start page imports, imported while the browser of its first reader still fetches scripts: a third of a cold start."""

from __future__ import annotations

from importlib import import_module
from threading import Thread

# They import all others that the start page needs, and most of what other pages do.
_MODULES = ("dashboard.parts.header", "dashboard.parts.status.blocks", "dashboard.parts.status.since")
_RUNNING: list[Thread] = []


def import_ahead() -> None:
    """Begins to import, beside whoever goes on."""
    thread = Thread(target=_import, name="imports", daemon=True)
    _RUNNING.append(thread)
    thread.start()


def imports_done() -> None:
    """Returns when all that was begun is imported; at once where nothing was. Who imports the same beside it may get halves."""
    for thread in _RUNNING:
        thread.join()


def _import() -> None:
    for name in _MODULES:
        import_module(name)

"""Two questions at once: while the database reads for one, the other is answered."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

One = TypeVar("One")
Other = TypeVar("Other")


def both(one: Callable[[], One], other: Callable[[], Other]) -> tuple[One, Other]:
    """The answers to two questions that do not need each other. The first is asked in a thread of its own.

    What either raises is raised, once both have ended.
    """
    with ThreadPoolExecutor(max_workers=1) as beside:
        asked = beside.submit(one)
        answered = other()
        return asked.result(), answered

"""Work on a stream of items in several threads, with only a few items in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

Item = TypeVar("Item")
Given = TypeVar("Given")


def in_turn(pool: Executor, act: Callable[[Item], Given], items: Iterable[Item], ahead: int) -> Iterator[Given]:
    """What each item gives, in their order. No more than `ahead` are under way beyond the one that is waited for."""
    under_way: deque[Future[Given]] = deque()
    try:
        for item in items:
            under_way.append(pool.submit(act, item))
            if len(under_way) > ahead:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        for future in under_way:
            future.cancel()

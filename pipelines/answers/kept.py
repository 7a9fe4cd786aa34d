"""What is read of a snapshot once and asked for often: kept as long as it is among the last that were asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar, cast

Asked = ParamSpec("Asked")
Found = TypeVar("Found")
# Of each question, for so many snapshots, dates and selections.
_MOST = 8
_FORGET: list[Callable[[], None]] = []


def kept(read: Callable[Asked, Found]) -> Callable[Asked, Found]:
    """The same answer, read again only when it was not among the last. A snapshot never changes; what is kept must not either.

    Everything that the answer depends on has to be asked with, the snapshot among it, and be hashable.
    """
    remembered = lru_cache(maxsize=_MOST)(read)
    _FORGET.append(remembered.cache_clear)
    return cast("Callable[Asked, Found]", remembered)


def forget() -> None:
    """Nothing is kept any more: the next answers read their snapshot."""
    for each in _FORGET:
        each()

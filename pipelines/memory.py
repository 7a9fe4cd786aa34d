"""How a process looks for garbage, once it has imported what it needs."""

from __future__ import annotations

import gc
from functools import cache

# New objects between two looks: an answer makes tens of thousands of small rows that live and die together.
_NEW_OBJECTS = 50_000


@cache
def spare_what_stays() -> None:
    """Leaves all that there is now, libraries above all, out of every later look for garbage, and looks less often. Once.

    Half a million objects of libraries would else be gone through whenever an answer makes some thousand rows of its own: a
    third of the time of a large answer.
    """
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 20)

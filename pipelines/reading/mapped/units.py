"""The unit that a text says its amounts are in: "tusen kroner", "mill. kr", "Beløp i 1000 kr"."""

from __future__ import annotations

import re

from domain.mapping_columns import Unit
from pipelines.reading.answers import folded

# The first that fits: thousands and millions are said in words that hold the word for kroner too.
_UNITS: tuple[tuple[Unit, re.Pattern[str]], ...] = (
    ("mrd", re.compile(r"\bmrd\b|milliard")),
    ("mnok", re.compile(r"\bmnok\b|\bmkr\b|\bmill\b|million")),
    ("tkr", re.compile(r"\btkr\b|\btnok\b|\bkkr\b|\btusen\b|thousand|\b1[ .,]?000 ?(?:kr|nok)|(?:kr|nok)\.? ?1[ .,]?000\b|'000")),
    ("kr", re.compile(r"\(kr\.?\)|\bi (?:hele )?(?:kr|kroner)\b|\(kroner\)|\(nok\)|\bin (?:nok|kroner)\b")),
)


def unit_said(text: str) -> Unit | None:
    """The unit of amounts that a text says; None where it says none."""
    word = folded(text)
    return next((unit for unit, said in _UNITS if said.search(word)), None)

"""The words that a user sees, by key and language. The only reader of domain/text."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from domain.load import read_yaml

LANGUAGES = ("nb", "en")
_TEXT = Path(__file__).parent / "text"


class UnknownWord(KeyError):
    """A key that no text file has: a fault of ours, never of a user."""


@cache
def words(language: str) -> dict[str, str]:
    """Every text of one language by its dotted key."""
    if language not in LANGUAGES:
        raise UnknownWord(f"language {language!r}; known are {', '.join(LANGUAGES)}")
    return dict(_flat("", read_yaml(_TEXT / f"{language}.yaml")))


def text(key: str, language: str, **named: object) -> str:
    """The text of a key with its {named} places filled."""
    known = words(language)
    if key not in known:
        raise UnknownWord(f"{key!r} in {language}.yaml")
    template = known[key]
    return template.format(**named) if named else template


def _flat(prefix: str, part: Any) -> list[tuple[str, str]]:
    if isinstance(part, dict):
        return [found for key, inner in part.items() for found in _flat(f"{prefix}.{key}" if prefix else str(key), inner)]
    return [(prefix, str(part))]

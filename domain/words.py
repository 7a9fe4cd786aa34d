"""The words that a user sees, by key and language. The only reader of domain/text.

A language is one file and, beside it, a folder of files by topic; a key stands in one of them.
"""

from __future__ import annotations

from collections import Counter
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
    paths = [_TEXT / f"{language}.yaml", *sorted((_TEXT / language).glob("*.yaml"))]
    found = [pair for path in paths for pair in _flat("", read_yaml(path))]
    if len(dict(found)) < len(found):
        twice = sorted(key for key, count in Counter(key for key, _ in found).items() if count > 1)
        raise UnknownWord(f"{', '.join(twice)} more than once in the texts of {language}")
    return dict(found)


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

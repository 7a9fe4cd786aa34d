"""What the documents have in common: tables of Markdown, and words in every language at once."""

from __future__ import annotations

from collections.abc import Iterable

from domain.words import LANGUAGES, text

# Within a cell of a table, between the languages.
BREAK = "<br>"


def markdown_table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table with its head, a row a line; a bar within a cell stays a bar."""
    heads = list(titles)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def both(key: str, between: str = " / ") -> str:
    """A word in each language, in their order."""
    return between.join(text(key, language) for language in LANGUAGES)


def _cell(said: str) -> str:
    return said.replace("|", "\\|").replace("\n", " ")

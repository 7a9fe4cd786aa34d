"""Text from data where Plotly reads tags: shown as it stands, never as a link or a style."""

from __future__ import annotations

import html
import textwrap


def plain(text: object) -> str:
    """The text without a meaning for Plotly. Its quotes have none, and it would show their entities."""
    return html.escape(str(text), quote=False)


def in_two_lines(name: str, most_signs: int) -> str:
    """The whole name in at most two lines, as narrow as its words allow, in one where it has no more signs than that."""
    widths = range(min(most_signs, len(name)), len(name) + 1)
    lines = next((found for width in widths if len(found := textwrap.wrap(name, width, break_long_words=False)) <= 2), [name])
    return "<br>".join(map(plain, lines))

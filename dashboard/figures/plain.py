"""Text from data where Plotly reads tags: shown as it stands, never as a link or a style."""

from __future__ import annotations

import html


def plain(text: object) -> str:
    """The text without a meaning for Plotly. Its quotes have none, and it would show their entities."""
    return html.escape(str(text), quote=False)

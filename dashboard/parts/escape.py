"""The one place where text from data becomes safe to show. Everything that a page writes as HTML passes through here."""

from __future__ import annotations

import html
import re

# Every sign that markdown gives a meaning to can be escaped, and so can the others of ASCII.
_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
# Streamlit makes links, emojis and icons of text that is already read as markdown, where no escape is left. A word joiner, which
# nobody sees, breaks their form.
_MADE_LATER = re.compile(r"(\\[:@]|www)", re.IGNORECASE)


def as_html(text: object) -> str:
    """Text as it stands, inside an element or a quoted attribute."""
    return html.escape(str(text), quote=True)


def as_markdown(text: object) -> str:
    """Text as it stands, in one line, where Streamlit reads markdown."""
    line = _SPACE.sub(" ", str(text))
    return _MADE_LATER.sub("\\1\u2060", _MARKDOWN.sub(r"\\\1", line))

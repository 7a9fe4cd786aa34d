"""The one place where text from data becomes safe to show. Everything that a page writes as HTML passes through here."""

from __future__ import annotations

import html
import re

# Every sign that markdown gives a meaning to can be escaped, and so can the others of ASCII.
_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")
# In JSON they can stand in texts alone, where their number means the same.
_JSON_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&'"}
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
# Streamlit makes links, emojis and icons of text that is already read as markdown, where no escape is left. A word joiner, which
# nobody sees, breaks their form.
_MADE_LATER = re.compile(r"(\\[:@]|www)", re.IGNORECASE)


def as_html(text: object) -> str:
    """Text as it stands, inside an element or a quoted attribute."""
    return html.escape(str(text), quote=True)


def as_json_attribute(written: str) -> str:
    """JSON as it stands, inside an attribute of HTML with single quotes.

    The signs that HTML gives a meaning to are written as JSON escapes them, so that not even a cleaner of HTML finds any.
    """
    return written.translate(_JSON_ESCAPES)


def as_markdown(text: object) -> str:
    """Text as it stands, in one line, where Streamlit reads markdown."""
    line = _SPACE.sub(" ", str(text))
    return _MADE_LATER.sub("\\1\u2060", _MARKDOWN.sub(r"\\\1", line))

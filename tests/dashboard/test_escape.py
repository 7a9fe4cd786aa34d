"""Text from data stays text: no tag, no attribute, no link and no picture comes of it, and the reader sees what was written."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dashboard.parts.escape import as_html, as_markdown

HTML = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<a href='javascript:alert(1)'>x</a>",
    '" onmouseover="alert(1)', "' onmouseover='alert(1)", "</b><b style='position:fixed'>", "<!-- x -->", "<![CDATA[x]]>", "<?php x ?>",
    "&lt;script&gt;", "&#60;script&#62;", "&copy;", "<iframe srcdoc='<script>'>", "<style>*{display:none}</style>", "<",
]  # fmt: skip
MARKDOWN = [
    "[x](javascript:alert(1))", "![x](http://x.example/a.png)", "<http://x.example>", "http://x.example/a?b=c", "https://x.example",
    "www.x.example", "WWW.x.example/~a", "kari@x.example", "**fet** _kursiv_ ~~borte~~", "`kode`", "```\nkode\n```", "# Overskrift",
    "Tittel\n===", "Tittel\n---", "    innrykk", "\tinnrykk", "- punkt", "* punkt", "+ punkt", "1. punkt", "1) punkt", "> sitat",
    "| a | b |\n|---|---|\n| c | d |", "$x^2$", "$$x$$", ":red[rød]", ":smile:", ":material/home:", ":blue-background[x]",
    "[x]: http://x.example", "[^1]", "linje\\\nlinje", "linje  \nlinje", "\\*", "&amp;", "***", "2026: mål – 50 % (A & B)", "C:\\data\\a_b",
]  # fmt: skip
# Streamlit looks for these in text that is already read as markdown: links, addresses, emojis and icons.
MADE_LATER = re.compile(r"(https?://|www(?=\.))[-.\w]+|[-.\w+]+@[-\w]+\.|:[\w+-]+:|:material/\w+:", re.IGNORECASE)


class Seen(HTMLParser):
    """What a browser makes of a text: tags with their attributes, everything that is no text, and the text."""

    def __init__(self, made: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.other: list[str] = []
        self.text = ""
        self.feed(made)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, attrs))

    def handle_endtag(self, tag):
        self.other.append(tag)

    def handle_comment(self, data):
        self.other.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment

    def handle_data(self, data):
        self.text += data


def rendered(text):
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(as_markdown(text))


def one_line(text):
    return re.sub(r"[ \t\r\n\f\v]+", " ", text).strip(" ")


@pytest.mark.parametrize("payload", [*HTML, *MARKDOWN])
def test_html_shows_the_text_in_an_element_and_in_an_attribute(payload):
    inside = Seen(as_html(payload))
    assert (inside.tags, inside.other, inside.text) == ([], [], payload)
    assert Seen(f'<i title="{as_html(payload)}">').tags == [("i", [("title", payload)])]
    assert Seen(f"<i title='{as_html(payload)}'>").tags == [("i", [("title", payload)])]


@given(st.text(st.characters(exclude_characters="\x00\r", exclude_categories=["Cs"])))
def test_html_gives_every_text_back(text):
    assert html.unescape(as_html(text)) == text
    assert not set(as_html(text)) & set("<>\"'")


@pytest.mark.parametrize("payload", [*HTML, *MARKDOWN])
def test_markdown_shows_the_text_in_one_plain_line(payload):
    seen = Seen(rendered(payload))
    assert (seen.tags, seen.other) == ([("p", [])], ["p"])
    assert seen.text.replace("\u2060", "").strip("\n") == one_line(payload)
    assert not MADE_LATER.search(seen.text)


@given(st.text(st.sampled_from("\\`*_{}[]()<>#+-.!|~$:&=/@wW1a \n\t'\""), max_size=40))
def test_markdown_gives_every_text_back(text):
    seen = Seen(rendered(text))
    assert seen.tags in ([("p", [])], [])
    assert seen.text.replace("\u2060", "").strip("\n") == one_line(text)
    assert not MADE_LATER.search(seen.text)


def test_what_is_no_text_is_written_out():
    assert (as_html(3.5), as_html(None), as_markdown(12)) == ("3.5", "None", "12")

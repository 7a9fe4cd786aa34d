"""Sources as links. Only an address of the web becomes one; anything else is shown as the text that it is."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

import streamlit as st

from dashboard.parts.escape import as_html
from domain.facts import Source


def as_link(url: str, said: str | None = None) -> str:
    """HTML: the words as a link to the address, which opens beside the page and is told nothing of it."""
    words = as_html(said or url)
    if not host_of(url):
        return words
    return f'<a href="{as_html(url)}" target="_blank" rel="noopener noreferrer nofollow">{words}</a>'


def host_of(url: str) -> str:
    """The name of the site, without www; empty where it is no address of the web."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.") if parts.scheme in {"http", "https"} else ""


def addresses(urls: Iterable[str]) -> None:
    """A numbered list of addresses."""
    _listed((as_link(url) for url in urls), "ol")


def sources(found: Iterable[Source], language: str) -> None:
    """A list of documents: title, publisher, date, and what is to be known of how it was read."""
    _listed((_said(source, language) for source in found), "ul")


def _said(source: Source, language: str) -> str:
    title = as_link(source.url, source.title) if source.url else as_html(source.title)
    rest = ", ".join(part for part in (source.publisher, source.dated) if part)
    note = f" {source.note.in_language(language)}" if source.note else ""
    return f"{title}. {as_html(rest)}.{as_html(note)}"


def _listed(items: Iterable[str], kind: str) -> None:
    style = "overflow-wrap:anywhere;font-size:0.9rem;line-height:1.5;margin:0.25rem 0 0;padding-left:1.4rem"
    st.html(f'<{kind} style="{style}">{"".join(f"<li>{item}</li>" for item in items)}</{kind}>')

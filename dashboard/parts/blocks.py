"""Blocks of text and tables as escaped HTML: what a screen reader can read, which a canvas is not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.parts.escape import as_html


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; numbers stand to the right."""

    title: str
    is_number: bool = False


_OWN_ADDRESS = re.compile(r"[a-z]+(\?[\w%&=+.~-]*)?")
# After a number, linked or not, the unit; and the space between a currency and its number.
_UNIT = re.compile(r"(?<=[\d>]) (?:%|mill\. kr|million\b)")
_CURRENCY = re.compile(r"(?<=\bNOK) (?=[\d<−+])")


class ForeignAddress(ValueError):
    """A link of a table leads to one of our own pages; an address from data is never one."""


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads to a page of ours: words, and a relative address that we have built. ForeignAddress for any other."""

    said: str
    href: str

    def __post_init__(self) -> None:
        if not _OWN_ADDRESS.fullmatch(self.href):
            raise ForeignAddress(self.href)

    def __str__(self) -> str:
        return self.said


# What stands in a table: words, which are escaped, or words that lead somewhere.
Said = str | Link


class Words(str):
    """A sentence in which some words lead somewhere: links where a block writes it, and plain text everywhere else."""

    parts: tuple[Said, ...]

    def __new__(cls, parts: Iterable[Said]) -> Words:
        listed = tuple(parts)
        made = super().__new__(cls, "".join(map(str, listed)))
        made.parts = listed
        return made


def joined(sentences: Iterable[Said], between: str = " ") -> Words:
    """Sentences in a row, the empty ones left out; what leads somewhere still does."""
    listed = [it for it in sentences if str(it)]
    return Words(part for at, it in enumerate(listed) for part in ([between, it] if at else [it]))


def style_sheet(css: str) -> None:
    """The style of the page. Ours alone, never data."""
    st.html(f"<style>{css}</style>")


def header_line(parts: Iterable[str], first: str) -> None:
    """The line on top: agreement, what was known when, how fresh."""
    rest = "".join(f"<span>{as_html(part)}</span>" for part in parts)
    st.html(f'<div class="nv-line"><b>{as_html(first)}</b>{rest}</div>')


def synthetic_band(text: str) -> None:
    """The band that says that what follows is invented."""
    st.html(f'<div class="nv-synthetic" role="note"><span>{as_html(text)}</span></div>')


def past_band(text: str) -> None:
    """The band that says that what follows was known on an earlier day."""
    st.html(f'<div class="nv-past" role="note">{as_html(text)}</div>')


def finding(sentence: str) -> None:
    """The page's one sentence."""
    st.html(f'<h1 class="nv-finding">{_together(said_html(sentence))}</h1>')


def said(label: str, sentence: str, symbol: str = "", colour: str = "") -> None:
    """A labelled sentence, so that it is clear who says it. A symbol stands before its first words."""
    mark = (
        f'<span class="nv-answer" style="color:{as_html(colour)}" aria-hidden="true">{as_html(symbol)} </span>' if symbol else ""
    )
    st.html(f'<p class="nv-said"><b>{as_html(label)}</b> {mark}{said_html(sentence)}</p>')


def title(text: str, small: str = "") -> None:
    """The title of a figure or table, with its unit below."""
    below = f'<p class="nv-small">{said_html(small)}</p>' if small else ""
    st.html(f'<h2 class="nv-title">{_together(said_html(text))}</h2>{below}')


def small(text: str) -> None:
    """A muted line: source, date, caveat."""
    st.html(f'<p class="nv-small">{said_html(text)}</p>')


def way(link: Link) -> None:
    """A line of its own that leads to a page of ours."""
    st.html(f'<p class="nv-said">{said_html(link)}</p>')


def bullets(lines: Iterable[str]) -> None:
    """A plain list."""
    st.html(f'<ul class="nv-list">{"".join(f"<li>{said_html(line)}</li>" for line in lines)}</ul>')


def table(
    caption: str, columns: Sequence[Column], rows: Iterable[Sequence[Said]], chosen: int | None = None, is_narrow: bool = False
) -> None:
    """A table whose first column heads its rows. `chosen` marks one row; a narrow one does not fill the page."""
    head = "".join(f'<th scope="col" class="{_kind(column)}">{as_html(column.title)}</th>' for column in columns)
    body = "".join(_row(columns, row, number == chosen) for number, row in enumerate(rows))
    is_pairs = len(columns) == 2 and not any(column.is_number for column in columns)
    kinds = (" narrow" if is_narrow else "") + (" pairs" if is_pairs else "")
    st.html(
        f'<div class="nv-scroll" tabindex="0" role="region" aria-label="{as_html(caption)}"><table class="nv-table{kinds}">'
        f"<caption>{said_html(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def noted(columns: Sequence[Column], rows: Sequence[Sequence[Said]]) -> tuple[Sequence[Column], Sequence[Sequence[Said]]]:
    """Columns and rows of a table whose last column is for notes; without it where no row has any."""
    if any(row[-1] for row in rows):
        return columns, rows
    return columns[:-1], [row[:-1] for row in rows]


def _together(written: str) -> str:
    """Words as HTML, where a number stays on the line of its unit."""
    return _CURRENCY.sub("\u00a0", _UNIT.sub(lambda found: found[0].replace(" ", "\u00a0"), written))


def said_html(said: Said) -> str:
    """The words, escaped; as a link where they lead somewhere."""
    if isinstance(said, Words):
        return "".join(map(said_html, said.parts))
    return f'<a href="{as_html(said.href)}" target="_self">{as_html(said.said)}</a>' if isinstance(said, Link) else as_html(said)


def _row(columns: Sequence[Column], row: Sequence[Said], is_chosen: bool) -> str:
    cells = [f'<th scope="row" class="w">{said_html(row[0])}</th>']
    cells += [f'<td class="{_kind(column)}">{said_html(cell)}</td>' for column, cell in zip(columns[1:], row[1:], strict=True)]
    return f"<tr{' class=chosen' if is_chosen else ''}>{''.join(cells)}</tr>"


def _kind(column: Column) -> str:
    return "n" if column.is_number else ""

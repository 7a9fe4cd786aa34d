"""The blocks of the status page on their grid, as escaped HTML: title, way to its page, number, small figure, sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.parts.blocks import Link, Said, said_html
from dashboard.parts.escape import as_html

# A number with more signs is written smaller on a small screen, where it would be cut beside two other blocks.
_MOST_SIGNS = 14


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `figure` is HTML of `status_marks`, which has escaped its words; all else is escaped here.

    `number` may be empty where nothing is known: the sentence says why.
    """

    title: str
    way: Link
    number: Said = ""
    unit: str = ""
    sentence: str = ""
    figure: str = ""
    lines: tuple[Said, ...] = ()
    is_wide: bool = False


def grid(blocks: Sequence[Block]) -> None:
    """All blocks in their order, three beside each other where the screen is wide enough."""
    st.html(f'<div class="nv-status">{"".join(_block(block) for block in blocks)}</div>')


def _block(block: Block) -> str:
    head = f'<div class="nv-block-head"><h2>{as_html(block.title)}</h2>{said_html(block.way)}</div>'
    sentence = f"<p>{said_html(block.sentence)}</p>" if block.sentence else ""
    lines = f"<ul>{''.join(f'<li>{said_html(line)}</li>' for line in block.lines)}</ul>" if block.lines else ""
    kind = f"{' wide' if block.is_wide else ''}{'' if str(block.number) else ' told'}"
    return f'<section class="nv-block{kind}">{head}{_number(block)}{block.figure}{lines}{sentence}</section>'


def _number(block: Block) -> str:
    if not str(block.number):
        return ""
    size = ' class="long"' if len(str(block.number)) > _MOST_SIGNS else ""
    return f'<p class="nv-number"><b{size}>{said_html(block.number)}</b> <span>{said_html(block.unit)}</span></p>'

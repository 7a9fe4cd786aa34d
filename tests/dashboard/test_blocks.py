"""The blocks of text and tables: what is not there takes no room."""

from __future__ import annotations

import pytest

from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Link, Words, noted

COLUMNS = [Column("Kommune"), Column("Endring", True), Column("Merknad")]


@pytest.mark.parametrize(
    ("notes", "n_columns"), [(("", ""), 2), (("", "ett punkt"), 3), (("ett punkt", ""), 3), ((), 2)], ids=str
)
def test_a_column_of_notes_stands_only_where_there_is_a_note(notes, n_columns):
    columns, rows = noted(COLUMNS, [["By", "+1,0", note] for note in notes])
    assert len(columns) == n_columns
    assert all(len(row) == n_columns for row in rows)


@pytest.mark.parametrize(("heads", "is_read"), [((False, False), True), ((False, True), False), ((False, False, False), False)])
def test_a_table_of_words_and_what_is_said_of_them_is_read_without_a_swipe(monkeypatch, heads, is_read):
    said = []
    monkeypatch.setattr(blocks.st, "html", said.append)
    blocks.table("c", [Column("h", is_number) for is_number in heads], [["x"] * len(heads)])
    assert (' pairs"' in said[0]) == is_read


@pytest.mark.parametrize("block", [blocks.finding, blocks.title])
@pytest.mark.parametrize(
    ("said", "written"),
    [
        (Words([Link("83", "trace?a=1"), " % av økningen"]), '83</a>\u00a0% av økningen'),
        (Words(["koste ", Link("335", "trace?a=1"), " mill. kr mer"]), '335</a>\u00a0mill.\u00a0kr mer'),
        (Words(["cost NOK ", Link("335", "trace?a=1"), " million more"]), "cost NOK\u00a0<a "),
        ("NOK 335 million", "NOK\u00a0335\u00a0million"),
        ("2024 kroner, about 3 projects", "2024 kroner, about 3 projects"),
    ],
)  # fmt: skip
def test_a_number_stays_on_the_line_of_its_unit(monkeypatch, block, said, written):
    found = []
    monkeypatch.setattr(blocks.st, "html", found.append)
    block(said)
    assert written in found[0]

"""The blocks of text and tables: what is not there takes no room."""

from __future__ import annotations

import pytest

from dashboard.parts.blocks import Column, noted

COLUMNS = [Column("Kommune"), Column("Endring", True), Column("Merknad")]


@pytest.mark.parametrize(
    ("notes", "n_columns"), [(("", ""), 2), (("", "ett punkt"), 3), (("ett punkt", ""), 3), ((), 2)], ids=str
)
def test_a_column_of_notes_stands_only_where_there_is_a_note(notes, n_columns):
    columns, rows = noted(COLUMNS, [["By", "+1,0", note] for note in notes])
    assert len(columns) == n_columns
    assert all(len(row) == n_columns for row in rows)

"""Files that want to harm, are damaged or are something else: each ends in a refusal that says why, or is read exactly."""

from __future__ import annotations

import random
import socket
from collections import Counter
from pathlib import Path

import pytest

from domain.words import LANGUAGES, words
from pipelines.reading.any_file import read_file
from pipelines.reading.refusing import MAX_QUOTED
from pipelines.reading.workbook import ReadWorkbook
from tests import hostile
from tests.hostile import PLAIN, REFUSED, Hostile, cell, row, save, sheet, zipped

RICH = hostile.workbook(
    sheet(row(1, cell("A1", 0, "s"), cell("B1", 46_357, style=hostile.DATE)), row(2, cell("A2", 0.1), cell("B2", "#REF!", "e"))),
    sheet('<row r="2" hidden="1"><c><v>7</v></c></row>'),
)


def read_bytes(folder: Path, content: bytes) -> ReadWorkbook:
    path = folder / "retur.xlsx"
    path.write_bytes(content)
    return read_file(path)


def test_there_are_many_and_each_has_a_name_of_its_own() -> None:
    assert len({file.name for file in REFUSED}) == len(REFUSED) >= 150
    codes = Counter(file.return_code for file in REFUSED)
    assert min(codes[code] for code in ("zip_bomb", "xml_entities", "active_content", "too_large", "not_a_return_file")) >= 18


@pytest.mark.parametrize("file", REFUSED, ids=lambda file: file.name)
def test_hostile_return_is_refused_with_its_reason(file: Hostile, tmp_path: Path) -> None:
    read = read_file(file.save(tmp_path))
    assert (read.sheets, read.notes, read.properties) == ((), (), {})
    assert read.refusal is not None
    assert read.refusal.code == file.return_code
    assert file.values.items() <= read.refusal.values.items()
    assert len(read.refusal.quoted or "") <= MAX_QUOTED
    for language in LANGUAGES:
        message = words(language)[f"finding.{read.refusal.code}.message"]
        assert "{quoted}" not in message or read.refusal.quoted or read.refusal.code == "too_large"


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    whole = zipped(RICH)
    assert read_bytes(tmp_path, whole).refusal is None
    for at in (*range(4, len(whole), 11), *range(len(whole) - 30, len(whole))):
        refusal = read_bytes(tmp_path, whole[:at]).refusal
        assert refusal is not None, at
        assert refusal.code == "broken_workbook", at


@pytest.mark.parametrize("seed", range(8))
def test_flipped_bits_are_refused_or_change_nothing(seed: int, tmp_path: Path) -> None:
    whole, chance = zipped(RICH), random.Random(seed)
    expected = read_bytes(tmp_path, whole)
    refused = 0
    for _ in range(50):
        flipped = bytearray(whole)
        flipped[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        read = read_bytes(tmp_path, bytes(flipped))
        if read.refusal is None:
            assert read == expected
        refused += read.refusal is not None
    assert refused > 25


@pytest.mark.parametrize("seed", range(4))
def test_overwritten_stretches_are_refused_or_change_nothing(seed: int, tmp_path: Path) -> None:
    whole, chance = zipped(RICH), random.Random(seed)
    expected = read_bytes(tmp_path, whole)
    for _ in range(40):
        damaged, at = bytearray(whole), chance.randrange(4, len(whole))
        stretch = chance.randbytes(min(chance.randrange(1, 40), len(whole) - at))
        damaged[at : at + len(stretch)] = stretch
        read = read_bytes(tmp_path, bytes(damaged))
        assert read.refusal is not None or read == expected


@pytest.mark.parametrize("behind", [b"\0", b"hei", bytes(100), zipped(PLAIN)[:200]])
def test_what_is_put_behind_a_workbook_changes_nothing(behind: bytes, tmp_path: Path) -> None:
    read = read_bytes(tmp_path, zipped(RICH) + behind)
    assert read.refusal is not None or read == read_bytes(tmp_path, zipped(RICH))


def test_nothing_outside_the_file_is_asked_for(tmp_path: Path) -> None:
    """A listener and a file that hostile XML points to: neither is reached, nor does any of the file come into the answer."""
    canary = tmp_path / "canary"
    canary.write_text("kanarifugl")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        places = [f"http://127.0.0.1:{listener.getsockname()[1]}/x", canary.as_uri()]
        for place in places:
            for declaration in (f'<!DOCTYPE x SYSTEM "{place}">', f'<!DOCTYPE x [<!ENTITY % a SYSTEM "{place}"> %a;]>'):
                for part in ("xl/sharedStrings.xml", "xl/workbook.xml", "docProps/core.xml"):
                    parts = {**PLAIN, part: declaration + str(PLAIN.get(part, "<x/>"))}
                    assert "kanarifugl" not in repr(read_file(save(tmp_path / "book.xlsx", parts)))
            linked = str(PLAIN["_rels/.rels"]).replace(
                "</Relationships>",
                f'<Relationship Id="x" Type="x/core-properties" Target="{place}" TargetMode="External"/></Relationships>',
            )
            assert read_file(save(tmp_path / "book.xlsx", {**PLAIN, "_rels/.rels": linked})).properties == {}
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_text_of_a_csv_file_may_be_damaged_anywhere(tmp_path: Path) -> None:
    whole = 'navn;merknad\r\nSjøbane;"to\nlinjer ""nå"""\r\n'.encode()
    chance = random.Random(20261122)
    for _ in range(400):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(whole))] = chance.randrange(256)
        read = read_bytes(tmp_path, bytes(damaged))
        assert (read.refusal is None) == bool(read.sheets)

"""The limited process: what a file makes of it never reaches us as more than an answer or a refusal."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reading import child, limited
from pipelines.reading.any_file import BOTH, read_file
from pipelines.reading.child import Limits, ReaderCrashed, from_json, read_in_child, read_many_in_child, to_json
from pipelines.reading.workbook import CellNote, ReadWorkbook, Refusal, Sheet, read_workbook
from tests import hostile
from tests.hostile import PLAIN, row, save, sheet

OFFICIAL = Path(__file__).parents[3].parent / "shared" / "official" / "tallmateriale_956.xlsx"
ROOMY = 256 * 1024**2
DANGEROUS = (
    "bomb", "lying_bomb", "many_small_bombs", "laughs", "xml_quadratic", "xml_http", "xml_deep", "far_cell", "many_cells",
    "merged_flood", "power_query", "csv_open_quote_before_much",
)  # fmt: skip


def limit_that_ended(path: Path, limits: Limits) -> object:
    refusal = read_in_child(path, limits).refusal
    assert refusal is not None
    assert refusal.code == "reading_exceeded_limits"
    return refusal.values["limit"]


@pytest.fixture(scope="module")
def many_texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two million texts, which take seconds on any machine, and are ended long before they fill the memory."""
    strings = f'<sst xmlns="{hostile.MAIN}">' + "".join(f"<si><t>{number}</t></si>" for number in range(2_000_000)) + "</sst>"
    return save(tmp_path_factory.mktemp("many") / "texts.xlsx", {**PLAIN, "xl/sharedStrings.xml": strings})


@pytest.mark.parametrize("file", [file for file in hostile.REFUSED if file.name in DANGEROUS], ids=lambda file: file.name)
def test_hostile_file_is_refused_within_little_memory(file: hostile.Hostile, tmp_path: Path) -> None:
    read = read_in_child(file.save(tmp_path), Limits(memory_bytes=ROOMY, cpu_s=5), BOTH)
    assert read.refusal is not None
    assert read.refusal.code == file.return_code
    assert file.values.items() <= read.refusal.values.items()


def test_no_dangerous_file_is_forgotten() -> None:
    assert {file.name for file in hostile.REFUSED} >= set(DANGEROUS)


def test_workbooks_alone_are_taken_unless_csv_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "retur.csv"
    path.write_bytes("navn;kostnad\r\nSjøbane;12,4\r\n".encode("cp1252"))
    refusal = read_in_child(path).refusal
    assert refusal is not None
    assert refusal.code == "not_a_workbook"
    read = read_in_child(path, kinds=BOTH)
    assert read == read_file(path)
    assert read.sheets[0].rows == (("navn", "kostnad"), ("Sjøbane", "12,4"))


def test_many_files_are_read_by_one_child_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = sheet('<row r="2" hidden="1"><c><v>1</v></c></row>', before='<cols><col min="1" max="1" hidden="1"/></cols>')
    merged = hidden.replace("</worksheet>", '<mergeCells><mergeCell ref="A2:B3"/></mergeCells></worksheet>')
    text = tmp_path / "retur.csv"
    text.write_text("navn;merknad\n1;to\n")
    paths = [save(tmp_path / "a.xlsx", PLAIN), text, tmp_path / "borte.xlsx", save(tmp_path / "b.xlsx", hostile.workbook(merged))]
    started = record_start(monkeypatch)
    read = read_many_in_child(paths, kinds=BOTH)
    assert read == tuple(map(read_file, paths))
    assert [found.refusal is None for found in read] == [True, True, False, True]
    assert read[3].sheets[0] == Sheet("Ark1", ((), (1,)), False, ("A2:B3",), (2,), (1,))
    assert started["count"] == 1


def test_no_file_starts_no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    started = record_start(monkeypatch)
    assert read_many_in_child([]) == ()
    assert started == {}


def test_file_that_stops_a_child_costs_the_others_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = save(tmp_path / "small.xlsx", PLAIN)
    large = save(tmp_path / "large.xlsx", hostile.workbook(sheet(row(1, "<c><v>1</v></c>" * 200))))
    started = record_start(monkeypatch)
    read = read_many_in_child([small, small, large, small], Limits(output_bytes=600))
    assert [found.refusal and found.refusal.code for found in read] == [None, None, "reading_exceeded_limits", None]
    assert [found.sheets[0].rows for found in read if found.sheets] == [((1,),)] * 3
    assert started["count"] == 3  # the first two, the large one alone, the last


def test_more_answers_than_files_are_a_fault_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = to_json(ReadWorkbook((), {}, (), None)).encode() + b"\n"
    monkeypatch.setattr(limited, "_drained", lambda *_: (line * 2, "", None))
    with pytest.raises(ReaderCrashed, match="more answers"):
        read_in_child(tmp_path)


def test_memory_is_limited(tmp_path: Path) -> None:
    # A file of some kilobytes whose answer would take 2 GB: the same long text in 2 000 cells.
    parts = hostile.workbook(*(sheet(row(1, '<c t="s"><v>0</v></c>' * 200)) for _ in range(10)))
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{hostile.MAIN}"><si><t>{"x" * 1_000_000}</t></si></sst>'
    assert limit_that_ended(save(tmp_path / "text.xlsx", parts), Limits(memory_bytes=ROOMY // 2)) == "memory"


def test_processor_time_is_limited(many_texts: Path) -> None:
    assert limit_that_ended(many_texts, Limits(cpu_s=1)) == "cpu_time"


def test_waiting_is_limited_and_leaves_no_process(many_texts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = record_start(monkeypatch)
    before = time.perf_counter()
    assert limit_that_ended(many_texts, Limits(wall_s=0.3)) == "wall_time"
    assert time.perf_counter() - before < 2
    with pytest.raises(ProcessLookupError):
        os.killpg(started["pid"], 0)


def test_answer_is_limited(tmp_path: Path) -> None:
    path = save(tmp_path / "book.xlsx", hostile.workbook(sheet(row(1, "<c><v>1</v></c>" * 200))))
    assert limit_that_ended(path, Limits(output_bytes=100)) == "output"


def test_fault_of_ours_is_raised_with_what_the_child_said(tmp_path: Path) -> None:
    path = save(tmp_path / "book.xlsx", PLAIN)
    with pytest.raises(ReaderCrashed, match="Too many open files"):
        read_in_child(path, Limits(open_files=3))


@pytest.mark.parametrize("answer", [b"{}\n", b"[]\n", b"\xff\n", b'{"sheets": [1]}\n'])
def test_answer_that_is_none_is_a_fault_of_ours(answer: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited, "_drained", lambda *_: (answer, "", None))
    with pytest.raises(ReaderCrashed, match="not understood"):
        read_in_child(tmp_path)


def test_child_killed_from_outside_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(process: subprocess.Popen[bytes], _: Limits) -> tuple[bytes, str, None]:
        process.kill()
        return b"", "", None

    monkeypatch.setattr(limited, "_drained", killed)
    assert limit_that_ended(tmp_path, Limits()) == "process"


def test_child_starts_anywhere_and_inherits_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_PASSWORD", "hemmelig")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    (tmp_path / "json.py").write_text("raise SystemExit('the working folder was imported from')")
    save(tmp_path / "-book.xlsx", PLAIN)
    started = record_start(monkeypatch)
    assert read_in_child(Path("-book.xlsx")).sheets[0].rows == ((1,),)
    assert started["env"] == {}
    assert started["stdin"] == subprocess.DEVNULL
    assert started["start_new_session"]


def record_start(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the next child is started with, and its number."""
    started: dict[str, Any] = {}

    class Recorded(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, command: list[str], **how: Any) -> None:
            super().__init__(command, **how)
            started.update(how, pid=self.pid, count=started.get("count", 0) + 1)

    monkeypatch.setattr(limited.subprocess, "Popen", Recorded)
    return started


def run_python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=limited.ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_limited_process_cannot_write_a_file(tmp_path: Path) -> None:
    code = f"""
import resource
from pathlib import Path
from pipelines.reading.limited import DEFAULT, limit_self
limit_self(DEFAULT)
limit_self(DEFAULT)  # a limit that is there already is no fault
print(resource.getrlimit(resource.RLIMIT_CPU))
try:
    Path({str(tmp_path / "written")!r}).write_text("x")
except OSError as error:
    print(error.strerror)
"""
    assert run_python(code) == "(20, 21)\nFile too large"


def test_child_has_nothing_but_python_and_the_readers(tmp_path: Path) -> None:
    paths = [str(save(tmp_path / "book.xlsx", PLAIN)), str(tmp_path / "book.csv")]
    (tmp_path / "book.csv").write_text("navn;merknad\n")
    code = f"""
import sys
from pathlib import Path
from pipelines.reading import child
for path in {paths!r}:
    assert child.read_file(Path(path), ("xlsx", "csv")).sheets
print(sorted({{name.split(".")[0] for name in sys.modules}} - sys.stdlib_module_names - {{"__main__"}}))
print(sorted(name for name in sys.modules if name.startswith("pipelines.reading.")))
"""
    command = [*child.COMMAND[:-2], "-c", code]
    assert command[:4] == [sys.executable, "-E", "-S", "-B"]
    said = subprocess.run(command, cwd=limited.ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    needed = ("any_file", "cells", "child", "csv_file", "limited", "package", "refusing", "workbook")
    assert said[:2] == ["['pipelines']", str([f"pipelines.reading.{name}" for name in needed])]


def test_official_workbook_comes_through_as_it_is_read() -> None:
    if not OFFICIAL.exists():
        pytest.skip("the official workbook does not lie beside the repository")
    assert read_in_child(OFFICIAL, Limits(memory_bytes=ROOMY)) == read_workbook(OFFICIAL)


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**300), 10**300),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.dates(),
    st.datetimes().map(lambda found: found.replace(fold=0)),
)


@settings(max_examples=50)
@given(st.lists(st.lists(scalars)), st.dictionaries(st.text(), st.text()))
def test_answer_reads_back_exactly(rows: list[list[Any]], properties: dict[str, str]) -> None:
    book = ReadWorkbook(
        (
            Sheet("Ark1", tuple(tuple(found) for found in rows), True),
            Sheet("Ark2", (), False, ("A1:B2",), (2, 7), (1,)),
        ),
        properties,
        (CellNote("error_value", "Ark1", "H7", "#REF!"), CellNote("more_notes", None, None, "3")),
        None,
    )
    line = to_json(book)
    assert repr(from_json(line)) == repr(book)  # repr tells -0.0 from 0 and a date from a time
    assert "\n" not in line


def test_refusal_reads_back() -> None:
    book = ReadWorkbook((), {}, (), Refusal("too_large", "GS7", {"sheet": "Ark2", "allowed": 200}))
    assert from_json(to_json(book)) == book


@pytest.mark.parametrize("unsaid", [float("inf"), float("nan")])
def test_answer_never_holds_what_is_no_number(unsaid: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        to_json(ReadWorkbook((Sheet("Ark1", ((unsaid,),), False),), {}, (), None))

"""Whatever is changed behind the product's back is found and named; what a crash leaves behind is brought up and is no fault."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines import returns
from pipelines.commands.verify import in_words
from pipelines.history import contents
from pipelines.history.audit import LedgerLoss
from pipelines.history.ledger import LEDGER_FILE, open_ledger
from pipelines.history.publish import current_name
from pipelines.history.verify import verify
from pipelines.operation import publish_now
from pipelines.returns import approve
from tests.builders import AT, printed, store
from tests.staged import handed_in, read_in_no_time

pytestmark = pytest.mark.trust

LEAD = "secretariat.lead"
LATER = AT + dt.timedelta(days=1)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A data folder: a traffic file, a return approved, one that waits with a note. Entries 1 to 4, submissions 1 to 3."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(returns, "check_return", read_in_no_time)
        store(folder / "var", printed(1, 0, 2))
        handed_in(folder)
        approve(LEAD, 2, LATER, folder / "var")
        handed_in(folder, "B", note="Avtalt", found="hold", at=LATER)
    return folder / "var"


@pytest.fixture
def data_dir(whole, tmp_path) -> Path:
    """A copy to be tampered with."""
    return shutil.copytree(whole, tmp_path / "var")


def first_bad(data_dir: Path) -> tuple[str, str, str] | None:
    bad = verify(data_dir).first_bad
    if bad is None:
        return None
    for language in ("nb", "en"):
        assert in_words(bad, language)
    return bad.part, bad.kind, bad.subject


def in_the_ledger(data_dir: Path, statement: str) -> None:
    with duckdb.connect(str(data_dir / LEDGER_FILE)) as connection:
        connection.execute(statement)
        connection.execute("CHECKPOINT")


def in_a_file(path: Path, edit) -> None:
    path.write_bytes(edit(path.read_bytes()))


def without_line(number: int):
    def edit(content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        return b"".join(lines[: number - 1] + lines[number:])

    return edit


def test_what_nobody_touched_is_whole(data_dir):
    found = verify(data_dir)
    assert (found.is_ok, found.n_entries, found.first_bad) == (True, 4, None)


def test_an_empty_folder_is_whole_and_stays_empty(tmp_path):
    assert verify(tmp_path).is_ok
    assert list(tmp_path.iterdir()) == []


IN_THE_LEDGER = [
    ("UPDATE audit SET person_id = 'admin' WHERE sequence = 3", ("audit", "changed", "entry:3")),
    ("UPDATE audit SET facts = replace(facts, '2', '3') WHERE sequence = 2", ("audit", "changed", "entry:2")),
    ("UPDATE audit SET \"at\" = \"at\" + INTERVAL 1 DAY WHERE sequence = 4", ("audit", "changed", "entry:4")),
    ("DELETE FROM audit WHERE sequence = 2", ("audit", "gap", "entry:2")),
    ("DELETE FROM audit WHERE sequence = 4", ("heads", "cut", "entry:4")),
    ("DELETE FROM audit", ("heads", "cut", "entry:1")),
    ("INSERT INTO audit SELECT * FROM audit WHERE sequence = 2", ("audit", "gap", "entry:3")),
    ("UPDATE return_row SET answers = replace(answers, 'A', 'B') WHERE submission_id = 2", ("ledger", "changed", "submission:2")),
    ("DELETE FROM return_row WHERE submission_id = 3", ("ledger", "changed", "submission:3")),
    ("INSERT INTO return_row SELECT * FROM return_row WHERE submission_id = 2", ("ledger", "changed", "submission:2")),
    ("UPDATE submission SET known_from = known_from - INTERVAL 1 DAY WHERE submission_id = 2", ("ledger", "changed", "submission:2")),
    ("UPDATE submission SET submitted_by = 'x' WHERE submission_id = 2", ("ledger", "changed", "submission:2")),
    ("DELETE FROM submission WHERE submission_id = 1", ("ledger", "changed", "submission:1")),
    ("UPDATE rolling_index SET index_pct = index_pct + 1e-12", ("ledger", "changed", "submission:1")),
    ("UPDATE return_finding SET severity = 'info'", ("ledger", "changed", "submission:3")),
    ("UPDATE return_act SET person_id = 'secretariat.officer' WHERE act = 'approve'", ("ledger", "changed", "submission:2")),
    ("UPDATE return_act SET submission_id = 3 WHERE act = 'approve'", ("ledger", "changed", "submission:2")),
    ("DELETE FROM return_act WHERE act = 'approve'", ("ledger", "changed", "submission:2")),
    ("INSERT INTO return_act SELECT 4, 3, 'approve', person_id, roles, acted_at, receipt, NULL FROM return_act WHERE sequence = 3",
     ("ledger", "changed", "submission:3")),
    ("INSERT INTO return_act SELECT 9, 3, 'approve', person_id, roles, acted_at, receipt, NULL FROM return_act WHERE sequence = 3",
     ("ledger", "added", "entry:9")),
    ("INSERT INTO submission SELECT 9, * EXCLUDE submission_id FROM submission WHERE submission_id = 2", ("ledger", "added", "submission:9")),
    ("INSERT INTO submission SELECT 0, * EXCLUDE submission_id FROM submission WHERE submission_id = 2", ("ledger", "added", "submission:0")),
    ("INSERT INTO point_month (submission_id, point_id, month) VALUES (9, 'A', '2020-01-01')", ("ledger", "added", "submission:9")),
    ("UPDATE audit_text SET content = 'Noe annet'", ("ledger", "text_changed", "entry:4")),
    ("INSERT INTO audit_text VALUES (3, 'reason', 'salt', 'Ja')", ("ledger", "text_changed", "entry:3")),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected"), IN_THE_LEDGER, ids=lambda found: found if isinstance(found, str) else "")
def test_a_change_in_the_ledger_is_named(data_dir, statement, expected):
    in_the_ledger(data_dir, statement)
    assert first_bad(data_dir) == expected


def test_an_erased_text_is_no_fault_of_the_chain(data_dir):
    in_the_ledger(data_dir, "DELETE FROM audit_text")
    assert first_bad(data_dir)[:2] == ("snapshots", "outdated")
    publish_now("admin", LATER, data_dir)
    assert first_bad(data_dir) is None


@pytest.mark.parametrize("edit", [lambda _: b"", lambda content: content[:-1], lambda content: content + b" "])
def test_a_changed_original_is_named(data_dir, edit):
    path = sorted((data_dir / "originals").iterdir())[1]
    in_a_file(path, edit)
    assert first_bad(data_dir) == ("originals", "changed", f"original:{path.name}")
    path.unlink()
    assert first_bad(data_dir) == ("originals", "missing", f"original:{path.name}")


@pytest.mark.parametrize(
    ("name", "edit", "expected"),
    [
        ("audit.jsonl", without_line(2), ("audit", "file_differs", "entry:2")),
        ("audit.jsonl", lambda content: content.replace(b"approve", b"reject "), ("audit", "file_differs", "entry:3")),
        ("audit.jsonl", lambda content: content + content, ("audit", "file_differs", "entry:5")),
        ("heads.log", lambda content: content.replace(b"2 ", b"3 ", 1), ("heads", "forked", "entry:3")),
        ("heads.log", lambda content: b"nothing\n" + content, ("heads", "heads", "line:1")),
        ("heads.log", lambda content: content + b"9 " + b"0" * 64 + b"\n", ("heads", "cut", "entry:5")),
    ],
)
def test_a_change_in_the_files_beside_it_is_named(data_dir, name, edit, expected):
    in_a_file(data_dir / name, edit)
    assert first_bad(data_dir) == expected


@pytest.mark.parametrize("name", ["audit.jsonl", "heads.log"])
@pytest.mark.parametrize("kept", [0, 1, 3])
def test_files_that_a_crash_left_behind_are_brought_up(data_dir, name, kept):
    before = (data_dir / name).read_bytes()
    in_a_file(data_dir / name, lambda content: b"".join(content.splitlines(keepends=True)[:kept]) + b"torn")
    assert first_bad(data_dir) is None
    assert (data_dir / name).read_bytes() == before


# A cut or older ledger.


@pytest.fixture
def older(data_dir, monkeypatch) -> Path:
    """The same folder with the ledger of an act ago."""
    monkeypatch.setattr(returns, "check_return", read_in_no_time)
    kept = (data_dir / LEDGER_FILE).read_bytes()
    approve(LEAD, 3, LATER, data_dir)
    (data_dir / LEDGER_FILE).write_bytes(kept)
    return data_dir


@pytest.mark.parametrize("lost", [[], ["audit.jsonl"], ["heads.log"]])
def test_an_older_ledger_is_alarming_while_one_file_knows_better(older, lost):
    for name in lost:
        (older / name).unlink()
    for _ in range(2):
        with pytest.raises(LedgerLoss, match="cut at entry 5"), open_ledger(older):
            pass
        with pytest.raises(LedgerLoss):
            approve(LEAD, 3, LATER, older)
    assert first_bad(older) in [("heads", "cut", "entry:5"), ("audit", "file_differs", "entry:5")]


def test_a_lost_ledger_is_named_and_none_is_made(data_dir):
    (data_dir / LEDGER_FILE).unlink()
    assert first_bad(data_dir) == ("heads", "cut", "entry:1")
    assert not (data_dir / LEDGER_FILE).exists()


def test_a_ledger_that_went_another_way_is_alarming(older, monkeypatch):
    for name in ("audit.jsonl", "heads.log"):
        (older / name).rename(older / f"kept-{name}")
    approve("secretariat.officer", 3, LATER, older)
    (older / "heads.log").write_bytes((older / "kept-heads.log").read_bytes())
    assert first_bad(older) == ("heads", "forked", "entry:5")
    with pytest.raises(LedgerLoss, match="forked at entry 5"), open_ledger(older):
        pass


def test_heads_may_lie_elsewhere(data_dir, tmp_path, monkeypatch):
    elsewhere = tmp_path / "other disk"
    elsewhere.mkdir()
    monkeypatch.setenv("HEADS_FILE", str(elsewhere / "heads.log"))
    assert first_bad(data_dir) is None
    assert (elsewhere / "heads.log").read_bytes() == (data_dir / "heads.log").read_bytes()
    shutil.rmtree(data_dir)
    assert first_bad(data_dir) == ("heads", "cut", "entry:1")


def test_a_damaged_ledger_is_named(data_dir):
    in_a_file(data_dir / LEDGER_FILE, lambda content: b"\0" * 4096 + content[4096:])
    assert first_bad(data_dir) == ("ledger", "unreadable", "ledger")


# What is published.


def test_a_changed_snapshot_is_named(data_dir):
    path = data_dir / "published" / current_name(data_dir)
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE rolling_index SET index_pct = 0")
    assert first_bad(data_dir) == ("snapshots", "changed", "mart:rolling_index")


def test_a_snapshot_of_before_is_outdated_until_it_is_published(data_dir):
    older_name = sorted(path.name for path in (data_dir / "published").glob("*.duckdb"))[0]
    (data_dir / "published" / "current.json").write_text(json.dumps({"snapshot": older_name}), encoding="utf-8")
    assert first_bad(data_dir) == ("snapshots", "outdated", f"snapshot:{older_name}")
    name, is_new = publish_now("admin", LATER, data_dir)
    assert (is_new, current_name(data_dir)) == (True, name)
    assert first_bad(data_dir) is None
    assert verify(data_dir).n_entries == 5
    assert publish_now("admin", LATER, data_dir) == (name, False)
    assert verify(data_dir).n_entries == 5


# From before.


def test_a_ledger_from_before_the_chain_opens_and_begins_it(data_dir, monkeypatch):
    monkeypatch.setattr(returns, "check_return", read_in_no_time)
    in_the_ledger(data_dir, "DROP TABLE audit; DROP TABLE audit_text")
    for name in ("audit.jsonl", "heads.log"):
        (data_dir / name).unlink()
    in_the_ledger(
        data_dir, "DELETE FROM return_act; DELETE FROM return_submission; DELETE FROM return_row; DELETE FROM return_finding"
    )
    in_the_ledger(data_dir, "DELETE FROM submission WHERE submission_id > 1; DELETE FROM original WHERE submission_id > 1")
    handed_in(data_dir.parent, "C")
    found = verify(data_dir)
    assert (found.n_entries, found.first_bad) == (1, None)


def test_every_table_with_submissions_is_looked_at(data_dir):
    with open_ledger(data_dir) as ledger:
        columns = ledger.connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND database_name <> 'temp' AND table_name NOT IN (SELECT view_name FROM duckdb_views())"
        ).fetchall()
    of_submissions = {table for table, column in columns if column == "submission_id"}
    of_entries = {table for table, column in columns if column == "sequence"}
    assert of_submissions - of_entries == set(contents.OF_SUBMISSIONS)
    assert of_entries - {"audit", "audit_text"} == set(contents.OF_ENTRIES)

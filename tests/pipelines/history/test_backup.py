"""A backup holds everything and comes back as it was; one that is not what it says is refused before anything is touched."""

from __future__ import annotations

import datetime as dt
import errno
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines import returns
from pipelines.__main__ import main
from pipelines.acting import NotAllowed
from pipelines.commands.outcome import DONE, FINDINGS, FORBIDDEN, REFUSED
from pipelines.history import backup, disk
from pipelines.history.audit import AUDIT_FILE, HEADS_FILE, LedgerLoss, read_heads, read_jsonl
from pipelines.history.backup import MANIFEST, OWN_FOLDERS, BackupRefused, back_up, read_backup, restore
from pipelines.history.ledger import LEDGER_FILE, ORIGINALS, open_ledger
from pipelines.history.publish import current_name
from pipelines.history.snapshot import open_snapshot
from pipelines.history.verify import verify
from pipelines.returns import approve
from tests.builders import AT, printed, store
from tests.staged import handed_in, read_in_no_time

pytestmark = pytest.mark.trust

LEAD = "secretariat.lead"
LATER = AT + dt.timedelta(days=1)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A folder with a data folder `var` (a traffic file, a return approved, one that waits, own files) and its backup."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(returns, "check_return", read_in_no_time)
        store(folder / "var", printed(1, 0, 2))
        handed_in(folder)
        approve(LEAD, 2, LATER, folder / "var")
        handed_in(folder, "B", note="Avtalt", found="hold", at=LATER)
    for own in OWN_FOLDERS:
        (folder / "var" / own).mkdir()
    (folder / "var" / "borders" / "kart.geojson").write_text("{}", encoding="utf-8")
    (folder / "var" / "mappings" / ".half.yaml.1-2.unfinished").write_text("x", encoding="utf-8")
    (folder / "var" / "mappings" / "eget.yaml").write_text("# tom\n", encoding="utf-8")
    back_up("admin", folder / "backup", LATER, folder / "var")
    return folder


@pytest.fixture
def copy(made, tmp_path) -> Path:
    """The backup, to be damaged."""
    return shutil.copytree(made / "backup", tmp_path / "backup")


@pytest.fixture
def data_dir(made, tmp_path) -> Path:
    """The data folder that was backed up, to be worked in."""
    return shutil.copytree(made / "var", tmp_path / "var")


def rows_of(data_dir: Path) -> dict[str, list[str]]:
    """All that is published, mart by mart, as text."""
    snapshot = open_snapshot(data_dir)
    names = snapshot.rows("SELECT table_name FROM duckdb_tables() WHERE database_name = 'snapshot' ORDER BY 1")["table_name"]
    return {name: sorted(map(repr, snapshot.connection.cursor().table(f"snapshot.main.{name}").fetchall())) for name in names}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# Making one


def test_a_backup_lists_everything_with_its_hash(made):
    manifest = read_backup(made / "backup")
    held = contents(made / "backup")
    assert set(held) == {*manifest.files, MANIFEST}
    assert {LEDGER_FILE, AUDIT_FILE, HEADS_FILE, "mappings/eget.yaml", "borders/kart.geojson"} < set(held)
    assert f"published/{current_name(made / 'var')}" in held
    assert {f"{ORIGINALS}/{path.name}" for path in (made / "var" / ORIGINALS).iterdir()} < set(held)
    assert (manifest.made_at, manifest.made_by, manifest.head.sequence) == (LATER, "admin", 5)
    assert manifest.n_bytes == sum(len(content) for name, content in held.items() if name != MANIFEST)


def test_a_backup_is_an_act_in_the_chain_and_in_the_backup(made):
    for folder in (made / "var", made / "backup"):
        last = read_jsonl(folder / AUDIT_FILE)[-1]
        assert (last.act, last.person_id, last.roles, last.sequence) == ("backup", "admin", ("administrator",), 5)
    assert verify(made / "var").is_ok


def test_the_ledger_in_a_backup_needs_no_log_of_writes(made):
    with duckdb.connect(str(made / "backup" / LEDGER_FILE), read_only=True) as connection:
        assert connection.execute("SELECT max(sequence) FROM audit").fetchone() == (5,)
    assert not list((made / "backup").glob("*.wal"))


@pytest.mark.parametrize("kind", ["folder", "empty folder", "file", "dangling link"])
def test_what_is_there_is_never_written_over(data_dir, tmp_path, kind):
    target = tmp_path / "there"
    if kind == "file":
        target.write_text("x", encoding="utf-8")
    elif kind == "dangling link":
        target.symlink_to(tmp_path / "nowhere")
    else:
        target.mkdir()
        if kind == "folder":
            (target / "mine").touch()
    before = contents(tmp_path)
    with pytest.raises(BackupRefused, match="target_exists"):
        back_up("admin", target, LATER, data_dir)
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("target", "code"),
    [("var/backup", "target_inside"), ("no/such/folder", "no_target_folder"), ("var/../var/x", "target_inside")],
)
def test_a_backup_has_its_place_elsewhere(data_dir, tmp_path, target, code):
    with pytest.raises(BackupRefused, match=code):
        back_up("admin", tmp_path / target, LATER, data_dir)


def test_nothing_stored_is_nothing_to_back_up(tmp_path):
    with pytest.raises(BackupRefused, match="nothing"):
        back_up("admin", tmp_path / "backup", LATER, tmp_path / "var")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_one_left_is_taken_away(data_dir, tmp_path):
    left = tmp_path / ".backup.unfinished"
    left.mkdir()
    (left / "half").touch()
    back_up("admin", tmp_path / "backup", LATER, data_dir)
    assert not left.exists()
    assert "half" not in contents(tmp_path / "backup")


@pytest.mark.parametrize("service", [back_up, restore])
@pytest.mark.parametrize("person", [LEAD, "fjordby.analyst", "nobody"])
def test_only_who_runs_the_machine_may(made, tmp_path, service, person):
    with pytest.raises(NotAllowed):
        service(person, made / "backup", LATER, tmp_path / "var")
    assert list(tmp_path.iterdir()) == []


# Putting one back


def test_what_was_put_back_shows_the_same_figures(made, tmp_path):
    found = restore("admin", made / "backup", LATER, tmp_path / "var")
    assert (found.verdict.is_ok, found.verdict.n_entries, found.newest_known, found.is_older) == (True, 6, 6, False)
    before, after = rows_of(made / "var"), rows_of(tmp_path / "var")
    assert before == after
    assert all(before[mart] for mart in ("submission", "return_row", "rolling_index"))
    was, is_now = contents(made / "backup"), contents(tmp_path / "var")
    changed = {name for name in was if was[name] != is_now.get(name)}
    assert changed == {LEDGER_FILE, AUDIT_FILE, HEADS_FILE, MANIFEST}
    # What is copied for other tools is made again.
    assert {name for name in set(is_now) - set(was) if not name.startswith("parquet/")} == {"ledger.lock"}


def test_what_was_put_back_says_who_did_it_and_goes_on(made, tmp_path, monkeypatch):
    monkeypatch.setattr(returns, "check_return", read_in_no_time)
    restore("admin", made / "backup", LATER, tmp_path / "var")
    last = read_jsonl(tmp_path / "var" / AUDIT_FILE)[-1]
    assert (last.act, last.person_id, last.facts["sequence"]) == ("restore", "admin", 5)
    approve(LEAD, 3, LATER, tmp_path / "var")
    assert handed_in(tmp_path).already_submitted_as == 2
    assert verify(tmp_path / "var").is_ok


def test_a_backup_of_what_was_put_back_can_be_put_back(made, tmp_path):
    restore("admin", made / "backup", LATER, tmp_path / "var")
    back_up("admin", tmp_path / "second", LATER, tmp_path / "var")
    assert restore("admin", tmp_path / "second", LATER, tmp_path / "again").verdict.is_ok
    assert rows_of(tmp_path / "again") == rows_of(made / "var")


@pytest.mark.parametrize("name", ["ledger.duckdb", "people", "heads.log", ".hidden"])
def test_only_an_empty_data_folder_takes_it(made, tmp_path, name):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / name).touch()
    with pytest.raises(BackupRefused, match="not_empty"):
        restore("admin", made / "backup", LATER, tmp_path / "var")
    assert contents(tmp_path) == {f"var/{name}": b""}


def test_a_new_disk_and_an_old_lock_are_empty(made, tmp_path):
    (tmp_path / "var" / "lost+found").mkdir(parents=True)
    (tmp_path / "var" / "ledger.lock").touch()
    assert restore("admin", made / "backup", LATER, tmp_path / "var").verdict.is_ok


def test_a_snapshot_of_an_older_program_is_made_anew(made, tmp_path, monkeypatch):
    for module in ("pipelines.history.publish", "pipelines.history.verify"):
        monkeypatch.setattr(f"{module}.content_of", lambda _: "0123456789ab")
    found = restore("admin", made / "backup", LATER, tmp_path / "var")
    assert found.verdict.is_ok
    assert current_name(tmp_path / "var").endswith("-0123456789ab.duckdb")


# Backups that are not what they say


def edit(name: str, change):
    return lambda folder: (folder / name).write_bytes(change((folder / name).read_bytes()))


def first(folder: Path, pattern: str) -> Path:
    return sorted(folder.glob(pattern))[0]


def in_manifest(change):
    """Changes what the manifest says, and its own hash with it: as somebody would who knows how."""

    def damage(folder: Path) -> None:
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        change(said)
        said["manifest_sha256"] = backup._hash(said)
        (folder / MANIFEST).write_text(json.dumps(said), encoding="utf-8")

    return damage


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def renamed(old: str, new: str):
    return lambda folder: (folder / old).rename(folder / new)


def linked(folder: Path) -> None:
    target = (folder / AUDIT_FILE).rename(folder.parent / "elsewhere")
    (folder / AUDIT_FILE).symlink_to(target)


def other_file(**new):
    return in_manifest(lambda said: said["files"][0].update(new))


DAMAGED = {
    "ledger truncated": (edit(LEDGER_FILE, lambda content: content[:-4096]), "changed"),
    "ledger emptied": (edit(LEDGER_FILE, lambda _: b""), "changed"),
    "ledger longer": (edit(LEDGER_FILE, lambda content: content + b"\0"), "changed"),
    "ledger flipped at the start": (edit(LEDGER_FILE, lambda content: flipped(content, 9)), "changed"),
    "ledger flipped in the middle": (edit(LEDGER_FILE, lambda content: flipped(content, len(content) // 2)), "changed"),
    "ledger flipped at the end": (edit(LEDGER_FILE, lambda content: flipped(content, len(content) - 1)), "changed"),
    "ledger missing": (lambda folder: (folder / LEDGER_FILE).unlink(), "missing"),
    "ledger under another name": (renamed(LEDGER_FILE, "ledger2.duckdb"), "unlisted"),
    "a log of writes beside it": (lambda folder: (folder / "ledger.duckdb.wal").write_bytes(b"x"), "unlisted"),
    "acts truncated": (edit(AUDIT_FILE, lambda content: content[:-10]), "changed"),
    "acts one line short": (edit(AUDIT_FILE, lambda content: b"".join(content.splitlines(True)[:-1])), "changed"),
    "acts missing": (lambda folder: (folder / AUDIT_FILE).unlink(), "missing"),
    "acts a link": (linked, "missing"),
    "heads changed": (edit(HEADS_FILE, lambda content: flipped(content, 0)), "changed"),
    "heads missing": (lambda folder: (folder / HEADS_FILE).unlink(), "missing"),
    "original flipped": (lambda folder: edit(first(folder, "originals/*").name, lambda c: flipped(c, 0))(folder / "originals"), "changed"),
    "original missing": (lambda folder: first(folder, "originals/*").unlink(), "missing"),
    "originals gone": (lambda folder: shutil.rmtree(folder / "originals"), "missing"),
    "original added": (lambda folder: (folder / "originals" / ("0" * 64)).touch(), "unlisted"),
    "snapshot truncated": (lambda folder: edit(first(folder, "published/*.duckdb").name, lambda c: c[:-1])(folder / "published"), "changed"),
    "pointer changed": (edit("published/current.json", lambda content: content.replace(b"2026", b"2025")), "changed"),
    "own file changed": (edit("borders/kart.geojson", lambda _: b"[]"), "changed"),
    "own file added": (lambda folder: (folder / "people").mkdir() or (folder / "people" / "x.yaml").touch(), "unlisted"),
    "manifest missing": (lambda folder: (folder / MANIFEST).unlink(), "no_backup"),
    "manifest truncated": (edit(MANIFEST, lambda content: content[: len(content) // 2]), "bad_manifest"),
    "manifest empty": (edit(MANIFEST, lambda _: b""), "bad_manifest"),
    "manifest no JSON": (edit(MANIFEST, lambda _: b"\xff\x00"), "bad_manifest"),
    "manifest a list": (edit(MANIFEST, lambda _: b"[]"), "bad_manifest"),
    "manifest deep": (edit(MANIFEST, lambda _: b"[" * 100_000), "bad_manifest"),
    "manifest a folder": (lambda folder: (folder / MANIFEST).unlink() or (folder / MANIFEST).mkdir(), "bad_manifest"),
    "manifest by another person": (edit(MANIFEST, lambda content: content.replace(b'"admin"', b'"other"')), "bad_manifest"),
    "manifest of another day": (edit(MANIFEST, lambda content: content.replace(b"2026-11-23", b"2026-11-24")), "bad_manifest"),
    "manifest without a file": (in_manifest(lambda said: said["files"].pop()), "unlisted"),
    "manifest without files": (in_manifest(lambda said: said["files"].clear()), "bad_manifest"),
    "manifest with a file twice": (in_manifest(lambda said: said["files"].append(said["files"][0])), "bad_manifest"),
    "manifest of another size": (other_file(bytes=1), "changed"),
    "manifest of another hash": (other_file(sha256="0" * 64), "changed"),
    "manifest with a short hash": (other_file(sha256="0"), "bad_manifest"),
    "manifest with no hash": (other_file(sha256=None), "bad_manifest"),
    "manifest that leads out": (other_file(path="../outside"), "bad_manifest"),
    "manifest that leads out further in": (other_file(path="people/../../outside"), "bad_manifest"),
    "manifest that leads to a root": (other_file(path="/etc/hostname"), "bad_manifest"),
    "manifest with a file of no place": (other_file(path="elsewhere/x"), "bad_manifest"),
    "manifest with an empty path": (other_file(path=""), "bad_manifest"),
    "manifest with another head": (in_manifest(lambda said: said["head"].update(sequence=4)), "other_head"),
    "manifest with a forged head": (in_manifest(lambda said: said["head"].update(entry_hash="0" * 64)), "other_head"),
    "manifest of a later format": (in_manifest(lambda said: said.update(format=2)), "other_format"),
    "manifest without a format": (in_manifest(lambda said: said.pop("format")), "bad_manifest"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_backup_is_refused_before_anything_is_touched(copy, tmp_path, name):
    damage, code = DAMAGED[name]
    damage(copy)
    with pytest.raises(BackupRefused) as refused:
        restore("admin", copy, LATER, tmp_path / "restored")
    assert refused.value.code == code
    assert not (tmp_path / "restored").exists()


def test_a_file_that_changes_while_it_is_put_back_is_refused(copy, tmp_path, monkeypatch):
    read = read_backup(copy)
    edit(LEDGER_FILE, lambda content: flipped(content, 5000))(copy)
    monkeypatch.setattr(backup, "read_backup", lambda _: read)
    with pytest.raises(BackupRefused, match=f"changed: {LEDGER_FILE}"):
        restore("admin", copy, LATER, tmp_path / "restored")
    assert list((tmp_path / "restored").iterdir()) == [tmp_path / "restored" / "ledger.lock"]


@pytest.mark.parametrize(
    ("statement", "part"),
    [("UPDATE return_row SET answers = replace(answers, 'A', 'B')", "ledger"), ("DELETE FROM audit WHERE sequence = 3", "audit")],
)
def test_a_forged_backup_with_a_forged_manifest_is_found_afterwards(copy, tmp_path, statement, part):
    with duckdb.connect(str(copy / LEDGER_FILE)) as connection:
        connection.execute(statement)
    kept = backup._kept(copy / LEDGER_FILE)

    def change(said):
        next(file for file in said["files"] if file["path"] == LEDGER_FILE).update(sha256=kept.sha256, bytes=kept.n_bytes)

    in_manifest(change)(copy)
    found = restore("admin", copy, LATER, tmp_path / "restored")
    assert found.verdict.first_bad.part == part
    assert read_jsonl(tmp_path / "restored" / AUDIT_FILE)[-1].act == "backup"


# A log of heads on another disk


@pytest.fixture
def heads(tmp_path, monkeypatch, made) -> Path:
    """A log of heads on another disk, as it was when the backup was made."""
    (tmp_path / "disk").mkdir()
    monkeypatch.setenv("HEADS_FILE", str(tmp_path / "disk" / "heads.log"))
    return shutil.copy(made / "var" / HEADS_FILE, tmp_path / "disk" / "heads.log")


def test_a_log_that_knows_as_much_goes_on(made, tmp_path, heads):
    found = restore("admin", made / "backup", LATER, tmp_path / "restored")
    assert (found.verdict.is_ok, found.newest_known) == (True, 6)
    assert not (tmp_path / "restored" / HEADS_FILE).exists()


def test_a_log_that_is_not_there_begins_anew(made, tmp_path, heads):
    heads.unlink()
    assert restore("admin", made / "backup", LATER, tmp_path / "restored").verdict.is_ok
    assert [head.sequence for head in read_heads(heads)] == [1, 2, 3, 4, 5, 6]


def test_a_log_on_another_disk_is_in_the_backup(data_dir, tmp_path, heads):
    (data_dir / HEADS_FILE).unlink()
    back_up("admin", tmp_path / "second", LATER, data_dir)
    assert (tmp_path / "second" / HEADS_FILE).read_bytes() == heads.read_bytes()


@pytest.mark.parametrize("language", ["nb", "en"])
def test_a_log_that_knows_more_is_told_with_how_to_go_on(data_dir, made, tmp_path, heads, capsys, monkeypatch, language):
    approve(LEAD, 3, LATER, data_dir)
    before, restored = heads.read_bytes(), tmp_path / "restored"
    monkeypatch.setenv("DATA_DIR", str(restored))
    monkeypatch.setenv("APP_LANGUAGE", language)
    assert main(["restore", str(made / "backup"), "--as", "admin", "--json"]) == FINDINGS
    out, err = capsys.readouterr()
    answer = json.loads(out)["restore"]
    assert (answer["ok"], answer["first_bad"]) == (False, {"part": "heads", "kind": "cut", "subject": "entry:6"})
    assert "6" in err.splitlines()[-1]
    assert "HEADS_FILE" in err.splitlines()[-1]
    # Nothing can be done, and the log is what it was.
    with pytest.raises(LedgerLoss):
        approve(LEAD, 3, LATER, restored)
    assert heads.read_bytes() == before
    # As told: aside with it, and all is whole again.
    heads.rename(heads.with_name("lost.log"))
    assert verify(restored).is_ok
    approve(LEAD, 3, LATER, restored)


# A disk that fails, and a kill: the backup


def steps_of(act) -> list[str]:
    seen: list[str] = []
    with disk.steps_told_to(seen.append):
        act()
    return seen


class Killed(BaseException):
    """Only these tests know it."""


def stopping(at: str, error: BaseException):
    def watch(name: str) -> None:
        if name == at:
            raise error

    return watch


RESTORING = [
    "before copy ledger.duckdb", "before fsync audit.jsonl", "before write manifest.json", "before rename audit.jsonl",
    "before rename originals", "before rename ledger.duckdb", "after rename ledger.duckdb", "before commit",
    "before append audit.jsonl", "before append heads.log",
]  # fmt: skip


def test_restoring_has_these_steps(made, tmp_path):
    seen = steps_of(lambda: restore("admin", made / "backup", LATER, tmp_path / "var"))
    assert set(RESTORING) <= set(seen)


ENDED = [
    *((at, Killed()) for at in RESTORING),
    *((at, OSError(code, "disk")) for at, code in zip(RESTORING[::3], (errno.ENOSPC, errno.EIO) * 2, strict=True)),
]


@pytest.mark.parametrize(("at", "error"), ENDED, ids=str)
def test_the_same_again_goes_on_where_restoring_ended(made, tmp_path, monkeypatch, at, error):
    if isinstance(error, Killed):  # a killed process takes nothing away
        monkeypatch.setattr(backup.shutil, "rmtree", lambda *_, **__: None)
    with disk.steps_told_to(stopping(at, error)), pytest.raises(type(error)):
        restore("admin", made / "backup", LATER, tmp_path / "var")
    monkeypatch.undo()
    assert restore("admin", made / "backup", LATER, tmp_path / "var").verdict.is_ok
    assert rows_of(tmp_path / "var") == rows_of(made / "var")
    assert not list((tmp_path / "var").glob(".*"))


def test_another_backup_does_not_go_on_where_one_ended(made, data_dir, tmp_path):
    back_up("admin", tmp_path / "second", LATER, data_dir)
    with disk.steps_told_to(stopping("before rename ledger.duckdb", Killed())), pytest.raises(Killed):
        restore("admin", made / "backup", LATER, tmp_path / "restored")
    assert not verify(tmp_path / "restored").is_ok
    with pytest.raises(BackupRefused, match="not_empty"):
        restore("admin", tmp_path / "second", LATER, tmp_path / "restored")


# The commands


def run(capsys, *arguments: object) -> tuple[int, dict, str]:
    code = main([*map(str, arguments), "--json"])
    out, err = capsys.readouterr()
    return code, json.loads(out), err


@pytest.mark.parametrize("language", ["nb", "en"])
def test_the_commands(data_dir, tmp_path, capsys, monkeypatch, language):
    monkeypatch.setenv("DATA_DIR", str(data_dir))
    monkeypatch.setenv("APP_LANGUAGE", language)
    target = tmp_path / "second"
    assert run(capsys, "backup", target, "--as", LEAD)[0] == FORBIDDEN
    code, found, _ = run(capsys, "backup", target)
    assert (code, found["backup"]["sequence"], found["backup"]["path"]) == (DONE, 6, str(target))
    code, found, err = run(capsys, "backup", target, "--as", "admin")
    assert (code, set(found), str(target) in err) == (REFUSED, {"error"}, True)
    assert run(capsys, "restore", target)[0] == REFUSED
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "restored"))
    assert run(capsys, "restore", target, "--as", "fjordby.analyst")[0] == FORBIDDEN
    code, found, _ = run(capsys, "restore", target, "--as", "admin")
    assert (code, found["restore"]["ok"], found["restore"]["sequence"], found["restore"]["first_bad"]) == (DONE, True, 6, None)
    code, _, err = run(capsys, "restore", tmp_path / "nowhere")
    assert (code, "manifest.json" in err) == (REFUSED, True)


def test_a_full_disk_is_said_in_words(data_dir, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(data_dir))
    full = OSError(errno.ENOSPC, "No space left on device")
    with disk.steps_told_to(stopping("before copy ledger.duckdb", full)):
        code, found, _ = run(capsys, "backup", tmp_path / "second")
    assert (code, "No space left on device" in found["error"]) == (REFUSED, True)
    assert not list(tmp_path.glob("*second*"))
    with open_ledger(data_dir):
        pass

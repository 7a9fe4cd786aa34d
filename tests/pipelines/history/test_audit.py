"""The chain: what is changed, missing, too many, out of place, cut or forked is found and named, by us and by the verifier alone."""

from __future__ import annotations

import ast
import datetime as dt
import hashlib
import importlib.util
import json
import random
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.history import audit, disk
from pipelines.history.audit import Deed, Entry, Fault, Head
from tests.builders import AT

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "docs" / "verify_chain.py"
TABLE = """
CREATE TABLE audit (
    sequence BIGINT NOT NULL,
    "at" TIMESTAMP NOT NULL,
    person_id VARCHAR NOT NULL,
    roles VARCHAR NOT NULL,
    act VARCHAR NOT NULL,
    agreement_id VARCHAR,
    subject VARCHAR NOT NULL,
    content_hash VARCHAR,
    facts VARCHAR NOT NULL,
    previous_hash VARCHAR NOT NULL,
    entry_hash VARCHAR NOT NULL
)
"""
N = 12


def deed(number: int = 1, **other: object) -> Deed:
    facts = {
        "submission_id": number,
        "period": "2026-Q3",
        "party_id": "fjordby",
        "names": ["Ærlig", "\u2028\x85"],
        "deep": {"b": None, "a": True},
    }
    made = Deed(
        AT + dt.timedelta(seconds=number, microseconds=number % 2), "fjordby.analyst", ("analyst", "member"), "submit", "fjordbyen",
        f"submission:{number}", hashlib.sha256(str(number).encode()).hexdigest(), facts,
    )  # fmt: skip
    return replace(made, **other)


def chain(n: int = N, deeds: Callable[[int], Deed] = deed, before: tuple[Entry, ...] = ()) -> list[Entry]:
    """A whole chain of so many entries, after those that are given."""
    entries = list(before)
    while len(entries) < n:
        entries.append(audit.next_entry(entries[-1] if entries else None, deeds(len(entries) + 1)))
    return entries


def written(entries: list[Entry]) -> list[bytes]:
    return [audit.to_line(entry).encode() for entry in entries]


def heads_of(entries: list[Entry]) -> list[bytes]:
    return [f"{entry.sequence} {entry.entry_hash}".encode() for entry in entries]


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("verify_chain", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def both_say(script, folder: Path, lines: list[bytes], heads: list[bytes], end: bytes = b"\n") -> Fault | None:
    """What we find in two files, once the verifier that knows nothing of us has found the same."""
    audit_path, heads_path = folder / "audit.jsonl", folder / "heads.log"
    audit_path.write_bytes(b"\n".join(lines) + end if lines else b"")
    heads_path.write_bytes(b"\n".join(heads) + end if heads else b"")
    entries, known = audit.read_jsonl(audit_path), audit.read_heads(heads_path)
    fault = audit.first_fault(entries, known)
    ours = f"ok: {len(entries)} entries, {len(known)} heads" if fault is None else f"entry {fault.sequence}: {fault.kind}"
    if fault and fault.kind == "heads":
        ours = f"head {fault.sequence}: unreadable"
    assert script.verdict(str(audit_path), str(heads_path)) == ours
    return fault


def rehashed(line: bytes, **changed: object) -> bytes:
    """A line with other content and, as a careful forger would write it, the hash that goes with it."""
    found = {**json.loads(line), **changed}
    del found["entry_hash"]
    return canonical({**found, "entry_hash": hashlib.sha256(canonical(found)).hexdigest()})


def forged(lines: list[bytes], k: int, **changed: object) -> list[bytes]:
    """The chain written anew from its k-th entry on, each hash right."""
    made, previous = lines[: k - 1], None
    for line in lines[k - 1 :]:
        line = rehashed(line, **(changed if previous is None else {"previous_hash": previous}))
        previous = json.loads(line)["entry_hash"]
        made.append(line)
    return made


def canonical(found: object) -> bytes:
    return json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


# A whole chain.


@pytest.mark.parametrize("n", [0, 1, 2, N])
@pytest.mark.parametrize(
    "end", [b"\n", b"", b'\n{"act":"torn', b"\n7 0123"], ids=["whole", "no break", "torn entry", "torn head"]
)
def test_a_whole_chain_has_no_fault(script, tmp_path, n, end):
    entries = chain(n)
    assert audit.first_fault(entries, [audit.head_of(entry) for entry in entries]) is None
    assert both_say(script, tmp_path, written(entries), heads_of(entries), end) is None


def test_entries_hang_together():
    first, second, *_ = chain()
    assert (first.sequence, first.previous_hash) == (1, audit.GENESIS) == (1, "0" * 64)
    assert (second.sequence, second.previous_hash) == (2, first.entry_hash)


def test_the_line_of_an_entry_stays_as_it_is_for_ever():
    entry = audit.next_entry(None, Deed(AT, "a", ("admin",), "approve", None, "submission:1", None, {"b": [1, None], "a": "æ"}))
    head = '{"act":"approve","agreement_id":null,"at":"2026-11-22T12:00:00","content_hash":null,'
    rest = f'"facts":{{"a":"æ","b":[1,null]}},"person_id":"a","previous_hash":"{"0" * 64}","roles":["admin"],"sequence":1,"subject":"submission:1"}}'
    own = hashlib.sha256((head + rest).encode()).hexdigest()
    assert own == "572a6c006a1f16c4519d74d215ae2e412dc0017727f9a75abdd9f9d038d18a45"
    assert entry.entry_hash == own
    assert audit.to_line(entry) == f'{head}"entry_hash":"{own}",{rest}'


FACTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcæ\u0301", max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(
    facts=st.dictionaries(st.text('abc å\n"', max_size=3), FACTS, max_size=4),
    text=st.text(st.characters(exclude_categories=["Cs"])),
    at=st.datetimes(),
)
def test_an_entry_is_the_same_as_line_and_as_row(facts, text, at):
    entry = audit.next_entry(
        chain(1)[0], deed(person_id=text, roles=(text, "a"), subject=text, content_hash=None, facts=facts, at=at)
    )
    assert audit.from_line(audit.to_line(entry).encode()) == entry
    assert audit.from_row(audit.to_row(entry)) == entry
    assert "\n" not in audit.to_line(entry)


def test_letters_are_composed_on_the_way_in():
    apart = unicodedata.normalize("NFD", "Blåbærøya")
    one, other = (audit.next_entry(None, deed(person_id=said, facts={said: [said]})) for said in (apart, "Blåbærøya"))
    assert apart != "Blåbærøya"
    assert one == other


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"amount": 1.5}, TypeError),
        ({"at": AT}, TypeError),
        ({"deep": [{"at": AT.date()}]}, TypeError),
        ({1: "a"}, TypeError),
        ({"reason": "because"}, ValueError),
        ({"deep": {"note": "because"}}, ValueError),
        ({"a": "\ud800"}, ValueError),
    ],
)
def test_no_entry_holds_what_cannot_be_kept_for_ever(facts, error):
    with pytest.raises(error):
        audit.next_entry(None, deed(facts=facts))


def test_times_are_naive_utc():
    with pytest.raises(ValueError, match="naive UTC"):
        audit.next_entry(None, deed(at=AT.replace(tzinfo=dt.UTC)))


def test_free_text_stands_in_the_chain_as_a_hash_that_its_salt_opens():
    salt, other = audit.new_salt(), audit.new_salt()
    assert salt != other
    assert audit.salted_hash("Feil fil", salt) == audit.salted_hash(unicodedata.normalize("NFD", "Feil fil"), salt)
    assert len({audit.salted_hash(text, by) for text in ("Feil fil", "Feil ark") for by in (salt, other)}) == 4
    entries = chain(3, lambda n: deed(n, facts={"reason_hash": audit.salted_hash("Feil fil", salt)}))
    assert audit.first_fault(entries, []) is None  # the text and its salt are nowhere here, as after they were erased


# Tampering: 300 times and more. Every fault is found, and at its place.


OTHER = {
    "sequence": [0, -1, 99, "1", None, 1.5, True],
    "at": ["2026-11-22T12:00:00", "2026-11-22 12:00:59", "2026-11-22T12:00:59+00:00", "", 5, None],
    "person_id": ["admin", "", "fjordby.Analyst", None, 7, ["fjordby.analyst"]],
    "roles": [[], ["administrator"], ["member", "analyst"], "analyst", None, {"analyst": 1}],
    "act": ["approve", "", None, 1],
    "agreement_id": ["nordbyen", "", None, 1, []],
    "subject": ["submission:0", "", None, 0],
    "content_hash": ["f" * 64, "", None, 0],
    "facts": [{}, {"submission_id": 1}, {"a": 1.5}, None, [], "{}"],
    "previous_hash": ["f" * 64, "0" * 63, "", None, 0],
    "entry_hash": ["f" * 64, "0" * 64, "", None, 0],
}
FIELDS = [
    pytest.param(name, other, id=f"{name}-{number}") for name, others in OTHER.items() for number, other in enumerate(others)
]


@pytest.mark.parametrize("k", [1, 5, N])
@pytest.mark.parametrize(("name", "other"), FIELDS)
def test_a_changed_field_is_found(script, tmp_path, name, other, k):
    lines, heads = written(chain()), heads_of(chain())
    lines[k - 1] = canonical({**json.loads(lines[k - 1]), name: other})
    assert both_say(script, tmp_path, lines, heads) == Fault(k, "changed")


@pytest.mark.parametrize("k", [1, 5, N])
@pytest.mark.parametrize(("name", "other"), [given for given in FIELDS if given.values[0] != "entry_hash"])
def test_a_changed_field_with_the_hash_that_goes_with_it_is_found(script, tmp_path, name, other, k):
    lines, heads = written(chain()), heads_of(chain())
    lines[k - 1] = rehashed(lines[k - 1], **{name: other})
    assert both_say(script, tmp_path, lines, heads).sequence == k
    # Without heads only the next entry gives it away, and none follows the last one.
    assert both_say(script, tmp_path, lines, []) or k == N


def removed(chance: random.Random, lines: list[bytes]) -> Fault:
    k = chance.randint(1, len(lines) - 1)
    del lines[k - 1]
    return Fault(k, "gap")


def removed_and_renumbered(chance: random.Random, lines: list[bytes]) -> Fault:
    k = chance.randint(2, len(lines) - 1)
    lines[:] = [*lines[: k - 1], *(rehashed(line, sequence=place) for place, line in enumerate(lines[k:], k))]
    return Fault(k, "gap")


def copied(chance: random.Random, lines: list[bytes]) -> Fault:
    k = chance.randint(1, len(lines))
    lines.insert(k, lines[k - 1])
    return Fault(k + 1, "gap")


def put_in_from_elsewhere(chance: random.Random, lines: list[bytes]) -> Fault:
    k = chance.randint(2, len(lines))
    lines.insert(k - 1, lines[chance.choice([place for place in range(len(lines)) if place != k - 1])])
    return Fault(k, "gap")


def made_up_and_linked(chance: random.Random, lines: list[bytes]) -> Fault:
    k = chance.randint(1, len(lines))
    lines.insert(k - 1, rehashed(lines[k - 1], act="approve"))
    return Fault(k, "forked")


def swapped(chance: random.Random, lines: list[bytes]) -> Fault:
    one, other = sorted(chance.sample(range(len(lines)), 2))
    lines[one], lines[other] = lines[other], lines[one]
    return Fault(one + 1, "gap")


def turned_round(chance: random.Random, lines: list[bytes]) -> Fault:
    lines.reverse()
    return Fault(1, "gap")


def cut(chance: random.Random, lines: list[bytes]) -> Fault:
    k = chance.randint(0, len(lines) - 1)
    del lines[k:]
    return Fault(k + 1, "cut")


def written_anew(chance: random.Random, lines: list[bytes]) -> Fault:
    k = chance.randint(1, len(lines))
    lines[:] = forged(lines, k, person_id="admin")
    return Fault(k, "forked")


def written_anew_and_longer(chance: random.Random, lines: list[bytes]) -> Fault:
    k = chance.randint(1, len(lines))
    lines[:] = forged([*lines, rehashed(lines[-1], sequence=len(lines) + 1)], k, act="reject")
    return Fault(k, "forked")


def with_one_bit_flipped(chance: random.Random, lines: list[bytes]) -> Fault:
    k = chance.randint(1, len(lines))
    lines[k - 1] = flipped(chance, lines[k - 1])
    return Fault(k, "changed")


def flipped(chance: random.Random, content: bytes) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]


def spaced(chance: random.Random, lines: list[bytes]) -> Fault:
    k = chance.randint(1, len(lines))
    lines[k - 1] = chance.choice(
        [lines[k - 1] + b" ", lines[k - 1].replace(b",", b", ", 1), lines[k - 1] + b"\r", b"\xef\xbb\xbf" + lines[k - 1]]
    )
    return Fault(k, "changed")


def no_entry(chance: random.Random, lines: list[bytes]) -> Fault:
    k = chance.randint(1, len(lines))
    strange = [b"", b"[]", b"null", b"{}", b"\xff", b"[" * 5000, b"9" * 5000, b'{"a":NaN}', b'"\\ud800"', lines[k - 1][:-9]]
    lines[k - 1] = chance.choice(strange)
    return Fault(k, "changed")


def said_twice(chance: random.Random, lines: list[bytes]) -> Fault:
    k = chance.randint(1, len(lines))
    lines[k - 1] = b'{"act":"submit",' + lines[k - 1][1:]
    return Fault(k, "changed")


def with_one_field_more(chance: random.Random, lines: list[bytes]) -> Fault:
    k = chance.randint(1, len(lines))
    lines[k - 1] = rehashed(lines[k - 1], more=1)
    return Fault(k, "changed")


def with_one_field_less(chance: random.Random, lines: list[bytes]) -> Fault:
    k = chance.randint(1, len(lines))
    gone = chance.choice(list(OTHER))
    lines[k - 1] = canonical({name: said for name, said in json.loads(lines[k - 1]).items() if name != gone})
    return Fault(k, "changed")


TAMPERINGS = [
    removed, removed_and_renumbered, copied, put_in_from_elsewhere, made_up_and_linked, swapped, turned_round, cut, written_anew,
    written_anew_and_longer, with_one_bit_flipped, spaced, no_entry, said_twice, with_one_field_more, with_one_field_less,
]  # fmt: skip


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_a_chain_that_was_tampered_with_is_found_out(script, tmp_path, tamper, seed):
    chance = random.Random(seed)
    entries = chain(chance.randint(4, 30))
    lines = written(entries)
    fault = tamper(chance, lines)
    assert both_say(script, tmp_path, lines, heads_of(entries)) == fault


@pytest.mark.parametrize("seed", range(10))
def test_one_kept_head_proves_that_what_led_up_to_it_is_whole(script, tmp_path, seed):
    chance = random.Random(seed)
    entries = chain(20)
    lines, k, kept = written(entries), chance.randint(1, 20), chance.randint(1, 20)
    fault = both_say(script, tmp_path, forged(lines, k, act="reject"), [heads_of(entries)[kept - 1]])
    assert fault == (Fault(kept, "forked") if k <= kept else None)
    assert both_say(script, tmp_path, lines[: k - 1], [heads_of(entries)[kept - 1]]) == (Fault(k, "cut") if k <= kept else None)


@pytest.mark.parametrize("torn", [1, 20, 200])
def test_a_last_entry_without_its_end_is_cut(script, tmp_path, torn):
    lines, heads = written(chain()), heads_of(chain())
    assert both_say(script, tmp_path, [*lines[:-1], lines[-1][:-torn]], heads, end=b"") == Fault(N, "cut")


@pytest.mark.parametrize(
    "head", [b"", b"x", b"0 " + b"a" * 64, b"1 " + b"A" * 64, b"1  " + b"a" * 64, b"1 " + b"a" * 63, b"9" * 6000]
)
@pytest.mark.parametrize("place", [0, 3, N])
def test_a_line_that_is_no_head_is_named(script, tmp_path, head, place):
    heads = heads_of(chain())
    heads.insert(place, head)
    assert both_say(script, tmp_path, written(chain()), heads) == Fault(place + 1, "heads")


@pytest.mark.parametrize("seed", range(30))
def test_a_flipped_bit_among_the_heads_is_found(script, tmp_path, seed):
    heads = heads_of(chain())
    spoiled = flipped(random.Random(seed), b"\n".join(heads)).split(b"\n")
    assert both_say(script, tmp_path, written(chain()), spoiled)


def test_two_heads_of_one_place_are_a_fork_whichever_comes_last(script, tmp_path):
    heads = heads_of(chain())
    for both in ([*heads, b"3 " + b"a" * 64], [b"3 " + b"a" * 64, *heads]):
        assert both_say(script, tmp_path, written(chain()), both) == Fault(3, "forked")


# The verifier alone.


def test_the_verifier_is_short_and_needs_nothing_but_python():
    text = SCRIPT.read_text(encoding="utf-8")
    imported = {name for node in ast.walk(ast.parse(text)) for name in names_imported(node)}
    assert len(text.splitlines()) <= 50
    assert imported <= sys.stdlib_module_names


def names_imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [str(node.module)]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


@pytest.mark.parametrize(("k", "said", "code"), [(N, "ok: 12 entries, 12 heads", 0), (7, "entry 8: cut", 1)])
def test_the_verifier_runs_from_a_folder_without_us(tmp_path, k, said, code):
    audit.append_entries(tmp_path / "audit.jsonl", chain()[:k])
    audit.append_heads(tmp_path / "heads.log", chain())
    alone = tmp_path / "verify_chain.py"
    alone.write_bytes(SCRIPT.read_bytes())
    command = [sys.executable, "-I", "-W", "error", alone.name, "audit.jsonl", "heads.log"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (run.stdout, run.stderr, run.returncode) == (f"{said}\n", "", code)


# The ledger's table.


@pytest.fixture(scope="module")
def filled():
    """A table with a whole chain."""
    with duckdb.connect() as connection:
        connection.execute(TABLE)
        for row in map(audit.to_row, chain()):
            connection.execute(
                "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [row[name] for name in audit.COLUMNS]
            )
        yield connection


@pytest.fixture
def table(filled):
    """The same table; what a test does to it is undone."""
    filled.begin()
    yield filled
    filled.rollback()


def in_table(connection: duckdb.DuckDBPyConnection, start: int = 1) -> list[Entry | None]:
    found = connection.execute("SELECT * FROM audit WHERE sequence >= ? ORDER BY sequence", [start])
    assert tuple(column[0] for column in found.description) == audit.COLUMNS
    return [audit.from_row(dict(zip(audit.COLUMNS, row, strict=True))) for row in found.fetchall()]


def test_a_chain_comes_back_from_the_table(table):
    assert in_table(table) == chain()
    assert in_table(table, 5) == chain()[4:]


SET = {
    "at": ["TIMESTAMP '2026-11-22 12:00:00'", '"at" + INTERVAL 1 MICROSECOND'],
    "person_id": ["'admin'", "''", "person_id || ' '"],
    "roles": ["'[]'", "'[\"analyst\"]'", "'null'", "''", "replace(roles, ',', ', ')"],
    "act": ["'approve'"],
    "agreement_id": ["NULL", "'nordbyen'"],
    "subject": ["'submission:99'"],
    "content_hash": ["NULL", "reverse(content_hash)"],
    "facts": ["'{}'", "'[]'", "'{'", "replace(facts, 'true', 'false')", "facts || ' '"],
    "previous_hash": ["entry_hash", "''"],
    "entry_hash": ["previous_hash", "''"],
}


KNOWN = [Head(entry.sequence, entry.entry_hash) for entry in chain()]


@pytest.mark.parametrize("k", [1, 6, N])
@pytest.mark.parametrize(("column", "other"), [(column, other) for column, others in SET.items() for other in others])
def test_a_change_in_the_table_is_found(table, column, other, k):
    table.execute(f'UPDATE audit SET "{column}" = {other} WHERE sequence = {k}')
    assert audit.first_fault(in_table(table), KNOWN) == Fault(k, "changed")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("DELETE FROM audit WHERE sequence = 4", Fault(4, "gap")),
        ("DELETE FROM audit WHERE sequence > 9", Fault(10, "cut")),
        ("DELETE FROM audit", Fault(1, "cut")),
        ("INSERT INTO audit SELECT * FROM audit WHERE sequence = 4", Fault(5, "gap")),
        ("UPDATE audit SET sequence = 99 WHERE sequence = 4", Fault(4, "gap")),
        ("UPDATE audit SET sequence = 4 WHERE sequence = 5", Fault(5, "changed")),
    ],
)
def test_rows_of_the_table_that_are_gone_too_many_or_moved_are_found(table, change, fault):
    table.execute(change)
    assert audit.first_fault(in_table(table), KNOWN) == fault


# Catching up.


def catch_up(folder: Path, entries: list[Entry | None]) -> Fault | None:
    return audit.catch_up(lambda start: entries[start - 1 :], folder / "audit.jsonl", folder / "heads.log")


def as_written(folder: Path) -> tuple[list[bytes], list[bytes]]:
    return tuple(disk.read_lines(folder / name)[0] for name in ("audit.jsonl", "heads.log"))


@pytest.mark.parametrize("torn", [b"", b'{"act":"su', b"12 0123"])
@pytest.mark.parametrize("n_heads", [0, 3, N])
@pytest.mark.parametrize("n_lines", [0, 2, N - 1, N])
def test_files_that_a_crash_left_short_are_as_long_as_the_ledger_again(tmp_path, n_lines, n_heads, torn):
    entries = chain()
    audit.append_entries(tmp_path / "audit.jsonl", entries[:n_lines])
    audit.append_heads(tmp_path / "heads.log", entries[:n_heads])
    for name, n in (("audit.jsonl", n_lines), ("heads.log", n_heads)):
        if n < N and torn:
            with (tmp_path / name).open("ab") as file:
                file.write(torn)
    assert catch_up(tmp_path, entries) is None
    assert as_written(tmp_path) == (written(entries), heads_of(entries))
    with disk.steps_told_to(lambda name: pytest.fail(f"{name}: nothing was left to do")):
        assert catch_up(tmp_path, entries) is None


def test_whole_lines_without_their_break_are_known_and_written_once(tmp_path):
    entries = chain()
    (tmp_path / "audit.jsonl").write_bytes(b"\n".join(written(entries[:7])))
    (tmp_path / "heads.log").write_bytes(b"\n".join(heads_of(entries[:9])))
    assert catch_up(tmp_path, entries[:8]) == Fault(9, "cut")
    assert catch_up(tmp_path, entries) is None
    assert as_written(tmp_path) == (written(entries), heads_of(entries))


@pytest.mark.parametrize("n", [0, 1, 5, N - 1])
@pytest.mark.parametrize("name", ["audit.jsonl", "heads.log", "both"])
def test_a_ledger_older_than_a_head_is_a_loss_and_nothing_is_written(tmp_path, name, n):
    if name != "heads.log":
        audit.append_entries(tmp_path / "audit.jsonl", chain())
    if name != "audit.jsonl":
        audit.append_heads(tmp_path / "heads.log", chain())
    before = as_written(tmp_path)
    assert catch_up(tmp_path, chain()[:n]) == Fault(n + 1, "cut")
    assert as_written(tmp_path) == before


def test_a_ledger_that_went_another_way_is_a_fork(tmp_path):
    entries = chain()
    other = chain(N + 3, lambda n: deed(n, act="reject"), tuple(entries[:6]))
    audit.append_entries(tmp_path / "audit.jsonl", entries)
    audit.append_heads(tmp_path / "heads.log", entries[:8])
    assert catch_up(tmp_path, other) == Fault(8, "forked")
    assert as_written(tmp_path) == (written(entries), heads_of(entries[:8]))


def test_a_spoiled_entry_of_the_ledger_is_never_copied(tmp_path):
    entries: list[Entry | None] = [*chain()]
    entries[9] = None
    audit.append_heads(tmp_path / "heads.log", chain()[:4])
    assert catch_up(tmp_path, entries) == Fault(10, "changed")
    assert as_written(tmp_path) == ([], heads_of(chain()[:4]))


@pytest.mark.parametrize("code", [5, 28])
def test_an_error_at_any_step_of_catching_up_is_made_good_the_next_time(tmp_path, code):
    entries, n, is_done = chain(), 0, False
    while not is_done:
        n += 1
        folder = tmp_path / str(n)
        folder.mkdir()
        audit.append_entries(folder / "audit.jsonl", entries[:4])
        try:
            with disk.steps_told_to(raising_at(n, code)):
                is_done = catch_up(folder, entries) is None
        except OSError as error:
            assert error.errno == code  # noqa: PT017
        assert catch_up(folder, entries) is None
        assert as_written(folder) == (written(entries), heads_of(entries))
    assert n == 4 + 4 + 2 + 1  # append and fsync twice, and the name of the new log; the last one met nothing


def raising_at(n: int, code: int) -> Callable[[str], None]:
    seen: list[str] = []

    def watch(name: str) -> None:
        seen.append(name)
        if len(seen) == n:
            raise OSError(code, name)

    return watch


def test_a_head_is_read_as_it_was_appended(tmp_path):
    for entry in chain(3):
        audit.append_head(tmp_path / "heads.log", entry)
    assert audit.read_heads(tmp_path / "heads.log") == [Head(entry.sequence, entry.entry_hash) for entry in chain(3)]
    assert audit.read_heads(tmp_path / "none") == audit.read_jsonl(tmp_path / "none") == []

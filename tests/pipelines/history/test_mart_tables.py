"""A snapshot that is copied forward is the one that would be made from nothing; its marts stand beside it as Parquet."""

from __future__ import annotations

import ast
import datetime as dt
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from domain.load import load_agreements
from pipelines.examples.fjordbyen.returns import next_return
from pipelines.history import disk
from pipelines.history.computed.rule_results import rule_files
from pipelines.history.ledger import Original, open_ledger
from pipelines.history.mart_tables import _unchanged, write_marts
from pipelines.history.marts import COMPUTED_KEYS, MARTS
from pipelines.history.parquet import is_written, write_parquet
from pipelines.history.publish import current_name, publish
from pipelines.history.return_rows import commit_return, new_return

ROOT = Path(__file__).parents[3]
AT = dt.datetime(2026, 11, 22, 12)
FJORDBYEN = load_agreements()["fjordbyen"]
LOOKS_AT_PARQUET = True
NAMES = [*(mart.name for mart in MARTS), *COMPUTED_KEYS]


@pytest.fixture(scope="module")
def later(examples, tmp_path_factory):
    """The examples with two returns more: one of the next quarter, and a late correction of the third quarter of 2025."""
    folder = tmp_path_factory.mktemp("later") / "var"
    shutil.copytree(examples, folder)
    before = folder / "published" / current_name(folder)
    with open_ledger(folder) as ledger:
        for party, period, day in [("lindvag", "2026-Q3", 14), ("fjordby", "2025-Q3", 15)]:
            found = next_return(party, period)
            file = Original(f"{party}.csv", f"{party} {period}".encode())
            new = new_return(found, (file,), FJORDBYEN, "admin", AT.replace(month=10, day=day), AT)
            commit_return(ledger, new, found)
        publish(ledger, AT)
    return folder, before


@pytest.fixture(scope="module")
def anew(later, tmp_path_factory):
    """The same snapshot made from nothing."""
    path = tmp_path_factory.mktemp("anew") / "anew.duckdb"
    with open_ledger(later[0]) as ledger:
        write_marts(ledger, path)
    return path


def test_what_is_copied_forward_is_what_would_be_made_anew(later, anew):
    folder, _ = later
    with duckdb.connect() as both:
        both.execute(f"ATTACH '{folder / 'published' / current_name(folder)}' AS copied (READ_ONLY)")
        both.execute(f"ATTACH '{anew}' AS anew (READ_ONLY)")
        for name in NAMES:
            assert both.execute(f"FROM copied.{name} EXCEPT ALL FROM anew.{name}").fetchall() == [], name
            assert both.execute(f"FROM anew.{name} EXCEPT ALL FROM copied.{name}").fetchall() == [], name
            assert both.execute(f"SELECT count(*) FROM anew.{name}").fetchone()[0] or name.startswith("return_staged"), name


@pytest.mark.parametrize("name", COMPUTED_KEYS)
def test_rows_that_are_known_on_the_same_day_lie_together(anew, name):
    """So that a question of a day reads those alone. They are computed by project, which would lay all days everywhere."""
    with duckdb.connect(str(anew), read_only=True) as snapshot:
        lying = [row[0] for row in snapshot.execute(f"SELECT newest_to FROM {name} ORDER BY rowid").fetchall()]
    assert len(set(lying)) > 5
    assert lying == sorted(lying, key=lambda it: (it is None, it))


def test_whoever_changes_what_results_are_computed_with_has_them_computed_anew():
    """Every file of methods that the computing imports, at whatever remove, is among those whose change is noticed."""
    found, to_look_at = set(), [ROOT / "pipelines" / "history" / "computed" / "rule_results.py"]
    while to_look_at:
        path = to_look_at.pop()
        if path in found:
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pipelines.methods"):
                own = ROOT / node.module.replace(".", "/")
                named = [own / f"{it.name}.py" for it in node.names]
                to_look_at += [it for it in (own.with_suffix(".py"), *named) if it.is_file()]
    assert len(found) > 10
    assert found <= set(rule_files())


def test_the_rows_of_returns_that_have_not_changed_are_copied(later, tmp_path):
    folder, before = later
    with open_ledger(folder) as ledger, duckdb.connect() as snapshot:
        snapshot.execute(f"ATTACH '{before}' AS earlier (READ_ONLY)")
        known = ledger.connection.execute("SELECT count(*) FROM known_return").fetchone()[0]
        assert len(_unchanged(ledger, snapshot)) == known - 2


def test_a_correction_closes_what_it_replaces_and_opens_new_results_of_later_periods(later):
    folder, _ = later
    with duckdb.connect() as snapshot:
        snapshot.execute(f"ATTACH '{folder / 'published' / current_name(folder)}' AS s (READ_ONLY)")
        moment = AT.replace(month=10, day=15)
        ended = snapshot.execute(
            "SELECT DISTINCT period FROM s.project_status WHERE party_id = 'fjordby' AND known_to = ? ORDER BY 1", [moment]
        ).fetchall()
        begun = snapshot.execute(
            "SELECT DISTINCT period FROM s.project_status WHERE party_id = 'fjordby' AND known_from = ? ORDER BY 1", [moment]
        ).fetchall()
        assert ended == begun == [("2025-Q3",), ("2025-Q4",), ("2026-Q1",), ("2026-Q2",)]


@pytest.mark.parametrize("name", COMPUTED_KEYS)
def test_the_grain_of_a_computed_mart_is_unique(later, name):
    folder, _ = later
    key = ", ".join(COMPUTED_KEYS[name])
    with duckdb.connect() as snapshot:
        snapshot.execute(f"ATTACH '{folder / 'published' / current_name(folder)}' AS s (READ_ONLY)")
        assert snapshot.execute(f"SELECT {key}, count(*) FROM s.{name} GROUP BY ALL HAVING count(*) > 1").fetchall() == []


def test_every_mart_is_a_parquet_file_with_the_same_rows(later):
    folder, _ = later
    name = current_name(folder)
    assert is_written(folder, name)
    pointed = folder / "parquet" / json.loads((folder / "parquet" / "current.json").read_text())["folder"]
    with duckdb.connect() as both:
        both.execute(f"ATTACH '{folder / 'published' / name}' AS s (READ_ONLY)")
        for mart in NAMES:
            written = f"read_parquet('{pointed / mart}.parquet')"
            assert both.execute(f"FROM s.{mart} EXCEPT ALL FROM {written}").fetchall() == [], mart
            rows, of_file = both.execute(f"SELECT (SELECT count(*) FROM s.{mart}), (SELECT count(*) FROM {written})").fetchone()
            assert rows == of_file


def test_parquet_that_could_not_be_written_is_written_by_the_next_publication(later, tmp_path):
    folder = tmp_path / "var"
    shutil.copytree(later[0], folder)
    shutil.rmtree(folder / "parquet")
    name = current_name(folder)

    def full(step):
        if step == "before fsync current.json":
            raise OSError(28, "No space left on device")

    with disk.steps_told_to(full), pytest.raises(OSError, match="No space"):
        write_parquet(folder, folder / "published" / name)
    assert not is_written(folder, name)
    with open_ledger(folder) as ledger:
        assert publish(ledger, AT) == name
    assert is_written(folder, name)

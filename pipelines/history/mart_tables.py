"""The marts of one snapshot: made from the ledger, or copied forward from the snapshot before where nothing has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from domain.load import load_agreements
from pipelines.history.computed.making import Making
from pipelines.history.database import open_database
from pipelines.history.ledger import LEDGER_SQL, Ledger
from pipelines.history.marts import COMPUTED, MARTS, Mart

# Rows pass from the ledger to the snapshot so many at a time: none of the two is ever in memory whole.
_ROWS_AT_A_TIME = 100_000
# Rows that are known on the same day lie together, so that a question of a day reads those alone: most are of days long past.
_IN_ORDER = "newest_to, submission_id, project_id"
# How each mart of a snapshot was made: what is made otherwise now is not copied.
MADE = "mart_making"
_LEAVE_OUT = "CREATE OR REPLACE TEMP TABLE left_out AS SELECT unnest(?::BIGINT[]) AS submission_id"
_LEAVE_NONE_OUT = "CREATE OR REPLACE TEMP TABLE left_out (submission_id BIGINT)"
# The columns of a copied row; where it says when it was known, as it is now.
_COPIED, _COPIED_KNOWN = "e.*", "e.* REPLACE (k.known_from AS known_from, k.known_to AS known_to)"
_IN_EARLIER = """
SELECT s.submission_id, s.receipt, r.recorded_at, r.agreement_id, r.party_id, r.period
FROM earlier.return_submission AS r JOIN earlier.submission AS s USING (submission_id)
"""
_IN_LEDGER = """
SELECT s.submission_id, s.receipt, r.recorded_at, r.agreement_id, r.party_id, r.period
FROM known_return AS r JOIN submission AS s USING (submission_id)
"""


def write_marts(ledger: Ledger, path: Path, earlier: Path | None = None) -> None:
    """A new file with every mart. `earlier` is the snapshot to copy from what has not changed since."""
    snapshot = open_database(path)
    try:
        if earlier:
            attach(snapshot, earlier, "earlier")
        snapshot.begin()
        copied = _unchanged(ledger, snapshot) if earlier else []
        forward = [mart for mart in MARTS if mart.is_of_returns and copied]
        if forward:
            _copy_forward(ledger, snapshot, forward, copied)
        for mart in MARTS:
            if mart not in forward:
                snapshot.from_arrow(ledger.connection.sql(mart.sql).to_arrow_reader(_ROWS_AT_A_TIME)).create(mart.name)
        make_computed(ledger, snapshot, has_earlier=bool(copied))
        snapshot.from_arrow(pa.table({"mart": [mart.name for mart in MARTS], "made_by": list(map(_made_by, MARTS))})).create(MADE)
        snapshot.commit()
        if earlier:
            snapshot.execute("DETACH earlier")
        snapshot.execute("CHECKPOINT")
    finally:
        snapshot.close()


def make_computed(ledger: Ledger, connection: duckdb.DuckDBPyConnection, has_earlier: bool = False) -> None:
    """Makes the computed marts from the others, which the connection has."""
    making = Making(connection, load_agreements(ledger.data_dir / "agreements"), has_earlier)
    for computed in COMPUTED:
        for name, schema in computed.schemas.items():
            connection.from_arrow(schema.empty_table()).create(name)
        connection.execute(computed.new_tables)
        # Rows come by project.
        for name, rows in computed.make(making):
            connection.from_arrow(rows).insert_into(f"{name}_new")
        for name in computed.schemas:
            connection.table(f"{name}_new").order(_IN_ORDER).insert_into(name)


def making_of_marts(ledger: Ledger) -> list[str]:
    """How every mart is made now, the computed ones by what the agreements have decided, too."""
    agreements = load_agreements(ledger.data_dir / "agreements")
    return [*map(_made_by, MARTS), *(computed.version(agreements) for computed in COMPUTED)]


def attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> None:
    """Makes the snapshot of a path readable under a name. The name is ours."""
    # ATTACH takes no parameters; the path is ours, and a quote in it is doubled.
    connection.execute("ATTACH '" + str(path).replace("'", "''") + "' AS " + name + " (READ_ONLY)")


def _made_by(mart: Mart) -> str:
    text = f"{LEDGER_SQL.read_text(encoding='utf-8')}{mart.name}{mart.sql}"
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _unchanged(ledger: Ledger, snapshot: duckdb.DuckDBPyConnection) -> list[int]:
    """The returns whose rows the earlier snapshot has, from the same content and made as they would be made now."""
    found = snapshot.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'earlier'").fetchall()
    if not {MADE, *(name for computed in COMPUTED for name in computed.schemas)} <= {name for (name,) in found}:
        return []
    made = dict(snapshot.execute("SELECT mart, made_by FROM earlier.mart_making").fetchall())
    if any(made.get(mart.name) != _made_by(mart) for mart in MARTS if mart.is_of_returns):
        return []
    now = set(ledger.connection.execute(_IN_LEDGER).fetchall())
    return sorted(row[0] for row in snapshot.execute(_IN_EARLIER).fetchall() if row in now)


def _copy_forward(ledger: Ledger, snapshot: duckdb.DuckDBPyConnection, marts: list[Mart], copied: list[int]) -> None:
    """The rows of unchanged returns from the earlier snapshot, with the times in which they are known now, and of new ones."""
    known = ledger.connection.sql("SELECT submission_id, known_from, known_to FROM known_return").to_arrow_table()
    unchanged = known.filter(pc.is_in(known["submission_id"], pa.array(copied, pa.int64())))
    with _left_out(ledger, copied):
        for mart in marts:
            new = ledger.connection.sql(mart.sql).to_arrow_table()
            snapshot.from_arrow(new).create(mart.name)
            earlier = snapshot.table(f"earlier.{mart.name}").set_alias("e")
            joined = earlier.join(snapshot.from_arrow(unchanged).set_alias("k"), "e.submission_id = k.submission_id")
            joined.project(_COPIED_KNOWN if "known_to" in new.column_names else _COPIED).insert_into(mart.name)


@contextmanager
def _left_out(ledger: Ledger, submission_ids: list[int]) -> Iterator[None]:
    """Within, the views of the ledger know only of the other returns."""
    ledger.connection.execute(_LEAVE_OUT, [submission_ids])
    try:
        yield
    finally:
        ledger.connection.execute(_LEAVE_NONE_OUT)

"""Where a party's own ratings begin to mean something else, so that a trend across it says so."""

from __future__ import annotations

import datetime as dt
import json

import pandas as pd

from domain.model import Agreement
from domain.period import Period
from pipelines.answers.reporting.returns import moment_of
from pipelines.history.snapshot import Snapshot

_SCALES = """
SELECT DISTINCT r.party_id, r.period, f.quoted AS scale_id, f.named
FROM snapshot.return_submission AS r
JOIN snapshot.return_finding AS f USING (submission_id)
WHERE r.agreement_id = ? AND r.known_from <= ? AND ? < r.known_to AND f.code = 'mapped_scale_of_day'
"""
_COLUMNS = ["party_id", "scale_id", "period", "period_before", "n_ratings", "n_ratings_before"]


def scale_breaks(snapshot: Snapshot, agreement: Agreement, as_of: dt.date | None = None) -> pd.DataFrame:
    """One row per party, scale and report whose ratings are read by another scale than the report before, as known at a date.

    `period` is the first of the new scale, `period_before` the last of the old one; the numbers of ratings are of each.
    """
    moment = moment_of(as_of)
    read = snapshot.rows(_SCALES, [agreement.agreement_id, moment, moment])
    told = [
        (row["party_id"], row["scale_id"], Period.parse(row["period"]).last, row["period"], json.loads(row["named"]))
        for row in read.to_dict("records")
    ]
    rows = []
    before: tuple[str, str, str, dict[str, str | int]] | None = None
    for party_id, scale_id, _, period, scale in sorted(told, key=lambda it: it[:4]):
        if before and before[:2] == (party_id, scale_id) and before[3]["first"] != scale["first"]:
            rows.append((party_id, scale_id, period, before[2], int(scale["n"]), int(before[3]["n"])))
        before = (party_id, scale_id, period, scale)
    return pd.DataFrame(rows, columns=_COLUMNS)

"""The columns of the marts that are computed from chains of reports: all say whose, of which report, and when that was known."""

from __future__ import annotations

import pyarrow as pa

TEXT, TIME = pa.string(), pa.timestamp("us")
KEY = [("agreement_id", TEXT), ("project_id", TEXT), ("basis", TEXT)]
_HEAD = [*KEY, ("party_id", TEXT), ("period", TEXT), ("submission_id", pa.int64())]
_TAIL = [
    ("is_synthetic", pa.bool_()), ("known_from", TIME), ("known_to", TIME), ("newest_from", TIME), ("newest_to", TIME),
]  # fmt: skip
STATUS = pa.schema([
    *_HEAD, ("previous_submission_id", pa.int64()), ("period_ends_on", pa.date32()), ("reported_on", pa.date32()),
    ("data_colour", TEXT),
    ("reported_colour", TEXT), ("n_told", pa.int32()),
    ("has_early_warning", pa.bool_()), *_TAIL,
])  # fmt: skip
RULE = pa.schema([
    *_HEAD, ("rule", TEXT), ("level", TEXT), ("number", pa.float64()), ("counts_from", pa.date32()), ("evidence", TEXT),
    ("cells", TEXT), ("lack_reason", TEXT), ("lack_table", TEXT), ("lack_column", TEXT), ("step", TEXT),
    ("told_before", TEXT), ("since_before", TEXT), ("n_before", pa.int32()), ("was_open", pa.bool_()),
    ("level_told", TEXT), ("since_period", TEXT), ("periods_in_a_row", pa.int32()), *_TAIL,
])  # fmt: skip
# One row per project, milestone and report, as the report states it, with what the reports before it make of it.
MILESTONE = pa.schema([
    *_HEAD, ("milestone", TEXT), ("period_ends_on", pa.date32()), ("baseline_on", pa.date32()), ("forecast_on", pa.date32()),
    ("actual_on", pa.date32()),
    ("baseline_decision", TEXT), ("forecast_missing", TEXT), ("adopted_on", pa.date32()), ("previous_period", TEXT),
    ("previous_submission_id", pa.int64()), ("changed_from_on", pa.date32()), ("changed_decision", TEXT), ("sheet", TEXT),
    ("row_number", pa.int32()), *_TAIL,
])  # fmt: skip

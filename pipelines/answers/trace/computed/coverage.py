"""Of how many projects the newest returns have a figure, by question and party: of the cells that hold one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from pipelines.answers.named_figures import Asked
from pipelines.answers.reporting.coverage import QUESTIONS, REASONS, answers, coverage, finding_of, found_in_returns
from pipelines.answers.reporting.quality import ages, deliveries
from pipelines.answers.trace.computed.made import FoundIn, Made, Maker, Part, Wanted

# The columns of a question besides its own that count in its stead, or must be there with it.
_EITHER = {"opening": ("forecast_on", "actual_on")}
_BOTH = {"frames": ("p50_mnok", "p85_mnok")}
_CELLS = """
SELECT submission_id, (answers->>'$.project_id') AS project_id, row_number, answers
FROM snapshot.return_row
WHERE list_contains($submission_ids, submission_id) AND table_name = $table_name
    AND ($milestone IS NULL OR (answers->>'$.milestone') = $milestone)
    AND EXISTS (SELECT 1 FROM unnest($either::VARCHAR[]) AS e(name) WHERE (answers->>('$.' || name)) IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM unnest($both::VARCHAR[]) AS b(name) WHERE (answers->>('$.' || name)) IS NULL)
QUALIFY row_number() OVER (PARTITION BY submission_id, (answers->>'$.project_id') ORDER BY row_number) = 1
ORDER BY submission_id, row_number
"""


def _has(question: str, is_of_all: bool) -> Maker:
    """How many projects have a figure; or how many the returns have in all. The key is a party, with a period after a colon."""

    def make(asked: Asked, wanted: Wanted) -> Made | None:
        party, _, period = (wanted.key or "").partition(":")
        found = coverage(asked.snapshot, asked.agreement, asked.as_of, period or None)
        own = found[(found["question"] == question) & (found["party_id"].eq(party) | (not party))]
        if own.empty:
            return None
        ids = [int(number) for number in own["submission_id"]]
        if is_of_all:
            return Made(int(own["n_asked"].sum()), "projects", "reports", _cells(asked, ids, "projects", ("phase",), (), None))
        table, column = QUESTIONS[question]
        cells = _cells(
            asked, ids, table, _EITHER.get(question, (column,)), _BOTH.get(question, ()),
            "opening" if question == "opening" else None,
        )  # fmt: skip
        return Made(int(own["n_figures"].sum()), "projects", "reports", cells)

    return make


def _cells(
    asked: Asked, ids: list[int], table: str, either: tuple[str, ...], both: tuple[str, ...], milestone: str | None
) -> tuple[Part, ...]:
    """The first cell of each project that holds a figure."""
    given = {"submission_ids": ids, "table_name": table, "either": list(either), "both": list(both), "milestone": milestone}
    return tuple(
        Part(row["project_id"], row["submission_id"], table, row["row_number"], _stated(row["answers"], either), 1)
        for row in asked.snapshot.records(_CELLS, given)
    )


def _stated(answers: object, either: tuple[str, ...]) -> str:
    """The last of the columns that holds anything."""
    held = [name for name in either if f'"{name}"' in str(answers)]
    return held[-1] if held else either[0]


def _returns(is_in: Callable[[Any], Any], unit: str) -> Maker:
    """How many returns, or parties, are so, of a period where the key names one."""

    def make(asked: Asked, wanted: Wanted) -> Made:
        rows = deliveries(asked.snapshot, asked.agreement, asked.as_of)
        rows = rows if not wanted.key else rows[rows["period"] == wanted.key]
        own = rows[is_in(rows)]
        ids = own["submission_id"].dropna()
        return Made(len(own), unit, "reports", returns=tuple(sorted(int(number) for number in ids)))

    return make


def _lacking(question: str, reason: str) -> Maker:
    """How many projects have no figure for a reason: of the cells of the sheet of projects, that say their phase."""

    def make(asked: Asked, wanted: Wanted) -> Made:
        party, _, period = (wanted.key or "").partition(":")
        found = answers(asked.snapshot, asked.agreement, asked.as_of, period or None)
        own = found[(found["question"] == question) & (found["answer"] == reason) & (found["party_id"].eq(party) | (not party))]
        named = set(zip(own["submission_id"], own["project_id"], strict=True))
        ids = sorted({int(number) for number in own["submission_id"]})
        cells = _cells(asked, ids, "projects", ("phase",), (), None)
        return Made(len(own), "projects", "reports", tuple(it for it in cells if (it.submission_id, it.project_id) in named))

    return make


def _found(unit: str, n_of: Callable[[pd.DataFrame], int]) -> Maker:
    """How many findings there are, or returns or parties with any; the key names code, severity, party, period and submission."""

    def make(asked: Asked, wanted: Wanted) -> Made:
        rows = _narrowed(found_in_returns(asked.snapshot, asked.agreement, asked.as_of), wanted.key or "")
        return Made(n_of(rows), unit, "reports", findings=_listed(rows))

    return make


def _often(asked: Asked, wanted: Wanted) -> Made:
    """How many kinds of findings there are in more than one period; of those of a period where the key names one."""
    rows = found_in_returns(asked.snapshot, asked.agreement, asked.as_of)
    own = _narrowed(rows, wanted.key or "")
    kinds = own.drop_duplicates(list(_KIND))[list(_KIND)]
    besides = ";".join(part for part in (wanted.key or "").split(";") if not part.startswith("period="))
    rows = _narrowed(rows, besides).merge(kinds, on=list(_KIND))
    n_periods = rows.groupby(list(_KIND))["period"].transform("nunique")
    often = rows[n_periods > 1]
    return Made(len(often.drop_duplicates(list(_KIND))), "kinds", "reports", findings=_listed(often))


def _narrowed(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    """The findings that a key names, by any of `FOUND_BY`."""
    for name, _, found in (part.partition("=") for part in key.split(";")):
        if name in FOUND_BY:
            rows = rows[rows[FOUND_BY[name]].astype(str) == found]
    return rows


def _listed(rows: pd.DataFrame) -> tuple[FoundIn, ...]:
    return tuple(FoundIn(int(row["submission_id"]), finding_of(row)) for _, row in rows.iterrows())


def _age(asked: Asked, wanted: Wanted) -> Made | None:
    """How many days ago the period ended that the newest figures are of; of the oldest of them where no party is named."""
    rows = ages(asked.snapshot, asked.agreement, asked.as_of)
    own = rows[rows["age_days"].notna() & (rows["party_id"].eq(wanted.key) | (not wanted.key))]
    if own.empty:
        return None
    days = int(own["age_days"].max())
    ids = own.loc[own["age_days"] == days, "submission_id"]
    return Made(days, "days", "reports", returns=tuple(sorted(int(number) for number in ids)))


def _aged(colours: tuple[str | None, ...]) -> Maker:
    """How many parties have newest figures of such a colour by their age."""

    def make(asked: Asked, wanted: Wanted) -> Made:
        rows = ages(asked.snapshot, asked.agreement, asked.as_of)
        own = rows[rows["colour"].isin(colours) & (rows["party_id"].eq(wanted.key) | (not wanted.key))]
        ids = own["submission_id"].dropna()
        return Made(len(own), "parties", "reports", returns=tuple(sorted(int(number) for number in ids)))

    return make


# What tells a kind of finding from another.
_KIND = ("code", "severity")
# What findings are narrowed by, and the column of each.
FOUND_BY = {"code": "code", "severity": "severity", "party": "party_id", "period": "period", "submission": "submission_id"}
# A return that has come, whether it counts yet or waits.
_CAME = ("delivered", "late", "waiting")
COVERAGE: Mapping[str, Maker] = {
    **{f"has_{question}": _has(question, False) for question in QUESTIONS},
    "projects_reported": _has("forecast_cost", True),
    "returns_in_time": _returns(lambda rows: rows["status"] == "delivered", "returns"),
    "returns_asked": _returns(lambda rows: rows["deadline_on"].notna() & (rows["status"] != "awaited"), "returns"),
    "parties_in": _returns(lambda rows: rows["status"].isin(_CAME), "parties"),
    "returns_waiting": _returns(lambda rows: rows["status"] == "waiting", "returns"),
    "parties_late": _returns(lambda rows: rows["status"].isin(_CAME) & (rows["days_after"] > 0), "parties"),
    **{f"lacks_{question}_{reason}": _lacking(question, reason) for question in QUESTIONS for reason in REASONS},
    "findings": _found("findings", len),
    "findings_often": _often,
    "findings_kinds": _found("kinds", lambda rows: len(rows[list(_KIND)].drop_duplicates())),
    "findings_returns": _found("returns", lambda rows: rows["submission_id"].nunique()),
    "findings_parties": _found("parties", lambda rows: rows["party_id"].nunique()),
    "age_days": _age,
    "aged_old": _aged(("yellow", "red")),
    "aged_all": _aged(("green", "yellow", "red", None)),
    "parties_asked": _returns(lambda rows: rows["status"].notna(), "parties"),
}

"""The figures of the page about the quality of figures, by name."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from pipelines.answers.named_figures import Asked, NamedFigure
from pipelines.answers.reporting.coverage import coverage
from pipelines.answers.reporting.quality import ages, deliveries

PAGE = "quality"
_FINDINGS = ("n_warning", "n_hold", "n_info")


def quality_figures(asked: Asked) -> Iterator[NamedFigure]:
    """Of each party the age of its newest figures and of how many projects it answers each question; of each period and party
    (`period:party`) when it delivered and what was found. Parties report for the whole agreement: an area has none of its own.
    """
    if asked.selection.working_area_id:
        return
    for row in ages(asked.snapshot, asked.agreement, asked.as_of).to_dict("records"):
        yield _of_party("age", row["party_id"], row["age_days"], "days", row["submission_id"])
    for row in coverage(asked.snapshot, asked.agreement, asked.as_of).to_dict("records"):
        n, of = int(row["n_figures"]), int(row["n_projects"])
        name = f"answered_{row['question']}"
        yield NamedFigure(PAGE, name, "party", row["party_id"], None, n, "projects", None, (int(row["submission_id"]),), (n, of))
    for row in deliveries(asked.snapshot, asked.agreement, asked.as_of).to_dict("records"):
        key = f"{row['period']}:{row['party_id']}"
        yield _of_party("delivered_after_deadline", key, row["days_after"], "days", row["submission_id"])
        yield _of_party("projects_delivered", key, row["n_projects"], "projects", row["submission_id"])
        for name in _FINDINGS:
            severity = name.removeprefix("n_")
            yield _of_party(f"findings_{severity}", key, row[name], "findings", row["submission_id"])


def _of_party(name: str, key: str, amount: object, unit: str, submission_id: object) -> NamedFigure:
    ids = () if pd.isna(submission_id) else (int(str(submission_id)),)
    return NamedFigure(PAGE, name, "party", key, None, None if pd.isna(amount) else int(str(amount)), unit, None, ids)

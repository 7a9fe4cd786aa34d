"""How much of what the report asks has figures, per party and question, and which findings come again and again."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

import pandas as pd

from domain.forms import Form, RequiredWhen, load_form
from domain.model import Agreement
from domain.period import Period
from domain.rows import SEVERITIES, Finding
from pipelines.answers.reporting.returns import moment_of
from pipelines.history.snapshot import Snapshot

# Each question with the column of the form that decides whether it is asked of a project in its phase.
QUESTIONS = {
    "forecast_cost": ("cost_estimates", "forecast_mnok"),
    "frames": ("cost_estimates", "p50_mnok"),
    "opening": ("milestones", "forecast_on"),
    "physical_progress": ("progress", "physical_pct"),
    "goal_contribution": ("goal_contributions", "likely"),
    "reserve": ("reserve", "held_mnok"),
}
# Why there is no figure: the codes of the form, then that it is not asked of such a project, then that nothing is said.
REASONS = ("exempt", "not_yet_known", "not_applicable", "not_delivered", "not_asked", "unanswered")
_KNOWN = """
SELECT party_id, period, submission_id, form_id, form_version
FROM snapshot.return_submission
WHERE agreement_id = ? AND known_from <= ? AND ? < known_to
"""
_GIVEN = """
WITH chosen AS (
    SELECT unnest(?::BIGINT[]) AS submission_id
), project AS (
    SELECT submission_id, party_id, period, project_id, phase, standing
    FROM snapshot.return_project JOIN chosen USING (submission_id)
), given AS (
    SELECT submission_id, project_id, 'forecast_cost' AS question, forecast_mnok IS NOT NULL AS has_figure,
        missing->>'$.forecast_mnok.missing' AS reason
    FROM snapshot.return_cost_estimate
    UNION ALL
    SELECT submission_id, project_id, 'frames', p50_mnok IS NOT NULL AND p85_mnok IS NOT NULL,
        coalesce(missing->>'$.p50_mnok.missing', missing->>'$.p85_mnok.missing')
    FROM snapshot.return_cost_estimate
    UNION ALL
    SELECT submission_id, project_id, 'opening', coalesce(actual_on, forecast_on) IS NOT NULL, missing->>'$.forecast_on.missing'
    FROM snapshot.return_milestone
    WHERE milestone = 'opening'
    UNION ALL
    SELECT submission_id, project_id, 'physical_progress', physical_pct IS NOT NULL, missing->>'$.physical_pct.missing'
    FROM snapshot.return_progress
    UNION ALL
    SELECT submission_id, project_id, 'goal_contribution', likely IS NOT NULL, missing->>'$.likely.missing'
    FROM snapshot.return_goal_contribution
    UNION ALL
    SELECT submission_id, project_id, 'reserve', held_mnok IS NOT NULL,
        coalesce(missing->>'$.held_mnok.missing', missing->>'$.released_mnok.missing')
    FROM snapshot.return_reserve
)
SELECT
    p.submission_id, p.party_id, p.period, p.project_id, p.phase, p.standing, q.question,
    coalesce(bool_or(g.has_figure), false) AS has_figure, min(g.reason) AS reason
FROM project AS p
CROSS JOIN (SELECT unnest(?::VARCHAR[]) AS question) AS q
LEFT JOIN given AS g USING (submission_id, project_id, question)
GROUP BY ALL
"""
_FINDINGS = """
SELECT r.period, r.party_id, f.submission_id, f.position, f.code, f.severity, f.sheet, f.cell, f.quoted, f.named
FROM snapshot.return_finding AS f
JOIN snapshot.return_submission AS r USING (submission_id)
WHERE r.agreement_id = ? AND r.known_from <= ?
ORDER BY r.known_from DESC, f.submission_id DESC, f.position
"""


@dataclass(frozen=True, slots=True)
class Recurring:
    """Findings of one code. `example` is of the newest return that has it; `by_period` counts them, newest period first."""

    code: str
    severity: str
    example: Finding
    n_findings: int
    n_returns: int
    by_period: dict[str, int]
    party_ids: tuple[str, ...]


def coverage(snapshot: Snapshot, agreement: Agreement, as_of: dt.date, period: str | None = None) -> pd.DataFrame:
    """One row per party and question: of how many projects there is a figure, and why there is none of the others.

    Of each party the newest return known at the date, or that of a period. `n_projects` is the sum of `n_figures` and of the
    columns of REASONS. `not_asked` are projects without an answer of which the form, by phase or standing, requires none; the
    others are `n_asked`.
    """
    given = answers(snapshot, agreement, as_of, period)
    order = {party.party_id: number for number, party in enumerate(agreement.parties)}
    rows = [
        {
            "party_id": party_id,
            "period": period_of,
            "submission_id": submission_id,
            "question": question,
            "n_projects": len(own),
            "n_asked": int((own["answer"] != "not_asked").sum()),
            "n_figures": int((own["answer"] == "figure").sum()),
            **{reason: int((own["answer"] == reason).sum()) for reason in REASONS},
        }
        for (party_id, period_of, submission_id, question), own in given.groupby(
            ["party_id", "period", "submission_id", "question"], sort=False
        )
    ]
    names = ["party_id", "period", "submission_id", "question", "n_projects", "n_asked", "n_figures", *REASONS]
    rows.sort(key=lambda row: (order.get(row["party_id"], len(order)), list(QUESTIONS).index(row["question"])))
    return pd.DataFrame(rows, columns=names)


def answers(snapshot: Snapshot, agreement: Agreement, as_of: dt.date, period: str | None = None) -> pd.DataFrame:
    """One row per project and question of the same returns; `answer` is figure, or one of REASONS."""
    chosen = _chosen(snapshot, agreement, as_of, period)
    given = snapshot.rows(_GIVEN, [[int(number) for number in chosen["submission_id"]], list(QUESTIONS)])
    forms = {row["submission_id"]: load_form(row["form_id"]).at(int(row["form_version"])) for row in chosen.to_dict("records")}
    told = [_answer(row, forms[row["submission_id"]]) for row in given.to_dict("records")]
    return given.assign(answer=pd.Series(told, dtype=object, index=given.index))


def recurring_findings(snapshot: Snapshot, agreement: Agreement, as_of: dt.date, party_id: str | None = None) -> list[Recurring]:
    """What was found in returns that count, one entry per code and severity: the most periods first, then the most findings."""
    rows = found_in_returns(snapshot, agreement, as_of)
    if party_id is not None:
        rows = rows[rows["party_id"] == party_id]
    found = [_recurring(own) for _, own in rows.groupby(["code", "severity"], sort=False)]
    return sorted(found, key=lambda one: (-len(one.by_period), -one.n_findings, SEVERITIES.index(one.example.severity), one.code))


def found_in_returns(snapshot: Snapshot, agreement: Agreement, as_of: dt.date) -> pd.DataFrame:
    """One row per finding of a return that counts and was known at a date, the newest return first."""
    return snapshot.rows(_FINDINGS, [agreement.agreement_id, moment_of(as_of)])


def finding_of(row: pd.Series) -> Finding:
    """A row of `found_in_returns` as a finding, to be told in words."""
    sheet, cell, quoted = (_text(row[name]) for name in ("sheet", "cell", "quoted"))
    return Finding(row["code"], row["severity"], sheet, cell, quoted, json.loads(row["named"]))


def _chosen(snapshot: Snapshot, agreement: Agreement, as_of: dt.date, period: str | None) -> pd.DataFrame:
    """The newest return of each party known at a date, or those of a period."""
    moment = moment_of(as_of)
    known = snapshot.rows(_KNOWN, [agreement.agreement_id, moment, moment])
    if period is not None:
        return known[known["period"] == period]
    ended = known["period"].map(lambda text: Period.parse(text).last.number).astype("int64")
    return known.loc[ended.groupby(known["party_id"]).idxmax()] if len(known) else known


def _answer(row: dict[str, object], form: Form) -> str:
    """Figure, or one of REASONS."""
    if row["has_figure"]:
        return "figure"
    if isinstance(row["reason"], str):
        return row["reason"]
    return "unanswered" if _is_asked(form, str(row["question"]), row["phase"], row["standing"]) else "not_asked"


def _is_asked(form: Form, question: str, phase: object, standing: object) -> bool:
    """Whether a project in such a phase and standing is to answer. A table that requires no row is open to all."""
    name, column = QUESTIONS[question]
    table = form.table(name)
    if table.one_row_for == "each_running_project" and standing != "running":
        return False
    required = table.column(column).required
    if isinstance(required, RequiredWhen) and required.column == "projects.phase":
        return phase in required.is_one_of
    return True


def _recurring(own: pd.DataFrame) -> Recurring:
    first = own.iloc[0]
    by_period = own.groupby("period").size().to_dict()
    newest_first = sorted(by_period, key=lambda period: Period.parse(period).last, reverse=True)
    return Recurring(
        first["code"],
        first["severity"],
        finding_of(first),
        len(own),
        int(own["submission_id"].nunique()),
        {period: int(by_period[period]) for period in newest_first},
        tuple(sorted(own["party_id"].unique())),
    )


def _text(found: object) -> str | None:
    return None if pd.isna(found) else str(found)

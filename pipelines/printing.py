"""Answers as JSON of the public contract, and as lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from domain.forms import load_form
from domain.numbers import decimal_text, period_text
from domain.rows import ChainedIndex, Finding, IndexRow, VolumeIndex
from domain.words import text

if TYPE_CHECKING:
    from pipelines.recompute import CheckedTraffic


def index_json(checked: CheckedTraffic, language: str) -> dict[str, Any]:
    """The answer of `index`: every area row beside its published one. A refused file has findings and no rows."""
    rows = () if checked.is_refused else checked.rows
    chained = () if checked.is_refused else checked.chained
    return {
        "rolling": [_rolling_json(row) for row in rows],
        "chained": [_chained_json(row) for row in chained if not row.is_to_date],
        "chained_to_date": [{**_chained_json(row), "month": row.month} for row in chained if row.is_to_date],
        "findings": findings_json(checked.findings, language),
    }


def volume_index_json(rows: Iterable[VolumeIndex]) -> list[dict[str, Any]]:
    """Our own yearly index, the same months of two years."""
    return [
        {
            "year_from": row.year - 1,
            "year_to": row.year,
            "month": row.month,
            "n_points": row.n_points,
            "index_pct": row.index_pct,
            "standard_error_pct": row.standard_error_pct,
            "ci_low_pct": row.ci_low_pct,
            "ci_high_pct": row.ci_high_pct,
        }
        for row in rows
    ]


def volume_index_lines(rows: Iterable[VolumeIndex], language: str) -> list[str]:
    """Our own yearly index in one line each."""
    return [
        text(
            "command.raw_index",
            language,
            before=row.year - 1,
            year=row.year,
            index=decimal_text(row.index_pct, 1, language),
            low=decimal_text(row.ci_low_pct, 1, language),
            high=decimal_text(row.ci_high_pct, 1, language),
            n=row.n_points,
        )
        for row in rows
    ]


def findings_json(findings: Iterable[Finding], language: str) -> list[dict[str, Any]]:
    """Findings of the public contract, their words in one language."""
    return [
        {
            "code": finding.code,
            "severity": finding.severity,
            "sheet": finding.sheet,
            "cell": finding.cell,
            "quoted": finding.quoted,
            "message": finding_text(finding, "message", language),
            "action": finding_text(finding, "action", language),
        }
        for finding in findings
    ]


def finding_text(finding: Finding, part: str, language: str) -> str:
    """What is wrong (`message`) or what to do (`action`), with the value quoted and the form's own words for its columns."""
    named = _in_words(finding.named, language)
    return text(f"finding.{finding.code}.{part}", language, quoted=finding.quoted or "", **named)


def _in_words(named: Mapping[str, str | int | float], language: str) -> dict[str, str | int | float]:
    """The named places of a finding, with the sheet and heading of a return's table and column instead of their keys.

    Periods are said as people say them.
    """
    said = {place: _period_in_words(place, name, language) for place, name in named.items()}
    form = load_form()
    table = next((table for table in form.tables if table.table == named.get("table")), None)
    if table is None:
        return said
    said["table"] = table.sheet.in_language(language)
    for place, name in named.items():
        if (place == "column" or place.startswith("column_")) and table.has(str(name)):
            said[place] = form.heading(table.column(str(name)), language)
    return said


def _period_in_words(place: str, name: str | int | float, language: str) -> str | int | float:
    """2. kvartal 2026 for 2026-Q2 in a place for a period; anything else as it is."""
    if not isinstance(name, str) or not (place == "period" or place.startswith("period_")):
        return name
    try:
        return period_text(name, language)
    except ValueError:
        return name


def finding_line(finding: Finding, language: str) -> str:
    """One line: severity, place, what is wrong, what to do."""
    place = "!".join(part for part in (finding.sheet, finding.cell) if part)
    severity = text(f"severity.{finding.severity}", language)
    said = f"{finding_text(finding, 'message', language)} {finding_text(finding, 'action', language)}"
    return f"{severity}: {place + ': ' if place else ''}{said}"


def index_lines(checked: CheckedTraffic, language: str) -> list[str]:
    """What came of it, for a person: how many rows follow from the points, and the latest of each window."""
    ours = [row for row in checked.rows if row.ours]
    lines = [text("command.index_rows", language, ours=len(ours), published=len(checked.rows))]
    latest = {row.ours.window_months: row.ours for row in ours if row.ours}
    for window, row in sorted(latest.items()):
        named = {
            "window": window,
            "month": row.last_month,
            "index": decimal_text(row.index_pct, 4, language),
            "low": decimal_text(row.ci_low_pct, 1, language),
            "high": decimal_text(row.ci_high_pct, 1, language),
            "n": row.n_points,
        }
        lines.append(text("command.index_latest", language, **named))
    return lines


def revision_json(row: dict[str, Any]) -> dict[str, Any]:
    """A month that an earlier release printed otherwise: which figures, before and after."""
    from pipelines.answers.goal.releases import differing  # late, because it brings the store and pandas into every command

    changed = differing(row)
    return {
        "window_months": int(row["window_months"]),
        "last_month": f"{row['last_month']:%Y-%m}",
        "published_on_before": f"{row['published_on_before']:%Y-%m-%d}",
        "changed": changed,
        "before": {name: row[f"{name}_before"] for name in changed},
        "after": {name: row[name] for name in changed},
    }


def _rolling_json(row: IndexRow) -> dict[str, Any]:
    from pipelines.methods.city_index import METHOD_VERSION

    found, published = row.ours or row.published, row.published
    if found is None:
        raise ValueError("an index row needs a computed or a published side")
    return {
        "window_months": found.window_months,
        "last_month": str(found.last_month),
        "n_points": found.n_points,
        "n_eff": found.n_eff,
        "index_pct": found.index_pct,
        "standard_error_pct": found.standard_error_pct,
        "ci_low_pct": found.ci_low_pct,
        "ci_high_pct": found.ci_high_pct,
        "basis": row.ours.basis if row.ours else "published",
        "published_index_pct": published.index_pct if published else None,
        "published_ci_low_pct": published.ci_low_pct if published else None,
        "published_ci_high_pct": published.ci_high_pct if published else None,
        "reference_year": found.reference_year,
        "method_version": METHOD_VERSION,
    }


def _chained_json(row: ChainedIndex) -> dict[str, Any]:
    return {
        "year_from": row.year_from,
        "year_to": row.year_to,
        "n_points": row.n_points,
        "index_pct": row.index_pct,
        "standard_error_pct": row.standard_error_pct,
        "ci_low_pct": row.ci_low_pct,
        "ci_high_pct": row.ci_high_pct,
        "method_version": row.method_version,
    }

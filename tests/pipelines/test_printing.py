"""Findings in words: what stands in their named places, in both languages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from domain.forms import load_form
from domain.rows import Finding
from pipelines.printing import finding_line, finding_text, findings_json

FORM = load_form()
SPENT = FORM.table("economy").column("spent_to_date_mnok")


def fallen(**named: Any) -> Finding:
    """A finding whose message names the period before."""
    return Finding("spent_falls", "error", "Økonomi", "H14", "12,4", {"before": "13,0", "period_before": "2026-Q2", **named})


def message(finding: Finding, language: str) -> str:
    return finding_text(finding, "message", language).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("period", "language", "said"),
    [
        ("2026-Q2", "nb", "2. kvartal 2026"),
        ("2026-Q2", "en", "Q2 2026"),
        ("2026-04", "nb", "april 2026"),
        ("2026", "nb", "2026"),
        # not counted as periods: what does not parse as one stands as it is
        ("2026-Q5", "nb", "2026-Q5"),
        ("2026-09-30", "nb", "2026-09-30"),
        ("<b>", "nb", "<b>"),
        ("", "nb", ""),
    ],
)
def test_a_period_is_said_in_words(period, language, said):
    words = {"nb": f"i rapporten for {said},", "en": f"the return for {said},"}[language]
    assert words in message(fallen(period_before=period), language)


def test_every_way_of_telling_a_finding_says_the_period_alike():
    wanted = "2. kvartal 2026"
    lines = [finding_line(fallen(), "nb"), findings_json([fallen()], "nb")[0]["message"]]
    assert all(wanted in line.replace("\u00a0", " ") for line in lines)


def test_only_places_for_a_period_are_changed():
    finding = Finding("spent_in_future", "error", "Økonomi", "F2", "2026-Q3", {"year": "2026-Q3", "period": "2026-Q3"})
    assert message(finding, "nb") == "Det er oppgitt 2026-Q3 mill. kr påløpt i 2026-Q3, som er etter 3. kvartal 2026."


def test_a_period_and_the_heading_of_a_column_are_said_in_one_message():
    finding = Finding(
        "frame_changed_unexplained", "warning", "Kostnadsoverslag", "H14", "12,4",
        {"before": "13,0", "period_before": "2026-Q2", "table": "economy", "column": SPENT.column, "column_other": SPENT.column},
    )  # fmt: skip
    both = f"{finding_text(finding, 'message', 'nb')} {finding_text(finding, 'action', 'nb')}".replace("\u00a0", " ")
    assert "2. kvartal 2026" in both
    assert FORM.heading(SPENT, "nb").replace("\u00a0", " ") in both
    assert "spent_to_date_mnok" not in both


def test_a_period_that_is_no_text_stands_as_it_is():
    assert "3.5" in message(fallen(period_before=3.5), "nb")


def test_a_command_brings_the_store_only_when_it_needs_it():
    heavy = ("duckdb", "great_expectations", "numpy", "openpyxl", "pandas", "pyarrow", "scipy")
    said = f"import pipelines.__main__, sys; sys.exit(', '.join(name for name in {heavy} if name in sys.modules))"
    found = subprocess.run(
        [sys.executable, "-c", said], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert found.stderr == "\n"  # what sys.exit says: no name

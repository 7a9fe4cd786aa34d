"""The next return of a party of the invented agreement, written by openpyxl into the template that the party was given."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from domain.forms import load_form
from domain.returns import Return, ReturnRow
from pipelines.answers.reporting.returns import last_return
from pipelines.examples.fjordbyen import filling as writing
from pipelines.examples.fjordbyen.returns import next_return
from pipelines.history.snapshot import open_snapshot
from pipelines.writing.templates.template import filling_of
from tests.builders import agreement

NEXT_PERIOD = "2026-Q3"


def filled_template(template: bytes, party_id: str, data_dir: Path) -> tuple[bytes, Return]:
    """The workbook as its party hands it in, and the return with its rows where they stand in it."""
    found = next_return(party_id)
    form = load_form().at(found.form_version)
    last = last_return(open_snapshot(data_dir), agreement(), party_id, found.period)
    filling = filling_of(form, agreement(), party_id, found.period, last, "nb")
    placed = writing.as_filled_in(found, filling)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "template_book", lambda _: load_workbook(io.BytesIO(template)))
        return writing.filled_in(placed, filling), placed


def a_forecast(found: Return) -> ReturnRow:
    """The first row of the cost estimates that has a forecast."""
    return next(row for row in found.of("cost_estimates") if row.number("forecast_mnok") is not None)

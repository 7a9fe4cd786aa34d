"""The workbooks of the invented returns, as each party filled in its template. They lie beside the other examples.

`python -m pipelines.examples.fjordbyen.workbooks` writes them again, the same bytes as long as generator, form and template stay.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from domain.forms import load_form
from domain.load import load_agreements
from domain.returns import Return
from pipelines.examples.fjordbyen.filling import as_filled_in, filled_in
from pipelines.examples.fjordbyen.returns import AGREEMENT_ID, LANGUAGE, Delivery, deliveries, generate_returns
from pipelines.settings import ROOT
from pipelines.writing.templates.columns import Filling
from pipelines.writing.templates.template import filling_of

FOLDER = ROOT / "data" / "examples" / AGREEMENT_ID / "returns"


def path_of(delivery: Delivery) -> Path:
    """Where the workbook of a return lies, within the folder of all of them."""
    corrected = "-rettet" if delivery.is_correction else ""
    return Path(delivery.period) / f"{AGREEMENT_ID}-{delivery.party_id}-{delivery.period}{corrected}.xlsx"


def returns_as_filled_in() -> Iterator[tuple[Delivery, Return, Filling]]:
    """Each return in the order of time, with its rows where they stand in its workbook, and what its template was made of."""
    form, agreement = load_form(), load_agreements()[AGREEMENT_ID]
    before: dict[str, Return] = {}
    for delivery, (found, _, _) in zip(deliveries(), generate_returns(), strict=True):
        asked, previous = form.at(found.form_version), before.get(delivery.party_id)
        filling = filling_of(asked, agreement, delivery.party_id, delivery.period, previous, LANGUAGE)
        placed = as_filled_in(found, filling)
        yield delivery, placed, filling
        if not delivery.is_first_try:
            before[delivery.party_id] = placed


def write_workbooks(folder: Path) -> list[Path]:
    """The files written, one for each return."""
    paths = []
    for delivery, placed, filling in returns_as_filled_in():
        paths.append(folder / path_of(delivery))
        paths[-1].parent.mkdir(parents=True, exist_ok=True)
        paths[-1].write_bytes(filled_in(placed, filling))
    return paths


if __name__ == "__main__":
    written = write_workbooks(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
    print(f"{len(written)} files", file=sys.stderr)  # a command of its own

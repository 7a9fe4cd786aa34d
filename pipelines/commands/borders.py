"""`borders`: takes a GeoJSON of municipalities, rewinds it, keeps the credit. The operator acts: no agreement owns borders."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from domain.load import load_agreements
from domain.model import Agreement
from domain.words import text
from pipelines.acting import OPERATOR
from pipelines.commands.outcome import DONE, REFUSED, Command, Outcome, existing_file, now
from pipelines.printing import finding_line, findings_json
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.borders import Borders


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which file, and whom to credit where it does not say so itself."""
    parser.add_argument("file")
    parser.add_argument("--credit")


def run(parsed: argparse.Namespace, setting: Settings) -> Outcome:
    """Takes the file into use whole or not at all."""
    from pipelines.borders import store_borders

    path, language = existing_file(parsed.file), setting.language
    stored = store_borders(OPERATOR.person_id, path, parsed.credit, now(), setting.data_dir)
    lines = [finding_line(finding, language) for finding in stored.findings]
    answer: dict[str, Any] = {"status": "refused", "receipt": None, "credit": None, "municipalities": [], "agreements": []}
    if stored.borders is None:
        lines.append(text("command.borders_refused", language, file=path.name))
    else:
        answer = _answer(stored.borders, setting)
        lines.append(text("command.borders_stored", language, file=path.name, credit=stored.borders.credit))
        lines += [text("command.borders_cover", language, **found) for found in answer["agreements"]]
    code = REFUSED if stored.borders is None else DONE
    return Outcome({**answer, "findings": findings_json(stored.findings, language)}, lines, code)


def _answer(borders: Borders, setting: Settings) -> dict[str, Any]:
    """The borders taken into use, and how many municipalities of each agreement have one now."""
    codes = {border.municipality_code for border in borders.municipalities}
    return {
        "status": "stored",
        "receipt": f"sha256:{borders.sha256}",
        "credit": borders.credit,
        "municipalities": [
            {"municipality_code": border.municipality_code, "name": border.name, "n_positions": border.n_positions}
            for border in borders.municipalities
        ],
        "agreements": [_covered(agreement, codes) for agreement in load_agreements(setting.data_dir / "agreements").values()],
    }


def _covered(agreement: Agreement, codes: set[str]) -> dict[str, Any]:
    own = [place.municipality_code for place in agreement.municipalities if place.is_in_agreement and place.valid_to is None]
    return {"agreement": agreement.agreement_id, "n_with_border": len(codes.intersection(own)), "n_municipalities": len(own)}


BORDERS = Command("borders", arguments, run)

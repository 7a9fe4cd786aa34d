"""The risks and opportunities that are open on a date, in the classes of the risk matrix, and those without a response."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from domain.model import Agreement
from domain.risk_matrix import RiskMatrix
from pipelines.answers.deviations.deviations import deviations
from pipelines.answers.kroner import kroner_of
from pipelines.answers.portfolio import projects
from pipelines.answers.prices import Price, figure_in
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.deviations import Level
from pipelines.methods.money import Amount

Kind = Literal["risk", "opportunity"]
# The rule that judges a project by its risks without a response.
WITHOUT_RESPONSE = "risk_without_response"
# Kind, class of probability, class of consequence, each from 0.
Place = tuple[Kind, int, int]
_RISKS = """
SELECT r.project_id, r.risk_id, r.kind, r.description, r.probability_pct, r.consequence_likely_mnok, r.consequence_days,
    r.response, r.responsible, r.price_kind, r.price_year, r.includes_vat, r.missing, r.submission_id, r.row_number
FROM snapshot.project_status AS s
JOIN snapshot.return_risk AS r USING (submission_id, project_id)
WHERE s.agreement_id = $agreement_id AND s.newest_from <= $moment AND $moment < s.newest_to AND r.is_open
ORDER BY r.project_id, r.row_number
"""


@dataclass(frozen=True, slots=True)
class Risk:
    """An open risk or opportunity. Consequences are mill. kr without sign; expected is probability times likely consequence.

    `missing` says why the probability or the consequence is not there.
    """

    project_id: str
    project_name: str
    risk_id: str
    kind: Kind
    description: str
    probability_pct: Decimal | None
    consequence_mnok: Decimal | None
    consequence_days: int | None
    response: str | None
    responsible: str | None
    missing: str | None
    submission_id: int
    row_number: int

    @property
    def expected_mnok(self) -> Decimal | None:
        if self.probability_pct is None or self.consequence_mnok is None:
            return None
        return self.probability_pct * self.consequence_mnok / 100


@dataclass(frozen=True, slots=True)
class RiskGrid:
    """Risks by their place in the matrix, those expected to cost most first; `not_placed` lack a probability or a consequence."""

    places: Mapping[Place, tuple[Risk, ...]]
    not_placed: tuple[Risk, ...]

    @property
    def highest_first(self) -> tuple[Place, ...]:
        """The places with any risk: risks before opportunities, and the most expected first."""

        def rank(place: Place) -> tuple[bool, Decimal]:
            return place[0] != "risk", -max(_expected(it) for it in self.places[place])

        return tuple(sorted(self.places, key=lambda place: (*rank(place), place)))


def open_risks(
    snapshot: Snapshot,
    agreement: Agreement,
    price: Price | None,
    as_of: dt.date | None = None,
    selection: Selection = EVERYTHING,
) -> tuple[Risk, ...]:
    """The open risks and opportunities of the projects that go on, whole also where a project lies partly in a selected area."""
    listed = projects(snapshot, agreement, as_of, selection)
    names = {row["project_id"]: row["project_name"] for row in listed.to_dict("records") if not row["has_ended"]}
    rows = snapshot.records(_RISKS, {"agreement_id": agreement.agreement_id, "moment": moment_of(as_of)})
    return tuple(_risk(row, names[row["project_id"]], price) for row in rows if row["project_id"] in names)


def risk_grid(risks: Iterable[Risk], matrix: RiskMatrix) -> RiskGrid:
    """The risks in the classes of a matrix."""
    places: dict[Place, list[Risk]] = {}
    left_out: list[Risk] = []
    for risk in risks:
        if risk.probability_pct is None or risk.consequence_mnok is None:
            left_out.append(risk)
            continue
        classes = matrix.probability_class(risk.probability_pct), matrix.consequence_class(risk.consequence_mnok)
        places.setdefault((risk.kind, *classes), []).append(risk)
    return RiskGrid({place: tuple(sorted(found, key=_order)) for place, found in sorted(places.items())}, tuple(left_out))


def without_response(risks: Iterable[Risk]) -> tuple[Risk, ...]:
    """The risks, not opportunities, that nothing has been decided about: the most expected first, unknown ones last."""
    return tuple(sorted((it for it in risks if it.kind == "risk" and it.response is None), key=_order))


def response_levels(
    snapshot: Snapshot, agreement: Agreement, as_of: dt.date, selection: Selection = EVERYTHING
) -> dict[str, Level]:
    """The level that the rule about risks without a response gives each project that it tells of, by id."""
    found = deviations(snapshot, agreement, as_of, selection)
    return {it.result.project_id: it.result.level_told for it in found if it.result.rule == WITHOUT_RESPONSE}


def _risk(row: Mapping[str, Any], project_name: str, price: Price | None) -> Risk:
    missing = {name: found["missing"] for name, found in json.loads(row["missing"]).items()}
    source = f"{row['submission_id']}:{row['row_number']}"
    code = missing.get("consequence_likely_mnok")
    figure = figure_in(price, row["consequence_likely_mnok"], "consequence", kroner_of(row), source, missing=code)
    mnok = figure.mnok if isinstance(figure, Amount) else None
    probability = None if row["probability_pct"] is None else Decimal(str(row["probability_pct"]))
    lack = missing.get("probability_pct", "blank") if probability is None else None
    if mnok is None and lack is None:
        lack = "blank" if figure is None or isinstance(figure, Amount) else figure.code
    return Risk(
        row["project_id"], project_name, row["risk_id"], row["kind"], row["description"] or "", probability, mnok,
        row["consequence_days"], row["response"], row["responsible"], lack, row["submission_id"], row["row_number"],
    )  # fmt: skip


def _expected(risk: Risk) -> Decimal:
    """What orders risks; those of which it is not known come last."""
    return Decimal(-1) if risk.expected_mnok is None else risk.expected_mnok


def _order(risk: Risk) -> tuple[Decimal, str, str]:
    return -_expected(risk), risk.project_id, risk.risk_id

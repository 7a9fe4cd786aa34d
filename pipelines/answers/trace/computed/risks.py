"""Reserves and risks, of the cells that they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from domain.matrix_file import matrix_of
from pipelines.answers.economy.areas import part_in
from pipelines.answers.kroner import kroner_of
from pipelines.answers.named_figures import Asked
from pipelines.answers.portfolio import projects_of
from pipelines.answers.prices import figure_in
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.trace.computed.economy import MNOK
from pipelines.answers.trace.computed.made import Made, Maker, Number, Part, Wanted, counted
from pipelines.answers.uncertainty.reserves import reserve_use
from pipelines.answers.uncertainty.risks import Risk, open_risks, risk_grid, without_response
from pipelines.methods.money import Amount
from pipelines.methods.reserve import ReserveUse

_RESERVES = """
SELECT r.project_id, r.submission_id, r.row_number, r.released_mnok, r.held_mnok, g.physical_pct, g.row_number AS progress_row,
    r.price_kind, r.price_year, r.includes_vat
FROM snapshot.project_status AS s
JOIN snapshot.return_reserve AS r USING (submission_id, project_id)
LEFT JOIN snapshot.return_progress AS g USING (submission_id, project_id)
WHERE s.agreement_id = $agreement_id AND s.known_from <= $moment AND $moment < s.known_to
    AND r.reserve_level = $level AND s.period = $period
ORDER BY r.project_id, r.row_number
"""


def _use(asked: Asked, wanted: Wanted) -> ReserveUse | None:
    """The use of a reserve that the key names: level and period, with a colon between."""
    level, _, period = (wanted.key or "").partition(":")
    uses = reserve_use(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)
    return next((it for it in uses if (it.reserve_level, str(it.period)) == (level, period)), None)


def _reserve(name: str) -> Maker:
    """Released, held or expected of the reserves of a level after a period: level and period, with a colon between."""

    def make(asked: Asked, wanted: Wanted) -> Made | None:
        use = _use(asked, wanted)
        if use is None:
            return None
        columns: Mapping[str, int | None] = {"released_mnok": None, "held_mnok": None}
        if name.endswith("_pct"):
            share = getattr(use, name)
            amount = None if share is None else float(share)
            return Made(amount, "pct", "reserve", _reserve_cells(asked, use, columns))
        if name in ("released", "held"):
            columns = {f"{name}_mnok": 1}
        return Made(getattr(use, f"{name}_mnok"), MNOK, "reserve", _reserve_cells(asked, use, columns))

    return make


def _reserve_cells(asked: Asked, use: ReserveUse, columns: Mapping[str, int | None]) -> tuple[Part, ...]:
    """The cells of the reserves that are known; what is expected also rests on how much is built."""
    listed = projects_of(asked.snapshot, asked.agreement, asked.as_of, asked.selection)
    area, parts = asked.selection.working_area_id, []
    for row in _reserve_rows(asked, use):
        if None in (row["released_mnok"], row["held_mnok"], row["physical_pct"]):
            continue
        shares = listed[row["project_id"]].shares_pct
        for column, sign in columns.items():
            figure = figure_in(asked.price, row[column], "reserve", kroner_of(row), "")
            figure = part_in(figure, shares, area) if area else figure
            if isinstance(figure, Amount):
                mnok: Number | None = None if sign is None else sign * figure.mnok
                parts.append(Part(row["project_id"], row["submission_id"], "reserve", row["row_number"], column, mnok))
        if None in columns.values():
            parts.append(Part(row["project_id"], row["submission_id"], "progress", row["progress_row"], "physical_pct"))
    return tuple(parts)


def _reserve_rows(asked: Asked, use: ReserveUse) -> list[dict[str, Any]]:
    """The rows of the reserves of a level after a period, of the projects that are chosen."""
    listed = projects_of(asked.snapshot, asked.agreement, asked.as_of, asked.selection)
    given = {
        "agreement_id": asked.agreement.agreement_id, "moment": moment_of(asked.as_of), "level": use.reserve_level,
        "period": str(use.period),
    }  # fmt: skip
    return [row for row in asked.snapshot.records(_RESERVES, given) if row["project_id"] in listed]


def _risks(asked: Asked) -> tuple[Risk, ...]:
    return open_risks(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)


def _expected(asked: Asked, wanted: Wanted) -> Made | None:
    """The probability of a risk times its likely consequence: project and risk, with a colon between."""
    project_id, _, risk_id = (wanted.key or "").partition(":")
    found = next((it for it in _risks(asked) if (it.project_id, it.risk_id) == (project_id, risk_id)), None)
    return Made(found.expected_mnok, MNOK, "rules", _risk_cells([found])) if found else None


def _unanswered(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of the whole selection has no key
    found = without_response(_risks(asked))
    return counted(map(_described, found), "risks", "rules")


def _open(kind: str) -> Maker:
    """How many risks or opportunities are open."""

    def make(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of the whole selection has no key
        return counted((_described(it) for it in _risks(asked) if it.kind == kind), "risks", "rules")

    return make


def _in_cell(asked: Asked, wanted: Wanted) -> Made:
    """How many risks are in a cell of the matrix, by kind and classes from 0: risk:4:3; of no place without a key."""
    grid = risk_grid(_risks(asked), matrix_of(asked.agreement))
    found = {f"{kind}:{up}:{out}": listed for (kind, up, out), listed in grid.places.items()}
    return counted(map(_described, found.get(wanted.key, ()) if wanted.key else grid.not_placed), "risks", "rules")


def _described(it: Risk) -> Part:
    return Part(it.project_id, it.submission_id, "risks", it.row_number, "description", 1)


def _reserves(is_known: bool) -> Maker:
    """How many projects have a reserve after a period, or all figures of it: level and period, with a colon between."""

    def make(asked: Asked, wanted: Wanted) -> Made | None:
        use = _use(asked, wanted)
        if use is None:
            return None
        n = use.n_projects - use.n_without if is_known else use.n_projects
        cells = (
            Part(row["project_id"], row["submission_id"], "reserve", row["row_number"], "held_mnok", 1)
            for row in _reserve_rows(asked, use)
            if not is_known or None not in (row["released_mnok"], row["held_mnok"], row["physical_pct"])
        )
        return Made(n, "projects", "reserve", tuple(cells))

    return make


def _expected_unanswered(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of the whole selection has no key
    found = [it for it in without_response(_risks(asked)) if it.expected_mnok is not None]
    amount = sum((it.expected_mnok for it in found if it.expected_mnok is not None), Decimal(0)) if found else None
    return Made(amount, MNOK, "rules", _risk_cells(found))


def _risk_cells(listed: Iterable[Risk]) -> tuple[Part, ...]:
    return tuple(
        Part(it.project_id, it.submission_id, "risks", it.row_number, column)
        for it in listed
        for column in ("probability_pct", "consequence_likely_mnok")
    )


RISKS: Mapping[str, Maker] = {
    **{f"reserve_{name}": _reserve(name) for name in ("released", "held", "expected", "ahead", "used_pct", "expected_pct")},
    "expected": _expected,
    "reserve_with_figures": _reserves(True),
    "reserve_projects": _reserves(False),
    "open_risks": _open("risk"),
    "open_opportunities": _open("opportunity"),
    "in_cell": _in_cell,
    "risks_without_response": _unanswered,
    "expected_without_response": _expected_unanswered,
}

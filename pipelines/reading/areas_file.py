"""Which counting points belong to which area, from a small CSV file."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from domain.rows import Finding

COLUMNS = ("point_id", "area")


def read_areas(path: Path) -> tuple[Mapping[str, frozenset[str]], list[Finding]]:
    """The points of each area, with findings for what cannot be used. Comma or semicolon; UTF-8, or as Excel writes it."""
    content = path.read_bytes()
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        lines = content.decode("cp1252", errors="replace").splitlines()
    separator = ";" if lines and ";" in lines[0] else ","
    table = csv.DictReader(lines, delimiter=separator, restval="")
    try:
        header = [name.strip() for name in table.fieldnames or ()]
        table.fieldnames = header
        missing = [name for name in COLUMNS if name not in header]
        if missing:
            found = ", ".join(header)[:200]
            return {}, [
                Finding("areas_column_missing", "error", quoted=name, named={"file": path.name, "columns": found})
                for name in missing
            ]
        return _points_of(path, table)
    except csv.Error as error:
        return {}, [Finding("areas_unreadable", "error", quoted=str(error), named={"file": path.name})]


def _points_of(path: Path, table: csv.DictReader[str]) -> tuple[dict[str, frozenset[str]], list[Finding]]:
    points: dict[str, set[str]] = {}
    findings = []
    for row in table:
        point_id, area = (row[name].strip() for name in COLUMNS)
        if point_id and area:
            points.setdefault(area, set()).add(point_id)
        else:
            named: dict[str, str | int | float] = {"file": path.name}
            findings.append(Finding("areas_row_incomplete", "error", quoted=str(table.line_num), named=named))
    return {area: frozenset(found) for area, found in sorted(points.items())}, findings

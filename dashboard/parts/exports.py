"""Buttons that hand out a table. Reading is for everybody; what is handed out says what it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import pandas as pd
import streamlit as st

from dashboard.parts.header import as_known
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import date_text
from pipelines.answers.goal.goal import IndexPoint
from pipelines.answers.goal.window_points import Footing
from pipelines.writing.tables import Cell, ExportTable, as_csv, as_excel

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def about(here: Surroundings, agreement: Agreement, contents: str, point: IndexPoint | Footing) -> dict[str, str]:
    """What the reader of an exported table must know."""
    said = {
        "agreement": agreement.name,
        "contents": contents,
        "known": as_known(here),
        "published": date_text(point.published_on, here.language),
        "snapshot": here.snapshot.identity if here.snapshot else "",
        "credit": f"{point.source_title}. {agreement.index.credit.in_language(here.language)}",
    }
    if agreement.is_synthetic:
        said["synthetic"] = here.say("product.synthetic_long", name=agreement.short_name)
    return {here.say(f"page.export.{key}"): content for key, content in said.items()}


def table_of(
    here: Surroundings,
    agreement: Agreement,
    title: str,
    names: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    point: IndexPoint | Footing,
    contents: str = "",
) -> ExportTable:
    """A table to hand out, with what its reader must know; `contents` where the title does not say it."""
    described = about(here, agreement, contents or title, point)
    return ExportTable(title, names, rows, described, here.say("page.export.sheet"), invented_note(here, agreement))


def table_of_reports(
    here: Surroundings, agreement: Agreement, title: str, names: Sequence[str], rows: Sequence[Sequence[Cell]], credit: str
) -> ExportTable:
    """A table of what was handed in, to hand out, with what its reader must know; `credit` says whose figures they are."""
    said = {
        "agreement": agreement.name,
        "contents": title,
        "known": as_known(here),
        "snapshot": here.snapshot.identity if here.snapshot else "",
        "credit": credit,
    }
    if agreement.is_synthetic:
        said["synthetic"] = here.say("product.synthetic_long", name=agreement.short_name)
    described = {here.say(f"page.export.{key}"): content for key, content in said.items()}
    return ExportTable(title, names, rows, described, here.say("page.export.sheet"), invented_note(here, agreement))


def hand_out_reports(
    here: Surroundings,
    agreement: Agreement,
    key: str,
    title: str,
    names: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    credit: str,
) -> None:
    """CSV and Excel of a table of what was handed in, its file named by product, agreement and key."""
    name = f"nullvekst-{agreement.agreement_id}-{key}"
    downloads(here, agreement, lambda: table_of_reports(here, agreement, title, names, rows, credit), name)


def invented_note(here: Surroundings, agreement: Agreement) -> tuple[str, str] | None:
    """The column that says on every row that it is invented; None for a real agreement."""
    return (here.say("page.export.synthetic"), here.say("product.synthetic")) if agreement.is_synthetic else None


def plain_rows(rows: pd.DataFrame, names: Sequence[str]) -> list[list[Cell]]:
    """The columns of a table as they stand, unrounded; None where there is nothing."""
    return cast("list[list[Cell]]", rows[list(names)].astype(object).where(rows[list(names)].notna(), None).values.tolist())


def file_prefix(here: Surroundings, agreement: Agreement) -> str:
    """What the name of a file about an invented agreement begins with; nothing for a real one."""
    return f"{here.say('product.synthetic').lower().replace(' ', '-')}-" if agreement.is_synthetic else ""


def downloads(here: Surroundings, agreement: Agreement, make: Callable[[], ExportTable], key: str) -> None:
    """The table as CSV and as Excel, made when somebody asks for it."""
    name = f"{file_prefix(here, agreement)}{key}"
    comma = here.language == "nb"
    with st.container(horizontal=True):
        st.download_button(
            here.say("page.download_csv"),
            lambda: as_csv(make(), comma),
            f"{name}.csv",
            "text/csv",
            f"{key}-csv",
            on_click="ignore",
        )
        st.download_button(
            here.say("page.download_excel"), lambda: as_excel(make()), f"{name}.xlsx", EXCEL, f"{key}-xlsx", on_click="ignore"
        )

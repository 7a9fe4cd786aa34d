"""Buttons that hand out a table. Reading is for everybody; what is handed out says what it is."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import date_text
from pipelines.answers.goal import IndexPoint
from pipelines.writing.tables import ExportTable, as_csv, as_excel

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def about(here: Surroundings, agreement: Agreement, contents: str, point: IndexPoint, as_known: str) -> dict[str, str]:
    """What the reader of an exported table must know."""
    said = {
        "agreement": agreement.name,
        "contents": contents,
        "known": as_known,
        "published": date_text(point.published_on, here.language),
        "snapshot": here.snapshot.identity if here.snapshot else "",
        "credit": f"{point.source_title}. {agreement.index.credit.in_language(here.language)}",
    }
    if agreement.is_synthetic:
        said["synthetic"] = here.say("product.synthetic_long", name=agreement.short_name)
    return {here.say(f"page.export.{key}"): content for key, content in said.items()}


def downloads(here: Surroundings, agreement: Agreement, make: Callable[[], ExportTable], key: str) -> None:
    """The table as CSV and as Excel, made when somebody asks for it."""
    name = f"{here.say('product.synthetic').lower().replace(' ', '-')}-{key}" if agreement.is_synthetic else key
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
            here.say("page.download_excel"), lambda: as_excel(make()), f"{name}.xlsx", _EXCEL, f"{key}-xlsx", on_click="ignore"
        )

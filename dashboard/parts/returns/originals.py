"""The files that were handed in, for those who may have them: as they came, or a sentence that says why not."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.escape import as_markdown
from dashboard.parts.exports import EXCEL
from dashboard.parts.surroundings import Surroundings
from domain.model import Person
from pipelines.acting import NotAllowed
from pipelines.originals import ChangedOriginal, NoSuchOriginal, OriginalFile, download_name, read_original
from pipelines.settings import settings

_TYPES = {".xlsx": EXCEL, ".csv": "text/csv"}

log = logging.getLogger(__name__)


def original_download(
    here: Surroundings, person: Person | None, files: Sequence[OriginalFile], holding: OriginalFile | None = None
) -> None:
    """The choice of a file where there are several, and its download; `holding` is the one that the reader looks for."""
    if not files:
        blocks.small(here.say("page.original.none"))
        return
    if person is None:
        blocks.small(here.say("page.original.choose_person"))
        return
    chosen = _choose(here, files, holding)
    try:
        original = read_original(person.person_id, chosen.submission_id, chosen.position, settings().data_dir)
    except NotAllowed as refusal:
        blocks.small(here.say(f"page.original.refused.{refusal.code}", name=person.name))
        return
    except (ChangedOriginal, NoSuchOriginal):
        log.exception("a kept original is not what it was")
        blocks.said(here.say("page.original.changed_title"), here.say("page.original.changed", file=chosen.file_name))
        return
    kind = next((kind for ending, kind in _TYPES.items() if original.file_name.lower().endswith(ending)), None)
    st.download_button(
        here.say("page.original.download", file=as_markdown(original.file_name)), original.content, original.file_name,
        kind or "application/octet-stream", f"original {chosen.submission_id} {chosen.position}", on_click="ignore",
    )  # fmt: skip


def _choose(here: Surroundings, files: Sequence[OriginalFile], holding: OriginalFile | None) -> OriginalFile:
    if len(files) == 1:
        return files[0]
    by_position = {one.position: one for one in files}
    first = holding.position if holding else files[0].position
    position = st.selectbox(
        here.say("page.original.file", n=len(files)), list(by_position), index=list(by_position).index(first),
        format_func=lambda found: download_name(by_position[found]), key=f"file {files[0].submission_id} {first}",
        filter_mode=None,
    )  # fmt: skip
    return by_position[position]

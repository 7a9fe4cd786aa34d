"""The map of projects: those that a page is about among all of the agreement, where their places are known."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

import pandas as pd

from dashboard.figures.plain import plain
from dashboard.figures.project_map import N_LABELS, ProjectMapWords, project_map
from dashboard.parts import blocks
from dashboard.parts.blocks import Said
from dashboard.parts.figure_foot import source_line
from dashboard.parts.figures import SEPARATORS, kept, show
from dashboard.parts.levels import level_said
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from pipelines.answers.deviations.deviations import colours
from pipelines.answers.goal.places import municipalities_now
from pipelines.answers.portfolio import projects
from pipelines.borders import load_borders
from pipelines.settings import settings

_ORDER = {"red": 0, "yellow": 1, "cannot_tell": 2, "green": 3}


def project_place(here: Surroundings, agreement: Agreement, project_id: str, height_px: int) -> None:
    """Where one project lies, among the others."""
    blocks.title(here.say("project.place.title"))
    rows = _rows(here, agreement, (project_id,))
    if not rows["is_own"].any() or rows[rows["is_own"]]["latitude"].isna().all():
        blocks.small(here.say("project.place.nothing"))
        return
    _map(here, agreement, rows, height_px, project_id)


def area_map(
    here: Surroundings, agreement: Agreement, own: Collection[str], height_px: int, led: Callable[[str, str], Said]
) -> None:
    """The projects of an area among the others, the worst of them named. `led` makes words lead to a figure of the area."""
    rows = _rows(here, agreement, own)
    n_placed = int((rows["is_own"] & rows["latitude"].notna()).sum())
    counted = {"n": led("projects_placed", str(n_placed)), "of": led("projects_touching", str(len(own)))}
    blocks.title(here.say("area.map.title", **counted), here.say("area.map.unit", n=min(N_LABELS, n_placed)))
    if not n_placed:
        blocks.small(here.say("area.map.nothing"))
        return
    _map(here, agreement, rows, height_px, tuple(sorted(own)))


def _map(here: Surroundings, agreement: Agreement, rows: pd.DataFrame, height_px: int, key: object) -> None:
    placed = rows.dropna(subset=["latitude", "longitude"]).reset_index(drop=True)
    borders = load_borders(settings().data_dir)
    own = borders.of(place.municipality_code for place in municipalities_now(agreement)) if borders else ()
    rings = {border.municipality_code: border.rings for border in own}
    words = ProjectMapWords(here.say("area.map.scale"), SEPARATORS[here.language], height_px)
    known = (*here.known(agreement), here.language, here.ground, borders.sha256 if borders else "")
    drawn = kept(partial(project_map, placed, rings, words, here.palette), "project_map", key, height_px, *known)
    listed = ", ".join(placed[placed["is_own"]]["label"].head(N_LABELS))
    show(drawn, here.say("area.map.alt", listed=listed), "project-map")
    if borders and rings:
        blocks.small(here.say("page.map.credit", credit=borders.credit))
    source_line(here, here.say("area.source"))


def _rows(here: Surroundings, agreement: Agreement, own: Collection[str]) -> pd.DataFrame:
    """Every project, the page's own first and of these the worst first."""
    snapshot = here.published
    listed = kept(partial(projects, snapshot, agreement, here.as_of), "projects", *here.known(agreement))
    by_id = kept(partial(colours, snapshot, agreement, here.as_of), "colours", *here.known(agreement))
    levels = [by_id.get(project_id, ("none", None))[0] for project_id in listed["project_id"]]
    names = zip(listed["project_id"], listed["project_name"], levels, strict=True)
    rows = listed[["project_id", "latitude", "longitude"]].assign(
        level=levels,
        is_own=[project_id in own for project_id in listed["project_id"]],
        label=listed["project_id"],
        hover=[plain(f"{project_id} {name}: {level_said(here, level)}") for project_id, name, level in names],
        order=[_ORDER.get(level, len(_ORDER)) for level in levels],
    )
    return rows.sort_values(["is_own", "order", "project_id"], ascending=[False, True, True], ignore_index=True)

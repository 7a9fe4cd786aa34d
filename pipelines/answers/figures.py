"""The figures that pages show, by page. A page that is to be asked for is one line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from pipelines.answers.area_figures import area_figures
from pipelines.answers.deviations.figures import deviation_figures
from pipelines.answers.economy.figures import economy_figures
from pipelines.answers.goal.figures import goal_figures
from pipelines.answers.named_figures import Asked, NamedFigure
from pipelines.answers.progress.figures import progress_figures
from pipelines.answers.project.figures import project_figures
from pipelines.answers.reporting.figures import quality_figures
from pipelines.answers.status_figures import status_figures
from pipelines.answers.uncertainty.figures import uncertainty_figures

PAGES: Mapping[str, Callable[[Asked], Iterable[NamedFigure]]] = {
    "status": status_figures,
    "goal": goal_figures,
    "progress": progress_figures,
    "economy": economy_figures,
    "uncertainty": uncertainty_figures,
    "deviations": deviation_figures,
    "area": area_figures,
    "project": project_figures,
    "quality": quality_figures,
}


def figures(asked: Asked, page: str | None = None) -> tuple[NamedFigure, ...]:
    """The figures of a page, or of all, in the order of the pages. KeyError for a page that gives none."""
    return tuple(figure for name in ([page] if page else PAGES) for figure in PAGES[name](asked))

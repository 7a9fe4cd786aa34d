"""Counts of projects: with figures, above their frames, slower than planned, of a colour; each of the cells that say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from pipelines.answers.deviations.deviations import colours
from pipelines.answers.economy.economy import BUDGET, FORECAST
from pipelines.answers.economy.line_table import Flags, Lines
from pipelines.answers.economy.over_frames import OverFrames, over_frames
from pipelines.answers.named_figures import Asked
from pipelines.answers.progress.earned import BUILDING, Earned, earned, is_slower
from pipelines.answers.progress.progress import MONTHS, Moved, by_phase, moved, openings
from pipelines.answers.project.history import project_history
from pipelines.answers.project.sheets import project_sheets
from pipelines.answers.trace.computed.economy import MNOK, lines_of, of_group
from pipelines.answers.trace.computed.made import Made, Maker, Part, Wanted, counted
from pipelines.answers.trace.computed.milestones import date_cell
from pipelines.answers.trace.computed.progress import progress_cells, project_cells
from pipelines.answers.uncertainty.portfolio_risk import portfolio
from pipelines.answers.uncertainty.reserves import ended_against_frames
from pipelines.answers.uncertainty.uncertainty import P85, ProjectUncertainty, by_distance, over_p85, uncertainty_projects

PROJECTS, PCT = "projects", "pct"
_RANK = {"green": 1, "yellow": 2, "red": 3}


def _with_lines(asked: Asked, wanted: Wanted) -> Made:
    """How many projects have lines of a source, area, party, municipality or year."""
    own = of_group(lines_of(asked, FORECAST), wanted)
    return counted(_first_cells(own, own.year == own.year, set(), FORECAST), PROJECTS, "money")


def _with_figures(*names: str) -> Maker:
    """How many projects of a source, area, party, municipality or year have all these figures that are asked of them."""

    def make(asked: Asked, wanted: Wanted) -> Made:
        lines = lines_of(asked, *names)
        is_taken = wanted.grain == "area" and asked.selection.working_area_id is not None
        own = lines if is_taken else of_group(lines, wanted)
        amounts = [own.amounts[name] for name in names]
        has = amounts[0].is_asked if len(names) == 1 else own.year == own.year
        lacks = has & ~amounts[0].is_known
        for amount in amounts[1:]:
            lacks |= ~amount.is_known
        return counted(_first_cells(own, has, set(own.project_id[lacks]), names[0]), PROJECTS, "money")

    return make


def _first_cells(lines: Lines, has: Flags, lacking: set[str], column: str) -> Iterable[Part]:
    """The first cell of each project that lacks nothing."""
    told: set[str] = set()
    places = zip(lines.project_id[has], lines.submission_id[has].tolist(), lines.row_number[has].tolist(), strict=True)
    for project_id, submission_id, row_number in places:
        if project_id not in lacking and project_id not in told:
            told.add(project_id)
            yield Part(project_id, submission_id, "economy", row_number, column, 1)


def _frames(asked: Asked) -> OverFrames:
    return over_frames(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)


def _with_frames(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of the whole selection has no key
    """How many projects have both a forecast and a control frame."""
    cells = (Part(it.project_id, it.submission_id, "cost_estimates", it.row_number, "p50_mnok", 1) for it in _frames(asked).rows)
    return counted(cells, PROJECTS, "frames")


def _drivers(is_share: bool) -> Maker:
    """The fewest projects that make most of the rise above the control frames: how many, or the per cent that they make."""

    def make(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of the whole selection has no key
        found = _frames(asked)
        cells = [Part(it.project_id, it.submission_id, "cost_estimates", it.row_number, FORECAST, 1) for it in found.drivers]
        if not is_share:
            return counted(cells, PROJECTS, "frames")
        both = [replace(cell, column=name, amount=None) for cell in cells for name in (FORECAST, "p50_mnok")]
        return Made(found.drivers_pct, PCT, "frames", tuple(both))

    return make


def _estimates(select: Callable[[tuple[ProjectUncertainty, ...]], Iterable[ProjectUncertainty]], column: str = FORECAST) -> Maker:
    """How many projects of what is chosen are selected, by a cell of their estimates."""

    def make(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of the whole selection has no key
        found = uncertainty_projects(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)
        return _estimate_cells(select(found), column)

    return make


def _estimate_cells(listed: Iterable[ProjectUncertainty], column: str) -> Made:
    chosen = list(listed)
    cells = tuple(
        Part(it.project_id, it.submission_id, "cost_estimates", it.row_number, column, 1)
        for it in chosen
        if it.submission_id is not None and it.row_number is not None
    )
    return Made(len(chosen), PROJECTS, "curve", cells)


def _between(found: tuple[ProjectUncertainty, ...]) -> list[ProjectUncertainty]:
    above = {it.project_id for it in over_p85(found)}
    return [it for it in by_distance(found) if (it.over_p50_mnok or 0) > 0 and it.project_id not in above]


def _finished(is_in: Callable[[ProjectUncertainty], bool]) -> Maker:
    return _estimates(
        lambda found: (
            it
            for it in found
            if it.standing == "finished" and it.mnok(FORECAST) is not None and it.mnok(P85) is not None and is_in(it)
        )
    )


def _finished_mean(asked: Asked, wanted: Wanted) -> Made | None:
    """How much more finished projects cost than their P50, on average, in per cent."""
    found = uncertainty_projects(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)
    rate, cells = ended_against_frames(found), _finished(lambda it: it.over_p50_mnok is not None)(asked, wanted)
    if rate is None or rate.mean_pct is None or cells is None:
        return None
    both = (replace(part, column=name, amount=None) for part in cells.parts for name in (FORECAST, "p50_mnok"))
    return Made(rate.mean_pct, PCT, "reserve", tuple(both))


def _resting(choice: str | None) -> Maker:
    """How many projects have a curve that rests on this, or any curve; `none` is those in no sum."""

    def make(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of the whole selection has no key
        found = portfolio(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)
        kinds = {it.project_id: it.curve.choice if it.curve and found.curves else "none" for it in found.projects}
        return _estimate_cells(
            (
                it
                for it in found.projects
                if kinds[it.project_id] == choice or (choice is None and kinds[it.project_id] != "none")
            ),
            FORECAST,
        )

    return make


def _p85_above(asked: Asked, wanted: Wanted, p85: Maker, sum_p50: Maker) -> Made | None:
    """The P85 of the portfolio less the sum of the P50 of its projects."""
    high, low = p85(asked, wanted), sum_p50(asked, wanted)
    if high is None or low is None or high.amount is None or low.amount is None:
        return None
    return Made(float(high.amount) - float(low.amount), MNOK, "portfolio_risk", high.parts)


def p85_above(p85: Maker, sum_p50: Maker) -> Maker:
    """What makes the distance from the sum of the P50 to the P85 of the portfolio."""
    return lambda asked, wanted: _p85_above(asked, wanted, p85, sum_p50)


def _moves(is_in: Callable[[Moved], bool]) -> Maker:
    """How many openings have moved since their previous report."""

    def make(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of the whole selection has no key
        found = moved(asked.snapshot, asked.agreement, asked.as_of, asked.selection)
        cells = (replace(date_cell(it.report), amount=1) for it in found if it.report and is_in(it))
        return counted(cells, PROJECTS, "milestones")

    return make


def _record(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of the whole agreement has no key
    """How many opened projects of the whole portfolio where openings have ended is computed from."""
    found = openings(asked.snapshot, asked.agreement, asked.as_of, MONTHS, asked.selection)
    opened = (it.report for it in moved(asked.snapshot, asked.agreement, asked.as_of) if it.has_opened and it.report)
    return Made(found.record_size, PROJECTS, "milestones", tuple(date_cell(report) for report in opened))


def _paces(is_in: Callable[[float], bool]) -> Maker:
    """How many projects have a pace, or one that is slower than planned."""

    def make(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of the whole selection has no key
        rows = earned(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)
        return counted((_physical(it) for it in rows if it.found and it.found.spi_t is not None and is_in(it.found.spi_t)),
                       PROJECTS, "earned")  # fmt: skip

    return make


def _physical(it: Earned) -> Part:
    number = it.report.row_number if it.report else 0
    return Part(it.project_id, it.submission_id, "progress", number, "physical_pct", 1)


def _weighed(asked: Asked, wanted: Wanted, complete: Maker) -> Made:
    """How many projects that are being built have both percentages and a control frame."""
    made = complete(asked, wanted)
    framed = {part.project_id for part in made.parts if part.table == "cost_estimates"} if made else set()
    building = by_phase(asked.snapshot, asked.agreement, asked.as_of, asked.selection).by_phase.get(BUILDING, ())
    newest = [part for part, is_newest in progress_cells(asked) if is_newest and part.project_id in framed & {*building}]
    cells = (replace(part, column="planned_pct", amount=1) for part in newest if part.amount is not None)
    return counted(cells, PROJECTS, "earned")


def weighed(complete: Maker) -> Maker:
    """What makes the number of projects whose progress is weighed."""
    return lambda asked, wanted: _weighed(asked, wanted, complete)


def _several(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of the whole selection has no key
    found = by_phase(asked.snapshot, asked.agreement, asked.as_of, asked.selection)
    return counted(project_cells(asked, found.in_several_areas, "working_area_split"))


def _coloured(is_in: Callable[[str, str | None], bool]) -> Maker:
    """How many projects have a colour of the figures, or one that is reported better, on the day."""

    def make(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of the whole selection has no key
        found = colours(asked.snapshot, asked.agreement, asked.as_of)
        ids = {project_id for project_id, (figures, reported) in found.items() if is_in(figures, reported)}
        rows = project_cells(asked, sorted(ids), "phase")
        there = {part.project_id for part in rows}
        newest = [part for part, is_newest in progress_cells(asked) if is_newest and part.project_id in there]
        told = tuple(replace(part, column="colour_overall", amount=1) for part in newest)
        return Made(len(rows), PROJECTS, "rules", told)

    return make


def is_greener(figures: str, reported: str | None) -> bool:
    """Whether a project is reported better than the figures say."""
    return reported is not None and _RANK.get(reported, 0) < _RANK.get(figures, 0)


def _reports(is_in: Callable[[str, str | None], bool]) -> Maker:
    """In how many reports of a project the colours stand so; of all its reports where no other is asked for."""

    def make(asked: Asked, wanted: Wanted) -> Made:
        found = project_history(asked.snapshot, asked.agreement, wanted.key or "", asked.as_of, asked.price)
        chosen = {it.period: it for it in found.reports if is_in(it.data_colour, it.reported["overall"][0])}
        cells = [replace(part, column="colour_overall", amount=1) for part, _ in progress_cells(asked, wanted.key)]
        ids = {it.submission_id for it in chosen.values()}
        return Made(len(chosen), "reports", "rules", tuple(cell for cell in cells if cell.submission_id in ids))

    return make


def _project_risks(is_open: bool) -> Maker:
    """How many risks and opportunities of a project are open, or closed."""

    def make(asked: Asked, wanted: Wanted) -> Made:
        found = project_sheets(asked.snapshot, asked.agreement, wanted.key or "", asked.as_of, asked.price)
        own = (it for it in found.risks if (it.is_open is not False) is is_open)
        cells = (Part(wanted.key or "", it.submission_id, "risks", it.row_number, "description", 1) for it in own)
        return counted(cells, "risks", "rules")

    return make


def _sources_paying(asked: Asked, wanted: Wanted) -> Made:
    """How many sources pay a project, by the first line of each."""
    found = project_sheets(asked.snapshot, asked.agreement, wanted.key or "", asked.as_of, asked.price)
    first = {line.funding_source_id: line for line in reversed(found.lines)}
    cells = (
        Part(wanted.key or "", it.submission_id, "economy", it.row_number, "funding_source_id", 1)
        for _, it in sorted(first.items())
    )
    return counted(cells, "sources", "money")


FIGURE_COUNTS: Mapping[str, Maker] = {
    "with_figures": _with_figures(FORECAST),
    "with_lines": _with_lines,
    "with_both": _with_figures(BUDGET, FORECAST),
    "with_frames": _with_frames,
    "drivers": _drivers(False),
    "drivers_share": _drivers(True),
}
ESTIMATE_COUNTS: Mapping[str, Maker] = {
    "with_curve": _resting(None),
    **{f"rests_{name}": _resting(name) for name in ("p50_p85", "low_likely_high", "outside_view", "final", "none")},
    "over_cost_frame": _estimates(over_p85),
    "between_frames": _estimates(_between),
    "with_both_frames": _estimates(by_distance),
    "all_estimates": _estimates(lambda found: found),
    "finished": _finished(lambda _: True),
    "finished_within_p85": _finished(lambda it: (it.over_p85_mnok or 0) <= 0),
    "finished_within_p50": _finished(lambda it: it.over_p50_mnok is not None and it.over_p50_mnok <= 0),
    "finished_mean": _finished_mean,
    "finished_with_p50": _finished(lambda it: it.over_p50_mnok is not None),
}
PROGRESS_COUNTS: Mapping[str, Maker] = {
    "moved_to_later": _moves(lambda it: (it.previous_days or 0) > 0),
    "moved_to_earlier": _moves(lambda it: (it.previous_days or 0) < 0),
    "record": _record,
    "with_pace": _paces(lambda _: True),
    "slower": _paces(is_slower),
    "in_several": _several,
}
COLOUR_COUNTS: Mapping[str, Maker] = {
    "projects_listed": _coloured(lambda *_: True),
    "colour_red": _coloured(lambda figures, _: figures == "red"),
    "reported_greener": _coloured(is_greener),
}
REPORT_COUNTS: Mapping[str, Maker] = {
    "reports": _reports(lambda *_: True),
    "reports_greener": _reports(is_greener),
    "reports_same": _reports(lambda figures, reported: reported == figures),
    "risks_open": _project_risks(True),
    "risks_closed": _project_risks(False),
    "sources_paying": _sources_paying,
}

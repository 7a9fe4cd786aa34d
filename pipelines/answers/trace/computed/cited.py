"""Counts and sums of the other indicators, of the cited figures behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from domain.facts import Unknown
from pipelines.answers.cited.series import Observation
from pipelines.answers.indicators import IndicatorFigures, StatedChange, indicators
from pipelines.answers.named_figures import Asked
from pipelines.answers.trace.computed.made import Made, Maker, Outside, Rest, Wanted
from pipelines.answers.trace.published import CITED, cited_key

_BETWEEN = "|"


def figure_key(*parts: str | int | None) -> str:
    """What a figure is of, with bars between: indicator, item, area, year, and the year that it is compared with."""
    return _BETWEEN.join("" if part is None else str(part) for part in parts)


def _listed(asked: Asked) -> tuple[IndicatorFigures, ...]:
    return indicators(asked.snapshot, asked.agreement, asked.as_of).figures


def _moved(*, is_wanted: bool) -> Maker:
    """How many indicators have moved, or have moved the wanted way; of the first and the last figure of each."""

    def make(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of all indicators has no key
        found = [it for it in _listed(asked) if it.movement and (it.movement.is_wanted or not is_wanted)]
        rests = [
            rest
            for it in found
            if it.movement and it.lead
            for seen in (it.movement.first, it.movement.last)
            for rest in _rests(it, it.lead.item_id, it.lead.area_name, (seen,))
        ]
        return Made(len(found), "indicators", "indicators", rests=tuple(rests))

    return make


def _with_target(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of all indicators has no key
    """How many of the indicators with figures have a target in the agreement's own file."""
    agreed = asked.agreement.indicator_targets
    targets = {} if isinstance(agreed, Unknown) else agreed
    found = [it.indicator.indicator_id for it in _listed(asked) if it.indicator.indicator_id in targets]
    return Made(len(found), "indicators", "indicators", outside=tuple(Outside("target", it, None) for it in found))


def _sum(asked: Asked, wanted: Wanted) -> Made | None:
    """The sum of cited parts, by the key of the figure."""
    for it in _listed(asked):
        for series in it.levels:
            for seen in series.observations:
                if (
                    seen.parts
                    and figure_key(it.indicator.indicator_id, series.item_id, series.area_name, seen.year) == wanted.key
                ):
                    return Made(seen.amount, "", "indicators", rests=_rests(it, series.item_id, series.area_name, seen.parts))
    return None


def _change(asked: Asked, wanted: Wanted) -> Made | None:
    """The change between two cited figures, by the key of the change."""
    for it in _listed(asked):
        for change in it.changes:
            if change_key(it, change) == wanted.key and change.computed_from:
                rests = _rests(it, change.item_id, change.area_name, change.computed_from)
                return Made(change.computed_pct, "pct", "indicators", rests=rests)
    return None


def change_key(found: IndicatorFigures, change: StatedChange) -> str:
    """The key of the change that two figures of an indicator give."""
    return figure_key(found.indicator.indicator_id, change.item_id, change.area_name, change.year, change.since_year)


def _rests(found: IndicatorFigures, item_id: str, area_name: str, seen: Iterable[Observation]) -> tuple[Rest, ...]:
    """The cited lines of figures; those of a sum are the lines of its parts."""
    item = found.indicator.item(item_id)
    of_sum = item.sum_of if item else ()
    lines = ((of, part) for it in seen for of, part in (zip(of_sum, it.parts, strict=True) if it.parts else ((item_id, it),)))
    return tuple(_rest(found, of, area_name, line) for of, line in lines)


def _rest(found: IndicatorFigures, item_id: str, area_name: str, it: Observation) -> Rest:
    name = figure_key(found.indicator.indicator_id, item_id, area_name)
    return Rest(CITED, cited_key("indicators", it.line or 0), it.submission_id, name, str(it.year), it.amount)


CITED_COUNTS: Mapping[str, Maker] = {
    "indicators_wanted": _moved(is_wanted=True),
    "indicators_moved": _moved(is_wanted=False),
    "indicators_with_target": _with_target,
    "indicator_sum": _sum,
    "indicator_change": _change,
}

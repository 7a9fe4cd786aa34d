"""The deviation rules with their limits as a document: what each holds against what, from the same file that the rules read."""

from __future__ import annotations

from collections.abc import Iterator

from domain.deviation_limits import Bounds, DeviationLimit, DeviationLimits
from domain.words import LANGUAGES, text
from pipelines.writing.markdown import BREAK, both, markdown_table

_COLUMNS = ("rule", "held", "unit", "yellow", "red", "settings", "basis", "colour", "matter")
_SIGNS = (("below", "<"), ("at_least", "≥"), ("above", ">"))


def limits_document(limits: DeviationLimits) -> str:
    """Every rule in the order in which it is shown, a row each, and the sources of the limits, as Markdown."""
    titles = (both(f"limits.{name}") for name in _COLUMNS)
    parts = [
        f"# {both('limits.title')}",
        *(text("limits.generated", language) for language in LANGUAGES),
        *(text("limits.read", language) for language in LANGUAGES),
        markdown_table(titles, [_row(limit) for limit in limits.limits]),
        f"## {both('limits.sources')}",
        "\n".join(_source_lines(limits)),
    ]
    return "\n\n".join(parts) + "\n"


def _row(limit: DeviationLimit) -> list[str]:
    code = limit.rule_code
    return [
        f"`{code}`{BREAK}{both(f'rule.{code}.name', BREAK)}",
        both(f"rule.{code}.held", BREAK),
        both(f"limits.in_unit.{limit.unit}", BREAK),
        _bounds(limit.yellow),
        _bounds(limit.red),
        BREAK.join(f"`{name}` {number}" for name, number in limit.settings.items()),
        BREAK.join(_basis(limit)),
        both(f"limits.counts.{_counts(limit)}", BREAK),
        f"`{limit.matter}`",
    ]


def _bounds(bounds: Bounds | None) -> str:
    """< 80, > 105; nothing for a colour that is never given."""
    given = [(sign, getattr(bounds, name)) for name, sign in _SIGNS] if bounds else []
    return ", ".join(f"{sign} {limit}" for sign, limit in given if limit is not None)


def _basis(limit: DeviationLimit) -> Iterator[str]:
    yield both(f"limits.rests_on.{limit.basis}", BREAK)
    if limit.decided_on:
        yield limit.decided_on.isoformat()
    yield from (f"`{source_id}`" for source_id in limit.sources)


def _counts(limit: DeviationLimit) -> str:
    """Whether the rule counts in the colour of a project, stands beside it, or is needed for green as well."""
    if limit.needed_for_green:
        return "needed" if limit.in_colour else "needed_alone"
    return "in_colour" if limit.in_colour else "beside"


def _source_lines(limits: DeviationLimits) -> Iterator[str]:
    for source in limits.sources:
        about = f": {BREAK.join(source.note.in_language(language) for language in LANGUAGES)}" if source.note else ""
        yield f"- `{source.source_id}` {source.title}, {source.publisher}, <{source.url}>{about}"

"""Asks Great Expectations. The only importer of it, inside functions: the import takes seconds and hundreds of megabytes.

Knows neither the form nor an agreement. An expectation costs some 10 ms however few rows it sees, so cells of many columns that
meet the same kind of it go into one frame.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

from checks.rules import Rule
from domain.returns import ReturnRow

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["answered", "one_of", "at_least", "at_most", "form", "unique"]
_BRIEF = {"result_format": "BOOLEAN_ONLY"}
# Failures come as places in the frame. With columns of the frame beside each, the same list took a hundred times as long.
_WHERE = {"result_format": "COMPLETE", "partial_unexpected_count": 0, "return_unexpected_index_query": False}
_one_at_a_time = threading.Lock()


class ChecksCrashed(RuntimeError):
    """An expectation could not be evaluated: a fault of ours, never of a return. Names the expectation and what it said."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of one column, or of several together.

    `against` is what its cells are held against: the accepted texts (one_of), a limit (at_least, at_most) or a pattern of the
    whole text (form). With the other kinds it is the caller's own.
    """

    rule: Rule
    kind: Kind
    table: str
    columns: tuple[str, ...]
    against: Any = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The cells that something is expected of: rows, and beside each the text or number that is judged; None is a blank."""

    expected: Expected
    rows: Sequence[ReturnRow]
    judged: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """A cell that is not as expected, with what was judged."""

    expected: Expected
    row: ReturnRow
    judged: Any


def failures(asked: Iterable[Asked]) -> list[Failure]:
    """Every cell that is not as expected, in the order asked; of a key that is not unique every row. May raise ChecksCrashed."""
    listed = [cells for cells in asked if cells.rows]
    failed: list[tuple[int, int]] = []
    for kind, numbers in _alike(listed).items():
        group = {number: listed[number] for number in numbers}
        places = [(number, place) for number, cells in group.items() for place in range(len(cells.rows))]
        failed += [places[at] for at in _failed(kind[0], group)]
    return [Failure(listed[number].expected, listed[number].rows[at], listed[number].judged[at]) for number, at in sorted(failed)]


def warm_up() -> None:
    """Pays the import, and asks every kind once of a right and a wrong cell, so that the first return need not wait."""
    once: tuple[tuple[Kind, Any, tuple[Any, Any]], ...] = (
        ("answered", None, (True, None)),
        ("one_of", frozenset("a"), ("a", "b")),
        ("at_least", 1, (1, 0)),
        ("at_most", 1, (1, 2)),
        ("form", "a", ("a", "b")),
        ("unique", None, ("a", "a")),
    )
    rows = (ReturnRow("", "", 1, {}),) * 2
    failures(Asked(Expected(Rule(kind, "info", "column"), kind, "", (), against), rows, judged) for kind, against, judged in once)


def _alike(listed: Sequence[Asked]) -> dict[tuple[Kind, str | None], list[int]]:
    """The numbers of what one expectation can be asked of: of one kind, and of texts also of one pattern."""
    alike: dict[tuple[Kind, str | None], list[int]] = {}
    for number, cells in enumerate(listed):
        expected = cells.expected
        alike.setdefault((expected.kind, expected.against if expected.kind == "form" else None), []).append(number)
    return alike


def _failed(kind: Kind, group: Mapping[int, Asked]) -> list[int]:
    """The places, counted through the group, of the cells that failed."""
    with _one_at_a_time, warnings.catch_warnings():
        # A pattern of the form may have groups, whose texts nobody asks for here.
        warnings.filterwarnings("ignore", "This pattern is interpreted as a regular expression")
        batches = _batches()
        frame, expectation = _FRAMED[kind](group)
        batch = batches.get_batch(batch_parameters={"dataframe": frame})
        expectation.meta = {"code": kind}
        if _answer(batch.validate(expectation, result_format=_BRIEF)).success:
            return []
        found = _answer(batch.validate(expectation, result_format=_WHERE)).result["unexpected_index_list"]
    return [int(at) for at in found]


def _answer(outcome: Any) -> Any:
    """The outcome of an expectation that was evaluated. A crash looks like a failure but for its exceptions."""
    told = outcome.exception_info or {}
    crashes = [one for one in (told, *told.values()) if isinstance(one, dict) and one.get("raised_exception")]
    if crashes:
        config = outcome.expectation_config
        said = str(crashes[0].get("exception_message"))[:500]
        raise ChecksCrashed(f"{config.type} on {config.meta['code']}: {said}")
    return outcome


@cache
def _batches() -> Any:
    """Where a frame becomes a batch: one context for the process, in memory, which reports nothing to anybody."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it imports itself
        import great_expectations as gx
        from great_expectations.data_context.types import base

    context = gx.get_context(
        mode="ephemeral",
        project_config=base.DataContextConfig(
            store_backend_defaults=base.InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            analytics_enabled=False,
            progress_bars=base.ProgressBarsConfig(globally=False, metric_calculations=False),
        ),
    )
    return context.data_sources.add_pandas("returns").add_dataframe_asset("cells").add_batch_definition_whole_dataframe("cells")


# Each of these lays the cells of a group in one frame, a row per cell in the order of the group, and makes its expectation.
_Framed = tuple["pd.DataFrame", Any]


def _answered(group: Mapping[int, Asked]) -> _Framed:
    import great_expectations.expectations as gxe
    import pandas as pd

    frame = pd.DataFrame({"answer": pd.Series(_judged(group), dtype=object)})
    return frame, gxe.ExpectColumnValuesToNotBeNull(column="answer")


def _one_of(group: Mapping[int, Asked]) -> _Framed:
    """Columns with the same accepted answers share a number, and an answer carries it: one set then serves them all."""
    import great_expectations.expectations as gxe
    import pandas as pd

    number_of: dict[frozenset[str], int] = {}
    answers = []
    for cells in group.values():
        number = number_of.setdefault(frozenset(cells.expected.against), len(number_of))
        answers += [f"{number} {judged}" for judged in cells.judged]
    accepted = sorted(f"{number} {answer}" for listed, number in number_of.items() for answer in listed)
    frame = pd.DataFrame({"answer": pd.Series(answers, dtype=object)})
    return frame, gxe.ExpectColumnValuesToBeInSet(column="answer", value_set=accepted)


def _at_least(group: Mapping[int, Asked]) -> _Framed:
    return _limited(group, "answer", "limit")


def _at_most(group: Mapping[int, Asked]) -> _Framed:
    return _limited(group, "limit", "answer")


def _limited(group: Mapping[int, Asked], larger: str, smaller: str) -> _Framed:
    """As floats: a hundred thousand with eight decimals is still told from its neighbours."""
    import great_expectations.expectations as gxe
    import pandas as pd

    limits = [float(cells.expected.against) for cells in group.values() for _ in cells.rows]
    frame = pd.DataFrame({"answer": [float(Decimal(judged)) for judged in _judged(group)], "limit": limits}, dtype="float64")
    return frame, gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=larger, column_B=smaller, or_equal=True, ignore_row_if="either_value_is_missing"
    )


def _form(group: Mapping[int, Asked]) -> _Framed:
    import great_expectations.expectations as gxe
    import pandas as pd

    pattern = next(iter(group.values())).expected.against
    # Half a surrogate pair, which a workbook can hold, cannot be turned into the text that pandas matches.
    frame = pd.DataFrame({"answer": pd.Series([text.encode(errors="replace").decode() for text in _judged(group)], dtype=object)})
    return frame, gxe.ExpectColumnValuesToMatchRegex(column="answer", regex=rf"\A(?:{pattern})\Z")


def _unique(group: Mapping[int, Asked]) -> _Framed:
    import great_expectations.expectations as gxe
    import pandas as pd

    owners = [number for number, cells in group.items() for _ in cells.rows]
    frame = pd.DataFrame({"owner": owners, "answer": pd.Series(_judged(group), dtype=object)})
    return frame, gxe.ExpectCompoundColumnsToBeUnique(column_list=["owner", "answer"])


def _judged(group: Mapping[int, Asked]) -> list[Any]:
    return list(chain.from_iterable(cells.judged for cells in group.values()))


_FRAMED = {
    "answered": _answered,
    "one_of": _one_of,
    "at_least": _at_least,
    "at_most": _at_most,
    "form": _form,
    "unique": _unique,
}

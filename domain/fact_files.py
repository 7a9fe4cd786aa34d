"""One YAML file of facts as its model. Every error of the file is collected and named, as for an agreement."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from domain.facts import Fact
from domain.faults import Fault, LoadError, problems_of, shape_faults
from domain.load import read_mapping
from domain.references import broken_ids, ids_of

F = TypeVar("F", bound=Fact)
Content = dict[str, Any]


def load_fact_file(path: Path, model: type[F], whole: str, own_faults: Callable[[Content], Iterable[Fault]]) -> F:
    """The facts of one file, whose content `whole` names. LoadError with every problem at once, in the order of the file.

    `own_faults` says what the model cannot; it sees content of any form, so that both are told together.
    """
    content = read_mapping(path, whole)
    loaded: F | None = None
    faults: list[Fault] = []
    try:
        loaded = model.model_validate(content)
    except ValidationError as error:
        faults = shape_faults(error, model)
    faults += [*own_faults(content), *broken_ids(content, ids_of(content))]
    if faults or loaded is None:
        raise LoadError(problems_of(path.name, content, faults))
    return loaded


def mappings_in(content: Content, name: str) -> list[tuple[int, Content]]:
    """The mappings of a list, numbered; what is no mapping or no list is left to the model to complain of."""
    listed = content.get(name)
    return [(number, item) for number, item in enumerate(listed) if isinstance(item, dict)] if isinstance(listed, list) else []


def doubles(content: Content, name: str, key: str) -> list[Fault]:
    """A fault for each mapping of a list whose key has a value that an earlier one has."""
    seen: set[str] = set()
    found = []
    for number, item in mappings_in(content, name):
        own = str(item[key]) if key in item else ""
        if own and own in seen:
            found.append(Fault((name, number, key), repr(own), "must be unique in the file"))
        seen.add(own)
    return found

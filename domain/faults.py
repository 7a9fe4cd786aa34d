"""What is wrong in a YAML file, by its place: faults found, put in the order of the file, and said in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.facts import GIVEN, NOT_GIVEN, PATTERN_WORDS, Unknown

Location = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a YAML file. `value` is empty where there is none to quote."""

    file: str
    key: str
    value: str
    accepted: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}{f' = {self.value}' if self.value else ''}: {self.accepted}"


class LoadError(ValueError):
    """A YAML file cannot be used. `problems` holds all that is wrong, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Fault(NamedTuple):
    """A problem by its place in the content of a file."""

    location: Location
    value: str
    accepted: str


def problems_of(file: str, content: object, faults: Iterable[Fault]) -> list[Problem]:
    """The faults in the order of the file, one for each place: a value of the wrong form is not also said to point at nothing."""
    first: dict[Location, Fault] = {}
    for fault in faults:
        first.setdefault(fault.location, fault)
    ordered = sorted(first.values(), key=lambda fault: _place(fault.location, content))
    return [Problem(file, _key(fault.location, content), fault.value, fault.accepted) for fault in ordered]


def _place(location: Location, content: object) -> list[int]:
    """The numbers of the parts that lead to a place: they sort as the file is written, with what is missing last."""
    numbers: list[int] = []
    for part in location:
        keys = list(content) if isinstance(content, dict) else []
        numbers.append(part if isinstance(content, list) and isinstance(part, int) else _index(keys, part))
        content = _inside(content, part)
    return numbers


def _index(keys: list[object], key: object) -> int:
    return keys.index(key) if key in keys else len(keys)


def _inside(content: object, part: int | str) -> object:
    if isinstance(content, dict):
        return content.get(part)
    return content[part] if isinstance(content, list) and isinstance(part, int) else None


def _key(location: Location, content: object) -> str:
    """parties[bergen].name: items of a list by their id where it is theirs alone, else by their number, too."""
    key = ""
    for part in location:
        if isinstance(content, list) and isinstance(part, int):
            own = _own_id(content[part])
            number = f"no. {part + 1}" if own is None or [_own_id(item) for item in content].count(own) > 1 else ""
            key += f"[{', '.join(name for name in (number, own) if name)}]"
        else:
            key += f".{part}" if key else str(part)
        content = _inside(content, part)
    return key


def _own_id(item: object) -> str | None:
    names = [name for name in item if name == "matter" or str(name).endswith(("_id", "_code"))] if isinstance(item, dict) else []
    own = item[names[0]] if isinstance(item, dict) and names else None
    return str(own) if isinstance(own, (str, int)) else None


def shape_faults(error: ValidationError, model: type[BaseModel]) -> list[Fault]:
    """What is wrong with the form of a file: keys unknown or missing, values of another type."""
    return [_shape_fault(detail, model) for detail in error.errors(include_url=False)]


def _shape_fault(detail: ErrorDetails, model: type[BaseModel]) -> Fault:
    location = tuple(part for part in detail["loc"] if part not in (GIVEN, NOT_GIVEN, "[key]"))
    accepted = _accepted(detail, model)
    if detail["loc"][-1] == GIVEN:
        accepted += "; or unknown, with the reason in nb and en"
    return Fault(location, "" if detail["type"] == "missing" else quoted(detail["input"]), accepted)


def _accepted(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """What a place takes, in words for whoever writes the file."""
    kind, limits = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return "is missing"
    if kind in {"extra_forbidden", "invalid_key"}:
        return f"is not a known key here; known keys: {', '.join(_model_at(detail['loc'][:-1], model).model_fields)}"
    if kind == "string_pattern_mismatch":
        return PATTERN_WORDS.get(limits["pattern"], detail["msg"])
    if kind == "literal_error":
        return f"must be {limits['expected'].replace(chr(39), '')}"
    if kind == "string_type" and not isinstance(detail["input"], (dict, list, type(None))):
        return f'must be text; write it in quotes, "{detail["input"]}"'
    if kind in {"greater_than", "greater_than_equal"}:
        return f"must be {'more than' if 'gt' in limits else 'at least'} {limits.get('gt', limits.get('ge'))}"
    return next((words for start, words in _TYPE_WORDS.items() if kind.startswith(start)), detail["msg"])


_TYPE_WORDS = {
    "string_type": "must be text",
    "bool_": "must be true or false",
    "int_": "must be a whole number",
    "decimal_": "must be a number with a decimal point and no spaces, such as 1234.5",
    "finite_number": "must be a number",
    "date_": "must be a day that exists, such as 2026-04-01",
    "tuple_type": "must be a list",
    "too_short": "must hold at least one",
    "dict_type": "must be keys with values",
    "model_type": "must be keys with values",
}


def _model_at(location: Location, model: type[BaseModel]) -> type[BaseModel]:
    """The model of the mapping at a place."""
    for part in location:
        if part == NOT_GIVEN:
            model = Unknown
        elif isinstance(part, str) and part in model.model_fields:
            model = next(_models_in(model.model_fields[part].annotation), model)
    return model


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def quoted(value: object) -> str:
    """A value as it is quoted in a message, eighty signs at most."""
    text = repr(str(value)) if hasattr(value, "isoformat") else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."

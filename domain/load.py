"""YAML in, model out: the door of the domain's files. Every error of a file is collected before any is raised."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import ScalarNode

from domain.faults import Fault, LoadError, Problem, problems_of, quoted, shape_faults
from domain.model import Agreement
from domain.references import broken_ids, ids_of
from domain.risk_matrix import own_matrix_faults

BUILT_IN = Path(__file__).parent / "agreements"


class _Constructor(SafeConstructor):
    """Leaves a day that the calendar does not have as the text that it is, so that it is reported by its key."""

    def construct_day(self, node: ScalarNode) -> object:
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            return node.value


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _Constructor.construct_day)


def read_yaml(path: Path) -> Any:
    """The plain content of a YAML 1.2 file. LoadError with line and column if it is not one."""
    try:
        return _content(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LoadError([Problem(path.name, "file", "", f"cannot be read ({error.strerror})")]) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        byte = f"byte {error.object[error.start]:#04x}"
        raise LoadError([Problem(path.name, f"line {line}", byte, "is not UTF-8; save the file as UTF-8")]) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "file"
        said = error.problem or error.context or "cannot be understood"
        raise LoadError([Problem(path.name, place, "", f"is not YAML: {said}")]) from error
    except (YAMLError, ValueError) as error:
        raise LoadError([Problem(path.name, "file", "", f"is not YAML: {str(error).splitlines()[0]}")]) from error


def _content(text: str) -> Any:
    """The content by the C parser, seven times as fast; what it refuses is told in the words of the other, which say more."""
    try:
        return _reader(pure=False).load(text)
    except (YAMLError, ValueError):
        return _reader(pure=True).load(text)


def _reader(pure: bool) -> YAML:
    reader = YAML(typ="safe", pure=pure)
    reader.Constructor = _Constructor
    return reader


def read_mapping(path: Path, whole: str) -> dict[str, Any]:
    """The keys of a YAML file that holds `whole`. LoadError if it holds anything else."""
    content = read_yaml(path)
    if isinstance(content, dict):
        return content
    found = "" if content is None else quoted(content)
    raise LoadError(
        [Problem(path.name, "file", found, f"{'is empty; ' if content is None else ''}must hold the keys of {whole}")]
    )


def load_agreement(path: Path) -> Agreement:
    """The agreement of one file. LoadError with every problem at once."""
    content = read_mapping(path, "an agreement")
    agreement: Agreement | None = None
    faults: list[Fault] = []
    try:
        agreement = Agreement.model_validate(content)
    except ValidationError as error:
        faults = shape_faults(error, Agreement)
    if content.get("agreement_id", path.stem) != path.stem:
        faults.append(Fault(("agreement_id",), quoted(content["agreement_id"]), f"must be the name of the file, {path.stem}"))
    faults += [*broken_ids(content, ids_of(content)), *own_matrix_faults(content)]
    if agreement and agreement.deviation_limits:
        from domain.limit_file import own_limit_faults  # it reads its own file by this module

        faults += own_limit_faults(agreement)
    if faults or agreement is None:
        raise LoadError(problems_of(path.name, content, faults))
    return agreement


def load_agreements(*folders: Path) -> dict[str, Agreement]:
    """All agreements of the built-in folder and the given ones, by id. A city's own file replaces a built-in one."""
    paths = {path.stem: path for folder in (BUILT_IN, *folders) if folder.is_dir() for path in sorted(folder.glob("*.yaml"))}
    loaded: dict[str, Agreement] = {}
    problems: list[Problem] = []
    for agreement_id, path in sorted(paths.items()):
        try:
            loaded[agreement_id] = _cached(path, path.stat().st_mtime_ns)
        except LoadError as error:
            problems.extend(error.problems)
    if problems:
        raise LoadError(problems)
    return loaded


@lru_cache(maxsize=64)
def _cached(path: Path, _changed_ns: int) -> Agreement:
    return load_agreement(path)

"""A mapping as the file that it is kept in: written, tried, and put among a city's own."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ruamel.yaml import YAML

from domain.mappings import FormMapping, load_mapping

_ID = re.compile(r"[a-z0-9][a-z0-9_\-]{0,59}")


class MappingExists(Exception):
    """There is a file of the name, and nobody said that it may be replaced."""


def is_mapping_id(text: str) -> bool:
    """Whether a text can name a mapping and its file."""
    return _ID.fullmatch(text) is not None


def mapping_yaml(content: Mapping[str, Any]) -> str:
    """The content as YAML, in its own order."""
    writer = YAML()
    writer.width = 120
    writer.indent(mapping=2, sequence=4, offset=2)
    kept = io.StringIO()
    writer.dump(dict(content), kept)
    return kept.getvalue()


def tried(content: Mapping[str, Any]) -> FormMapping:
    """The content as a mapping, by way of its file, so that what is handed out can be read again. LoadError."""
    name = str(content.get("mapping_id", ""))
    with TemporaryDirectory(prefix="nullvekst-") as folder:
        path = Path(folder) / f"{name if is_mapping_id(name) else 'mapping'}.yaml"
        path.write_text(mapping_yaml(content), encoding="utf-8")
        return load_mapping(path)


def save_mapping(content: Mapping[str, Any], data_dir: Path, *, may_replace: bool = False) -> Path:
    """Where the mapping now lies among a city's own, whole or not at all. LoadError, MappingExists."""
    mapping = tried(content)
    if not is_mapping_id(mapping.mapping_id):
        raise ValueError(f"{mapping.mapping_id!r} is no name of a mapping")
    folder = data_dir / "mappings"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{mapping.mapping_id}.yaml"
    if path.exists() and not may_replace:
        raise MappingExists(path.name)
    unfinished = folder / f".{path.name}.{os.getpid()}"
    unfinished.write_text(mapping_yaml(content), encoding="utf-8")
    unfinished.rename(path)
    return path

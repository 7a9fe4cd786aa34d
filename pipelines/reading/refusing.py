"""How a file is refused: the reason as a value, carried from where it is found to where it is answered."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from xml.parsers import expat

MAX_QUOTED = 200
# What a damaged file makes zipfile, expat and our own conversions raise.
DAMAGED = (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, LookupError, ValueError, NotImplementedError, OSError)


@dataclass(frozen=True)
class Refusal:
    """Why a file is not read at all."""

    code: str
    quoted: str | None
    values: dict[str, str | int | float]


class FileRefused(Exception):
    """Carries the refusal from where it is found to read_workbook."""

    def __init__(self, code: str, quoted: str | None = None, **values: str | int | float) -> None:
        self.refusal = Refusal(code, quoted and quoted[:MAX_QUOTED], values)


def broken(error: BaseException, **values: str) -> FileRefused:
    """The refusal of a damaged file, quoting what the reader said. A lack of memory is none: it is raised on."""
    # Expat's own code for "out of memory" comes as a syntax error; it says nothing about the file.
    if isinstance(error, expat.ExpatError) and error.code == 1:
        raise MemoryError from error
    return FileRefused("broken_workbook", f"{type(error).__name__}: {error}", **values)

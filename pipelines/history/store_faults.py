"""What the database says of a disk that does not take it, as the errors that everybody knows."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from pipelines.history.busy import LedgerBusy


@contextmanager
def as_os_errors() -> Iterator[None]:
    """What fails inside because of the disk is an OSError; LedgerBusy where another program has the file open."""
    try:
        yield
    except (duckdb.IOException, duckdb.FatalException) as fault:
        if "Could not set lock" in str(fault):
            raise LedgerBusy from fault
        code = errno.ENOSPC if "No space left" in str(fault) else errno.EIO
        raise OSError(code, str(fault).splitlines()[0]) from fault

"""The door of domain/risk_matrix.yaml: the classes that hold by default, read once, and an agreement's own in their place."""

from __future__ import annotations

from functools import cache

from domain.fact_files import load_fact_file
from domain.load import BUILT_IN
from domain.model import Agreement
from domain.risk_matrix import RiskMatrix, matrix_faults

_FILE = BUILT_IN.with_name("risk_matrix.yaml")


@cache
def default_matrix() -> RiskMatrix:
    """The classes that hold where an agreement states none. LoadError with every problem at once."""
    return load_fact_file(_FILE, RiskMatrix, "the risk matrix", matrix_faults)


def matrix_of(agreement: Agreement) -> RiskMatrix:
    """The classes of an agreement: its own, checked when it is loaded, else the default."""
    return agreement.risk_matrix or default_matrix()

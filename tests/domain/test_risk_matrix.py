"""The classes of the risk matrix: what they hold, and what a file of them must be like."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain.risk_matrix import RiskMatrix, matrix_faults, risk_matrix

MATRIX = RiskMatrix(basis="local_setting", probability_from_pct=(10, 25, 50, 75), consequence_from_mnok=(1, 3, 10, 30))


@pytest.mark.parametrize(
    ("pct", "wanted"), [("0", 0), ("9.9", 0), ("10", 1), ("24.999", 1), ("25", 2), ("50", 3), ("75", 4), ("100", 4)]
)
def test_a_class_of_probability_holds_what_it_begins_with(pct, wanted):
    assert MATRIX.probability_class(Decimal(pct)) == wanted


@pytest.mark.parametrize(("mnok", "wanted"), [("0", 0), ("0.99999999", 0), ("1", 1), ("3", 2), ("29.9", 3), ("50000", 4)])
def test_a_class_of_consequence_holds_what_it_begins_with(mnok, wanted):
    assert MATRIX.consequence_class(Decimal(mnok)) == wanted


def test_the_built_in_classes_are_a_local_setting():
    assert risk_matrix().basis == "local_setting"


@pytest.mark.parametrize(
    ("content", "keys"),
    [
        ({"probability_from_pct": [10, 25, 50, 75], "consequence_from_mnok": [1, 3, 10, 30]}, []),
        ({"probability_from_pct": [10, 10, 50, 75]}, [("probability_from_pct", 1)]),
        ({"probability_from_pct": [0, 25, 50, 100]}, [("probability_from_pct", 0), ("probability_from_pct", 3)]),
        ({"consequence_from_mnok": [3, 1, 10, 9]}, [("consequence_from_mnok", 1), ("consequence_from_mnok", 3)]),
        ({"consequence_from_mnok": [-1, 1, 10, 900]}, [("consequence_from_mnok", 0)]),
        ({"consequence_from_mnok": "1"}, []),
        ({"consequence_from_mnok": ["a", 1, 2, 3]}, []),
    ],
)
def test_classes_must_rise_within_what_there_is(content, keys):
    assert [fault.location for fault in matrix_faults(content)] == keys

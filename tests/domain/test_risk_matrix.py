"""The classes of the risk matrix: what they hold, and what a file of them must be like."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain.faults import LoadError
from domain.load import BUILT_IN, load_agreement
from domain.matrix_file import default_matrix, matrix_of
from domain.risk_matrix import RiskMatrix, matrix_faults
from tests.builders import agreement

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
    assert default_matrix().basis == "local_setting"
    assert matrix_of(agreement()) == default_matrix()


@pytest.mark.parametrize(
    ("content", "keys"),
    [
        ({"probability_from_pct": [10, 25, 50, 75], "consequence_from_mnok": [1, 3, 10, 30]}, []),
        ({"probability_from_pct": [10, 10, 50, 75]}, [("probability_from_pct", 1)]),
        ({"probability_from_pct": [0, 25, 50, 100]}, [("probability_from_pct", 0), ("probability_from_pct", 3)]),
        ({"consequence_from_mnok": [3, 1, 10, 9]}, [("consequence_from_mnok", 1), ("consequence_from_mnok", 3)]),
        ({"consequence_from_mnok": [-1, 1, 10, 900]}, [("consequence_from_mnok", 0)]),
        ({"basis": "decision"}, [("sources",), ("decided_on",)]),
        ({"basis": "decision", "sources": ["a"], "decided_on": "2026-03-01"}, []),
        ({"consequence_from_mnok": "1"}, []),
        ({"consequence_from_mnok": ["a", 1, 2, 3]}, []),
    ],
)
def test_classes_must_rise_within_what_there_is(content, keys):
    assert [fault.location for fault in matrix_faults(content)] == keys


OWN = """
risk_matrix:
  basis: local_setting
  probability_from_pct: [5, 20, 40, 80]
  consequence_from_mnok: [2, 5, 20, 50]
"""


def with_own(folder, own):
    path = folder / "fjordbyen.yaml"
    path.write_text((BUILT_IN / path.name).read_text(encoding="utf-8") + own, encoding="utf-8")
    return load_agreement(path)


def test_the_classes_of_an_agreement_stand_in_place_of_the_default(tmp_path):
    matrix = matrix_of(with_own(tmp_path, OWN))
    assert matrix.consequence_from_mnok == (2, 5, 20, 50)
    assert [matrix.probability_class(Decimal(pct)) for pct in (5, 19, 40, 80)] == [1, 1, 3, 4]


def test_all_that_is_wrong_with_an_agreements_own_classes_is_said_with_its_key(tmp_path):
    wrong = OWN.replace("[5, 20, 40, 80]", "[5, 5, 40, 100]").replace("local_setting", "decision\n  sources: [nowhere]")
    with pytest.raises(LoadError) as refused:
        with_own(tmp_path, wrong)
    assert [problem.key for problem in refused.value.problems] == [
        "risk_matrix.sources[no. 1]", "risk_matrix.probability_from_pct[no. 2]", "risk_matrix.probability_from_pct[no. 4]",
        "risk_matrix.decided_on",
    ]  # fmt: skip

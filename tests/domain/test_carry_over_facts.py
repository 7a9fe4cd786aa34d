"""What an agreement states of carrying over and of administration: read, refused where it cannot be, silent where it says nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain.facts import Unknown
from domain.faults import LoadError
from domain.load import BUILT_IN, load_agreement, load_agreements

GOOD = (BUILT_IN / "fjordbyen.yaml").read_text(encoding="utf-8")
REAL = load_agreements()["miljoloftet"]


def loaded(tmp_path, stood, stands):
    assert stood in GOOD
    path = tmp_path / "fjordbyen.yaml"
    path.write_text(GOOD.replace(stood, stands, 1), encoding="utf-8")
    return load_agreement(path)


@pytest.mark.parametrize(
    ("stood", "stands", "key"),
    [
        ("max_pct: 10", "max_pct: 101", "funding_sources[statlige_programmidler].carry_over.max_pct"),
        ("max_pct: 10", "max_pct: -1", "funding_sources[statlige_programmidler].carry_over.max_pct"),
        ("max_pct: 10", "max_pct: ti", "funding_sources[statlige_programmidler].carry_over.max_pct"),
        ("      max_pct: 10\n", "", "funding_sources[statlige_programmidler].carry_over.max_pct"),
        ('amount_mnok: "9.5"', "amount_mnok: 0", "administration[sekretariat].amount_mnok"),
        (
            "funding_source_id: belonningsmidler\n    amount_mnok: \"9.5\"",
            "funding_source_id: gaver\n    amount_mnok: \"9.5\"",
            "administration[sekretariat].funding_source_id",
        ),
        (
            "administration_frame_id: kommunikasjon", "administration_frame_id: sekretariat",
            "administration[no. 2, sekretariat].administration_frame_id",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_place(tmp_path, stood, stands, key):
    with pytest.raises(LoadError) as refusal:
        loaded(tmp_path, stood, stands)
    assert key in {problem.key for problem in refusal.value.problems}


def test_a_ceiling_of_nothing_and_one_that_is_not_there_differ(tmp_path):
    none = loaded(tmp_path, "max_pct: 10", "max_pct: 0")
    rules = {it.funding_source_id: it.carry_over for it in none.funding_sources}
    assert rules["statlige_programmidler"].max_pct == 0
    assert rules["bompenger"].max_pct is None
    assert rules["fylkeskommunale"] is None


def test_an_agreement_that_says_nothing_is_whole(tmp_path):
    start = GOOD.index("# Money of each year for what is no project.")
    path = tmp_path / "fjordbyen.yaml"
    path.write_text(GOOD[:start] + GOOD[GOOD.index("focus_areas:\n") :], encoding="utf-8")
    assert load_agreement(path).administration is None


def test_the_real_agreement_says_that_no_source_tells():
    assert isinstance(REAL.administration, Unknown)
    keys = {key for key, _ in REAL.unknowns()}
    assert {"administration", "funding_sources[bompenger].carry_over"} <= keys


def test_the_words_of_a_ceiling_say_its_number():
    for source in load_agreements()["fjordbyen"].funding_sources:
        rule = source.carry_over
        if rule is not None and rule.max_pct is not None:
            assert f"Inntil {rule.max_pct} prosent" in rule.text.nb
            assert f"Up to {rule.max_pct} per cent" in rule.text.en
            assert rule.max_pct == Decimal(int(rule.max_pct))

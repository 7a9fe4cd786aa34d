"""The invented returns are approved by somebody else, some days later, and the chain of acts says who has really loaded them."""

from __future__ import annotations

import datetime as dt
import json
import shutil

import pytest

from pipelines.answers.reporting.acts import acts_on_returns, waiting_returns
from pipelines.examples.demo import load_examples
from pipelines.examples.fjordbyen.returns import generate_returns
from pipelines.history.audit import read_jsonl
from pipelines.history.publish import current_name
from pipelines.history.verify import verify
from tests.builders import AT, agreement


def test_every_invented_return_is_approved_by_the_secretariat_some_days_later(example_snapshot):
    found = acts_on_returns(example_snapshot, agreement())
    by_act = {act: rows.set_index("submission_id") for act, rows in found.groupby("act")}
    assert {act: len(rows) for act, rows in by_act.items()} == dict.fromkeys(("submit", "approve"), len(list(generate_returns())))
    assert set(by_act["approve"]["person_id"]) == {"secretariat.lead"}
    assert set(by_act["submit"]["person_id"]) == {analyst for _, _, analyst in generate_returns()}
    days = by_act["approve"]["acted_at"] - by_act["submit"]["acted_at"]
    assert days.min() > dt.timedelta(days=1)
    assert days.max() < dt.timedelta(days=10)
    assert by_act["approve"]["acted_at"].max() < AT
    assert waiting_returns(example_snapshot, agreement()).empty


def test_the_chain_names_who_has_loaded_them_and_what_they_show(examples):
    entries = read_jsonl(examples / "audit.jsonl")
    assert {(entry.person_id, entry.at) for entry in entries} == {("admin", AT)}
    shown = [entry.facts["shown_as"] for entry in entries if entry.act == "approve"]
    assert set(shown) == {"secretariat.lead"}
    assert all(entry.facts["is_example"] for entry in entries if entry.act in ("submit", "approve"))


@pytest.mark.trust
def test_a_second_loading_adds_no_act_and_all_is_whole(examples, tmp_path):
    data_dir = shutil.copytree(examples, tmp_path / "var")
    before = (data_dir / "audit.jsonl").read_bytes(), current_name(data_dir)
    load_examples("admin", AT + dt.timedelta(days=1), data_dir)
    assert ((data_dir / "audit.jsonl").read_bytes(), current_name(data_dir)) == before
    verified = verify(data_dir)
    assert verified.first_bad is None
    heads = (data_dir / "heads.log").read_text(encoding="utf-8").splitlines()
    assert len(heads) == len(before[0].splitlines()) == verified.n_entries
    assert json.loads(before[0].splitlines()[-1])["sequence"] == len(heads)

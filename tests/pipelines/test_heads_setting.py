"""Where the heads are kept: beside the ledger, or elsewhere in a folder that is there."""

from __future__ import annotations

import pytest

from pipelines.settings import BadSetting, heads_file, settings


@pytest.mark.parametrize("given", [None, ""])
def test_heads_lie_beside_the_ledger(tmp_path, monkeypatch, given):
    monkeypatch.delenv("HEADS_FILE", raising=False) if given is None else monkeypatch.setenv("HEADS_FILE", given)
    assert heads_file(tmp_path) == tmp_path / "heads.log"


def test_heads_lie_where_the_setting_says(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADS_FILE", str(tmp_path / "heads.log"))
    assert heads_file(tmp_path / "var") == tmp_path / "heads.log"


def test_a_disk_that_is_not_there_is_told_before_anything_is_done(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADS_FILE", str(tmp_path / "away" / "heads.log"))
    with pytest.raises(BadSetting, match="HEADS_FILE"):
        settings()

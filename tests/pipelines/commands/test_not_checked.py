"""A check that fails by a fault of ours: every command that checks says so in words, exits with 2 and stores nothing."""

from __future__ import annotations

import json

import pytest

from pipelines import imports, returns
from pipelines.__main__ import main
from pipelines.commands.outcome import REFUSED
from pipelines.history.snapshot import NoSnapshot, open_snapshot
from pipelines.reading.limited import ReaderCrashed
from pipelines.reading.worker import CheckFailed
from tests.staged import a_file

OURS = "ZeroDivisionError: of ours"
FAILURES = {
    "the checks": CheckFailed(f"the checks crashed:\nTraceback (most recent call last):\n  File x\n{OURS}\n\n"),
    "the reader": ReaderCrashed(f"the reader ended with 1:\n{OURS}"),
}
COMMANDS = {
    "check": ["check"],
    "submit": ["submit", "--as", "fjordby.analyst"],
    "import": ["import", "--mapping", "m", "--agreement", "fjordbyen", "--reported-on", "2026-10-01", "--as", "admin"],
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("language", "said"), [("nb", "Feilen ligger i løsningen"), ("en", "The fault is in the product")])
def test_it_is_said_in_words(monkeypatch, capsys, data_dir, tmp_path, failure, command, language, said):
    def fails(*_given, **_named):
        raise FAILURES[failure]

    monkeypatch.setenv("APP_LANGUAGE", language)
    monkeypatch.setattr(returns, "check_return", fails)
    monkeypatch.setattr(imports, "import_file", fails)
    monkeypatch.setattr(imports, "mapping_named", lambda *_: type("Mapping", (), {"agreement_id": None}))
    name, *given = COMMANDS[command]
    assert main([name, str(a_file(tmp_path)), *given, "--json"]) == REFUSED
    out, err = capsys.readouterr()
    answer = json.loads(out)
    assert set(answer) == {"error"}
    assert said in answer["error"]
    assert OURS in answer["error"]
    assert "Traceback" not in out + err
    with pytest.raises(NoSnapshot):
        open_snapshot(data_dir)


@pytest.mark.parametrize("message", ["", "\n \n"])
def test_a_failure_without_words_is_named(monkeypatch, capsys, data_dir, tmp_path, message):
    def fails(*_given, **_named):
        raise CheckFailed(message)

    monkeypatch.setattr(returns, "check_return", fails)
    assert main(["check", str(a_file(tmp_path))]) == REFUSED
    assert "CheckFailed" in capsys.readouterr().err

"""From the template to the published figure by command line, in a process of its own as on a person's machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.browser import ROOT
from tests.next_returns import NEXT_PERIOD, a_forecast, filled_template

# One process for what follows each other, so that the checks warm up once. Each answer is a line.
ONE_BY_ONE = """
import json, sys
from pipelines.__main__ import main
for given in json.load(sys.stdin):
    print(main([*given, "--json"]))
"""
WHOSE = ("--agreement", "fjordbyen", "--party", "lindvag", "--period", NEXT_PERIOD)


def answers(data_dir, *commands: list[object]) -> list[tuple[int, dict]]:
    """The exit code and the answer of each command."""
    ran = subprocess.run(
        [sys.executable, "-c", ONE_BY_ONE], input=json.dumps([[*map(str, command)] for command in commands]), text=True,
        capture_output=True, cwd=ROOT, env={**os.environ, "DATA_DIR": str(data_dir)}, check=True,
    )  # fmt: skip
    lines = ran.stdout.splitlines()
    assert "Traceback" not in ran.stderr
    return [(int(code), json.loads(answer)) for answer, code in zip(lines[::2], lines[1::2], strict=True)]


@pytest.mark.trust
def test_from_the_template_to_the_published_figure(examples, tmp_path):
    data_dir = shutil.copytree(examples, tmp_path / "var")
    workbook, returned = tmp_path / "mal.xlsx", tmp_path / "rapport.xlsx"
    ((code, _), before) = answers(
        data_dir, ["template", *WHOSE, "--out", workbook], ["figures", "--agreement", "fjordbyen", "--page", "uncertainty"]
    )
    assert code == 0
    content, placed = filled_template(workbook.read_bytes(), "lindvag", data_dir)
    returned.write_bytes(content)
    checked, submitted = answers(
        data_dir, ["check", returned], ["submit", returned, "--as", "lindvag.analyst", "--note", "Bekreftet"]
    )
    number = submitted[1]["submission_id"]
    approved, after = answers(
        data_dir,
        ["approve", number, "--as", "secretariat.lead"],
        ["figures", "--agreement", "fjordbyen", "--page", "uncertainty"],
    )
    assert [code for code, _ in (checked, submitted, approved, after)] == [0, 0, 0, 0]
    assert (checked[1]["party_id"], checked[1]["period"]) == ("lindvag", NEXT_PERIOD)
    assert (submitted[1]["status"], approved[1]["status"]) == ("staged", "approved")
    row = a_forecast(placed)
    was, now = (forecast_of(figures, row.code("project_id")) for (_, figures) in (before, after))
    assert number not in was["submission_ids"]
    assert (now["submission_ids"], now["amount"]) == ([number], float(row.number("forecast_mnok")))


def forecast_of(answer: dict, project_id: str) -> dict:
    (found,) = [it for it in answer["figures"] if (it["name"], it["key"]) == ("forecast", project_id)]
    return found

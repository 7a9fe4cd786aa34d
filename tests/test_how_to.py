"""The worked example of docs/how_to.md is the one that runs: its mapping, its sheet and what the command answers."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from domain.mappings import BUILT_IN
from pipelines import imports
from pipelines.__main__ import main
from pipelines.commands.outcome import DONE, FINDINGS
from pipelines.reading.any_file import BOTH, read_file
from pipelines.reading.worker import check_here
from tests.mapped_files import tertial_report

DOCUMENT = (Path(__file__).parents[1] / "docs" / "how_to.md").read_text(encoding="utf-8")
MAPPING = BUILT_IN / "kystfylket_tertial.yaml"


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    class Here:
        check = staticmethod(check_here)
        warm_up = staticmethod(lambda: None)

    monkeypatch.setattr(imports, "read_in_child", lambda path, **_: read_file(path, BOTH))
    monkeypatch.setattr(imports, "the_worker", Here)


def blocks(after: str) -> list[list[str]]:
    """The lines of each block of output after a heading."""
    part = DOCUMENT[DOCUMENT.index(after) :]
    return [found.splitlines() for kind, found in re.findall(r"^```(\w*)\n(.*?)\n```$", part, flags=re.S | re.M) if not kind]


def test_the_mapping_is_the_one_that_is_built_in():
    [shown] = re.findall(r"```yaml\n(.*?)\n```", DOCUMENT, flags=re.S)
    assert shown == MAPPING.read_text(encoding="utf-8").rstrip()


def test_the_sheet_is_the_one_that_is_read():
    sheet = load_workbook(io.BytesIO(tertial_report())).active
    shown = [line.strip("| ").split(" |") for line in DOCUMENT.splitlines() if re.match(r"\| \d+ \|", line)]
    assert len(shown) > 8
    for number, *cells in shown:
        row = [sheet.cell(int(number), column).value for column in range(1, 10)]
        told = [cell.strip() for cell in cells] + [""] * (9 - len(cells))
        assert told == [_written(found) for found in row], number


def _written(found: object) -> str:
    if hasattr(found, "strftime"):
        return found.strftime("%d.%m.%Y")
    return "" if found is None else str(found).replace(".", ",") if isinstance(found, float) else str(found)


@pytest.mark.parametrize(
    ("language", "heading"),
    [("nb", "### Et gjennomarbeidet eksempel"), pytest.param("en", "### A worked example", marks=pytest.mark.trust)],
)
def test_the_commands_answer_as_shown(capsys, monkeypatch, data_dir, tmp_path, language, heading):
    commands, answer, refused = blocks(heading)[:3]
    monkeypatch.setenv("APP_LANGUAGE", language)
    (tmp_path / "tertialrapport.xlsx").write_bytes(tertial_report())
    for line in commands[1:]:
        capsys.readouterr()
        assert main(line.replace("tertialrapport.xlsx", str(tmp_path / "tertialrapport.xlsx")).split()[3:]) == DONE
    assert capsys.readouterr().out.splitlines() == answer
    wrong = tmp_path / MAPPING.name
    content = MAPPING.read_text(encoding="utf-8").replace("sign: saving_is_positive", "sign: over_is_positive")
    wrong.write_text(content, encoding="utf-8")
    last = (
        commands[-1]
        .replace("kystfylket_tertial ", f"{wrong} ")
        .replace("tertialrapport.xlsx", str(tmp_path / "tertialrapport.xlsx"))
    )
    assert main(last.split()[3:]) == FINDINGS
    said = capsys.readouterr().err.splitlines()
    assert [line for line in refused if line in said] == refused

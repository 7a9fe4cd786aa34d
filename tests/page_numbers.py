"""Numbers as they stand on a page, and the same as the command line answers them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pipelines.__main__ import main
from pipelines.commands.outcome import DONE

# Name, grain and key of a figure.
Part = tuple[str, str, str | None]
Asking = Callable[..., Any]


def asking(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> Asking:
    """A function that runs a command that only asks, in this process, and gives its JSON."""

    def asked(*arguments: str) -> Any:
        monkeypatch.setenv("DATA_DIR", str(data_dir))
        capsys.readouterr()
        assert main([*arguments, "--json"]) == DONE
        return json.loads(capsys.readouterr().out)

    return asked


def figures_of(asked: Asking, page: str, *arguments: str) -> dict[Part, Any]:
    """The amounts that `figures` answers for a page, by name, grain and key."""
    found = asked("figures", "--agreement", "fjordbyen", "--page", page, *arguments)["figures"]
    return {(it["name"], it["grain"], it["key"]): it["amount"] for it in found}


def rows_of(app: AppTest, caption: str) -> list[list[str]]:
    """The cells of the table whose caption begins so, without tags, with plain spaces."""
    (body,) = [it.proto.body for it in app.get("html") if f"<caption>{html.escape(caption)}" in it.proto.body]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body.split("<tbody>")[1], re.S)
    return [[plain(cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S)] for row in rows]


def plain(body: str) -> str:
    """Words without tags, with plain spaces and hyphens."""
    text = html.unescape(re.sub(r"<[^>]+>", " ", body))
    return " ".join(text.replace("\u00a0", " ").replace("\u2011", "-").split())


def number(said: str) -> float | None:
    """The first number of Norwegian words; None where there is a dash alone, or none."""
    found = re.search(r"[−+]?\d[\d ]*(?:,\d+)?", said)
    return float(found.group().replace(" ", "").replace(",", ".").replace("−", "-")) if found else None


def same(said: str, amount: float | None, decimals: int = 1) -> bool:
    """Whether words on a page tell an amount, rounded to so many decimals; none where it is not known."""
    told = number(said)
    if told is None or amount is None:
        return told is None and amount is None
    # A half is rounded either way, and sums of binary fractions lie a little off it.
    return abs(told - amount) <= 0.5 * 10**-decimals + 1e-9

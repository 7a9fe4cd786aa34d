"""The commands that only ask: one JSON object each, in the shapes of the contract, and the same numbers as the answers."""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from domain.load import load_agreements
from pipelines.__main__ import main
from pipelines.answers.deviations.deviations import deviations
from pipelines.answers.economy.bridges import portfolio_bridge
from pipelines.answers.economy.economy import economy
from pipelines.answers.prices import price
from pipelines.commands.outcome import DONE, REFUSED
from pipelines.history.snapshot import open_snapshot

FJORDBYEN = load_agreements()["fjordbyen"]
DAY = dt.date(2026, 9, 1)
OF = ["--agreement", "fjordbyen"]


@pytest.fixture
def ask(capsys, monkeypatch, examples):
    """Exit code, the JSON object and what was said on standard error, over the examples, which are read only."""
    monkeypatch.setenv("DATA_DIR", str(examples))

    def asked(*arguments):
        code = main([*arguments, "--json"])
        out, err = capsys.readouterr()
        return code, json.loads(out), err

    return asked


def test_figures_are_those_of_the_answer_to_the_oere(ask, examples):
    code, found, said = ask("figures", *OF, "--page", "economy", "--as-of", "2026-09-01")
    whole = economy(open_snapshot(examples), FJORDBYEN, price(FJORDBYEN, DAY), DAY)
    by_name = {(it["name"], it["grain"], it["key"]): it for it in found["figures"]}
    assert (code, set(found), len(by_name)) == (DONE, {"figures"}, len(found["figures"]))
    total = by_name["forecast_total", "agreement", None]
    assert Decimal(str(total["amount"])) == whole.whole.mnok("forecast_mnok")
    assert {name: total[name] for name in ("page", "area", "unit", "price_year", "as_of", "with_figures")} == {
        "page": "economy", "area": None, "unit": "mnok", "price_year": 2024, "as_of": "2026-09-01",
        "with_figures": list(whole.whole.with_figures["forecast_mnok"]),
    }  # fmt: skip
    assert total["submission_ids"] == list(whole.whole.submission_ids("forecast_mnok"))
    for key, sums in whole.by_source.items():
        amount = by_name["requisitioned_total", "source", key]["amount"]
        assert (None if amount is None else Decimal(str(amount))) == sums.mnok("requisitioned_mnok")
    assert said.count("\n") == len(found["figures"])


def test_an_area_alone_has_what_the_whole_says_of_it(ask):
    whole = {
        it["key"]: it
        for it in ask("figures", *OF, "--page", "economy", "--as-of", "2026-09-01")[1]["figures"]
        if (it["name"], it["grain"]) == ("forecast_total", "area")
    }
    own = [
        it
        for it in ask("figures", *OF, "--page", "economy", "--area", "nord", "--as-of", "2026-09-01")[1]["figures"]
        if it["name"] == "forecast_total"
    ]
    assert next(it for it in own if it["grain"] == "area") == whole["nord"]
    assert {it["area"] for it in own} == {"nord"}


def test_the_bridge_has_the_steps_of_the_contract_and_adds_up(ask, examples):
    first = dt.date(2025, 2, 1)
    code, found, _ = ask("bridge", *OF, "--from", str(first), "--to", str(DAY))
    wanted = portfolio_bridge(open_snapshot(examples), FJORDBYEN, first, DAY, price=price(FJORDBYEN, DAY)).bridge
    amounts = [Decimal(str(step["amount_mnok"])) for step in found["bridge"]]
    assert code == DONE
    assert [step["step"] for step in found["bridge"]] == [step.step for step in wanted.steps]
    assert amounts == [step.amount_mnok for step in wanted.steps]
    assert sum(amounts[:-1]) == amounts[-1] == Decimal(str(found["closing_mnok"]))
    assert (found["with_figures"], found["price_year"]) == (list(wanted.with_figures), 2024)
    assert {step["step"]: step.get("project_ids") for step in found["bridge"]}["joiners"] == ["F-061", "F-062", "F-063"]


def test_deviations_are_the_open_ones_of_the_day(ask, examples):
    code, found, _ = ask("deviations", *OF, "--as-of", "2026-07-31")
    wanted = deviations(open_snapshot(examples), FJORDBYEN, dt.date(2026, 7, 31))
    assert code == DONE
    assert [(it["deviation_id"], it["level"], it["body_id"]) for it in found["deviations"]] == [
        (it.deviation_id, it.result.level_told, it.body_id) for it in wanted
    ]
    over = next(it for it in found["deviations"] if it["rule"] == "cost_over_p85")
    assert over["evidence"]["forecast_mnok"] > over["evidence"]["p85_mnok"]
    assert {"deviation_id", "project_id", "rule", "level", "reported_level", "periods_in_a_row", "evidence", "body_id"} <= set(
        over
    )


@pytest.mark.parametrize("language", ["nb", "en"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["figures", "--agreement", "nowhere"], ["figures", *OF, "--area", "ost"], ["figures", *OF, "--page", "weather"],
        ["figures", *OF, "--as-of", "yesterday"], ["bridge", *OF, "--from", "2026-09-01", "--to", "2025-01-01"],
        ["bridge", *OF, "--from", "2026-09-01"], ["deviations"],
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_in_words(ask, monkeypatch, language, arguments):
    monkeypatch.setenv("APP_LANGUAGE", language)
    code, found, said = ask(*arguments)
    assert (code, set(found)) == (REFUSED, {"error"})
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "arguments", [["figures", *OF], ["bridge", *OF, "--from", "2025-01-01", "--to", "2026-01-01"], ["deviations", *OF]]
)
def test_before_anything_is_published_it_is_refused(capsys, data_dir, arguments):
    assert main([*arguments, "--json"]) == REFUSED
    assert set(json.loads(capsys.readouterr().out)) == {"error"}


def test_an_agreement_without_returns_has_no_figures_that_are_zero(ask):
    code, found, _ = ask("figures", "--agreement", "miljoloftet")
    assert code == DONE
    assert {it["amount"] for it in found["figures"] if it["name"].endswith("_total")} == {None}
    assert ask("deviations", "--agreement", "miljoloftet")[1]["deviations"] == []
    bridge = ask("bridge", "--agreement", "miljoloftet", "--from", "2025-01-01", "--to", "2026-01-01")[1]
    assert (bridge["closing_mnok"], bridge["with_figures"]) == (0, [0, 0])


@pytest.mark.parametrize(("language", "heading"), [("nb", "## Vise tallene på sidene"), ("en", "## Showing the numbers")])
def test_the_commands_answer_as_the_document_shows(capsys, monkeypatch, examples, language, heading):
    document = (Path(__file__).parents[3] / "docs" / "how_to.md").read_text(encoding="utf-8")
    commands, figures, bridge = re.findall(r"^```\n(.*?)\n```$", document[document.index(heading) :], flags=re.S | re.M)[:3]
    monkeypatch.setenv("DATA_DIR", str(examples))
    monkeypatch.setenv("APP_LANGUAGE", language)
    told = []
    for line in commands.splitlines():
        assert main(line.split()[3:]) == DONE
        told.append(capsys.readouterr().out.rstrip())
    assert told[0].startswith(figures + "\n")
    assert told[1] == bridge
    assert told[2]

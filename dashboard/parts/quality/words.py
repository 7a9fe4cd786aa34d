"""What was delivered, in words made from the numbers: the page's one sentence, and the words of each cell of the grid."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from dashboard.parts.blocks import Said, joined
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed
from domain.forms import load_form
from domain.model import Agreement, ReportingCycle
from domain.numbers import NO_VALUE, date_text, decimal_text, period_text
from pipelines.answers.reporting.quality import reports

# A return that has come, whether it counts yet or waits.
CAME = frozenset({"delivered", "late", "waiting"})
SYMBOLS = {
    "delivered": "●", "late": "▲", "awaited": "◌", "missing": "■", "waiting": "◆", "sent_back": "■", "not_delivered": NO_VALUE
}  # fmt: skip
AGE_SYMBOLS = {"green": "●", "yellow": "▲", "red": "■"}
_MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class CellWords:
    """One cell of the grid: its word with a symbol, and short lines below."""

    status: str
    symbol: str
    word: str
    lines: tuple[Said, ...]


def headline(here: Surroundings, agreement: Agreement, rows: pd.DataFrame, period: str | None) -> str:
    """How many parties have reported for a period, who is missing, and how far the deadline is. `rows` are of the period."""
    if period is None or rows.empty:
        return _nothing_asked(here, agreement)
    came = rows[rows["status"].isin(CAME)]
    deadline = rows.iloc[0]["deadline_on"]
    led = partial(of_quality, here, agreement, period=period)
    counted = {"n": led("parties_in", str(len(came))), "of": led("parties_asked", str(len(rows)))}
    named: dict[str, object] = {**counted, "period": period_text(period, here.language)}
    if deadline is None:
        said = here.say("page.quality.finding.no_deadline", **named)
    else:
        named["day"] = date_text(deadline, here.language)
        late = led("parties_late", str(int((came["days_after"] > 0).sum())))
        said = _against_deadline(here, rows, came, late, (here.as_of - deadline).days, named)
    n_waiting = int((rows["status"] == "waiting").sum())
    waiting = here.say("page.quality.finding.waiting", n=led("returns_waiting", str(n_waiting)))
    return joined([said, waiting]) if n_waiting else said


def of_quality(
    here: Surroundings, agreement: Agreement, figure: str, said: str, party_id: str = "", period: str | None = None
) -> Said:
    """A count of returns or of projects with figures that leads to what is counted, of a party and a period."""
    is_of_returns = figure.startswith(("parties_", "returns_"))
    of = period if is_of_returns else f"{party_id}:{period}" if period else party_id
    named = {"grain": "period" if is_of_returns else "party", "of": of} if of else {}
    return computed(here, agreement, None, f"quality.{figure}", said, **named)


def _against_deadline(
    here: Surroundings, rows: pd.DataFrame, came: pd.DataFrame, late: Said, over: int, named: dict[str, object]
) -> str:
    """The sentence where there is a deadline; `over` are the days since it passed."""
    if len(came) == len(rows):
        key = "all_late" if str(late) != "0" else "all_in_time"
        return here.say(f"page.quality.finding.{key}", late=late, **named)
    named["days"] = days_text(here, abs(over))
    if over > 0 and len(came):
        names = list(rows.loc[~rows["status"].isin(CAME), "party_name"])
        number = "one" if len(names) == 1 else "other"
        return here.say(f"page.quality.finding.some_missing.{number}", names=_names(here, names), **named)
    if over > 0:
        return here.say("page.quality.finding.none_missing", **named)
    if over == 0:
        return here.say("page.quality.finding.some_today", **named)
    return here.say(f"page.quality.finding.{'some_due' if len(came) else 'none_due'}", **named)


def _nothing_asked(here: Surroundings, agreement: Agreement) -> str:
    """The sentence where no period is to be reported yet, or none is known."""
    cycle = agreement.reporting
    if isinstance(cycle, ReportingCycle) and cycle.first_period:
        return here.say("page.quality.finding.not_begun", period=period_text(cycle.first_period, here.language))
    n = sum(reports(party, here.as_of, here.as_of) for party in agreement.parties)
    return here.say("page.quality.finding.no_cycle", of=n)


def _names(here: Surroundings, names: list[str]) -> str:
    """A, B og C; how many where they are more than three."""
    if len(names) > _MOST_NAMES:
        return here.say("page.quality.finding.many", n=len(names))
    return f" {here.say('page.quality.and')} ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def days_text(here: Surroundings, days: int) -> str:
    """1 dag, 12 dager, on one line."""
    said = here.say(f"page.quality.days.{'one' if days == 1 else 'other'}", n=decimal_text(days, 0, here.language))
    return said.replace(" ", "\u00a0")


def to_deadline(here: Surroundings, days_after: Any) -> str:
    """4 dager før, på fristdagen, 12 dager etter; a dash without a deadline."""
    if pd.isna(days_after):
        return NO_VALUE
    if days_after == 0:
        return here.say("page.quality.grid.on_day")
    key = "after" if days_after > 0 else "before"
    return here.say(f"page.quality.grid.{key}", days=days_text(here, abs(int(days_after))))


def found_in(here: Surroundings, agreement: Agreement, said: str, kind: str = "findings", **where: object) -> Said:
    """A count of findings, or of returns or parties with any, that leads to them, by any of `FOUND_BY`."""
    of = ";".join(f"{name}={where[name]}" for name in sorted(where) if where[name] is not None)
    return computed(here, agreement, None, f"quality.{kind}", said, **({"grain": "found", "of": of} if of else {}))


def cell_words(here: Surroundings, agreement: Agreement, row: dict[str, Any]) -> CellWords:
    """What a cell says: the status, when it came, its days from the deadline, and what was found or corrected."""
    status = str(row["status"])
    word = here.say(f"page.quality.status.{status}")
    return CellWords(status, SYMBOLS[status], word, (*_when(here, row), *_more(here, agreement, row)))


def _when(here: Surroundings, row: dict[str, Any]) -> list[str]:
    if not pd.isna(row["first_submitted_at"]):
        day = date_text(row["first_submitted_at"], here.language)
        return [day] if pd.isna(row["days_after"]) else [day, to_deadline(here, row["days_after"])]
    if row["status"] == "waiting":
        return [here.say("page.quality.grid.handed_in", day=date_text(row["waiting_at"], here.language))]
    if pd.isna(row["days_after"]):
        return []
    days = int(row["days_after"])
    if days == 0:
        return [here.say("page.quality.grid.today")]
    return [here.say(f"page.quality.grid.{'over' if days > 0 else 'left'}", days=days_text(here, abs(days)))]


def _more(here: Surroundings, agreement: Agreement, row: dict[str, Any]) -> list[Said]:
    said: list[Said] = []
    if row["n_before"]:
        said.append(here.say("page.quality.grid.corrected", day=date_text(row["submitted_at"], here.language)))
    if not pd.isna(row["waiting_at"]) and row["status"] != "waiting":
        said.append(here.say("page.quality.grid.correction_waits"))
    for name in ("n_warning", "n_hold"):
        if row[name]:
            number = "one" if row[name] == 1 else "other"
            severity, number_of = name.removeprefix("n_"), int(row["submission_id"])
            words = here.say(f"page.quality.grid.{name}.{number}", n=decimal_text(row[name], 0, here.language))
            said.append(found_in(here, agreement, words, severity=severity, submission=number_of))
    return said


def grid_title(here: Surroundings, agreement: Agreement, rows: pd.DataFrame) -> str:
    """How many of the returns that were due by now came by the deadline."""
    due = rows[rows["status"] != "awaited"]
    if due.empty or due["deadline_on"].isna().all():
        return here.say("page.quality.grid.title_none")
    led = partial(of_quality, here, agreement)
    n = led("returns_in_time", str(int((due["status"] == "delivered").sum())))
    return here.say("page.quality.grid.title", n=n, of=led("returns_asked", str(len(due))))


def standing_words(here: Surroundings, row: dict[str, Any]) -> str:
    """Where a return stands, as it was known on the reader's date."""
    if row["counts"] and row["last_act"] == "submit":
        return here.say("page.quality.returns.later")
    standing = here.say(f"page.quality.returns.standing.{row['last_act']}")
    return here.say("page.quality.returns.replaced", standing=standing) if row["is_replaced"] else standing


def reason_words(here: Surroundings, reason: str) -> str:
    """Why there is no figure: the form's own word for its codes."""
    form = load_form()
    if any(found.code == reason for found in form.missing):
        return form.missing_code(reason).label.in_language(here.language)
    return here.say(f"page.quality.coverage.reason.{reason}")


def party_name(agreement: Agreement, party_id: str) -> str:
    """The name of a party; its id where the agreement no longer has it."""
    return next((party.name for party in agreement.parties if party.party_id == party_id), party_id)


def day_text(here: Surroundings, day: dt.date | None) -> str:
    """A date, or a dash."""
    return NO_VALUE if day is None or pd.isna(day) else date_text(day, here.language)

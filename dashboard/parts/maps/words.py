"""What the maps say, in sentences made from their rows: titles, how to read them, and what stands in for them."""

from __future__ import annotations

import pandas as pd

from dashboard.parts.blocks import Said
from dashboard.parts.goal.words import interval, led, led_point
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import decimal_text, month_text, signed_text
from pipelines.answers.goal.goal import IndexPoint

PLACE_SYMBOLS = {"above": "▲", "below": "▼", "within": "●", "unknown": "◌"}
_CERTAIN = ("not_met", "met")
_N_LISTED = 3


def change_text(here: Surroundings, change_pct: float) -> str:
    """+8,3 %; an en dash where there is none."""
    return f"{signed_text(change_pct, 1, here.language)} %" if change_pct == change_pct else decimal_text(None, 1, here.language)


def interval_text(here: Surroundings, row) -> str:  # type: ignore[no-untyped-def]  # a row of itertuples
    """−2,2 til 3,8; that there is one point where there is no interval, an en dash where there is no point."""
    if row.answer == "no_data":
        return decimal_text(None, 1, here.language)
    return here.say("page.map.one_point") if row.ci_low_pct != row.ci_low_pct else interval(here, row.ci_low_pct, row.ci_high_pct)


def municipalities_title(here: Surroundings, rows: pd.DataFrame, year: int) -> str:
    """In which municipalities traffic has certainly changed; of the others that it cannot be said."""
    named = {answer: list(own["name"]) for answer, own in rows.groupby("answer")}
    certain = [answer for answer in _CERTAIN if answer in named]
    parts = [here.say(f"page.map.municipalities_{answer}", names=_listed(here, named[answer])) for answer in certain]
    if "cannot_tell" in named:
        key = "page.map.municipalities_cannot_tell" if parts else "page.map.municipalities_none"
        parts.append(here.say(key, names=_listed(here, named["cannot_tell"]), year=year))
    if "no_data" in named:
        parts.append(here.say("page.map.municipalities_no_data", names=_listed(here, named["no_data"])))
    sentence = "; ".join(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def municipalities_listed(here: Surroundings, rows: pd.DataFrame) -> str:
    """Each municipality with its change and answer, for those who hear the map."""
    return "; ".join(
        here.say(
            "page.map.listed",
            name=row.name,
            change=change_text(here, row.index_pct),
            word=here.say(f"page.map.answer.{row.answer}").lower(),
        )
        for row in rows.itertuples()
    )


def points_title(here: Surroundings, agreement: Agreement, rows: pd.DataFrame, area: IndexPoint) -> str:
    """The point farthest from the area, and how many lie outside the interval of the area."""
    first, counts = rows.iloc[0], rows["place"].value_counts()
    its = change_text(here, first["change_pct"])
    counted = {"n": len(rows), **{place: counts.get(place, 0) for place in ("above", "below")}}
    named: dict[str, Said] = {name: led(here, agreement, area, decimal_text(n, 0, here.language)) for name, n in counted.items()}
    named |= {
        "name": first["name"],
        "change": led_point(here, agreement, area, int(first["submission_id"]), first["point_id"], its),
    }
    if "unknown" in counts:
        return here.say("page.map.points_title_plain", **{name: named[name] for name in ("name", "change", "n")})
    return here.say("page.map.points_title", **named)


def how_to_read(here: Surroundings, agreement: Agreement, area: IndexPoint) -> str:
    """What the symbols, the sizes and the names on the map of points mean."""
    if area.ci_low_pct is None:
        return here.say("page.map.points_read_plain", year=area.reference_year)
    bounds = led(here, agreement, area, interval(here, area.ci_low_pct, area.ci_high_pct))
    return here.say("page.map.points_read", interval=bounds, year=area.reference_year)


def points_alternative(here: Surroundings, agreement: Agreement, rows: pd.DataFrame) -> str:
    """What the map of points shows, for those who hear it."""
    counts = rows["place"].value_counts()
    listed = [
        here.say("page.map.point_listed", name=row.name, change=change_text(here, row.change_pct))
        for row in rows.head(_N_LISTED).itertuples()
    ]
    return here.say(
        "page.map.points_alt",
        n=len(rows),
        name=agreement.short_name,
        above=counts.get("above", 0),
        below=counts.get("below", 0),
        within=counts.get("within", 0),
        listed=", ".join(listed),
    )


def month_of(here: Surroundings, area: IndexPoint) -> str:
    """The last month of the window."""
    return month_text(area.last_month, here.language)


def _listed(here: Surroundings, names: list[str]) -> str:
    """A, B og C."""
    if len(names) < 2:
        return "".join(names)
    return here.say("page.map.and", first=", ".join(names[:-1]), last=names[-1])

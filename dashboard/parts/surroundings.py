"""What a page needs before it can ask anything: language, ground, agreement and the published snapshot."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from dashboard.gate import ACCESS_HEADER, LOCAL
from dashboard.parts.blocks import Link, Said, Words
from dashboard.parts.choices import asked
from dashboard.theme import PALETTES, Ground, Palette
from domain.load import load_agreements
from domain.model import Agreement
from domain.words import LANGUAGES, text
from pipelines.history.snapshot import NoSnapshot, Snapshot, open_snapshot
from pipelines.settings import settings

# A place in a text that is to be filled with a link: a sign that is never written.
_MARK = "\ue000{}\ue001"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """One reader's choices and the data behind them. `snapshot` is None before anything has been published."""

    language: str
    ground: Ground
    palette: Palette
    agreements: dict[str, Agreement]
    snapshot: Snapshot | None
    is_local: bool
    today: dt.date
    as_of: dt.date
    # The kroner that the address asks for, which every link carries on.
    price_asked: str | None = None

    @property
    def is_past(self) -> bool:
        """Whether the reader looks at what was known on an earlier day."""
        return self.as_of < self.today

    @property
    def published(self) -> Snapshot:
        """The snapshot of a page that asks nothing before there is one. NoSnapshot."""
        if self.snapshot is None:
            raise NoSnapshot
        return self.snapshot

    def known(self, agreement: Agreement) -> tuple[str, str, int, dt.date]:
        """What an answer about an agreement depends on besides its question: the key of its cache."""
        # A changed file is loaded as a new object, and the loaded ones are kept.
        return self.snapshot.identity if self.snapshot else "", agreement.agreement_id, id(agreement), self.as_of

    def say(self, key: str, **named: object) -> str:
        """A text in the reader's language; words in it that lead somewhere still do."""
        led = {name: it for name, it in named.items() if isinstance(it, (Link, Words))}
        if not led:
            return text(key, self.language, **named)
        return _with_links(text(key, self.language, **(named | {name: _MARK.format(name) for name in led})), led)


def _with_links(said: str, led: Mapping[str, Said]) -> Words:
    """A text with words that lead somewhere in the places that are marked for them."""
    places = re.split(f"({'|'.join(_MARK.format(name) for name in led)})", said)
    marked = {_MARK.format(name): it for name, it in led.items()}
    return Words(marked.get(part, part) for part in places if part)


def surroundings() -> Surroundings:
    """The surroundings of this run. Real agreements come before invented ones."""
    data_dir = settings().data_dir
    now_on = today()
    agreements = load_agreements(data_dir / "agreements")
    language = asked("lang") or LANGUAGES[0]
    ground: Ground = "dark" if st.context.theme.type == "dark" else "light"
    return Surroundings(
        language if language in LANGUAGES else LANGUAGES[0],
        ground,
        PALETTES[ground],
        dict(sorted(agreements.items(), key=lambda item: (item[1].is_synthetic, item[0]))),
        _newest(data_dir),
        st.context.headers.get(ACCESS_HEADER) == LOCAL,
        now_on,
        _as_of(now_on),
        asked("price"),
    )


def today() -> dt.date:
    """The reader's own calendar day: the one place where a page asks for it."""
    return dt.date.today()  # noqa: DTZ011


def _as_of(now_on: dt.date) -> dt.date:
    """The date that the address asks for; today where it asks for none, for nonsense or for the future."""
    try:
        day = dt.date.fromisoformat(asked("asof") or "")
    except ValueError:
        return now_on
    return min(day, now_on)


def _newest(data_dir: Path) -> Snapshot | None:
    try:
        return open_snapshot(data_dir)
    except NoSnapshot:
        return None

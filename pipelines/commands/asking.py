"""What the commands that only ask have in common: which agreement, as known when, in the newest snapshot."""

from __future__ import annotations

import argparse
import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.commands.outcome import Refused, now
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.answers.prices import Price
    from pipelines.history.snapshot import Snapshot


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which agreement, and as it was known when: today, if not said."""
    parser.add_argument("--agreement", required=True)
    parser.add_argument("--as-of", type=dt.date.fromisoformat)


def newest_snapshot(setting: Settings) -> Snapshot:
    """What has been published last. Refused before anything has."""
    from pipelines.history.snapshot import NoSnapshot, open_snapshot

    try:
        return open_snapshot(setting.data_dir)
    except NoSnapshot as none:
        raise Refused("nothing_published") from none


def day_asked(as_of: dt.date | None) -> dt.date:
    """The date asked about."""
    return as_of or now().date()


def exact(amount: Decimal | float | None) -> float | int | None:
    """A number for JSON. An amount to the øre of less than ten million mill. kr is written with exactly its decimals."""
    return float(amount) if isinstance(amount, Decimal) else amount


def price_said(price: Price | None) -> dict[str, object]:
    """What kroner the money of an answer is in, without VAT, and the index that it was converted with."""
    basis = price.common.basis if price else None
    return {
        "price_kind": basis.price_kind if basis else None,
        "price_year": basis.price_year if basis else None,
        "index": {"price_index_id": price.index.price_index_id, "version": price.index_version}
        if price and price.index
        else None,
    }

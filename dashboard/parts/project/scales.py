"""That the scale behind a project's reported colours was changed between two of its reports, in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from dashboard.parts import blocks
from dashboard.parts.agreement_names import party_name
from dashboard.parts.figures import kept
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import period_text
from domain.period import Month, Period
from pipelines.answers.project.history import ProjectHistory
from pipelines.answers.reporting.scale_breaks import scale_breaks


def scale_changes(here: Surroundings, agreement: Agreement, history: ProjectHistory) -> None:
    """One line for each change of scale that the project's colours lie on both sides of; nothing without any."""
    breaks = kept(partial(scale_breaks, here.published, agreement, here.as_of), "scale_breaks", *here.known(agreement))
    for sentence in changes_said(here, agreement, history, breaks):
        blocks.small(sentence)


def changes_said(here: Surroundings, agreement: Agreement, history: ProjectHistory, breaks: pd.DataFrame) -> list[str]:
    """The sentences about the changes of scale of the party that reports the project, the oldest first."""
    if history.profile is None:
        return []
    reported = [_last(report.period) for report in history.reports]
    own = breaks[breaks["party_id"] == history.profile.party_id]
    crossed = [
        row.period for row in own.itertuples() if min(reported) <= _last(row.period_before) and _last(row.period) <= max(reported)
    ]
    party = party_name(agreement, history.profile.party_id)
    return [
        here.say("project.strip.scale_changed", party=party, period=period_text(period, here.language))
        for period in sorted(set(crossed), key=_last)
    ]


def _last(period: str) -> Month:
    return Period.parse(period).last

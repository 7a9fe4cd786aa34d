"""The methods behind the figures of the projects, a subject each: what it is, how it is made, what it needs and does not say."""

from __future__ import annotations

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.choices import asked
from dashboard.parts.surroundings import Surroundings
from domain.limit_file import default_limits

SUBJECTS = (
    "reports", "money", "frames", "earned", "milestones", "curve", "portfolio_risk", "reserve", "bridge", "rules", "colours",
    "history",
)  # fmt: skip
_PARTS = ("what", "formula", "needs", "cannot", "source")


def portfolio_methods(here: Surroundings) -> None:
    """Every subject, closed until somebody asks, in the address or here."""
    blocks.title(here.say("page.method.portfolio.title"), here.say("page.method.portfolio.intro"))
    n_rules = sum(not limit.is_off for limit in default_limits().limits)
    for subject in SUBJECTS:
        with st.expander(here.say(f"page.method.portfolio.{subject}.name"), expanded=asked("section") == subject):
            for part in _PARTS:
                said = here.say(f"page.method.portfolio.{subject}.{part}", n=n_rules)
                blocks.said(here.say(f"page.method.portfolio.said.{part}"), said)

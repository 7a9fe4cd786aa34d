"""Contrast of every colour that carries meaning."""

from __future__ import annotations

import dataclasses

import pytest

from dashboard.theme import PALETTES, SYMBOLS, answer_colour


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ground", PALETTES)
@pytest.mark.parametrize("name", ["ink", "muted", "accent", "on_track", "watch", "deviation", "no_answer"])
@pytest.mark.parametrize("on", ["ground", "wash"])
def test_text_can_be_read(ground, name, on):
    colours = dataclasses.asdict(PALETTES[ground])
    assert contrast(colours[name], colours[on]) >= 5


def test_each_answer_has_its_own_symbol():
    assert len(set(SYMBOLS.values())) == 4
    assert answer_colour("cannot_tell", PALETTES["light"]) == PALETTES["light"].no_answer

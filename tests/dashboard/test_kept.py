"""What pages keep: made once for a key, by one reader while the others wait, and the oldest forgotten."""

from __future__ import annotations

import threading
import time
from functools import partial

import pytest

from dashboard.parts import figures
from dashboard.parts.figures import forget_kept, kept


@pytest.fixture(autouse=True)
def nothing_kept():
    forget_kept()
    yield
    forget_kept()


def test_the_same_key_is_made_once_and_another_anew():
    made: list[str] = []
    for key in ("a", "b", "a", "a"):
        assert kept(partial(_made, made, key), "answer", key) == key
    assert made == ["a", "b"]


def test_readers_who_come_at_once_wait_for_the_one_that_makes_it():
    made: list[str] = []
    found: list[str] = []
    readers = [threading.Thread(target=lambda: found.append(kept(partial(_made, made, "a", 0.2), "slow"))) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert (made, found) == (["a"], ["a"] * 8)


def test_what_failed_is_tried_again():
    with pytest.raises(ZeroDivisionError):
        kept(lambda: 1 // 0, "broken")
    assert kept(lambda: 1, "broken") == 1


def test_only_the_last_that_were_asked_for_are_kept(monkeypatch):
    monkeypatch.setattr(figures, "_MOST_KEPT", 3)
    made: list[str] = []
    for key in ("a", "b", "c", "a", "d", "a", "b"):
        kept(partial(_made, made, key), key)
    assert made == ["a", "b", "c", "d", "b"]


def _made(made: list[str], name: str, seconds: float = 0.0) -> str:
    time.sleep(seconds)
    made.append(name)
    return name

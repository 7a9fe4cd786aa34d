"""The normals of a portfolio are those that numpy draws for each project alone, whether they are kept or not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.methods import normals as module
from pipelines.methods.normals import normals

IDS = ["F-001", "F-002", "Ø-3"]


def numpy_draws(seed: int, name: str, n_draws: int) -> list[float]:
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *name.encode()])))
    return stream.standard_normal(n_draws, dtype=np.float32).tolist()


@given(st.integers(0, 2**70), st.integers(1, 9))
def test_each_project_draws_from_its_own_stream(seed: int, n_draws: int) -> None:
    ((first, common, own),) = normals(IDS, seed, n_draws)
    assert (first, common.tolist()) == (0, numpy_draws(seed, "", n_draws))
    assert own.tolist() == [numpy_draws(seed, it, n_draws) for it in IDS]


@pytest.mark.parametrize("most_kept", [0, 10**6], ids=["by the piece", "kept"])
@pytest.mark.parametrize("in_cache", [3 * 200, 10**6], ids=["small pieces", "large pieces"])
def test_pieces_together_are_all_draws(monkeypatch: pytest.MonkeyPatch, most_kept: int, in_cache: int) -> None:
    monkeypatch.setattr(module, "_MOST_KEPT", most_kept)
    monkeypatch.setattr(module, "_IN_CACHE", in_cache)
    n_draws, found, begins = 5_000, [], []
    for first, common, own in normals(IDS, 7, n_draws):
        begins.append(first)
        found.append(np.vstack([common, own]))
    assert begins == list(np.cumsum([0, *(piece.shape[1] for piece in found[:-1])]))
    assert len(begins) > n_draws // 2049
    assert np.hstack(found).tolist() == [numpy_draws(7, name, n_draws) for name in ("", *IDS)]


def test_what_is_kept_cannot_be_changed() -> None:
    (_, common, own), *_ = normals(IDS, 7, 10)
    for kept in (common, own):
        with pytest.raises(ValueError, match="read-only"):
            kept += 1

"""The standard normals that a portfolio is drawn from: each project has a stream of its own, by the seed and its id. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
# So many draws are worked on at a time at most and at least, so that the numbers of all projects stay in the processor's cache.
CHUNK, _LEAST_CHUNK, _IN_CACHE = 2048, 128, 400_000
# So many normals are kept for the next question about the same projects: 32 MB.
_MOST_KEPT = 8_000_000
_THREADS = 2
_WORD_BITS, _WORD = 32, 2**32 - 1


def normals(project_ids: Sequence[str], seed: int, n_draws: int) -> Iterator[tuple[int, Floats, Floats]]:
    """Standard normals in pieces: the number of the first draw, the common ones, and a row of its own for each project.

    A piece is not to be kept or changed.
    """
    size = min(CHUNK, max(_LEAST_CHUNK, _IN_CACHE // len(project_ids)))
    if len(project_ids) * n_draws <= _MOST_KEPT:
        common, own = _kept_normals(tuple(project_ids), seed, n_draws)
        for first in range(0, n_draws, size):
            yield first, common[first : first + size], own[:, first : first + size]
        return
    common_stream, streams = _stream(seed, ""), [_stream(seed, project_id) for project_id in project_ids]
    own = np.empty((len(streams), CHUNK), dtype=np.float32)
    for begin in range(0, n_draws, CHUNK):
        n_now = min(CHUNK, n_draws - begin)
        common = common_stream.standard_normal(n_now, dtype=np.float32)
        for row, stream in zip(own, streams, strict=True):
            stream.standard_normal(dtype=np.float32, out=row[:n_now])
        for first in range(0, n_now, size):
            last = min(first + size, n_now)
            yield begin + first, common[first:last], own[:, first:last]


@lru_cache(maxsize=2)
def _kept_normals(project_ids: tuple[str, ...], seed: int, n_draws: int) -> tuple[Floats, Floats]:
    """All the normals of a portfolio: by the seed and the ids alone, the same for another date, price or correlation."""
    own = np.empty((len(project_ids), n_draws), dtype=np.float32)

    def fill(first: int) -> None:
        for place in range(first, len(own), _THREADS):
            _stream(seed, project_ids[place]).standard_normal(dtype=np.float32, out=own[place])

    # The rows of other projects are drawn at the same time: numpy lets go of Python while it draws.
    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(fill, range(_THREADS)))
    common = _stream(seed, "").standard_normal(n_draws, dtype=np.float32)
    own.flags.writeable = common.flags.writeable = False
    return common, own


def _stream(seed: int, name: str) -> np.random.Generator:
    # As an array of words, which numpy takes in a fifth of the time of a list.
    words = np.array([*_words(seed), *name.encode()], np.uint32)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))


def _words(seed: int) -> list[int]:
    """A whole number in words of 32 bits, the lowest first, as numpy cuts it up."""
    words = [seed & _WORD]
    while seed := seed >> _WORD_BITS:
        words.append(seed & _WORD)
    return words

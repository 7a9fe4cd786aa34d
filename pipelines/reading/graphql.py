"""Asks a GraphQL server one question at a time: by POST, slowly, with limits, and with patience where waiting helps.

Knows HTTP, not our subject. What cannot be had is a NoAnswer with the finding that says why, never another exception.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from pydantic import BaseModel, ConfigDict, ValidationError
from urllib3.exceptions import DecodeError, HTTPError, SSLError

from domain.rows import Finding

_CHUNK_BYTES = 64 * 1024
# Waiting helps against these; every other status is an answer.
_PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS, *(code for code in HTTPStatus if code >= 500)})
# More of a server's own words than this is no message.
_LONGEST_QUOTE = 200


class NoAnswer(Exception):
    """A question has no usable answer. `finding` says why, in the server's own words where it gave any."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.code}: {finding.quoted}")
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Manners:
    """How politely and how long we ask. Times in seconds. No limit is documented for the public API, so ours is low."""

    per_second: float = 2.0
    connect_s: float = 10.0
    read_s: float = 60.0
    answer_s: float = 120.0
    answer_bytes: int = 32 * 1024**2
    attempts: int = 6
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    longest_asked_wait_s: float = 300.0


@dataclass
class Server:
    """One GraphQL endpoint, asked in turn, under the name `client`. Sleep, clock and chance are other ones in tests."""

    url: str
    client: str
    manners: Manners = Manners()
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    _pool: urllib3.PoolManager = field(init=False, repr=False)
    _next_at: float = field(init=False, default=float("-inf"))

    def __post_init__(self) -> None:
        self._pool = _pool_towards(self.url)

    def ask(self, query: str, variables: Mapping[str, Any]) -> bytes:
        """The bytes of the answer, as they came. NoAnswer when the server gives none after all attempts, or refuses."""
        body = json.dumps({"query": query, "variables": dict(variables)}).encode()
        for attempt in range(1, self.manners.attempts + 1):
            self._keep_pace()
            try:
                return self._answer(body)
            except _TryLater as later:
                if attempt == self.manners.attempts:
                    raise NoAnswer(Finding("api_unreachable", "error", quoted=later.reason, named={"n": attempt})) from later
                self.sleep(self._wait_s(attempt, later))
        raise ValueError(f"attempts = {self.manners.attempts}; at least 1 is needed")

    def _keep_pace(self) -> None:
        """Waits until the next question is due."""
        now = self.clock()
        if now < self._next_at:
            self.sleep(self._next_at - now)
        self._next_at = max(now, self._next_at) + 1 / self.manners.per_second

    def _wait_s(self, attempt: int, later: _TryLater) -> float:
        """Twice as long each time, with jitter so that many clients do not come back at once; or what the server asks for."""
        if later.asked_s is not None:
            if later.asked_s > self.manners.longest_asked_wait_s:
                named: dict[str, str | int | float] = {"minutes": round(later.asked_s / 60)}
                raise NoAnswer(Finding("api_asks_us_to_wait", "error", quoted=later.reason, named=named)) from later
            return later.asked_s
        grown = min(self.manners.longest_wait_s, self.manners.first_wait_s * 2 ** (attempt - 1))
        return grown * (0.5 + 0.5 * self.chance())

    def _answer(self, body: bytes) -> bytes:
        """One attempt. Redirects are not followed: a POST that is sent elsewhere is no answer."""
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "gzip"}
        named = {"X-Client": self.client, "User-Agent": self.client}
        timeout = urllib3.Timeout(connect=self.manners.connect_s, read=self.manners.read_s)
        try:
            response = self._pool.request(
                "POST", self.url, body=body, headers=headers | named,
                timeout=timeout, retries=False, redirect=False, preload_content=False,
            )  # fmt: skip
        except SSLError as error:
            raise NoAnswer(Finding("api_refused", "error", quoted=quotable(str(error)))) from error
        except HTTPError as error:
            raise _TryLater(type(error).__name__) from error
        try:
            return self._body(response)
        finally:
            # What is left unread is dropped with its connection.
            response.close()

    def _body(self, response: urllib3.BaseHTTPResponse) -> bytes:
        if response.status in _PASSING:
            raise _TryLater(f"HTTP {response.status}", _asked_wait_s(response))
        answer = self._read(response)
        if response.status == HTTPStatus.OK:
            refuse_errors(answer)
            return answer
        try:
            refuse_errors(answer)  # the messages say more than the status
        except NoAnswer as refused:
            if refused.finding.code == "api_error":
                raise
        start = quotable(answer[:_LONGEST_QUOTE].decode(errors="replace"))
        raise NoAnswer(Finding("api_refused", "error", quoted=f"HTTP {response.status}: {start}".removesuffix(": ")))

    def _read(self, response: urllib3.BaseHTTPResponse) -> bytes:
        """The whole body as it was before it was packed, within the limits of size and time."""
        gathered, until = bytearray(), self.clock() + self.manners.answer_s
        try:
            while chunk := response.read1(_CHUNK_BYTES, decode_content=True):
                gathered += chunk
                if len(gathered) > self.manners.answer_bytes:
                    limit = f"{self.manners.answer_bytes / 1024**2:g} MiB"
                    raise NoAnswer(Finding("api_answer_too_large", "error", quoted=limit))
                if self.clock() > until:
                    raise _TryLater("AnswerTimeout")
        except DecodeError as error:
            raise NoAnswer(Finding("api_not_json", "error", quoted=quotable(str(error)))) from error
        except HTTPError as error:
            raise _TryLater(type(error).__name__) from error
        return bytes(gathered)


class _Error(BaseModel):
    model_config = ConfigDict(strict=True)

    message: str


class _Envelope(BaseModel):
    """What every GraphQL answer may have beside its data."""

    model_config = ConfigDict(strict=True)

    errors: tuple[_Error, ...] | None = None


def refuse_errors(answer: bytes) -> None:
    """NoAnswer with the server's own messages if there are any, whatever data stands beside them; also if it is no JSON."""
    try:
        errors = _Envelope.model_validate_json(answer).errors
    except ValidationError as error:
        raise unknown_shape(error) from error
    if errors:
        raise NoAnswer(Finding("api_error", "error", quoted=quotable(" / ".join(found.message for found in errors))))


def unknown_shape(error: ValidationError) -> NoAnswer:
    """Why an answer is not of the documented shape: where it first differs, what stands there, what is wanted."""
    first = error.errors(include_url=False)[0]
    if first["type"] == "json_invalid":
        return NoAnswer(Finding("api_not_json", "error", quoted=quotable(first["msg"])))
    place = ".".join(str(part) for part in first["loc"])
    found = "" if first["type"] == "missing" else f" = {first['input']!r:.60}"
    return NoAnswer(Finding("api_unknown_shape", "error", quoted=quotable(f"{place}{found}: {first['msg']}")))


class _TryLater(Exception):
    """An attempt failed in a way that passes; `asked_s` is how long the server asks us to wait, if it does."""

    def __init__(self, reason: str, asked_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.asked_s = reason, asked_s


def quotable(said: str) -> str:
    """What a foreign server said, on one line and harmless on a terminal: no control signs, no change of direction, not long."""
    plain = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in " ".join(said.split()))
    return plain if len(plain) <= _LONGEST_QUOTE else plain[: _LONGEST_QUOTE - 1] + "…"


def _pool_towards(url: str) -> urllib3.PoolManager:
    """Connections to the endpoint, through the proxy that the surroundings name for it, if they do."""
    parts = urlsplit(url)
    proxy = None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)
    return urllib3.ProxyManager(proxy) if proxy else urllib3.PoolManager()


def _asked_wait_s(response: urllib3.BaseHTTPResponse) -> float | None:
    """The seconds of Retry-After; a time of day is counted from the server's own clock. None where it cannot be understood."""
    asked = response.headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked[:9])
    try:
        return max(0.0, (parsedate_to_datetime(asked) - parsedate_to_datetime(response.headers["Date"])).total_seconds())
    except (KeyError, ValueError, TypeError):
        return None

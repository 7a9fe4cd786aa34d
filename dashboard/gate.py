"""Who may write, and what a browser may do with our pages. Pure ASGI ahead of every route; knows no page and no data.

Streamlit's own routes for uploads, media and the websocket ask nobody who they are, so the answer is given before them.
"""

from __future__ import annotations

import ipaddress
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.words import LANGUAGES, text

ACCESS_HEADER = "x-nullvekst-access"
LOCAL = "local"
READ_ONLY = "read-only"

_READING = {"GET", "HEAD", "OPTIONS"}
_OWN_NAMES = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.IGNORECASE)
# A request with any of these came through somebody else, so the address of the last hop says nothing about the person.
_PASSED_ON = {"forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip"}
# Memory and session counts of the process: for whoever runs the machine.
_FOR_OPERATORS = ("/_stcore/metrics",)


def access_of(scope: Scope) -> str:
    """`local` for a person at the machine itself, `read-only` for everybody else and whenever in doubt.

    The Host header is asked too: a foreign name that was pointed at this machine (DNS rebinding) must not count as local.
    """
    headers = Headers(scope=scope)
    passed_on = any(name in _PASSED_ON or name.startswith("x-forwarded") for name in headers)
    hosts = headers.getlist("host")
    at_own_name = len(hosts) == 1 and _OWN_NAMES.fullmatch(hosts[0]) is not None
    return LOCAL if _is_loopback(scope) and at_own_name and not passed_on and not _has_foreign_origin(headers) else READ_ONLY


def _is_loopback(scope: Scope) -> bool:
    try:
        address = ipaddress.ip_address((scope.get("client") or ("",))[0])
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _has_foreign_origin(headers: Headers) -> bool:
    """A page of another site is asking. No Origin at all is a plain link, or no browser."""
    return any(urlsplit(origin).netloc != headers.get("host") for origin in headers.getlist("origin"))


def _is_for_local(scope: Scope) -> bool:
    """A request that writes, or asks for what only an operator needs. On a websocket the pages themselves refuse."""
    return scope["type"] == "http" and (scope["method"] not in _READING or scope["path"].startswith(_FOR_OPERATORS))


class AccessGate:
    """Lets everybody read and only a local person write, and tells the pages which of the two it is.

    Pages find the answer in the header `x-nullvekst-access`; what a client sends under that name is thrown away.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        if scope["type"] == "websocket" and _has_foreign_origin(Headers(scope=scope)):
            await send({"type": "websocket.close", "code": 1008})
            return
        access = access_of(scope)
        if access != LOCAL and _is_for_local(scope):
            await PlainTextResponse(text("product.read_only", LANGUAGES[0]), 403)(scope, receive, send)
            return
        name = ACCESS_HEADER.encode()
        kept = [header for header in scope["headers"] if header[0].lower() != name]
        await self.app({**scope, "headers": [*kept, (name, access.encode())]}, receive, send)


class SecurityHeaders:
    """Every answer carries the limits that its page runs under."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_limited(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                headers.update(SECURITY_HEADERS)
            await send(message)

        await self.app(scope, receive, send_limited if scope["type"] == "http" else send)


def _inline_scripts() -> str:
    """The hashes of the scripts inside Streamlit's own page, so that no other inline script may run."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    hashes = [
        b64encode(sha256(script.encode()).digest()).decode() for script in re.findall(r"<script>(.*?)</script>", page, re.S)
    ]
    return " ".join(f"'sha256-{digest}'" for digest in hashes)


SECURITY_HEADERS = {
    # Streamlit and Plotly write style attributes and build style sheets as they go: the only 'unsafe' word below.
    "content-security-policy": "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' {_inline_scripts()}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'self'",
            "form-action 'self'",
        ]
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}

"""The person whom a reader at the machine acts as, remembered by the browser over a reload. No proof of who anybody is.

A link of a page loads the page anew, and Streamlit's session ends with it. What is remembered is a cookie that only the same site
is sent and no script can read. It holds a hash, so that neither it nor a log names a person. Nobody but a person at the machine
is given one, and the pages ask for it nowhere else: there everybody may choose whom to act as.
"""

from __future__ import annotations

import re
from hashlib import sha256
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.gate import LOCAL, access_of

PATH = "/acting"
_COOKIE = "nullvekst-acting"
_NAMES = 16
_HASHED = re.compile(rf"[0-9a-f]{{{_NAMES}}}")


def cookie_name(agreement_id: str) -> str:
    """The name of the cookie of an agreement, whose people are its own."""
    return f"{_COOKIE}-{_hashed(agreement_id)}"


def cookie_of(agreement_id: str, person_id: str) -> str:
    """What the cookie holds for a person: the same for the same person and agreement, and no name."""
    return _hashed(f"{agreement_id}\n{person_id}")


def address_of(agreement_id: str, person_id: str | None, number: int) -> str:
    """Where the browser is given the cookie, or loses it for no person.

    `number` makes every choice an address of its own: a browser asks once only for one that it has on its page.
    """
    kept = cookie_of(agreement_id, person_id) if person_id else ""
    return f"{PATH.removeprefix('/')}?agreement={_hashed(agreement_id)}&person={kept}&n={number}"


class RememberedPerson:
    """Answers `/acting` itself: nothing, with the cookie that was asked for, to a page of ours at the machine alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH:
            await _answer(scope)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _answer(scope: Scope) -> Response:
    """204 with the cookie; 403 to whoever is not at the machine, or comes from a page of another site; 400 for nonsense."""
    # A browser says where a request comes from in a header that no page can set.
    if access_of(scope) != LOCAL or Headers(scope=scope).get("sec-fetch-site") != "same-origin":
        return Response(status_code=403)
    named = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    agreement, person = (named.get(name, ["?"])[-1] for name in ("agreement", "person"))
    if not _HASHED.fullmatch(agreement) or (person and not _HASHED.fullmatch(person)):
        return Response(status_code=400)
    answer = Response(status_code=204, headers={"cache-control": "no-store"})
    name = f"{_COOKIE}-{agreement}"
    if person:
        answer.set_cookie(name, person, path="/", httponly=True, samesite="strict")
    else:
        answer.delete_cookie(name, path="/", httponly=True, samesite="strict")
    return answer


def _hashed(said: str) -> str:
    return sha256(said.encode()).hexdigest()[:_NAMES]

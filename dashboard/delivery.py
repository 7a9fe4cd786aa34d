"""How Streamlit's own files travel: said to be in the right language, compressed, and compressed once. Pure ASGI; no data."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.own_files import HEAD
from domain.words import LANGUAGES, text


class PageLanguage:
    """The page says the language it is written in, and what it is; Streamlit's says English, whatever is on it.

    Stands inside the compression, and asks the inside for plain bytes, which alone can be rewritten.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        plain = {**scope, "headers": [header for header in scope["headers"] if header[0] != b"accept-encoding"]}
        held: Message | None = None
        body = b""

        async def send_page(message: Message) -> None:
            nonlocal held, body
            if message["type"] == "http.response.start" and _is_page(message):
                held = message
                # They name the bytes before the rewriting: a browser that asks by them would keep an old page.
                headers = MutableHeaders(raw=message["headers"])
                del headers["etag"], headers["last-modified"], headers["content-length"]
            elif held is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    page = in_language(body, _language(scope))
                    if page:  # empty where only the headers were asked for
                        MutableHeaders(raw=held["headers"])["content-length"] = str(len(page))
                    await send(held)
                    await send({"type": "http.response.body", "body": page})

        await self.app(plain, receive, send_page)


class StartPage:
    """Who asks for the start page by its name is sent to where it is: Streamlit has it at the root alone."""

    def __init__(self, app: ASGIApp, name: str) -> None:
        self.app, self.path = app, f"/{name}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].rstrip("/") != self.path:
            await self.app(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        await RedirectResponse(f"/?{query}" if query else "/")(scope, receive, send)


def in_language(page: bytes, language: str) -> bytes:
    """Streamlit's page, marked as being in `language`; a link to it shows what it is before any script has run."""
    marked = page.replace(b'<html lang="en">', f'<html lang="{language}">'.encode(), 1)
    name, about = (escape(text(f"product.{word}", language)) for word in ("name", "about"))
    head = f'<title>{name}</title><meta name="description" content="{about}">{HEAD}'
    return marked.replace(b"<title>Streamlit</title>", head.encode(), 1)


def _language(scope: Scope) -> str:
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [LANGUAGES[0]])[-1]
    return asked if asked in LANGUAGES else LANGUAGES[0]


def _is_page(start: Message) -> bool:
    return start["status"] == 200 and Headers(raw=start["headers"]).get("content-type", "").startswith("text/html")


class RememberedAssets:
    """Each file of the frontend is compressed for its first reader and sent from memory to the rest.

    Stands outside the compression and keeps what came out of it. Only files that Streamlit or we call immutable are kept:
    their number is that of the packages (30 MB plain, about a third compressed), and a made-up address can never fill the memory.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._kept: dict[str, tuple[Message, bytes]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _asks_for_compressed_asset(scope):
            await self.app(scope, receive, send)
        elif scope["path"] in self._kept:
            start, body = self._kept[scope["path"]]
            # A copy, because whoever stands outside adds headers to the list it is given.
            await send({**start, "headers": list(start["headers"])})
            await send({"type": "http.response.body", "body": body})
        else:
            await self._send_and_keep(scope, receive, send)

    async def _send_and_keep(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {}
        chunks: list[bytes] = []

        async def record(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message, headers=list(message["headers"]))
            elif message["type"] == "http.response.body":
                chunks.append(message.get("body", b""))
                if not message.get("more_body", False) and _is_lasting(start):
                    body = b"".join(chunks)
                    MutableHeaders(raw=start["headers"])["content-length"] = str(len(body))
                    self._kept[scope["path"]] = (start, body)
            await send(message)

        await self.app(scope, receive, record)


def _asks_for_compressed_asset(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    partly = any(name in headers for name in ("range", "if-none-match", "if-modified-since"))
    return (
        scope["method"] == "GET"
        and scope["path"].startswith(("/static/", "/own/"))
        and "gzip" in headers.get("accept-encoding", "")
        and not partly
    )


def _is_lasting(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return (
        start["status"] == 200 and headers.get("content-encoding") == "gzip" and "immutable" in headers.get("cache-control", "")
    )

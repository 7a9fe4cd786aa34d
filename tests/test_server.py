"""The gate, the headers and the delivery: around a small application of the test's own, the real one, and in a browser."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
import streamlit
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from dashboard.delivery import PageLanguage, RememberedAssets, in_language
from dashboard.gate import ACCESS_HEADER, LOCAL, READ_ONLY, SECURITY_HEADERS, AccessGate, SecurityHeaders
from domain.words import text
from tests.browser import OfflinePage

ROOT = Path(__file__).parents[1]
HERE = "http://127.0.0.1:8501"
HOME = ("127.0.0.1", 40000)
AWAY = ("10.1.2.3", 40000)
UPLOAD = "/_stcore/upload_file/session/file"
PAGE = b'<!DOCTYPE html><html lang="en"><head><title>Streamlit</title></head>' + b"<body></body>" * 200
SCRIPT = b"const answer = 42;" * 200


class Inner:
    """Echoes the headers it was given; serves a page, a lasting script, and the page for any other /static/ address."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name.decode(), content.decode()) for name, content in scope["headers"]]
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.send", "text": json.dumps(headers)})
            return
        self.paths.append(scope["path"])
        kind, cached, body = b"application/json", b"no-cache", json.dumps(headers).encode()
        if scope["path"] == "/static/js/lasting.js":
            kind, cached, body = b"text/javascript", b"public, immutable, max-age=31536000", SCRIPT
        elif scope["path"] != "/echo":
            kind, body = b"text/html; charset=utf-8", PAGE
        length = str(len(body)).encode()
        told = [(b"content-type", kind), (b"cache-control", cached), (b"content-length", length), (b"etag", b'"1"')]
        await send({"type": "http.response.start", "status": 200, "headers": told})
        half = len(body) // 2  # in two parts, as files come
        await send({"type": "http.response.body", "body": body[:half], "more_body": True})
        await send({"type": "http.response.body", "body": body[half:]})


class Headless:
    """Answers HEAD as files are answered: the headers of the page, and no body."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        told = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"7000"), (b"etag", b'"1"')]
        await send({"type": "http.response.start", "status": 200, "headers": told})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def guarded(inner: ASGIApp) -> ASGIApp:
    """The same layers in the same order as dashboard/server.py."""
    layers = [SecurityHeaders, AccessGate, RememberedAssets, GZipMiddleware, PageLanguage]
    for layer in reversed(layers):
        inner = Middleware(layer).cls(inner)
    return inner


def client(peer: tuple[str, int] = HOME, address: str = HERE, inner: ASGIApp | None = None, **headers: str) -> TestClient:
    return TestClient(guarded(inner or Inner()), base_url=address, client=peer, headers=headers)


def access(told: list[list[str]]) -> list[str]:
    return [content for name, content in told if name.lower() == ACCESS_HEADER]


def test_a_person_at_the_machine_is_local():
    for address in (HERE, "http://localhost:8501", "http://[::1]:8501", "http://LOCALHOST"):
        assert access(client(address=address).get("/echo").json()) == [LOCAL], address
    assert access(client(("::1", 1)).get("/echo").json()) == [LOCAL]
    assert access(client(("::ffff:127.0.0.1", 1)).get("/echo").json()) == [LOCAL]
    assert access(client(origin=HERE).get("/echo").json()) == [LOCAL]


@pytest.mark.parametrize(
    ("peer", "address", "headers"),
    [
        (AWAY, HERE, {}),
        (("testclient", 1), HERE, {}),  # no address at all
        (AWAY, HERE, {ACCESS_HEADER: LOCAL}),
        (AWAY, HERE, {"x-forwarded-for": "127.0.0.1"}),
        (HOME, HERE, {"x-forwarded-for": "127.0.0.1"}),
        (HOME, HERE, {"x-forwarded-host": "127.0.0.1"}),
        (HOME, HERE, {"x-forwarded-proto": "https"}),
        (HOME, HERE, {"forwarded": "for=127.0.0.1"}),
        (HOME, HERE, {"x-real-ip": "127.0.0.1"}),
        (HOME, HERE, {"via": "1.1 proxy"}),
        (HOME, "http://nullvekst.example", {}),  # a foreign name pointed at this machine
        (HOME, "http://127.0.0.1.evil.example", {}),
        (HOME, HERE, {"host": ""}),
        (HOME, HERE, {"origin": "https://evil.example"}),
        (HOME, HERE, {"origin": "null"}),
    ],
)
def test_everybody_else_reads_and_cannot_write(peer, address, headers):
    reader = client(peer, address, **headers)
    assert access(reader.get("/echo").json()) == [READ_ONLY]
    assert reader.get("/").status_code == 200
    for method in ("PUT", "POST", "DELETE", "PATCH", "QUERY"):
        for path in (UPLOAD, "/anything"):
            refused = reader.request(method, path, content=b"x" * 1000)
            assert (refused.status_code, refused.text) == (403, text("product.read_only", "nb"))
            assert refused.headers["content-security-policy"]
    assert reader.get("/_stcore/metrics").status_code == 403


def test_a_local_person_writes():
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        assert client().request(method, UPLOAD).status_code == 200
    assert client().get("/_stcore/metrics").status_code == 200


def test_the_mark_of_a_client_is_thrown_away():
    told = client(AWAY, inner=Inner(), **{ACCESS_HEADER: LOCAL, "X-Nullvekst-ACCESS": LOCAL}).get("/echo").json()
    assert access(told) == [READ_ONLY]


def test_a_websocket_carries_the_mark_and_needs_an_own_origin():
    for peer, expected in ((HOME, LOCAL), (AWAY, READ_ONLY)):
        for headers in ({"origin": HERE}, {}):
            with client(peer, **{ACCESS_HEADER: LOCAL, **headers}).websocket_connect("ws://127.0.0.1:8501/echo") as stream:
                assert access(stream.receive_json()) == [expected]
    for origin in ("https://evil.example", "null", "http://127.0.0.1:9999", "http://127.0.0.1:8501.evil.example"):
        with pytest.raises(WebSocketDisconnect), client(origin=origin).websocket_connect("ws://127.0.0.1:8501/echo"):
            pass


def test_every_answer_carries_the_headers_once():
    reader = client(**{"accept-encoding": "gzip"})
    for path in ("/", "/goal", "/echo", "/static/js/lasting.js", "/static/js/lasting.js"):
        headers = (told := reader.get(path)).headers
        assert {name: headers.get_list(name) for name in SECURITY_HEADERS} == {
            name: [it] for name, it in SECURITY_HEADERS.items()
        }
        assert told.status_code == 200
    policy = SECURITY_HEADERS["content-security-policy"]
    assert "unsafe-eval" not in policy
    assert "script-src 'self' 'sha256-" in policy
    assert "*" not in policy


def test_the_page_says_its_language():
    for address, language in {"/": "nb", "/goal?lang=en": "en", "/?lang=nb": "nb", "/?lang=%22%3E%3Cscript": "nb"}.items():
        told = client().get(address)
        assert told.text.startswith(f'<!DOCTYPE html><html lang="{language}"><head><title>Nullvekst</title>')
        assert int(told.headers["content-length"]) == len(told.content) or told.headers["content-encoding"] == "gzip"
        assert "etag" not in told.headers
    told = client(inner=Headless()).head("/")
    assert (told.status_code, told.content, "etag" in told.headers, "content-length" in told.headers) == (200, b"", False, False)


def test_streamlits_own_page_is_as_the_rewriting_expects():
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_bytes()
    for language in ("nb", "en"):
        ours = in_language(page, language).decode()
        assert f'<html lang="{language}">' in ours
        assert f'<title>Nullvekst</title><meta name="description" content="{text("product.about", language)}">' in ours
        assert "<title>Streamlit" not in ours


def test_a_lasting_file_is_compressed_once_and_then_remembered():
    inner = Inner()
    reader = client(inner=inner, **{"accept-encoding": "gzip"})
    first, second = (reader.get("/static/js/lasting.js") for _ in range(2))
    assert first.content == second.content == SCRIPT
    assert first.headers["content-encoding"] == second.headers["content-encoding"] == "gzip"
    assert int(second.headers["content-length"]) < len(SCRIPT) / 10
    assert second.headers["vary"] == "Accept-Encoding"
    assert inner.paths == ["/static/js/lasting.js"]


def test_nothing_else_is_remembered():
    inner = Inner()
    plain = client(inner=inner, **{"accept-encoding": "identity"}).get("/static/js/lasting.js")
    assert (plain.content, "content-encoding" in plain.headers) == (SCRIPT, False)
    reader = client(inner=inner, **{"accept-encoding": "gzip"})
    for _ in range(2):
        reader.get("/static/made-up.js")  # answered with the page, which does not last
        reader.get("/static/js/lasting.js", headers={"range": "bytes=0-9"})
        reader.get("/static/js/lasting.js", headers={"if-none-match": '"1"'})
    assert len(inner.paths) == 7


@pytest.fixture(scope="module")
def real():
    from dashboard.server import app

    with TestClient(app, base_url=HERE, client=HOME, headers={"accept-encoding": "gzip"}) as started:
        yield started


def test_the_real_application_is_guarded(real):
    page = real.get("/goal")
    assert page.status_code == 200
    assert '<html lang="nb">' in page.text
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["content-encoding"] == "gzip"
    script = next(part for part in page.text.split('"') if part.startswith("./static/js/index"))[1:]
    assert real.get(script).headers["content-encoding"] == "gzip"
    assert "immutable" in real.get(script).headers["cache-control"]
    assert real.get(script).content == real.get(script, headers={"accept-encoding": "identity"}).content
    away = {"x-forwarded-for": "10.1.2.3"}
    assert real.get("/", headers=away).status_code == 200
    for method in ("PUT", "DELETE", "POST"):
        assert real.request(method, UPLOAD, headers=away).status_code == 403
        assert real.request(method, UPLOAD).status_code in {400, 403, 404, 405}  # Streamlit's own: no such session, no token
        assert real.request(method, UPLOAD).text != text("product.read_only", "nb")


def test_what_draws_the_figures_comes_from_here_and_may_be_kept_for_good(real):
    page = real.get("/economy").text
    addresses = set(re.findall(r"/own/[0-9a-f]{16}/[a-z.]+[.]js", page))
    assert {address.rsplit("/", 1)[1] for address in addresses} == {"drawing.js", "plotly.min.js"}
    for address in addresses:
        for _ in range(2):
            answer = real.get(address)
            assert (answer.status_code, answer.headers["content-encoding"]) == (200, "gzip")
            assert "immutable" in answer.headers["cache-control"]
            assert answer.headers["content-type"].startswith("text/javascript")
        assert sha256(answer.content).hexdigest().startswith(address.split("/")[2])
    assert real.get("/own/0000000000000000/drawing.js").headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "path",
    ["/../etc/passwd", "/static/..%2f..%2f..%2fetc%2fpasswd", "/media/..%2f..%2fetc/passwd", "//etc/passwd", "/%5c%5chost%5cx"],
)
def test_a_path_that_climbs_finds_no_file(real, path):
    assert "root:" not in real.get(path).text


@pytest.mark.parametrize(
    ("asked", "to"), [("/status", "/"), ("/status?agreement=fjordbyen&asof=2026-01-26", "/?agreement=fjordbyen&asof=2026-01-26")]
)
def test_the_start_page_is_found_by_its_name(real, asked, to):
    answer = real.get(asked, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, to)
    assert answer.headers["content-security-policy"]


def test_the_settings_are_in_force():
    for section, written in tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text()).items():
        for key, expected in written.items():
            if not isinstance(expected, dict):
                assert streamlit.get_option(f"{section}.{key}") == expected, f"{section}.{key}"


def test_the_server_refuses_to_start_without_its_settings(tmp_path):
    command = [sys.executable, "-c", "import sys; sys.path.insert(0, sys.argv[1]); import dashboard.server", str(ROOT)]
    started = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert started.returncode != 0
    assert "UnsafeSettings" in started.stderr


@pytest.mark.browser
def test_a_browser_shows_the_page_and_breaks_no_rule(served: str, offline_page: Callable[..., OfflinePage]):
    for query, language in {"": "nb", "?lang=en": "en"}.items():
        opened = offline_page()
        opened.page.goto(f"{served}/{query}")
        opened.page.locator(".nv-status").first.wait_for(timeout=60_000)
        assert opened.page.evaluate("document.documentElement.lang") == language
        assert text("product.read_only", language) not in opened.page.inner_text("body")
        assert (opened.outside, opened.complaints) == ([], [])


@pytest.mark.browser
@pytest.mark.parametrize("address", ["http://192.0.2.1/", "https://[2001:db8::1]/", "http://nullvekst.example/a.png"])
def test_the_browser_of_the_tests_reaches_no_other_machine(offline_page: Callable[..., OfflinePage], address: str):
    opened = offline_page()
    failures = []
    opened.page.on("requestfailed", lambda asked: failures.append(asked.failure))
    asked = opened.page.evaluate("(address) => fetch(address, {mode: 'no-cors'}).then(() => 'reached', () => 'stopped')", address)
    assert (asked, failures, opened.outside) == ("stopped", ["net::ERR_NAME_NOT_RESOLVED"], [address])


@pytest.mark.browser
@pytest.mark.parametrize("turn", ["first", "second"])
def test_a_page_of_the_tests_finds_nothing_that_another_stored(served: str, offline_page: Callable[..., OfflinePage], turn: str):
    page = offline_page().page
    page.goto(f"{served}/_stcore/health")
    assert page.evaluate("[localStorage.length, document.cookie.includes('by_a_test')]") == [0, False]
    page.evaluate("localStorage.setItem('by_a_test', '1'); document.cookie = 'by_a_test=1; max-age=600'")
    page.goto("about:blank")


@pytest.mark.browser
def test_under_a_foreign_name_the_page_is_read_only(served: str, offline_page: Callable[..., OfflinePage]):
    opened = offline_page()
    opened.page.goto(f"{served.replace('127.0.0.1', 'nullvekst.localhost')}/goal")
    opened.page.get_by_text(text("product.read_only", "nb")).wait_for(timeout=60_000)
    # Streamlit looks for its server below an inner page first, and says so.
    assert (opened.outside, [said for said in opened.complaints if "404" not in said]) == ([], [])


def test_the_server_names_no_software_and_sends_little(served: str):
    asked = urllib.request.Request(served, headers={"accept-encoding": "gzip"})
    with urllib.request.urlopen(asked) as told:
        assert told.headers["server"] is None
        assert b'<html lang="nb">' in gzip.decompress(told.read())

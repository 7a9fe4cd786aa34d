"""The person whom a reader acts as is remembered over a reload: for a person at the machine alone, and for people of the list."""

from __future__ import annotations

import pytest
import streamlit as st
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from dashboard.acting import PATH, RememberedPerson, address_of, cookie_name, cookie_of
from dashboard.gate import AccessGate
from dashboard.parts import surroundings
from dashboard.parts.figures import forget_kept
from tests.pages import run_page
from tests.workbooks_in_ledger import hand_in

SAME = {"sec-fetch-site": "same-origin"}


def answer(address, headers=SAME, client=("127.0.0.1", 5), host="127.0.0.1:8501"):
    async def inside(scope, receive, send):
        await PlainTextResponse("inside")(scope, receive, send)

    app = AccessGate(RememberedPerson(inside))
    return TestClient(app, f"http://{host}", client=client).get(address, headers=headers)


def test_the_cookie_names_nobody_and_goes_to_the_same_site_alone():
    found = answer("/" + address_of("fjordbyen", "secretariat.lead", 1))
    cookie = found.headers["set-cookie"]
    assert (found.status_code, found.headers["cache-control"]) == (204, "no-store")
    assert cookie.startswith(f"{cookie_name('fjordbyen')}={cookie_of('fjordbyen', 'secretariat.lead')};")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "secretariat" not in str(found.request.url) + cookie


def test_choosing_nobody_takes_the_cookie_away():
    assert "Max-Age=0" in answer("/" + address_of("fjordbyen", None, 2)).headers["set-cookie"]


@pytest.mark.parametrize(
    ("why", "asked", "status"),
    [
        ("another machine", {"client": ("10.0.0.7", 5)}, 403),
        ("a proxy", {"headers": {**SAME, "x-forwarded-for": "10.0.0.7"}}, 403),
        ("a foreign name", {"host": "fjordbyen.example"}, 403),
        ("a page of another site", {"headers": {"sec-fetch-site": "cross-site"}}, 403),
        ("another port of the machine", {"headers": {"sec-fetch-site": "same-site"}}, 403),
        ("no browser", {"headers": {}}, 403),
    ],
)
def test_nobody_else_is_given_one(why, asked, status):
    found = answer("/" + address_of("fjordbyen", "admin", 1), **asked)
    assert (why, found.status_code, "set-cookie" in found.headers) == (why, status, False)


@pytest.mark.parametrize("query", ["", "agreement=x&person=y", "agreement=0123456789abcdef&person=admin%0d%0aX: 1", "person="])
def test_nonsense_is_no_cookie(query):
    found = answer(f"{PATH}?{query}")
    assert (found.status_code, "set-cookie" in found.headers) == (400, False)


def test_every_other_address_goes_on():
    assert answer("/trace").text == "inside"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("acting") / "var"
    hand_in(found)
    return found


def box(app):
    return next(it for it in app.selectbox if str(it.key).startswith("acting"))


@pytest.mark.parametrize(
    ("cookie", "access", "chosen"),
    [
        (cookie_of("fjordbyen", "secretariat.lead"), None, "secretariat.lead"),
        (cookie_of("fjordbyen", "nobody"), None, None),
        (cookie_of("miljoloftet", "secretariat.lead"), None, None),
        ("<script>", None, None),
        (cookie_of("fjordbyen", "secretariat.lead"), "local", "read only"),
    ],
)
def test_a_reload_finds_the_person_again(monkeypatch, folder, cookie, access, chosen):
    forget_kept()
    # A page that Streamlit runs by itself has no gate before it; here it counts as at the machine, or not.
    monkeypatch.setattr(surroundings, "LOCAL", access)
    kept = {cookie_name("fjordbyen"): cookie}
    monkeypatch.setattr(type(st.context), "cookies", property(lambda _: kept))
    address = {"submission": "1", "table": "economy", "row": "2", "column": "forecast_mnok"}
    app = run_page("pages/trace.py", monkeypatch, folder, agreement="fjordbyen", **address)
    found = [it for it in app.selectbox if str(it.key).startswith("acting")]
    assert (box(app).value if found else "read only") == chosen


def test_a_choice_asks_the_browser_to_remember_it(monkeypatch, folder):
    forget_kept()
    monkeypatch.setattr(surroundings, "LOCAL", None)
    address = {"submission": "1", "table": "economy", "row": "2", "column": "forecast_mnok"}
    app = run_page("pages/trace.py", monkeypatch, folder, agreement="fjordbyen", **address)
    assert not any("acting?" in block.proto.body for block in app.get("html"))
    box(app).set_value("admin")
    app.run()
    said = address_of("fjordbyen", "admin", 1).replace("&", "&amp;")
    assert any(f'src="{said}"' in block.proto.body for block in app.get("html"))

"""The ASGI application: Streamlit behind the gate. `python -m uvicorn dashboard.server:app`, from the root of the repository.

No page and no data here. A script run finds the packages because the server was started from the root.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from streamlit.runtime.pages_manager import PagesManager

from dashboard.acting import RememberedPerson
from dashboard.ahead import import_ahead
from dashboard.delivery import PageLanguage, RememberedAssets, StartPage
from dashboard.gate import AccessGate, SecurityHeaders
from dashboard.own_files import ROUTES


class UnsafeSettings(RuntimeError):
    """Streamlit did not find .streamlit/config.toml, or something overrides it."""


# Streamlit looks for its settings in the working directory and falls back, in silence, to unsafe ones.
if st.get_option("browser.gatherUsageStats") or st.get_option("client.showErrorDetails") != "none":
    raise UnsafeSettings("start the server from the folder that holds .streamlit/config.toml, and override none of its settings")

# Streamlit takes a folder named pages for its older way of making pages, until st.navigation has run once: whoever opened a link
# to an inner page first would see the page without its style and menu.
PagesManager.uses_pages_directory = False

app = st.App(
    Path(__file__).with_name("app.py"),
    routes=ROUTES,
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(AccessGate),
        Middleware(StartPage, name="status"),
        Middleware(RememberedPerson),
        Middleware(RememberedAssets),
        # 5: 1 % larger than 9 in half of its time (Streamlit 1.67's scripts: 23 MB to 7.0 MB in 0.7 s).
        Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
        Middleware(PageLanguage),
    ],
)
import_ahead()

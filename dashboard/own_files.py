"""The files that browsers get from us beside Streamlit's: the library that draws figures, and what hands it those of a page.

Each has its content in its address, so that a browser may keep it for good.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import plotly
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_DRAWING = Path(__file__).parent / "browser" / "drawing.js"
_PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


def _address(path: Path) -> str:
    return f"/own/{sha256(path.read_bytes()).hexdigest()[:16]}/{path.name}"


_FILES = {_address(path): path for path in (_DRAWING, _PLOTLY)}
_DRAWING_ADDRESS, _PLOTLY_ADDRESS = _FILES
# In the head of the page: the library comes when the browser has nothing else to fetch, and is run when there is a figure.
HEAD = (
    f'<link rel="prefetch" as="script" href="{_PLOTLY_ADDRESS}">'
    f'<script async src="{_DRAWING_ADDRESS}" data-plotly="{_PLOTLY_ADDRESS}"></script>'
)


async def _file(request: Request) -> Response:
    return Response(
        _FILES[request.url.path].read_bytes(),
        media_type="text/javascript",
        headers={"cache-control": "public, max-age=31536000, immutable"},
    )


ROUTES = [Route(address, _file) for address in _FILES]

"""Ten sessions at once, without browsers: each speaks with the server as a page does, and waits until the page is whole."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from bench.pages import line, served

SESSIONS, TURNS = 10, 6
_PAGES = ("", "progress", "economy", "uncertainty", "deviations", "area")


def compare() -> Iterator[str]:
    """One line: how long each page took for each of the sessions, once every page had been seen by one of them."""
    with served() as address:
        asyncio.run(_session(address, 0))
        yield line(f"sessions: {SESSIONS} at once, a page for one of them", asyncio.run(_together(address)))


async def _together(address: str) -> list[float]:
    return [taken for each in await asyncio.gather(*(_session(address, n) for n in range(SESSIONS))) for taken in each]


async def _session(address: str, first: int) -> list[float]:
    """The milliseconds of each page that a session asks for, one after the other, beginning at another page each."""
    url = address.replace("http", "ws") + "/_stcore/stream"
    taken = []
    async with connect(url, origin=Origin(address), subprotocols=[Subprotocol("streamlit")], max_size=None) as socket:
        for turn in range(TURNS):
            asked = BackMsg()
            asked.rerun_script.query_string = "agreement=fjordbyen"
            asked.rerun_script.page_name = _PAGES[(first + turn) % len(_PAGES)]
            started = time.perf_counter()
            await socket.send(asked.SerializeToString())
            await _whole(socket)
            taken.append(1000 * (time.perf_counter() - started))
    return taken


async def _whole(socket: ClientConnection) -> None:
    """Until the server says that the script has run. RuntimeError where it did not run well."""
    async for message in socket:
        told = ForwardMsg.FromString(message if isinstance(message, bytes) else message.encode())
        if told.WhichOneof("type") == "script_finished":
            if told.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                raise RuntimeError(f"the script ended with {told.script_finished}")
            return

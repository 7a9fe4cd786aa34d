"""A traffic API on this machine: CONSTRUCTED answers in the documented shapes, and faults in the documented ways. Nothing is recorded."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pipelines.reading.graphql import Manners, Server

INDEX_ID = 8952
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
Fault = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True)
class Asked:
    """One request as the server got it."""

    method: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


@dataclass
class Clock:
    """A clock that only sleeping moves. `slept` are the seconds of each sleep."""

    seconds: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.seconds += seconds


@dataclass
class Api:
    """The served world. `faults` come before answers, one for each request; None lets a request through."""

    points: dict[str, str] = field(default_factory=dict)
    mdt: Callable[[str, int, int], float | None] = lambda point_id, year, month: 1000.0
    published: Callable[[int, int], bool] = lambda year, month: (year, month) <= (2020, 12)
    faults: list[Fault | None] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    answer: Callable[[str, Mapping[str, Any]], Any] | None = None
    url: str = ""
    closing: threading.Event = field(default_factory=threading.Event)

    def names(self) -> list[str]:
        """Which question each request was."""
        return [request.body["query"].split("(")[0].split("{")[0].split()[1] for request in self.asked]


def server_at(api: Api, clock: Clock | None = None, **manners: Any) -> Server:
    """A client of the served world that never sleeps for real."""
    clock = clock or Clock()
    polite = Manners(**{"connect_s": 2.0, "read_s": 2.0, "per_second": 1000.0, **manners})
    return Server(api.url, "Nullvekst test", polite, clock.sleep, clock.now, lambda: 1.0)


@contextmanager
def serving(api: Api) -> Iterator[Api]:
    """The world, served on a free port of this machine until the end."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer in one piece: in two, each waits 40 ms for an acknowledgement

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            api.asked.append(Asked("POST", dict(self.headers), body))
            fault = api.faults.pop(0) if api.faults else None
            if fault:
                fault(self)
                return
            answer = (api.answer or _answer_of(api))(body["query"], body["variables"])
            send(self, answer if isinstance(answer, bytes) else json.dumps(answer).encode())

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that hangs up is part of the test."""

    def send(handler: BaseHTTPRequestHandler, content: bytes) -> None:
        api.sent.append(content)
        reply(200, content)(handler)

    with Quiet(("127.0.0.1", 0), Handler) as httpd:
        api.url = f"http://127.0.0.1:{httpd.server_address[1]}"
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield api
        finally:
            api.closing.set()
            httpd.shutdown()
            thread.join()


def reply(status: int, content: bytes = b"", **headers: str) -> Fault:
    """An answer with a status, a body and headers (underscores for hyphens)."""

    def fault(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response_only(status)
        for name, text in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
            handler.send_header(name.replace("_", "-"), text)
        handler.end_headers()
        handler.wfile.write(content)

    return fault


def silent(api: Api) -> Fault:
    """Says nothing until the test is over."""
    return lambda handler: api.closing.wait(10) and None


def cut_off(handler: BaseHTTPRequestHandler) -> None:
    """Promises more than it sends, and hangs up."""
    reply(200, b'{"data": ', Content_Length="1000")(handler)
    handler.close_connection = True


def errors(*messages: str, data: object = None) -> dict[str, Any]:
    """Errors as GraphQL gives them, with HTTP 200."""
    return {"data": data, "errors": [{"message": message} for message in messages]}


def month(
    year: int,
    number: int,
    light: float | None,
    total: float | None = None,
    valid: float | None = None,
    coverage: float | None = 100,
) -> dict[str, Any]:
    """One month of byMonth; without a coverage it is historical."""
    total = light if total is None else total
    return {
        "year": year,
        "month": number,
        "total": {
            "volume": {"average": total},
            "validLengthVolume": None if coverage is None else {"average": total if valid is None else valid},
            "coverage": None if coverage is None else {"percentage": coverage},
        },
        "byLengthRange": [] if light is None else [
            {"lengthRange": {"representation": "[..,5.6)"}, "total": {"volume": {"average": light}, "coverage": None}},
            {"lengthRange": {"representation": "[5.6,..)"}, "total": {"volume": {"average": 77}, "coverage": None}},
        ],
    }  # fmt: skip


def months(point_id: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """An answer of byMonth."""
    by_month = {"average": {"daily": {"byMonth": list(rows)}}}
    return {"data": {"trafficData": {"trafficRegistrationPoint": {"id": point_id}, "volume": by_month}}}


def point(point_id: str, name: str, short_form: str | None = "EV39 S79D10 m1192") -> dict[str, Any]:
    """A point of trafficRegistrationPoints, far out at sea."""
    return {
        "id": point_id,
        "name": name,
        "location": {
            "coordinates": {"latLon": {"lat": 61.0, "lon": 3.5}},
            "municipality": {"name": "Bergen", "number": 4601},
            "roadReference": short_form and {"shortForm": short_form},
        },
    }


def index_points(point_ids: Sequence[str], year: int, number: int, has_next_page: bool = False, **node: Any) -> dict[str, Any]:
    """An answer of publishedAreaTrafficVolumeIndex with the points' year-to-date volumes: 1 % more than the year before."""

    def edge(point_id: str) -> dict[str, Any]:
        change = {"percentageChange": 1.0, "calculationVolume": 101_000, "baseVolume": 100_000}
        lengths = {"isExcluded": False, "indexNumbers": [{"lengthRange": {"representation": "[..,5.6)"}, "index": change}]}
        to_date = {"dayType": "ALL", "isExcluded": False, "lengthRangesTrafficVolumeIndex": lengths}
        index = {"trafficRegistrationPoint": {"id": point_id}, "volumeIndicesYearToDate": [to_date]}
        return {"node": {"isManuallyExcluded": False, "pointTrafficVolumeIndex": index, **node}}

    found = {"pageInfo": {"hasNextPage": has_next_page, "endCursor": "x"}, "edges": [edge(point_id) for point_id in point_ids]}
    published = {
        "id": INDEX_ID,
        "name": "Et område",
        "period": {"calculationMonth": {"year": year, "month": number}},
        "containsPointTrafficVolumeIndices": found,
    }
    return {"data": {"publishedAreaTrafficVolumeIndex": published}}


def hour(begins: str, light: int | None, coverage: float | None = 100, length_quality: float | None = 99.6) -> dict[str, Any]:
    """One node of byHour."""
    return {
        "from": begins,
        "to": begins,
        "total": {
            "volumeNumbers": {"validLength": None if length_quality is None else {"percentage": length_quality}},
            "coverage": None if coverage is None else {"percentage": coverage},
        },
        "byLengthRange": [] if light is None else [
            {"lengthRange": {"representation": "[..,5.6)"}, "total": {"volumeNumbers": {"volume": light}, "coverage": {"percentage": 95.0}}}
        ],
    }  # fmt: skip


def page(kind: str, point_id: str, nodes: Sequence[Mapping[str, Any]], next_cursor: str | None = None) -> dict[str, Any]:
    """One page of byHour or byDay."""
    info = {"hasNextPage": next_cursor is not None, "endCursor": next_cursor or "last"}
    found = {kind: {"edges": [{"node": node} for node in nodes], "pageInfo": info}}
    return {"data": {"trafficData": {"trafficRegistrationPoint": {"id": point_id}, "volume": found}}}


def _answer_of(api: Api) -> Callable[[str, Mapping[str, Any]], dict[str, Any]]:
    def answer(query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        if "trafficRegistrationPoints" in query:
            return {"data": {"trafficRegistrationPoints": [point(*found) for found in api.points.items()]}}
        if "publishedAreaTrafficVolumeIndex" in query:
            year, number = variables["year"], variables["month"]
            if not api.published(year, number):
                return {"data": {"publishedAreaTrafficVolumeIndex": None}}
            return index_points(list(api.points), year, number)
        point_id, year = variables["id"], variables["year"]
        counted = [(number, api.mdt(point_id, year, number)) for number in range(1, 13)]
        return months(point_id, [month(year, number, light) for number, light in counted if light is not None])

    return answer

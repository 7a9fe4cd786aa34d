"""Every service that acts, with every person: allowed or refused exactly as the table says. A new act without a row fails."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.period import Month
from pipelines import borders, draining, handing_in, imports, operation, originals, returns, traffic, traffic_api
from pipelines.acting import ALLOWED, NotAllowed, people_of
from pipelines.examples import demo
from pipelines.history import backup
from tests.builders import AT, agreement
from tests.staged import NOBODY, a_file, read_in_no_time

ROOT = Path(__file__).parents[2]
REPORTING = ("fjordby", "lindvag", "austmark", "kystfylket", "veietaten")
VOTING = (*REPORTING, "solsund", "granoy")
SECRETARIAT = ("secretariat.lead", "secretariat.officer")
READERS = (
    *(f"{party}.{role}" for party in VOTING for role in ("member", "council")), "baneetaten.observer", "statholderen.observer",
)  # fmt: skip
OTHER_ANALYSTS = tuple(f"{party}.analyst" for party in REPORTING if party != "fjordby")
STRANGERS = ("", "nobody", "Admin", "admin ", "secretariat", "fjordby", "secretariat.lead'--")
EVERYBODY = ("fjordby.analyst", *OTHER_ANALYSTS, *SECRETARIAT, "admin", *READERS)

# Act of ALLOWED: the services that ask for it, and who may, here for the agreement of everybody and a return of fjordby.
TABLE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "load_traffic": (("load_traffic",), (*SECRETARIAT, "admin")),
    "fetch_traffic": (("load_traffic_api",), (*SECRETARIAT, "admin")),
    "load_examples": (("load_examples",), ("admin",)),
    "load_borders": (("store_borders",), (*SECRETARIAT, "admin")),
    "import_return": (("import_file",), (*SECRETARIAT, "admin")),
    "submit_return": (("submit", "submit_upload", "hand_in"), ("fjordby.analyst", *SECRETARIAT, "admin")),
    "approve_return": (("approve",), SECRETARIAT),
    "reject_return": (("reject",), SECRETARIAT),
    "reinstate_return": (("reinstate",), SECRETARIAT),
    "read_original": (("read_original",), ("fjordby.analyst", *SECRETARIAT, "admin")),
    "publish": (("publish_now",), (*SECRETARIAT, "admin")),
    "backup": (("back_up",), ("admin",)),
    "restore": (("restore",), ("admin",)),
}
# Where an analyst of another party is told that it is not theirs.
OF_A_PARTY = {*TABLE["submit_return"][0], *TABLE["read_original"][0]}
CASES = [(service, may) for services, may in TABLE.values() for service in services]


class Reached(Exception):
    """The service went on past the question whether the person may."""


def stop(*_: Any, **__: Any) -> Any:
    raise Reached


@pytest.fixture(scope="module")
def services(tmp_path_factory) -> dict[str, Callable[[str], Any]]:
    """Each service with what it needs but the person; it stops before anything is written."""
    folder = tmp_path_factory.mktemp("matrix")
    path, its, data_dir = a_file(folder, found="error"), agreement(), folder / "var"
    day = dt.date(2026, 7, 1)
    upload = handing_in.Upload(path.name, path.read_bytes())
    whose = returns.Asked("fjordbyen", "fjordby", "2026-Q3")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(returns, "check_return", read_in_no_time)
        patch.setattr(traffic, "check_traffic_file", stop)
        patch.setattr(traffic_api, "_index_to_fetch", stop)
        patch.setattr(borders, "read_borders", stop)
        patch.setattr(imports, "check_mapped", stop)
        patch.setattr(originals, "_listed", lambda *_: a_listed_file())
        patch.setattr(originals, "_whole", stop)
        patch.setattr(backup, "_must_be_possible", stop)
        patch.setattr(backup, "read_backup", stop)
        for module in (returns, draining, operation, demo):
            patch.setattr(module, "open_ledger", stop)
        yield {
            "load_traffic": lambda actor: traffic.load_traffic(actor, path, its, day, AT, data_dir),
            "load_traffic_api": lambda actor: traffic_api.load_traffic_api(actor, its, Month(2020, 1), AT, data_dir, None),
            "load_examples": lambda actor: demo.load_examples(actor, AT, data_dir),
            "store_borders": lambda actor: borders.store_borders(actor, path, None, AT, data_dir),
            "import_file": lambda actor: imports.import_file(actor, path, a_mapping(), its, day, AT, data_dir),
            "submit": lambda actor: handing_in.submit(actor, [path], NOBODY, AT, data_dir),
            "submit_upload": lambda actor: handing_in.submit_upload(actor, [upload], NOBODY, AT, data_dir),
            "hand_in": lambda actor: handing_in.hand_in(actor, [upload], whose, AT, data_dir),
            "approve": lambda actor: returns.approve(actor, 1, AT, data_dir),
            "reject": lambda actor: returns.reject(actor, 1, "Feil", AT, data_dir),
            "reinstate": lambda actor: returns.reinstate(actor, 1, "Feil", AT, data_dir),
            "read_original": lambda actor: originals.read_original(actor, 1, 1, data_dir),
            "publish_now": lambda actor: operation.publish_now(actor, AT, data_dir),
            "back_up": lambda actor: backup.back_up(actor, folder / "backup", AT, data_dir),
            "restore": lambda actor: backup.restore(actor, folder / "backup", AT, data_dir),
        }


def a_listed_file():
    return originals.OriginalFile("fjordbyen", "return", "fjordby", "2026-Q3", 1, 1, "a.csv", "0" * 64, 1)


def a_mapping():
    name = next(iter(imports.known_mappings(Path("no such folder"))))
    return imports.mapping_named(name, Path("no such folder"))


def test_the_table_has_every_act():
    assert set(TABLE) == set(ALLOWED)


def test_the_table_has_every_service_that_takes_an_actor(services):
    found = {
        function.name
        for path in (ROOT / "pipelines").rglob("*.py")
        for function in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(function, ast.FunctionDef) and not function.name.startswith("_")
        and function.args.args and function.args.args[0].arg == "actor"
    }  # fmt: skip
    assert found == {service for service, _ in CASES} == set(services)


def test_everybody_is_everybody(tmp_path):
    assert {person.person_id for person in people_of(agreement(), tmp_path)} == set(EVERYBODY)
    assert len(EVERYBODY) == len(set(EVERYBODY))


@pytest.mark.parametrize(("service", "may"), CASES, ids=lambda found: found if isinstance(found, str) else "")
@pytest.mark.parametrize("person", [*EVERYBODY, *STRANGERS])
def test_who_may(services, service, may, person):
    try:
        services[service](person)
        refusal = None
    except Reached:
        refusal = None
    except NotAllowed as refused:
        refusal = refused.code
    if person in may:
        assert refusal is None
    elif person in STRANGERS:
        assert refusal == "unknown_person"
    else:
        assert refusal == ("other_party" if person in OTHER_ANALYSTS and service in OF_A_PARTY else "not_allowed")


def test_nothing_was_written_but_the_queue(services, tmp_path_factory):
    assert {path.name for path in tmp_path_factory.getbasetemp().glob("matrix*/var/*")} <= {"intake"}

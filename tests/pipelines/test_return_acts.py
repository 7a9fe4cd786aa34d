"""Handing in, approving, rejecting and reinstating: four eyes, bound to what was seen, each once, nothing shown before it counts."""

from __future__ import annotations

import datetime as dt
import json

import duckdb
import pytest

from pipelines import returns
from pipelines.acting import NotAllowed
from pipelines.answers.reporting.acts import acts_on_returns, findings_when_submitted, waiting_return, waiting_returns
from pipelines.answers.reporting.returns import return_of
from pipelines.handing_in import Upload, submit_upload
from pipelines.history.audit import read_jsonl
from pipelines.history.ledger import LEDGER_FILE
from pipelines.history.marts import MARTS
from pipelines.history.publish import current_name
from pipelines.history.snapshot import open_snapshot
from pipelines.history.verify import verify
from pipelines.returns import CannotDecide, approve, reinstate, reject
from tests.builders import AT, agreement
from tests.staged import NOBODY, a_file, approved, handed_in, leave_unpublished, read_in_no_time

LEAD, OFFICER, ANALYST = "secretariat.lead", "secretariat.officer", "fjordby.analyst"
LATER = AT + dt.timedelta(days=3)


@pytest.fixture(autouse=True)
def quick_reading(monkeypatch):
    monkeypatch.setattr(returns, "check_return", read_in_no_time)


@pytest.fixture
def unpublished(monkeypatch):
    leave_unpublished(monkeypatch)


def shown(folder, as_of=None):
    """The name of the project that is shown; None where nothing is."""
    found = return_of(open_snapshot(folder / "var"), agreement(), "fjordby", "2026-Q3", as_of)
    return found.of("projects")[0].answers["project_name"] if found else None


def entries(folder):
    return [(entry.act, entry.person_id, entry.subject) for entry in read_jsonl(folder / "var" / "audit.jsonl")]


def test_a_staged_return_shows_nowhere_but_in_the_queue(tmp_path):
    stored = handed_in(tmp_path, note="Riktig", found="hold")
    assert (stored.status, stored.submission_id, stored.already_submitted_as) == ("staged", 1, None)
    snapshot = open_snapshot(tmp_path / "var")
    holding = {mart.name for mart in MARTS if len(snapshot.rows(f"FROM snapshot.{mart.name}"))}
    assert holding == {"original", "return_staged", "return_staged_row", "return_act", "return_finding"}
    (row,) = waiting_returns(snapshot, agreement()).to_dict("records")
    assert (row["submission_id"], row["submitted_by"], row["note"], row["n_hold"]) == (1, ANALYST, "Riktig", 1)
    read = read_in_no_time([a_file(tmp_path / "files", found="hold")], NOBODY, tmp_path / "var")
    assert waiting_return(snapshot, agreement(), 1) == read.found
    assert findings_when_submitted(snapshot, agreement(), 1) == stored.findings == read.findings
    assert waiting_return(snapshot, agreement(), 2) is None


def test_an_approved_return_counts_from_when_it_was_handed_in(tmp_path):
    decided = approved(tmp_path, at=LATER)
    assert (decided.status, decided.is_new) == ("approved", True)
    assert shown(tmp_path) == shown(tmp_path, AT.date()) == "A"
    assert shown(tmp_path, AT.date() - dt.timedelta(days=1)) is None
    snapshot = open_snapshot(tmp_path / "var")
    assert waiting_returns(snapshot, agreement()).empty
    assert waiting_return(snapshot, agreement(), 1) is None
    assert entries(tmp_path) == [("submit", ANALYST, "submission:1"), ("approve", LEAD, "submission:1")]


def test_the_note_of_who_confirmed_stays_with_the_return(tmp_path):
    approved(tmp_path, at=LATER, note=" Avtalt i møte ", found="hold")
    (row,) = open_snapshot(tmp_path / "var").rows("FROM snapshot.return_submission").to_dict("records")
    assert row["note"] == "Avtalt i møte"
    # It stands in the ledger alone, and only its hash in the chain.
    assert "Avtalt" not in (tmp_path / "var" / "audit.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("found", "note", "status"),
    [
        ("error", None, "refused"),
        ("error", "Riktig", "refused"),
        ("hold error", "Riktig", "refused"),
        ("hold", None, "to_confirm"),
        ("hold", "  ", "to_confirm"),
        ("unreadable", "Riktig", "unreadable"),
    ],
)
def test_what_is_refused_stores_nothing(tmp_path, found, note, status):
    stored = handed_in(tmp_path, note=note, found=found)
    assert (stored.status, stored.submission_id, stored.already_submitted_as) == (status, None, None)
    assert stored.receipt.startswith("sha256:")
    assert not (tmp_path / "var" / "originals").exists()
    assert current_name(tmp_path / "var") is None
    assert entries(tmp_path) == []


@pytest.mark.parametrize("found", ["", "warning", "info warning"])
def test_what_need_not_be_confirmed_passes_without_a_note(tmp_path, unpublished, found):
    assert handed_in(tmp_path, found=found).status == "staged"


def test_the_same_content_ten_times_is_one_return(tmp_path, unpublished):
    first = handed_in(tmp_path, note="Riktig", found="hold")
    for _ in range(9):
        again = handed_in(tmp_path, found="hold")
        assert (again.submission_id, again.already_submitted_as, again.status) == (1, 1, "staged")
        assert again.receipt == first.receipt
    reject(LEAD, 1, "Feil kvartal", LATER, tmp_path / "var")
    again = handed_in(tmp_path, found="hold")
    assert (again.already_submitted_as, again.status) == (1, "rejected")
    assert len(entries(tmp_path)) == 2


@pytest.mark.parametrize(
    "written",
    [
        "Ok\udcff",
        *(pytest.param(it, marks=pytest.mark.trust) for it in ("Ok\0", "«Ok» — 'æ'; DROP TABLE audit; --", "Ok " * 5000)),
    ],
)
def test_any_text_may_be_a_note(tmp_path, written):
    assert handed_in(tmp_path, note=written, found="hold").status == "staged"
    (row,) = waiting_returns(open_snapshot(tmp_path / "var"), agreement()).to_dict("records")
    assert row["note"].startswith(("Ok", "«Ok»"))
    assert verify(tmp_path / "var").is_ok


def test_what_nobody_came_to_publish_is_published_at_the_next_try(tmp_path, monkeypatch):
    handed_in(tmp_path)
    before = current_name(tmp_path / "var")
    with monkeypatch.context() as patch:
        patch.setattr("pipelines.history.publish.write_marts", lambda *_: (_ for _ in ()).throw(OSError("no space")))
        with pytest.raises(OSError, match="no space"):
            approve(LEAD, 1, LATER, tmp_path / "var")
    assert current_name(tmp_path / "var") == before
    assert not approve(LEAD, 1, LATER, tmp_path / "var").is_new
    assert shown(tmp_path) == "A"
    assert len(entries(tmp_path)) == 2


def test_through_a_browser_it_is_the_same_return(tmp_path, unpublished):
    handed_in(tmp_path)
    path = a_file(tmp_path / "files")
    again = submit_upload(ANALYST, [Upload(f"C:\\{path.name}", path.read_bytes())], NOBODY, LATER, tmp_path / "var")
    assert again.already_submitted_as == 1


def test_deciding_twice_changes_nothing(tmp_path):
    handed_in(tmp_path)
    handed_in(tmp_path, "B", party="lindvag", actor="lindvag.analyst")
    approve(LEAD, 1, LATER, tmp_path / "var")
    reject(LEAD, 2, "Feil", LATER, tmp_path / "var")
    before = entries(tmp_path), current_name(tmp_path / "var")
    assert not approve(OFFICER, 1, LATER, tmp_path / "var").is_new
    assert not reject(OFFICER, 2, "Feil", LATER, tmp_path / "var").is_new
    assert (entries(tmp_path), current_name(tmp_path / "var")) == before


def test_a_new_return_supersedes_the_one_that_waits(tmp_path):
    handed_in(tmp_path, "A")
    handed_in(tmp_path, "other", period="2026-Q2")
    second = handed_in(tmp_path, "B", at=LATER)
    assert (second.submission_id, second.superseded) == (3, (1,))
    with pytest.raises(CannotDecide, match="superseded"):
        approve(LEAD, 1, LATER, tmp_path / "var")
    approve(LEAD, 3, LATER, tmp_path / "var")
    assert shown(tmp_path) == "B"
    # An approved one is not superseded: it counts until the newer one does.
    assert handed_in(tmp_path, "C", at=LATER).superseded == ()
    assert shown(tmp_path) == "B"


@pytest.mark.parametrize(
    ("acts", "last", "code"),
    [
        ([], "approve", "no_such_return"),
        ([], "reject", "no_such_return"),
        ([], "reinstate", "no_such_return"),
        (["submit"], "reinstate", "never_counted"),
        (["submit", "reject"], "approve", "already_decided"),
        (["submit", "reject"], "reinstate", "never_counted"),
        (["submit", "approve"], "reject", "already_decided"),
        (["submit"], "reject without a reason", "no_reason"),
        (["submit", "approve"], "reinstate without a reason", "no_reason"),
        (["submit"], "approve another receipt", "other_receipt"),
        (["submit", "approve"], "approve another receipt", "other_receipt"),
        (["submit", "damage"], "approve", "changed_original"),
        (["submit", "change a row"], "approve", "changed_rows"),
        *(
            pytest.param(["submit", "approve", "submit B", "approve 2", done], "reinstate", code, marks=pytest.mark.trust)
            for done, code in (("damage", "changed_original"), ("change a row", "changed_rows"))
        ),
    ],
)
def test_what_cannot_be_decided_says_why_and_changes_nothing(tmp_path, unpublished, acts, last, code):
    data_dir = tmp_path / "var"

    def damage():
        for path in (data_dir / "originals").iterdir():
            path.write_bytes(b"something else")

    def change_a_row():
        with duckdb.connect(str(data_dir / LEDGER_FILE)) as connection:
            connection.execute("UPDATE return_row SET answers = replace(answers, 'F-001', 'F-002')")

    does = {
        "change a row": change_a_row,
        "submit": lambda: handed_in(tmp_path),
        "submit B": lambda: handed_in(tmp_path, "B", at=LATER),
        "damage": damage,
        "approve": lambda: approve(LEAD, 1, LATER, data_dir),
        "approve 2": lambda: approve(LEAD, 2, LATER, data_dir),
        "approve another receipt": lambda: approve(LEAD, 1, LATER, data_dir, "sha256:" + "0" * 64),
        "reject": lambda: reject(LEAD, 1, "Feil", LATER, data_dir),
        "reject without a reason": lambda: reject(LEAD, 1, " ", LATER, data_dir),
        "reinstate": lambda: reinstate(LEAD, 1, "Feil", LATER, data_dir),
        "reinstate without a reason": lambda: reinstate(LEAD, 1, "", LATER, data_dir),
    }
    for act in acts:
        does[act]()
    before = entries(tmp_path)
    with pytest.raises(CannotDecide) as cannot:
        does[last]()
    assert cannot.value.code == code
    assert entries(tmp_path) == before


def test_a_receipt_that_was_seen_is_taken(tmp_path, unpublished):
    stored = handed_in(tmp_path)
    assert approve(LEAD, 1, LATER, tmp_path / "var", stored.receipt).status == "approved"


@pytest.mark.trust
def test_an_earlier_return_is_reinstated_under_a_number_of_its_own(tmp_path):
    approved(tmp_path)
    handed_in(tmp_path, "B", at=AT + dt.timedelta(days=1))
    approve(LEAD, 2, AT + dt.timedelta(days=2), tmp_path / "var")
    waits = handed_in(tmp_path, "C", at=AT + dt.timedelta(days=3))
    back = reinstate(LEAD, 1, "B hadde feil enhet", AT + dt.timedelta(days=4), tmp_path / "var")
    assert (back.submission_id, back.status, back.superseded) == (4, "reinstated", (waits.submission_id,))
    days = [AT.date() + dt.timedelta(days=day) for day in range(-1, 6)]
    assert [shown(tmp_path, day) for day in days] == [None, "A", "B", "B", "B", "A", "A"]
    again = reinstate(OFFICER, 1, "En gang til", AT + dt.timedelta(days=5), tmp_path / "var")
    assert (again.is_new, again.already_submitted_as) == (False, 4)
    found = acts_on_returns(open_snapshot(tmp_path / "var"), agreement())
    newest = found[found["act"] == "reinstate"].to_dict("records")[0]
    assert (newest["submission_id"], newest["related_id"], newest["said"]) == (4, 1, "B hadde feil enhet")
    assert verify(tmp_path / "var").first_bad is None
    assert len(list((tmp_path / "var" / "originals").iterdir())) == 3  # the same file is kept once


# Four eyes.


@pytest.fixture
def two_hats(tmp_path):
    """A city's own people: one is analyst and secretariat at once, one has every role there is."""
    every = ["analyst", "secretariat", "member", "council", "observer", "administrator"]
    people = [("hats", ["analyst", "secretariat"]), ("all", every)]
    listed = [{"person_id": name, "name": name, "party_id": "fjordby", "roles": roles} for name, roles in people]
    (tmp_path / "var" / "people").mkdir(parents=True)
    (tmp_path / "var" / "people" / "fjordbyen.yaml").write_text(json.dumps({"people": listed}), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("person", ["hats", "all", LEAD, OFFICER])
def test_nobody_approves_what_they_handed_in(two_hats, unpublished, person):
    stored = handed_in(two_hats, actor=person)
    for receipt in (None, stored.receipt, "sha256:other"):
        with pytest.raises(NotAllowed, match="own_submission"):
            approve(person, 1, LATER, two_hats / "var", receipt)
    other = OFFICER if person == LEAD else LEAD
    assert approve(other, 1, LATER, two_hats / "var").status == "approved"
    with pytest.raises(NotAllowed, match="own_submission"):
        approve(person, 1, LATER, two_hats / "var")


def test_a_role_that_is_new_since_then_does_not_help(two_hats, unpublished):
    handed_in(two_hats, actor=ANALYST)
    path = two_hats / "var" / "people" / "fjordbyen.yaml"
    path.unlink()
    with pytest.raises(NotAllowed, match="not_allowed"):
        approve(ANALYST, 1, LATER, two_hats / "var")


def test_another_spelling_is_another_person_and_unknown(two_hats, unpublished):
    handed_in(two_hats, actor="hats")
    for spelled in ("HATS", " hats", "hats ", "h\u0430ts"):
        with pytest.raises(NotAllowed, match="unknown_person"):
            approve(spelled, 1, LATER, two_hats / "var")


@pytest.mark.parametrize(("person", "party"), [(ANALYST, "lindvag"), ("lindvag.analyst", "fjordby"), ("hats_of_none", "fjordby")])
def test_an_analyst_hands_in_for_the_own_party_alone(tmp_path, person, party):
    folder = tmp_path / "var" / "people"
    folder.mkdir(parents=True)
    person_of_none = {"person_id": "hats_of_none", "name": "x", "party_id": None, "roles": ["analyst"]}
    (folder / "fjordbyen.yaml").write_text(json.dumps({"people": [person_of_none]}), encoding="utf-8")
    with pytest.raises(NotAllowed, match="other_party"):
        handed_in(tmp_path, actor=person, party=party, found="error")
    assert entries(tmp_path) == []

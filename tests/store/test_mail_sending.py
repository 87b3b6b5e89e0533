"""Mail goes out by a person's approval, with consent, once: against a real SMTP server on loopback."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from mail_firm import ANNA, BEN, BOSS, Inbox, MailFirm, mail_server, make_mail_firm

from store import audit, gate, policy
from store.errors import Conflict, InvalidInput, NotAllowed, NotFound
from store.gate import Change
from store.mail import drafts, sending
from store.mail.message import mailto

CHILD = Path(__file__).with_name("mail_child.py")


@pytest.fixture
def served() -> Iterator[tuple[Inbox, str]]:
    with mail_server() as found:
        yield found


@pytest.fixture
def firm(tmp_path: Path, served: tuple[Inbox, str]) -> Iterator[MailFirm]:
    made = make_mail_firm(tmp_path / "home", served[1], mail_from="crm@firm.example")
    yield made
    made.store.close()


@pytest.fixture
def inbox(served: tuple[Inbox, str]) -> Inbox:
    return served[0]


def proposed(firm: MailFirm, draft: str, by: str = ANNA) -> str:
    with firm.store.writing(firm.store.principal(by)) as unit:
        return sending.propose_sending(unit, draft).id


def approved(firm: MailFirm, proposal: str, by: str = ANNA, **options: object) -> str:
    principal = firm.store.principal(by)
    decided = firm.store.run(principal, lambda unit: gate.approve(unit, proposal, **options))  # type: ignore[arg-type]
    return sending.sent_if_approved(firm.store, decided, principal, door="cli").status


def whole(firm: MailFirm) -> None:
    with firm.store.database.reading() as session:
        assert audit.verify(session).problem == ""


def test_a_draft_is_sent_by_approval_and_logged(firm: MailFirm, inbox: Inbox) -> None:
    draft = firm.draft(subject="Grüße 您好", body="Dear Ms Doe,\n\nthank you for 3 €.\n.\nAnna 安娜")
    proposal = proposed(firm, draft)
    assert (inbox.mails, firm.status(draft), firm.mails_logged()) == ([], "draft", 0)
    assert approved(firm, proposal) == "applied"
    mail = inbox.message()
    assert mail["To"] == "Jane Doe <jane@globex.example>"
    assert mail["From"] == "Anna Berg <crm@firm.example>"
    assert mail["Reply-To"] == "Anna Berg <anna@firm.example>"
    assert mail["Subject"] == "Grüße 您好"
    assert mail.get_content().replace("\r\n", "\n").strip() == "Dear Ms Doe,\n\nthank you for 3 €.\n.\nAnna 安娜"
    with firm.store.reading(firm.store.principal(ANNA)) as unit:
        shown = drafts.get(unit, draft)
    assert (shown.status, shown.message_id) == ("sent", mail["Message-ID"])
    assert firm.mails_logged() == 1
    whole(firm)
    assert sending.deliver(firm.store) == []
    assert len(inbox.mails) == 1


def test_what_the_approver_edited_is_what_goes_out(firm: MailFirm, inbox: Inbox) -> None:
    proposal = proposed(firm, firm.draft())
    with firm.store.reading(firm.store.principal(ANNA)) as unit:
        record = gate.show(unit, proposal).changes[0]["id"]
    with pytest.raises(InvalidInput):
        approved(firm, proposal, edits={record: {"contact": firm.ids["joe"]}})
    with pytest.raises(InvalidInput):
        approved(firm, proposal, edits={record: {"subject": "a\nBcc: thief@elsewhere.example"}})
    assert approved(firm, proposal, edits={record: {"subject": "Another", "body": "Other words"}}) == "applied"
    assert (inbox.message()["Subject"], inbox.message().get_content().strip()) == ("Another", "Other words")


@pytest.mark.parametrize("who", ["joe", "never"])
def test_nobody_without_consent_is_written_to(firm: MailFirm, inbox: Inbox, who: str) -> None:
    with pytest.raises(NotAllowed):
        proposed(firm, firm.draft(contact=who))
    assert inbox.mails == []


def test_an_answer_needs_no_other_consent_and_a_withdrawal_counts(firm: MailFirm, inbox: Inbox) -> None:
    firm.add("activity", ANNA, kind="email", direction="inbound", contact=firm.ids["joe"], account=firm.ids["globex"], body="A question?")
    assert approved(firm, proposed(firm, firm.draft(contact="joe"))) == "applied"
    firm.add("consent", contact=firm.ids["joe"], channel="email", status="withdrawn", given_at="2026-11-20")
    with pytest.raises(NotAllowed):
        proposed(firm, firm.draft(contact="joe"))
    assert len(inbox.mails) == 1


def test_consent_taken_back_after_the_proposal_stops_it(firm: MailFirm, inbox: Inbox) -> None:
    proposal = proposed(firm, firm.draft())
    firm.add("consent", contact=firm.ids["jane"], channel="email", status="withdrawn", given_at="2026-11-20")
    with pytest.raises(NotAllowed):
        approved(firm, proposal)
    assert inbox.mails == []


def test_consent_taken_back_after_the_approval_stops_it(firm: MailFirm, inbox: Inbox) -> None:
    draft = firm.draft()
    proposal = proposed(firm, draft)
    firm.store.run(firm.store.principal(ANNA), lambda unit: gate.approve(unit, proposal))
    firm.write(Change(op="update", type="contact", id=firm.ids["jane"], values={"do_not_contact": True}))
    assert [each.status for each in sending.deliver(firm.store)] == []
    assert (inbox.mails, firm.status(draft)) == ([], "draft")
    whole(firm)


def test_what_is_missing_is_not_sent(firm: MailFirm) -> None:
    draft = firm.draft(body="Dear Ms Doe,\n\n[your answer]")
    with firm.store.writing(firm.store.principal(ANNA)) as unit:
        drafts.own(unit, draft).missing = ["your answer"]
    with pytest.raises(InvalidInput, match="your answer"):
        proposed(firm, draft)
    with firm.store.writing(firm.store.principal(ANNA)) as unit:
        assert drafts.edit(unit, draft, {"body": "Dear Ms Doe,\n\nYes."}).missing == []
    assert proposed(firm, draft)


def test_a_draft_changed_after_the_proposal_is_not_sent(firm: MailFirm, inbox: Inbox) -> None:
    draft = firm.draft()
    proposal = proposed(firm, draft)
    with firm.store.writing(firm.store.principal(ANNA)) as unit:
        drafts.edit(unit, draft, {"body": "Something else"})
    with pytest.raises(Conflict):
        approved(firm, proposal)
    second = proposed(firm, draft)
    with firm.store.reading(firm.store.principal(ANNA)) as unit:
        assert gate.show(unit, proposal).status == "superseded"
    assert approved(firm, second) == "applied"
    assert inbox.message().get_content().strip() == "Something else"


def test_sending_is_never_automatic_nor_undone(firm: MailFirm, inbox: Inbox) -> None:
    with firm.store.writing(firm.store.principal(BOSS)) as unit:
        for operation in policy.AUTOMATIC:
            policy.set_rule(unit, policy.Rule("rep", "*", operation, True))
        with pytest.raises(NotAllowed):
            policy.set_rule(unit, policy.Rule("rep", "*", "send", True))
    proposal = proposed(firm, firm.draft())
    assert inbox.mails == []
    assert approved(firm, proposal) == "applied"
    with firm.store.writing(firm.store.principal(ANNA)) as unit, pytest.raises(Conflict):
        gate.undo(unit, proposal)


def test_drafts_are_their_authors_alone(firm: MailFirm) -> None:
    draft = firm.draft()
    for who in (BEN, BOSS):
        with firm.store.writing(firm.store.principal(who)) as unit:
            for attempt in (drafts.get, drafts.discard, sending.propose_sending, sending.eml):
                with pytest.raises(NotFound):
                    attempt(unit, draft)
            with pytest.raises(NotFound):
                drafts.edit(unit, draft, {"body": "x"})
            assert drafts.listed(unit) == []


@pytest.mark.parametrize(
    ("fault", "status", "sent"),
    [({"refuse": "554 no"}, "draft", 0), ({"refuse_recipient": "550 nobody here"}, "draft", 0), ({"hang_up": True}, "unsure", 1)],
)
def test_what_the_server_says_decides(firm: MailFirm, inbox: Inbox, fault: dict[str, object], status: str, sent: int) -> None:
    """Refused: nothing went out, and it is a draft again. Cut off after the text: nobody knows, and it is not sent again by itself."""
    for name, value in fault.items():
        setattr(inbox, name, value)
    draft = firm.draft()
    approved(firm, proposed(firm, draft))
    assert (firm.status(draft), len(inbox.mails), firm.mails_logged()) == (status, sent, 0)
    for name, _ in fault.items():
        setattr(inbox, name, "" if name != "hang_up" else False)
    sending.deliver(firm.store)
    assert (firm.status(draft), len(inbox.mails)) == (status, sent)
    whole(firm)


def test_a_server_out_of_reach_is_no_mail(firm: MailFirm, tmp_path: Path) -> None:
    nowhere = make_mail_firm(tmp_path / "nowhere", "smtp://127.0.0.1:9")
    draft = nowhere.draft()
    assert approved(nowhere, proposed(nowhere, draft)) == "conflict"
    assert nowhere.status(draft) == "draft"
    nowhere.store.close()


def test_without_a_server_it_is_said_what_to_do(tmp_path: Path) -> None:
    made = make_mail_firm(tmp_path / "none")
    with pytest.raises(InvalidInput, match="RAPPORT_SMTP_URL"):
        proposed(made, made.draft())
    made.store.close()


@pytest.mark.parametrize("arrived", [True, False])
def test_a_person_settles_what_nobody_knows(firm: MailFirm, inbox: Inbox, arrived: bool) -> None:
    inbox.hang_up = True
    draft = firm.draft()
    approved(firm, proposed(firm, draft))
    inbox.hang_up = False
    with firm.store.writing(firm.store.principal(ANNA)) as unit:
        assert sending.settle(unit, draft, arrived=arrived).status == ("sent" if arrived else "draft")
    assert firm.mails_logged() == int(arrived)
    whole(firm)
    if not arrived:
        assert approved(firm, proposed(firm, draft)) == "applied"
        assert len(inbox.mails) == 2  # the second by a second decision


# ---- kill -9 -----------------------------------------------------------------------------------------------------------------------

POINTS = {  # where the process dies -> (statuses it may be found in afterwards, whether the server has the mail)
    "approved": ({"sent"}, True),  # approved and not begun: the next process sends it
    "claimed": ({"unsure"}, False),  # "sending" is on record, the server never heard of it
    "text": ({"unsure"}, True),  # the server has the mail and has not acknowledged it
    "taken": ({"unsure"}, True),  # it acknowledged, nothing is on record
    "recorded": ({"sent"}, True),
}


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="tells a dead process by /proc")
def test_killed_anywhere_it_is_never_sent_twice(tmp_path: Path, served: tuple[Inbox, str], point: str) -> None:
    inbox, url = served
    firm = make_mail_firm(tmp_path / "home", url)
    draft = firm.draft()
    proposal = proposed(firm, draft)
    firm.store.close()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(CHILD), str(tmp_path / "home"), firm.store.settings.url, url, proposal, point]
    child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if point == "text":
        inbox.on_text = lambda: os.kill(child.pid, signal.SIGKILL)
    said = child.communicate(timeout=120)[0].decode()
    assert child.returncode == -signal.SIGKILL, said
    inbox.on_text = None
    statuses, has_it = POINTS[point]
    assert bool(inbox.mails) == (has_it and point != "approved")
    for _ in range(2):  # a new process comes, and another
        sending.deliver(firm.store)
    assert firm.status(draft) in statuses
    assert len(inbox.mails) == int(has_it)
    assert firm.mails_logged() == int(firm.status(draft) == "sent")
    whole(firm)
    with firm.store.writing(firm.store.principal(ANNA)) as unit:
        kept = drafts.get(unit, draft)
        assert set(inbox.ids()) <= {kept.message_id}
        if kept.status == "unsure":
            assert "may have gone out" in kept.note
            sending.settle(unit, draft, arrived=has_it)
    assert firm.mails_logged() == int(has_it)


def test_the_link_and_the_file(firm: MailFirm) -> None:
    draft = firm.draft(subject="A & B", body="One\nTwo & three")
    with firm.store.reading(firm.store.principal(ANNA)) as unit:
        name, content = sending.eml(unit, draft)
    assert name == f"draft-{draft}.eml"
    assert b"X-Unsent: 1" in content
    assert b"Subject: A & B" in content
    assert b"From: Anna Berg <anna@firm.example>" in content
    assert mailto("a@b.example", "A & B", "One\nTwo") == "mailto:a@b.example?subject=A%20%26%20B&body=One%0D%0ATwo"

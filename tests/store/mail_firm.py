"""A firm with people to write to, and a real mail server on loopback that notes what it is given."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from store import gate, people, setup
from store.gate import Change
from store.mail import drafts
from store.settings import Settings
from store.unit import Store

BOSS, ANNA, BEN = "boss@firm.example", "anna@firm.example", "ben@firm.example"
PASSWORD = "a long enough password"


@dataclass
class Inbox:
    """The server's handler. `refuse` answers the text, `refuse_recipient` the address; `on_text` runs when the whole mail is there and
    before it is acknowledged."""

    mails: list[Envelope] = field(default_factory=list)
    refuse: str = ""
    refuse_recipient: str = ""
    on_text: Callable[[], None] | None = None
    hang_up: bool = False

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuse:
            return self.refuse
        self.mails.append(envelope)
        if self.on_text is not None:
            self.on_text()
        if self.hang_up:
            assert server.transport is not None
            server.transport.abort()
            await asyncio.sleep(0.05)
        return "250 taken"

    def message(self, number: int = 0) -> EmailMessage:
        content = self.mails[number].content
        assert isinstance(content, bytes)
        parsed = message_from_bytes(content, policy=policy.SMTP)
        assert isinstance(parsed, EmailMessage)
        return parsed

    def ids(self) -> list[str]:
        return [str(self.message(number)["Message-ID"]) for number in range(len(self.mails))]


@contextmanager
def mail_server() -> Iterator[tuple[Inbox, str]]:
    """(what it got, its smtp:// address)."""
    inbox = Inbox()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port, enable_SMTPUTF8=False)
    controller.start()
    try:
        yield inbox, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()
        controller.loop.close()  # aiosmtpd leaves it to the collector


@dataclass
class MailFirm:
    store: Store
    ids: dict[str, str]

    def write(self, change: Change, by: str = BOSS) -> str:
        with self.store.writing(self.store.principal(by)) as unit:
            done = gate.approve(unit, gate.propose(unit, [change]).id)
        assert done.status == "applied", done
        return str(done.changes[0]["id"])

    def add(self, kind: str, by: str = BOSS, /, **values: Any) -> str:
        return self.write(Change(op="create", type=kind, values=values), by)

    def draft(self, by: str = ANNA, *, contact: str = "jane", subject: str = "Your visit", body: str = "Dear Ms Doe,\n\nthank you.") -> str:
        values = {
            "channel": "email", "purpose": "thanks", "language": "en", "request": {}, "account_id": self.ids["globex"],
            "contact_id": self.ids[contact], "lead_id": None, "opportunity_id": None, "reply_to_id": None, "subject": subject, "body": body,
            "recipient": None, "missing": [], "citations": [],
        }  # fmt: skip
        with self.store.writing(self.store.principal(by)) as unit:
            return drafts.save(unit, values).id

    def status(self, draft_id: str, by: str = ANNA) -> str:
        with self.store.reading(self.store.principal(by)) as unit:
            return drafts.get(unit, draft_id).status

    def mails_logged(self) -> int:
        from store.conditions import Filter
        from store.query import RecordQuery, find

        sent = [Filter(field="kind", value="email"), Filter(field="direction", value="outbound")]
        with self.store.reading(self.store.principal(BOSS)) as unit:
            return find(unit, RecordQuery(entity="activity", filters=sent, limit=0)).total


def make_mail_firm(home: Path, smtp_url: str = "", **more: Any) -> MailFirm:
    settings = Settings(home=home, today="2026-11-21", smtp_url=smtp_url, _env_file=None, **more)  # type: ignore[call-arg, arg-type]
    store = Store(settings)
    store.database.migrate()
    with store.database.writing() as session:
        setup.prepare(session)
        for email, name, role in ((BOSS, "Bo Boss", "administrator"), (ANNA, "Anna Berg", "rep"), (BEN, "Ben Carter", "rep")):
            people.add_user(session, settings, people.NewUser(email, name, role, None, PASSWORD))
    firm = MailFirm(store, {})
    firm.ids["globex"] = firm.add("account", name="Globex", owner=ANNA)
    firm.ids["jane"] = firm.add("contact", name="Jane Doe", account=firm.ids["globex"], email="jane@globex.example", owner=ANNA)
    firm.ids["joe"] = firm.add("contact", name="Joe Silent", account=firm.ids["globex"], email="joe@globex.example", owner=ANNA)
    firm.ids["never"] = firm.add(
        "contact", name="Nora Never", account=firm.ids["globex"], email="nora@globex.example", owner=ANNA, do_not_contact=True
    )
    firm.ids["consent"] = firm.add("consent", contact=firm.ids["jane"], channel="email", status="given", given_at="2026-01-05")
    firm.add("consent", contact=firm.ids["never"], channel="email", status="given", given_at="2026-01-05")
    return firm

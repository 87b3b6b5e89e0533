"""E-mail files (.eml, .mbox) as activities: who wrote to whom, when, and the words. What strangers write is `external`.

Attachments that are documents (PDF, DOCX, TXT, MD) become documents of the customer the mail is about.

A mail's key is its Message-ID, so that importing a mailbox again changes nothing. The person at the customer is the contact with that
address; a mail between colleagues and strangers alone keeps the address in its text and is about nobody.
"""

import mailbox
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import select

from store.errors import InvalidInput, Unavailable
from store.importing import papers
from store.importing.known import Known
from store.importing.reading import Table, table_of
from store.models import Contact
from store.rights import visible
from store.unit import Unit

SUFFIXES = frozenset({".eml", ".mbox"})
LONGEST = 100_000  # characters of a mail's text; what is longer is a file pasted into one
ATTACHED, ATTACHED_MB = 10, 20  # attachments of one mail that are read, and how large each may be
_NAME = 200  # characters of a file name
_KEY = 190  # characters of a Message-ID that are kept: a key has 200
_BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "blockquote"})


@dataclass(frozen=True, slots=True)
class Attached:
    """A file in a mail that is a document, as a row of that kind; empty with the `problem` when it cannot be read."""

    name: str
    content: bytes
    row: dict[str, Any]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """One message. `sent` is None when its date cannot be read."""

    key: str
    sender: str
    receivers: tuple[str, ...]
    subject: str
    body: str
    sent: datetime | None
    attachments: tuple["Attached", ...] = ()


def read_mails(path: Path) -> list[Mail]:
    """The messages of a file. Raises InvalidInput when there is none."""
    found = [_mail(each) for each in _messages(path)]
    mails = [each for each in found if each.sender]
    if not mails:
        raise InvalidInput(f"There is no e-mail in {path.name}.", hint="Save messages as .eml, or a mailbox as .mbox.")
    return mails


def table_of_mails(unit: Unit, known: Known, mails: Sequence[Mail], name: str) -> Table:
    """Rows of activities: colleagues and contacts are told by their addresses."""
    people = known.kind("user").by_email
    addresses = sorted({address for each in mails for address in (each.sender, *each.receivers)} - people.keys())
    contacts = _contacts(unit, addresses)
    return table_of(name, [_row(each, people, contacts, unit.principal.email) for each in mails])


def papers_of(unit: Unit, known: Known, sent: Sequence[Mail]) -> tuple[list[dict[str, Any]], dict[str, bytes], list[dict[str, str]]]:
    """Attachments as rows of documents, of the account the mail is about: (rows, contents by key, what could not be read and why).

    The same file sent to two customers is two documents: each is seen by whoever sees its account. What is about no account is only named
    in the mail: without an account a document would be everybody's.
    """
    people = known.kind("user").by_email
    addresses = sorted({address for each in sent for address in (each.sender, *each.receivers)} - people.keys())
    contacts = _contacts(unit, addresses) if any(each.attachments for each in sent) else {}
    rows: dict[str, dict[str, Any]] = {}
    contents: dict[str, bytes] = {}
    left: list[dict[str, str]] = []
    for mail in sent:
        told = _row(mail, people, contacts, unit.principal.email) if mail.attachments else {}
        for each in mail.attachments if told.get("account") else ():
            if each.problem:
                left.append({"file": each.name, "reason": each.problem})
                continue
            key = f"attached:{each.row['key'].removeprefix('file:')}:{told['account']}"
            rows[key] = each.row | {"key": key, "account": told["account"], "owner": told["owner"]}
            contents[key] = each.content
    return list(rows.values()), contents, left


def _row(mail: Mail, people: dict[str, list[str]], contacts: dict[str, tuple[str, str | None]], importer: str) -> dict[str, Any]:
    """What is nobody's colleague's is the importer's own: a record that is nobody's is everybody's."""
    ours = mail.sender in people
    others = [each for each in mail.receivers if each not in people] if ours else [mail.sender]
    contact, account = next((contacts[each] for each in others if each in contacts), (None, None))
    colleague = mail.sender if ours else next((each for each in mail.receivers if each in people), None)
    unknown = "" if contact or not others else f"{'To' if ours else 'From'}: {', '.join(others[:5])}\n\n"
    return {
        "key": mail.key, "kind": "email", "direction": ("outbound" if others else "internal") if ours else "inbound",
        "trust": "internal" if ours else "external", "subject": mail.subject or None, "body": unknown + mail.body,
        "occurred_at": mail.sent, "contact": contact, "account": account, "author": mail.sender if ours else None, "owner": colleague or importer,
    }  # fmt: skip


def _contacts(unit: Unit, addresses: Sequence[str]) -> dict[str, tuple[str, str | None]]:
    """Contact and account by address, of those that belong to one contact alone."""
    found: dict[str, list[tuple[str, str | None]]] = {}
    wanted = set(addresses)
    statement = select(Contact.id, Contact.account_id, Contact.email).where(
        visible(unit.principal, "contact", Contact), Contact.email.is_not(None)
    )
    for row in unit.session.execute(statement):
        if row.email.casefold() in wanted:
            found.setdefault(row.email.casefold(), []).append((row.id, row.account_id))
    return {address: held[0] for address, held in found.items() if len(held) == 1}


def _messages(path: Path) -> Iterator[Message]:
    if path.suffix.lower() == ".eml":
        yield BytesParser(policy=policy.default).parsebytes(path.read_bytes())
        return
    parser = BytesParser(policy=policy.default)
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            yield parser.parsebytes(box.get_bytes(key))
    finally:
        box.close()


def _mail(message: Message) -> Mail:
    sender = _addresses(message, "from")
    receivers = (*_addresses(message, "to"), *_addresses(message, "cc"))
    subject, sent, body = _header(message, "subject"), _sent(message), _body(message)
    key = _header(message, "message-id").strip("<> ") or f"{sent}|{sender}|{subject}"
    return Mail(f"mail:{key[:_KEY]}", next(iter(sender), ""), receivers, subject, body, sent, _attachments(message))


def _attachments(message: Message) -> tuple[Attached, ...]:
    """The first few that may be documents, by what they are or, for text, by their name."""
    found: list[Attached] = []
    for part in message.iter_attachments() if isinstance(message, EmailMessage) else ():
        name = PurePosixPath(_filename(part).replace("\\", "/")).name[:_NAME]
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes) or len(content) > ATTACHED_MB << 20 or len(found) == ATTACHED:
            continue
        text = PurePosixPath(name).suffix.lower() in papers.TEXTS
        if content and (text or papers.is_paper(PurePosixPath(name), content, None)):
            found.append(_read(name, content))
    return tuple(found)


def _read(name: str, content: bytes) -> Attached:
    """A mail comes in although a file in it cannot be read."""
    try:
        return Attached(name, content, papers.read_paper(name, content))
    except (InvalidInput, Unavailable) as error:
        return Attached(name, content, {}, error.message)


def _filename(part: Message) -> str:
    try:
        return str(part.get_filename() or "attachment")
    except (ValueError, LookupError):
        return "attachment"


def _header(message: Message, name: str) -> str:
    """A header's text; one that cannot be decoded is empty."""
    try:
        return " ".join(str(message.get(name, "")).split())
    except (ValueError, LookupError, IndexError):
        return ""


def _addresses(message: Message, name: str) -> tuple[str, ...]:
    return tuple(address.casefold() for _, address in getaddresses([_header(message, name)]) if "@" in address)


def _sent(message: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(_header(message, "date"))
    except (ValueError, TypeError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _body(message: Message) -> str:
    """The plain text, else the words of the HTML; attachments are named, and read apart."""
    part = message.get_body(("plain", "html")) if isinstance(message, EmailMessage) else None
    text = ""
    if part is not None:
        try:
            text = str(part.get_content())
        except (LookupError, ValueError, AttributeError):
            text = bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")
        if part.get_content_subtype() == "html":
            text = _words_of(text)
    names = [str(each.get_filename() or "attachment") for each in message.iter_attachments()] if isinstance(message, EmailMessage) else []
    text = re.sub(r"\n{3,}", "\n\n", text.replace("\r\n", "\n").replace("\0", " ")).strip()[:LONGEST]
    return "\n\n".join(filter(None, [text, f"[{', '.join(names)}]" if names else ""]))


def _words_of(markup: str) -> str:
    reader = _Words()
    reader.feed(markup)
    return "".join(reader.parts)


class _Words(HTMLParser):
    """The text of a page, without scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in {"script", "style"}
        self.parts += ["\n"] if tag in _BLOCKS else []

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"script", "style"} and self._hidden > 0
        self.parts += ["\n"] if tag == "p" else []

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"\s+", " ", data))

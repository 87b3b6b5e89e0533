"""A draft as a mail: the bytes that are sent, the .eml to download, the mailto link."""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import quote

from store.errors import InvalidInput

_PLAIN = re.compile(r"[^\s@<>\"\\,;:()\[\]\x00-\x1f\x7f]+@[^\s@<>\"\\,;:()\[\]\x00-\x1f\x7f]+")


def build(
    *, sender: str, author: str, author_email: str, recipient: str, name: str, subject: str, body: str, at: datetime, message_id: str = ""
) -> EmailMessage:
    """A plain-text mail. `sender` is the address it goes out from, `author` who wrote it, to whom answers go.

    Raises InvalidInput for an address or subject no mail may have.
    """
    message = EmailMessage(policy=SMTP.clone(utf8=False))
    try:
        message["From"] = _address(author, sender or author_email)
        if sender and sender != author_email:
            message["Reply-To"] = _address(author, author_email)
        if recipient:
            message["To"] = _address(name, recipient)
        message["Subject"] = subject
        message["Date"] = format_datetime(at)
        if message_id:
            message["Message-ID"] = message_id
        message.set_content(body.replace("\r\n", "\n"))
    except ValueError as error:
        raise InvalidInput(f"This cannot be written as a mail: {error}.", hint="Correct the subject or the address.") from error
    return message


def _address(name: str, spec: str) -> Address:
    if not _PLAIN.fullmatch(spec):
        raise InvalidInput(f"{spec[:80]!r} is not an e-mail address.", hint="Correct it, then try again.")
    local, _, domain = spec.rpartition("@")
    return Address(display_name=" ".join(name.split()), username=local, domain=domain.encode("idna").decode("ascii"))


def as_eml(message: EmailMessage) -> bytes:
    """To be opened and sent from one's own mail program: `X-Unsent` makes it a draft there."""
    message["X-Unsent"] = "1"
    return message.as_bytes()


def mailto(recipient: str, subject: str, body: str) -> str:
    """RFC 6068: everything but letters and digits escaped, line breaks as CRLF."""
    text = body.replace("\r\n", "\n").replace("\n", "\r\n")
    return f"mailto:{quote(recipient, safe='@')}?subject={quote(subject, safe='')}&body={quote(text, safe='')}"

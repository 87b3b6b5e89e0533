"""Handing one mail to a mail server, and knowing afterwards whether it has it."""

import smtplib
import ssl
from contextlib import closing, suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from store.errors import InvalidInput

TIMEOUT = 30.0  # seconds for each answer of the server
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class Unsent(Exception):
    """The server did not take it: nothing went out."""


class Unclear(Exception):
    """The server had the whole mail and did not say whether it took it: it may have gone out."""


def check(url: str) -> None:
    """Raises InvalidInput for an address that is no mail server's."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise InvalidInput(
            "RAPPORT_SMTP_URL is not a mail server's address.", hint="Such as smtp+starttls://user:password@mail.example.com:587."
        )


def send(url: str, sender: str, recipient: str, message: bytes) -> None:
    """Raises Unsent when it surely did not go out, Unclear when it may have."""
    check(url)
    try:
        server = _connected(url)
    except (OSError, smtplib.SMTPException) as error:
        raise Unsent(_said(error)) from error
    with closing(_Parting(server)):
        try:
            server.ehlo_or_helo_if_needed()
            _accepted(server.mail(sender))
            _accepted(server.rcpt(recipient))
        except (OSError, smtplib.SMTPException) as error:
            raise Unsent(_said(error)) from error
        try:
            code, answer = server.data(message)
        except smtplib.SMTPDataError as error:  # it refused to be given the text
            raise Unsent(_said(error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Unclear(_said(error)) from error
        if code >= 400:
            raise Unsent(f"{code} {answer.decode(errors='replace')}")


@dataclass(frozen=True, slots=True)
class _Parting:
    """Says goodbye; what goes wrong then no longer matters."""

    server: smtplib.SMTP

    def close(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self.server.quit()


def _connected(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    if parts.scheme == "smtp+starttls":
        server.starttls(context=ssl.create_default_context())
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server


def _accepted(answer: tuple[int, bytes]) -> None:
    code, said = answer
    if code >= 400:
        raise smtplib.SMTPResponseException(code, said)


def _said(error: Exception) -> str:
    """What the server, or the network, said."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else str(error.smtp_error)
        return f"{error.smtp_code} {said}"
    return str(error) or type(error).__name__

"""Opening and closing a browser session; shared by the sign-in page and REST."""

from fastapi import Request, Response

from store import people
from store.rights import Principal
from ui.identity import COOKIE, House, session_secret
from ui.problems import TooMany, Unauthenticated

WRONG = "The e-mail address or the password is not right."


def open_session(inside: House, request: Request, *, email: str, password: str) -> tuple[str, Principal]:
    """A new session's secret and its owner; a session the browser had before ends.

    Raises Unauthenticated (one message, whatever was wrong) and TooMany.
    """
    address = request.client.host if request.client else ""
    account = email.strip().lower()
    wait = inside.throttle.wait(address, account)
    if wait:
        inside.counters.add("rapport_sign_ins_total", "outcome", "throttled")
        raise TooMany("Too many failed sign-ins.", wait=wait, hint=f"Try again in {max(1, round(wait / 60))} minutes.")
    store = inside.store
    with store.database.writing() as session:
        secret = people.sign_in(session, store.settings, email, password)
        session.flush()
        user = people.principal_by_token(session, store.settings, secret, kind="session") if secret else None
    if secret is None or user is None:
        inside.throttle.failed(address, account)
        inside.counters.add("rapport_sign_ins_total", "outcome", "failed")
        raise Unauthenticated(WRONG, hint="Check both; an administrator can set a new password.")
    inside.throttle.succeeded(address, account)
    return _opened(inside, request, secret, user)


def admit(inside: House, request: Request, *, email: str) -> tuple[str, Principal]:
    """The same for somebody the firm's identity provider vouches for. Raises Unauthenticated when nobody here has this address."""
    store = inside.store
    with store.database.writing() as session:
        secret = people.admit(session, store.settings, email)
        session.flush()
        user = people.principal_by_token(session, store.settings, secret, kind="session") if secret else None
    if secret is None or user is None:
        inside.counters.add("rapport_sign_ins_total", "outcome", "failed")
        raise Unauthenticated(f"Nobody here has the address {email[:200]!r}.", hint="An administrator can add you: `rapport user add`.")
    return _opened(inside, request, secret, user)


def _opened(inside: House, request: Request, secret: str, user: Principal) -> tuple[str, Principal]:
    close_session(inside, request)
    inside.counters.add("rapport_sign_ins_total", "outcome", "ok")
    return secret, user


def close_session(inside: House, request: Request) -> None:
    """Revoke the session this request's cookie names, if any."""
    secret = session_secret(request.headers)
    if secret:
        with inside.store.database.writing() as session:
            people.sign_out(session, inside.store.settings, secret)


def set_cookie(response: Response, request: Request, secret: str) -> None:
    response.set_cookie(
        COOKIE, secret, max_age=people.SESSION_DAYS * 86_400, path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )


def forget_cookie(response: Response) -> None:
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")

"""One person of the house: name, role and team; whether and how they sign in; their tokens; what they hold and who takes it over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from fastapi.responses import Response

from store import directory, people
from store.errors import InvalidInput
from store.gate import Change
from store.handover import Handover, propose_handover
from store.holdings import held_by
from store.unit import Unit
from ui.web.rooms.forms import go
from ui.web.rooms.frame import Room, draw, rooms
from ui.web.rooms.setup.desk import Act, Form, InSetup, InSetupForm, carried_out
from ui.web.rooms.setup.roles import role_labels
from ui.web.shown import capital

router = rooms()
DAYS_LIMIT = 3650
FIELDS = ("name", "role", "team", "region")
KIND = "kind|"


@dataclass(frozen=True, slots=True)
class Once:
    """A secret that only its hash is kept of. It goes into the answer to the form and nowhere else: no cookie, no address."""

    what: Literal["password", "token"]
    secret: str
    user_id: str


@router.get("/setup/people/{user_id}")
def shown(room: InSetup, user_id: str) -> Response:
    return drawn(room, user_id)


@router.post("/setup/people/{user_id}")
def changed(posted: InSetupForm, user_id: str) -> Response:
    room, path = posted.room, f"/setup/people/{user_id}"
    with room.inside.store.reading(room.user, door="web") as unit:
        email = directory.person(unit.session, user_id).email

    def told(result: Any) -> Response | None:
        match result:
            case Once():
                return drawn(room, user_id, once=result)
            case Handover(proposal=made):
                return go(f"/approvals?proposal={made.id}") if made else go(path, wrong=room.said["people.handover.none"])
            case _:
                return None

    return carried_out(posted, _acts(user_id, email), then=path, told=told)


def _acts(user_id: str, email: str) -> dict[str, Act]:
    def enable(unit: Unit, form: Form) -> Once | None:
        _, password = people.enable_user(unit.session, unit.settings, email, by=unit.principal)
        return Once("password", password, user_id) if password else None

    def reset(unit: Unit, form: Form) -> Once:
        password = people.reset_password(unit.session, unit.settings, email, by=unit.principal)
        return Once("password", password or "", user_id)

    def token(unit: Unit, form: Form) -> Once:
        secret = people.issue_token(
            unit.session, unit.settings, user_id, kind="bearer", name=form.get("name") or None, days=_days(form.get("days", "")),
            read_only=form.get("may") != "write", by=unit.principal,
        )  # fmt: skip
        return Once("token", secret, user_id)

    return {
        "set": lambda unit, form: directory.carry_out(
            unit, Change(op="update", type="user", id=user_id, values={field: form[field] for field in FIELDS})
        ),
        "enable": enable,
        "disable": lambda unit, form: people.disable_user(unit.session, unit.settings, email, by=unit.principal),
        "password": reset,
        "token": token,
        "revoke": lambda unit, form: people.revoke_token_of(unit.session, unit.settings, email, form["id"], by=unit.principal),
        "handover": lambda unit, form: propose_handover(unit, email, form["taker"], entities=_kinds(form)),
    }


def _kinds(form: Form) -> list[str]:
    chosen = [name.removeprefix(KIND) for name in form if name.startswith(KIND)]
    if not chosen:
        raise InvalidInput("Nothing was chosen to hand over.", hint="Tick at least one kind of record.")
    return chosen


def _days(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= DAYS_LIMIT):
        raise InvalidInput(f"{text[:40]!r} is not a number of days.", hint=f"Write 1 to {DAYS_LIMIT}, or leave it empty.")
    return int(text)


def drawn(room: Room, user_id: str, *, once: Once | None = None) -> Response:
    """The person's page; `once` is the secret that was just made."""
    settings = room.inside.store.settings
    with room.inside.store.reading(room.user, door="web") as unit:
        found = directory.person(unit.session, user_id)
        tokens = [_token(each, settings.zone) for each in people.tokens_of(unit.session, settings, found.email)]
        holds = [
            (kind, capital(unit.schema.entity(kind).label(room.said.language, plural=True)), len(rows))
            for kind, rows in held_by(unit, user_id).items()
        ]
        takers = [each for each in directory.people(unit.session) if each.active and each.id != user_id]
        teams, labels = directory.teams(unit.session), role_labels(unit, room)
    return draw(
        room, "setup_person.html", person=found, tokens=tokens, holds=holds, takers=takers, teams=teams, labels=labels, once=once,
        kind=KIND, days_limit=DAYS_LIMIT, zone=str(settings.zone),
    )  # fmt: skip


def _token(token: people.TokenView, zone: ZoneInfo) -> Mapping[str, Any]:
    def day(moment: datetime | None) -> str:
        return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else ""

    return {
        "id": token.id, "name": token.name or "", "read_only": token.read_only, "made": day(token.created_at), "used": day(token.last_used_at),
        "until": day(token.expires_at),
    }  # fmt: skip

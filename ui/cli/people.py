"""Users and teams."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from store import directory, people
from store.errors import InvalidInput, NotAllowed
from store.gate import Change
from store.rights import Principal
from store.unit import Store
from ui.cli.asking import Json
from ui.cli.terminal import DONE, hint, listed, opened, say

USER_ACTIONS = ("add", "set", "enable", "disable", "password", "list", "token", "tokens", "revoke")
TEAM_ACTIONS = ("add", "set", "list", "remove")
As = Annotated[str | None, typer.Option("--as", help="An administrator's e-mail address.")]


def register(app: typer.Typer) -> None:
    app.command("user")(user)
    app.command("team")(team)


def administrator(store: Store, email: str | None) -> Principal:
    found = acting(store, email)
    if not found.administers:
        raise NotAllowed("Only an administrator may change the set-up.", hint="Use an administrator's address with --as.")
    return found


def acting(store: Store, email: str | None) -> Principal:
    """Who acts: --as, or, on this machine's own command line, the first administrator."""
    if email:
        return store.principal(email)
    with store.database.reading() as session:
        first = people.first_administrator(session)
    if first is None:
        raise InvalidInput("There is no administrator yet.", hint="Run `rapport init --admin you@example.com`.")
    return store.principal(first)


def user(
    action: Annotated[str, typer.Argument(help=", ".join(USER_ACTIONS))] = "list",
    email: Annotated[str | None, typer.Argument()] = None,
    token: Annotated[str | None, typer.Argument(help="With revoke: the token's id.")] = None,
    name: Annotated[str | None, typer.Option(help="Of the person, or of the token.")] = None,
    role: Annotated[str | None, typer.Option(help="See `rapport role list`; rep when absent.")] = None,
    team_name: Annotated[str | None, typer.Option("--team", help="With set: an empty one takes them out of their team.")] = None,
    region: Annotated[str | None, typer.Option()] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="A token that cannot propose or decide.")] = False,
    days: Annotated[int | None, typer.Option(min=1, help="How long a token holds; until revoked when absent.")] = None,
    as_: As = None,
    as_json: Json = False,
) -> int:
    """People and their tokens: `rapport user add EMAIL --role rep --team Sales`, set, enable, disable, password, token, tokens, revoke."""
    _known(action, USER_ACTIONS)
    with opened() as store:
        if action == "list":
            return _rows(_users(store), as_json)
        if not email:
            raise InvalidInput(f"Whom should I {action}?", hint="Give the e-mail address.")
        by = administrator(store, as_)
        if action == "set":
            given = {"name": name, "role": role, "team": team_name, "region": region}
            _change(store, by, "user", lambda session: people.find_user(session, email).id, given)
            say(f"{email} changed.")
            return DONE
        if action == "tokens":
            with store.database.reading() as session:
                return _rows([_token_row(each) for each in people.tokens_of(session, store.settings, email)], as_json)
        with store.database.writing() as session:
            match action:
                case "add":
                    wanted = people.NewUser(email, name or "", role or "rep", team_name)
                    made, password = people.add_user(session, store.settings, wanted, by=by)
                    made.region = region or made.region
                    say(f"{email} added as {wanted.role}. Password, shown once: {password}")
                case "enable":
                    _, password = people.enable_user(session, store.settings, email, by=by)
                    say(f"{email} enabled." + (f" Password, shown once: {password}" if password else ""))
                case "disable":
                    people.disable_user(session, store.settings, email, by=by)
                    say(f"{email} disabled.")
                case "password":
                    password = people.reset_password(session, store.settings, email, by=by)
                    say(f"{email} has a new password, shown once: {password}")
                case "token":
                    owner = store.principal(email).user_id
                    how: Any = {"kind": "bearer", "name": name or "command line", "days": days, "read_only": read_only, "by": by}
                    say(people.issue_token(session, store.settings, owner, **how))
                    hint("Shown once. Send it as: Authorization: Bearer …")
                case _:
                    if not token:
                        raise InvalidInput("Which token?", hint=f"`rapport user tokens {email}` lists their ids.")
                    people.revoke_token_of(session, store.settings, email, token, by=by)
                    say(f"{token} revoked.")
    return DONE


def team(
    action: Annotated[str, typer.Argument(help=", ".join(TEAM_ACTIONS))] = "list",
    name: Annotated[str | None, typer.Argument()] = None,
    new_name: Annotated[str | None, typer.Option("--name", help="With set: what it is called from now on.")] = None,
    manager: Annotated[str | None, typer.Option(help="E-mail of the manager.")] = None,
    parent: Annotated[str | None, typer.Option(help="The team above; with set, an empty one for none.")] = None,
    region: Annotated[str | None, typer.Option()] = None,
    as_: As = None,
    as_json: Json = False,
) -> int:
    """Teams: `rapport team add Europe --manager mia@example.com --parent Sales --region EMEA`, set, list, remove."""
    _known(action, TEAM_ACTIONS)
    with opened() as store:
        if action == "list":
            return _rows(_teams(store), as_json)
        by = administrator(store, as_)
        if not name:
            raise InvalidInput("What is the team called?", hint="See `rapport team list`.")
        given = {"manager": manager, "parent": parent, "region": region}
        if action == "add":
            with store.writing(by) as unit:
                directory.add_team(unit, {"name": name, **given})
        elif action == "set":
            _change(store, by, "team", lambda session: people.find_team(session, name).id, {"name": new_name, **given})
        else:
            with store.database.reading() as session:
                found = people.find_team(session, name).id
            _carry_out(store, by, Change(op="delete", type="team", id=found))
    say(f"team {name} {'added' if action == 'add' else 'changed' if action == 'set' else 'removed'}.")
    return DONE


def _known(action: str, actions: tuple[str, ...]) -> None:
    if action not in actions:
        raise typer.BadParameter(f"{action!r} is not one of {', '.join(actions)}")


def _change(store: Store, by: Principal, kind: str, find: Callable[[Session], str], given: dict[str, str | None]) -> None:
    """New values through the gate; what was not given stays, what was given empty is emptied."""
    values = {field: value for field, value in given.items() if value is not None}
    if not values:
        raise InvalidInput("What should change?", hint=f"Options: {', '.join(f'--{each}' for each in given)}.")
    with store.database.reading() as session:
        found = find(session)
    _carry_out(store, by, Change(op="update", type=kind, id=found, values=values))


def _carry_out(store: Store, by: Principal, change: Change) -> None:
    with store.writing(by) as unit:
        directory.carry_out(unit, change)


def _users(store: Store) -> list[dict[str, Any]]:
    with store.database.reading() as session:
        return [
            {"email": each.email, "name": each.name, "role": each.role, "team": each.team, "active": each.active}
            for each in directory.people(session)
        ]


def _teams(store: Store) -> list[dict[str, Any]]:
    with store.database.reading() as session:
        return [
            {"name": each.name, "manager": each.manager, "parent": each.parent, "region": each.region} for each in directory.teams(session)
        ]


def _token_row(token: people.TokenView) -> dict[str, Any]:
    def shown(moment: datetime | None) -> str | None:
        return moment.isoformat(timespec="minutes") if moment else None

    return {
        "id": token.id, "name": token.name, "may": "read" if token.read_only else "read and write", "made": shown(token.created_at),
        "last_used": shown(token.last_used_at), "expires": shown(token.expires_at),
    }  # fmt: skip


def _rows(rows: list[dict[str, Any]], as_json: bool) -> int:
    return listed(rows, [each.replace("_", " ") for each in rows[0]] if rows else ["none"], as_json)

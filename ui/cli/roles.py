"""Roles without code: what each sees and changes, and which fields are hidden from it."""

from typing import Annotated

import typer

from store import role_setup
from store.errors import InvalidInput
from store.roles import known_roles
from ui.cli.asking import Json
from ui.cli.people import As, administrator
from ui.cli.terminal import DONE, opened, print_json, say, table

ACTIONS = ("list", "show", "add", "set", "mask", "unmask", "remove")


def register(app: typer.Typer) -> None:
    app.command("role")(role)


def role(
    action: Annotated[str, typer.Argument(help=", ".join(ACTIONS))] = "list",
    name: Annotated[str | None, typer.Argument()] = None,
    what: Annotated[str | None, typer.Argument(metavar="ENTITY[.FIELD]")] = None,
    read: Annotated[str | None, typer.Option(help="own, team, all or none.")] = None,
    write: Annotated[str | None, typer.Option(help="own, team, all or none.")] = None,
    others: Annotated[bool, typer.Option("--others", help="With mask: only on records that are not the person's own.")] = False,
    based_on: Annotated[str, typer.Option("--based-on", help="With add: the built-in role to begin with.")] = "rep",
    as_: As = None,
    as_json: Json = False,
) -> int:
    """Roles: `rapport role add assistant --based-on rep`, `role set assistant opportunity --read team --write none`,
    `role mask rep account.commission --others`, unmask, remove, show, list."""
    if action not in ACTIONS:
        raise typer.BadParameter(f"{action!r} is not one of {', '.join(ACTIONS)}")
    with opened() as store:
        if action in {"list", "show"}:
            with store.database.reading() as session:
                roles = [role_setup.shown(session, each) for each in ([name] if name else known_roles(session))]
            if action == "show" and not name:
                raise InvalidInput("Which role?", hint="See `rapport role list`.")
            if as_json:
                print_json(roles if action == "list" else roles[0])
            elif action == "show":
                _show(roles[0])
            else:
                table(["role", "based on", "users"], [[each["role"], each["based_on"], each["users"]] for each in roles])
            return DONE
        by = administrator(store, as_)
        if not name:
            raise InvalidInput("Which role?", hint="See `rapport role list`.")
        if action in {"set", "mask", "unmask"} and not what:
            example = "opportunity --read team" if action == "set" else "account.annual_revenue"
            raise InvalidInput("Which field or kind of record?", hint=f"For example: rapport role {action} {name} {example}")
        with store.database.writing() as session:
            match action:
                case "add":
                    role_setup.add_role(session, store.settings, name, based_on, by=by)
                case "set":
                    role_setup.set_scope(session, store.settings, name, what or "", read=read, write=write, by=by)
                case "mask":
                    role_setup.set_mask(session, store.settings, name, what or "", others=others, by=by)
                case "unmask":
                    role_setup.unmask(session, store.settings, name, what or "", by=by)
                case _:
                    role_setup.remove_role(session, store.settings, name, by=by)
    say(f"role {name}: done. It holds from the next request on.")
    return DONE


def _show(role: dict[str, object]) -> None:
    say(f"{role['role']} (based on {role['based_on']}), {role['users']} user(s)")
    scopes: list[dict[str, str]] = role["scopes"]  # type: ignore[assignment]
    masks: list[dict[str, str]] = role["masks"]  # type: ignore[assignment]
    table(["", "sees", "changes"], [[each["entity"], each["read"], each["write"]] for each in scopes])
    for each in masks:
        say(f"hidden{' on records of others' if each['hidden'] == 'others' else ''}: {each['field']}")

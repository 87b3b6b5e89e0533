"""Users and teams."""

from typing import Annotated

import typer
from sqlalchemy import select

from store import people
from store.errors import InvalidInput, NotAllowed
from store.gate import Change, approve, propose
from store.models import Team, User
from store.rights import Principal
from store.roles import ROLES
from store.unit import Store
from ui.cli.asking import Json
from ui.cli.terminal import DONE, hint, opened, print_json, say, table

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
        first = session.scalar(select(User.email).where(User.role == "administrator", User.active).order_by(User.id))
    if first is None:
        raise InvalidInput("There is no administrator yet.", hint="Run `rapport init --admin you@example.com`.")
    return store.principal(first)


def user(
    action: Annotated[str, typer.Argument(help="add, list, disable or token.")] = "list",
    email: Annotated[str | None, typer.Argument()] = None,
    name: Annotated[str, typer.Option()] = "",
    role: Annotated[str, typer.Option(help=", ".join(ROLES))] = "rep",
    team_name: Annotated[str | None, typer.Option("--team")] = None,
    as_: As = None,
    as_json: Json = False,
) -> int:
    """Users: `rapport user add EMAIL --role rep --team Sales`, list, disable EMAIL, token EMAIL."""
    with opened() as store:
        if action == "list":
            with store.database.reading() as session:
                rows = [
                    {"email": u.email, "name": u.name, "role": u.role, "team": t, "active": u.active}
                    for u, t in session.execute(
                        select(User, Team.name)
                        .outerjoin(Team, Team.id == User.team_id)
                        .where(User.deleted_at.is_(None))
                        .order_by(User.email)
                    )
                ]
            if as_json:
                print_json(rows)
            else:
                table(["e-mail", "name", "role", "team", "active"], [list(row.values()) for row in rows])
            return DONE
        if not email:
            raise InvalidInput(f"Whom should I {action}?", hint="Give the e-mail address.")
        by = administrator(store, as_)
        with store.database.writing() as session:
            if action == "add":
                wanted = people.NewUser(email, name, role, team_name)
                _, password = people.add_user(session, store.settings, wanted, by=by)
                say(f"{email} added as {role}. Password, shown once: {password}")
            elif action == "disable":
                people.disable_user(session, store.settings, email, by=by)
                say(f"{email} disabled.")
            elif action == "token":
                secret = people.issue_token(session, store.settings, store.principal(email).user_id, kind="bearer", name="command line")
                say(secret)
                hint("Shown once. Send it as: Authorization: Bearer …")
            else:
                raise typer.BadParameter(f"{action!r} is not add, list, disable or token")
    return DONE


def team(
    action: Annotated[str, typer.Argument(help="add or list.")] = "list",
    name: Annotated[str | None, typer.Argument()] = None,
    manager: Annotated[str | None, typer.Option(help="E-mail of the manager.")] = None,
    parent: Annotated[str | None, typer.Option()] = None,
    region: Annotated[str | None, typer.Option()] = None,
    as_: As = None,
    as_json: Json = False,
) -> int:
    """Teams: `rapport team add Europe --manager mia@example.com --parent Sales --region EMEA`, list."""
    with opened() as store:
        by = administrator(store, as_)
        if action == "add":
            if not name:
                raise InvalidInput("What is the team called?")
            values = {key: value for key, value in {"name": name, "manager": manager, "parent": parent, "region": region}.items() if value}
            with store.writing(by) as unit:
                approve(unit, propose(unit, [Change(op="create", type="team", values=values)]).id)
            say(f"team {name} added.")
            return DONE
        with store.database.reading() as session:
            rows = [
                {"name": t.name, "manager": m, "region": t.region}
                for t, m in session.execute(
                    select(Team, User.email)
                    .outerjoin(User, User.id == Team.manager_id)
                    .where(Team.deleted_at.is_(None))
                    .order_by(Team.name)
                )
            ]
    if as_json:
        print_json(rows)
    else:
        table(["team", "manager", "region"], [list(row.values()) for row in rows])
    return DONE

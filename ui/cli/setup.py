"""No-code set-up: users, teams, fields, picklists, words."""

from typing import Annotated

import typer
from sqlalchemy import select

from store import people, schema, setup
from store.errors import InvalidInput, NotAllowed
from store.gate import Change, approve, propose
from store.models import CustomField, PicklistValue, Synonym, Team, User
from store.rights import ROLES, Principal
from store.unit import Store
from ui.cli.asking import Json
from ui.cli.terminal import DONE, hint, opened, print_json, say, table

As = Annotated[str | None, typer.Option("--as", help="An administrator's e-mail address.")]


def register(app: typer.Typer) -> None:
    app.command("user")(user)
    app.command("team")(team)
    app.command("field")(field)
    app.command("picklist")(picklist)
    app.command("vocabulary")(vocabulary)


def _administrator(store: Store, email: str | None) -> Principal:
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
        by = _administrator(store, as_)
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
        by = _administrator(store, as_)
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


def field(
    action: Annotated[str, typer.Argument(help="add or list.")] = "list",
    entity: Annotated[str | None, typer.Argument()] = None,
    name: Annotated[str | None, typer.Argument()] = None,
    kind: Annotated[str, typer.Option(help=", ".join(schema.CUSTOM_KINDS))] = "text",
    label: Annotated[str | None, typer.Option(help="What it is called in English.")] = None,
    label_zh: Annotated[str | None, typer.Option(help="What it is called in Chinese.")] = None,
    values: Annotated[str | None, typer.Option(help="Choices, separated by commas.")] = None,
    target: Annotated[str | None, typer.Option(help="What a record link points to.")] = None,
    as_: As = None,
    as_json: Json = False,
) -> int:
    """Custom fields: `rapport field add account contract_end --kind date --label-zh 合同到期日`, list."""
    with opened() as store:
        if action == "add":
            _administrator(store, as_)
            if not entity or not name:
                raise InvalidInput("Which field?", hint="For example: rapport field add account contract_end --kind date")
            with store.database.writing() as session:
                setup.add_field(session, entity, name, kind, label=label, label_zh=label_zh, target=target)
                if values:
                    setup.add_choices(session, f"{entity}.{name}", values.split(","))
            say(f"{entity}.{name} added ({kind}).")
            return DONE
        with store.database.reading() as session:
            statement = select(CustomField).order_by(CustomField.entity, CustomField.name)
            rows = [
                {"entity": f.entity, "name": f.name, "kind": f.kind, "label": f.label_en, "label_zh": f.label_zh}
                for f in session.scalars(statement)
            ]
    if as_json:
        print_json(rows)
    else:
        table(["entity", "field", "kind", "label", "zh"], [list(row.values()) for row in rows])
    return DONE


def picklist(
    action: Annotated[str, typer.Argument(help="set or list.")] = "list",
    name: Annotated[str | None, typer.Argument(metavar="ENTITY.FIELD")] = None,
    values: Annotated[list[str] | None, typer.Argument()] = None,
    as_: As = None,
    as_json: Json = False,
) -> int:
    """Picklist values: `rapport picklist set account.industry mining textiles` adds what is missing; list."""
    with opened() as store:
        if action == "set":
            _administrator(store, as_)
            if not name or not values:
                raise InvalidInput(
                    "Which values, for which field?", hint="For example: rapport picklist set account.industry mining textiles"
                )
            with store.database.writing() as session:
                entity, _, own = name.partition(".")
                known = schema.load(session).field(entity, own)
                if known.kind not in {"choice", "multichoice"}:
                    raise InvalidInput(f"{name} is not a picklist.")
                added = setup.add_choices(session, name, values)
            say(f"{name}: {len(added)} value(s) added.")
            return DONE
        with store.database.reading() as session:
            statement = select(PicklistValue).order_by(PicklistValue.field, PicklistValue.position)
            rows = [
                {"field": v.field, "value": v.value, "zh": v.label_zh} for v in session.scalars(statement) if not name or v.field == name
            ]
    if as_json:
        print_json(rows)
    else:
        table(["field", "value", "zh"], [list(row.values()) for row in rows])
    return DONE


def vocabulary(
    action: Annotated[str, typer.Argument(help="add or list.")] = "list",
    subject: Annotated[str | None, typer.Argument(metavar="ENTITY[.FIELD]")] = None,
    words: Annotated[list[str] | None, typer.Argument()] = None,
    as_: As = None,
    as_json: Json = False,
) -> int:
    """Words: `rapport vocabulary add lead customer customers 客户` makes those words mean lead; list."""
    with opened() as store:
        if action == "add":
            _administrator(store, as_)
            if not subject or not words:
                raise InvalidInput("Which words, for what?", hint="For example: rapport vocabulary add lead customer customers 客户")
            with store.database.writing() as session:
                added = setup.add_words(session, subject, words)
            say(f"{subject}: {', '.join(added) or 'nothing new'}")
            return DONE
        with store.database.reading() as session:
            rows = [
                {"subject": s.subject, "word": s.word} for s in session.scalars(select(Synonym).order_by(Synonym.subject, Synonym.word))
            ]
    if as_json:
        print_json(rows)
    else:
        table(["means", "word"], [list(row.values()) for row in rows])
    return DONE

"""Set-up without code: fields, picklists, words."""

from typing import Annotated

import typer
from sqlalchemy import select

from store import schema, setup
from store.errors import InvalidInput
from store.models import CustomField, PicklistValue, Synonym
from ui.cli.asking import Json
from ui.cli.people import As, administrator
from ui.cli.terminal import DONE, opened, print_json, say, table


def register(app: typer.Typer) -> None:
    app.command("field")(field)
    app.command("picklist")(picklist)
    app.command("vocabulary")(vocabulary)


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
            administrator(store, as_)
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
            administrator(store, as_)
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
            administrator(store, as_)
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

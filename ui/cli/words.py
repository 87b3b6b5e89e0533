"""Set-up without code: fields, picklists, words."""

from typing import Annotated, cast

import typer
from sqlalchemy import select

from store import schema
from store.errors import InvalidInput
from store.models import CustomField, Synonym
from store.schema import Kind
from store.setup import SetupDesk, split_list
from ui.cli.asking import Json
from ui.cli.people import As, administrator
from ui.cli.terminal import DONE, listed, opened, say

Words = Annotated[str | None, typer.Option(help="What else people call it, separated by commas.")]
LabelZh = Annotated[str | None, typer.Option(help="What it is called in Chinese.")]


def register(app: typer.Typer) -> None:
    app.command("field")(field)
    app.command("picklist")(picklist)
    app.command("vocabulary")(vocabulary)


def field(
    action: Annotated[str, typer.Argument(help="add, set, remove or list.")] = "list",
    entity: Annotated[str | None, typer.Argument()] = None,
    name: Annotated[str | None, typer.Argument()] = None,
    kind: Annotated[str, typer.Option(help=", ".join(schema.CUSTOM_KINDS))] = "text",
    label: Annotated[str | None, typer.Option(help="What it is called in English.")] = None,
    label_zh: LabelZh = None,
    words: Words = None,
    values: Annotated[str | None, typer.Option(help="Choices, separated by commas.")] = None,
    target: Annotated[str | None, typer.Option(help="What a record link points to.")] = None,
    as_: As = None,
    as_json: Json = False,
) -> int:
    """Custom fields: `rapport field add account contract_end --kind date --label-zh 合同到期日`, set, remove, list."""
    with opened() as store:
        if action == "list":
            with store.database.reading() as session:
                statement = select(CustomField).order_by(CustomField.entity, CustomField.name)
                rows = [
                    {
                        "entity": f.entity,
                        "name": f.name,
                        "kind": f.kind,
                        "label": f.label_en,
                        "label_zh": f.label_zh,
                        "words": f.words or [],
                    }
                    for f in session.scalars(statement)
                    if not entity or f.entity == entity
                ]
            return listed(rows, ["entity", "field", "kind", "label", "zh", "words"], as_json)
        if action not in {"add", "set", "remove"}:
            raise typer.BadParameter(f"{action!r} is not add, set, remove or list")
        if not entity or not name:
            raise InvalidInput("Which field?", hint=f"For example: rapport field {action} account contract_end")
        with store.writing(administrator(store, as_)) as unit:
            desk = SetupDesk(unit)
            if action == "add":
                desk.add_field(
                    entity, name, cast(Kind, kind), values=split_list(values or ""), label=label, label_zh=label_zh, words=split_list(words or ""),
                    target=target,
                )  # fmt: skip
                say(f"{entity}.{name} added ({kind}).")
            elif action == "set":
                desk.change_field(entity, name, label=label, label_zh=label_zh, words=None if words is None else split_list(words))
                say(f"{entity}.{name} changed.")
            else:
                desk.remove_field(entity, name)
                say(f"{entity}.{name} removed. Made again with this name, it shows what records hold.")
    return DONE


def picklist(
    action: Annotated[str, typer.Argument(help="set, label, remove or list.")] = "list",
    name: Annotated[str | None, typer.Argument(metavar="ENTITY.FIELD")] = None,
    values: Annotated[list[str] | None, typer.Argument()] = None,
    replace_with: Annotated[str | None, typer.Option(help="remove: what records that hold the value get instead.")] = None,
    label_zh: LabelZh = None,
    words: Words = None,
    counts_as: Annotated[str | None, typer.Option(help="label: of a status of cases or tasks, the standard one it counts as.")] = None,
    as_: As = None,
    as_json: Json = False,
) -> int:
    """Picklist values: `rapport picklist set account.industry mining textiles` adds what is missing; label, remove, list."""
    with opened() as store:
        if action == "list":
            with store.database.reading() as session:
                rows = [
                    {"field": field, "value": v.value, "zh": v.zh, "words": list(v.words), "counts_as": v.counts_as}
                    for field, values in sorted(schema.load(session).choices.items())
                    for v in values
                    if (not name or field == name) and field != "opportunity.status"
                ]
            return listed(rows, ["field", "value", "zh", "words", "counts as"], as_json)
        if action not in {"set", "label", "remove"}:
            raise typer.BadParameter(f"{action!r} is not set, label, remove or list")
        if not name or not values:
            raise InvalidInput("Which values, for which field?", hint=f"For example: rapport picklist {action} account.industry mining")
        with store.writing(administrator(store, as_)) as unit:
            desk = SetupDesk(unit)
            if action == "set":
                say(f"{name}: {len(desk.add_choices(name, values))} value(s) added.")
            for value in values if action != "set" else ():
                if action == "label":
                    desk.label_choice(name, value, zh=label_zh, words=None if words is None else split_list(words), counts_as=counts_as)
                    say(f"{name}: {value} labelled.")
                else:
                    moved = desk.remove_choice(name, value, replace_with=replace_with)
                    say(f"{name}: {value} removed, {moved} record(s) changed.")
    return DONE


def vocabulary(
    action: Annotated[str, typer.Argument(help="add, remove or list.")] = "list",
    subject: Annotated[str | None, typer.Argument(metavar="ENTITY[.FIELD]")] = None,
    words: Annotated[list[str] | None, typer.Argument()] = None,
    as_: As = None,
    as_json: Json = False,
) -> int:
    """Words: `rapport vocabulary add lead customer customers 客户` makes those words mean lead; remove, list."""
    with opened() as store:
        if action == "list":
            with store.database.reading() as session:
                rows = [
                    {"subject": s.subject, "word": s.word} for s in session.scalars(select(Synonym).order_by(Synonym.subject, Synonym.word))
                ]
            return listed(rows, ["means", "word"], as_json)
        if action not in {"add", "remove"}:
            raise typer.BadParameter(f"{action!r} is not add, remove or list")
        if not subject or not words:
            raise InvalidInput("Which words, for what?", hint=f"For example: rapport vocabulary {action} lead customer customers 客户")
        with store.writing(administrator(store, as_)) as unit:
            desk = SetupDesk(unit)
            done = desk.add_words(subject, words) if action == "add" else desk.remove_words(subject, words)
        say(f"{subject}: {', '.join(done) or 'nothing new'}")
    return DONE

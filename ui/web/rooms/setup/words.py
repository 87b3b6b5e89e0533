"""Fields, pipelines and stages, picklists, words of the firm."""

from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import Response

from store.errors import InvalidInput
from store.schema import CUSTOM_KINDS, ENTITY_TYPES, Schema
from store.setup import SetupDesk, split_list
from store.states import standard_states
from store.unit import Unit
from ui.rest.setup import overview
from ui.web.rooms.frame import draw, rooms
from ui.web.rooms.setup.desk import Act, Form, InSetup, InSetupForm, carried_out
from ui.web.shown import capital
from ui.web.words import Words

router = rooms()


def _number(text: str) -> float | None:
    try:
        return float(text) if text.strip() else None
    except ValueError as error:
        raise InvalidInput(f"{text[:40]!r} is not a number.", hint="Write digits, such as 60.") from error


def _add_field(unit: Unit, form: Form) -> None:
    SetupDesk(unit).add_field(
        form["entity"], form["name"], form["kind"], values=split_list(form.get("values", "")), label=form.get("label") or None,  # type: ignore[arg-type]
        label_zh=form.get("label_zh") or None, words=split_list(form.get("words", "")), target=form.get("target") or None,
    )  # fmt: skip


ACTIONS: dict[str, Act] = {
    "add-field": _add_field,
    "remove-field": lambda unit, form: SetupDesk(unit).remove_field(form["entity"], form["name"]),
    "add-values": lambda unit, form: SetupDesk(unit).add_choices(form["field"], split_list(form["values"])),
    "remove-value": lambda unit, form: SetupDesk(unit).remove_choice(form["field"], form["value"], replace_with=form.get("replace_with") or None),
    "count-as": lambda unit, form: SetupDesk(unit).label_choice(form["field"], form["value"], counts_as=form["counts_as"]),
    "add-pipeline": lambda unit, form: SetupDesk(unit).add_pipeline(form["name"], split_list(form["stages"])),
    "add-stage": lambda unit, form: SetupDesk(unit).add_stage(
        form["name"], pipeline=form["pipeline"], probability=_number(form.get("probability", "")), zh=form.get("zh") or None
    ),
    "change-stage": lambda unit, form: SetupDesk(unit).change_stage(
        form["stage"], pipeline=form["pipeline"], new_name=form.get("name") or None, zh=form.get("zh") or None,
        probability=_number(form.get("probability", "")),
    ),
    "remove-stage": lambda unit, form: SetupDesk(unit).remove_stage(form["stage"], pipeline=form["pipeline"], move_to=form.get("move_to") or None),
    "add-words": lambda unit, form: SetupDesk(unit).add_words(form["subject"], split_list(form["words"])),
    "remove-words": lambda unit, form: SetupDesk(unit).remove_words(form["subject"], [form["word"]]),
}  # fmt: skip


@router.get("/setup")
def shown(room: InSetup, unfolded: Annotated[str, Query(alias="open", max_length=200)] = "") -> Response:
    """`open` is the pipeline or picklist that is unfolded."""
    with room.inside.store.reading(room.user, door="web") as unit:
        schema = unit.schema
        known = overview(schema)
        labels = {name: capital(schema.entity(name).label(room.said.language)) for name in ENTITY_TYPES}
        picklists = sorted((_labelled(schema, name, room.said), name, values) for name, values in known["picklists"].items())
        states = {name: standard_states(name) for name in known["picklists"]}
        words = [(_labelled(schema, subject, room.said), subject, word) for subject, found in known["words"].items() for word in found]
        subjects = _subjects(schema, room.said)
    return draw(
        room, "setup_words.html", known=known, labels=labels, picklists=picklists, words=words, subjects=subjects, kinds=CUSTOM_KINDS, unfolded=unfolded,
        states=states,
    )  # fmt: skip


@router.post("/setup")
def changed(posted: InSetupForm) -> Response:
    """One form of the page."""
    return carried_out(posted, ACTIONS)


def _labelled(schema: Schema, path: str, said: Words) -> str:
    """account.industry as people read it."""
    entity, _, name = path.partition(".")
    if entity not in schema.entities:
        return path
    kind = schema.entity(entity)
    label = capital(kind.label(said.language))
    return f"{label}: {kind.fields[name].label(said.language)}" if name in kind.fields else label


def _subjects(schema: Schema, said: Words) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a word can mean: a kind of record, or one of its fields; by kind."""
    found: list[tuple[str, list[tuple[str, str]]]] = []
    for name in ENTITY_TYPES:
        kind = schema.entity(name)
        fields: list[Any] = [each for each in kind.fields.values() if not each.hidden]
        label = capital(kind.label(said.language))
        found.append((label, [(name, label), *((f"{name}.{each.name}", f"{label}: {each.label(said.language)}") for each in fields)]))
    return found

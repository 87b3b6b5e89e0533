"""Several records fit where one was meant: the question which of them, each shown with what tells it apart from the others."""

from collections.abc import Collection, Sequence
from typing import Any

from agent.embedded.frames import Frame
from agent.embedded.shown import value_shown
from agent.embedded.tokens import is_chinese
from store.query import RecordView, load
from store.schema import Schema
from store.unit import Unit

SHOWN = 8
KEPT = 100  # candidates an answer can name, shown or not
ALL = "all"
CHOSEN = "chosen"
WHICH = frozenset({"several", "name"})  # reasons of the questions that hold candidates
_TELLING = (
    "account", "company", "title", "city", "country", "team", "stage", "amount", "kind", "due_at", "opened_at", "occurred_at", "industry", "tier",
    "status", "priority", "role", "owner", "email",
)  # fmt: skip
_MARKS = 3
_UNDER_WAY = {"open", "pending"}


def under_way(schema: Schema, records: Sequence[RecordView]) -> list[RecordView]:
    """The ones that are not finished, where that can be told."""
    return [record for record in records if schema.state(record.type, record.fields.get("status")) in _UNDER_WAY]


def has(record: RecordView, values: dict[str, Any] | None) -> bool:
    """Whether a record holds all of these values already."""
    held = ((record.fields.get(f"{name}_id"), record.fields.get(name), value) for name, value in (values or {}).items())
    return bool(values) and all(str(value) in {str(each) for each in (one, other)} for one, other, value in held)


def question(unit: Unit, entity: str, ids: Sequence[str], total: int, text: str) -> Frame:
    """ "Which of these?" of records a change may be about, the unfinished first."""
    records = load(unit, entity, list(ids[:KEPT]))
    going = under_way(unit.schema, records)
    order = [*going, *(record for record in records if record not in going)]
    return Frame(
        "clarify", entity=entity, text=text, reason="several", ids=[record.id for record in order],
        options=told_apart(unit, order[:SHOWN], "zh" if is_chinese(text) else "en"), notes=[str(total)],
    )  # fmt: skip


def namesakes(unit: Unit, entity: str, ids: Collection[str], said: str, text: str = "") -> Frame:
    """ "Which Tom?": the records a name may stand for. `text`: the sentence it stood in."""
    records = sorted(load(unit, entity, list(ids)[:KEPT]), key=lambda record: (record.name, record.key or record.id))
    options = told_apart(unit, records[:SHOWN], "zh" if is_chinese(text or said) else "en")
    return Frame("clarify", entity=entity, text=said, reason="name", ids=[record.id for record in records], options=options)


def told_apart(unit: Unit, records: Sequence[RecordView], language: str) -> list[str]:
    """ "Kestrel: server rooms (Kestrel Analytics Ltd, Lost, EUR 23,750; OPP-0123)": each by what differs between them, then its key."""
    names = [name for name in _TELLING if len({str(record.fields.get(name) or "") for record in records}) > 1]
    told = []
    for record in records:
        shown = [
            value_shown(unit, record.type, name, record.fields[name], language, record.fields) for name in names if record.fields.get(name)
        ]
        marks = "; ".join(filter(None, [", ".join(shown[:_MARKS]), record.key or ""]))
        told.append(f"{record.name} ({marks})" if marks else record.name)
    return told

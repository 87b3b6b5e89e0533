"""A lead that becomes a contact or a customer: "convert Jenny Koh into a contact", 把吴东那条线索转成客户, "delete the lead and add him as a contact".

What is known of the lead is what the new record says; the lead itself is marked as converted, unless the breath before deletes it.
"""

from typing import Any

from agent.embedded import told
from agent.embedded.frames import Frame
from agent.embedded.lexicon import change_words
from agent.embedded.name_forms import BY_A_WORD
from agent.embedded.nouns import kind_of
from agent.embedded.scene import Scene
from agent.embedded.spans import Span
from store.query import RecordView, load
from store.schema import Schema
from store.values import find_named

_KEPT = ("name", "title", "email", "phone")  # what a person is known by as a lead and as a contact
_DONE = "converted"


def read(scene: Scene) -> list[Frame] | None:
    """The new record and what becomes of the lead; None of any other sentence."""
    if told.asks(scene.text) or told.conditional(scene.text.text):
        return None
    before = scene.previous[0] if scene.previous else None
    gone = before is not None and before.intent == "delete" and before.entity == "lead" and len(before.ids) == 1 and not before.proposed
    turned = any(_turns(span) for span in scene.spans)
    kind = next((k for span in reversed(scene.spans) if (k := kind_of(span, scene.words, many=True)) in {"contact", "account"}), "")
    if not kind or not (turned or gone):
        return None
    ids = before.ids if gone and before is not None and any(span.func("it") for span in scene.spans) else _lead(scene.spans)
    if len(ids) != 1 or any(span.amount or span.literal for span in scene.spans):
        return None
    found = load(scene.unit, "lead", ids)
    values = _values(scene, kind, found[0]) if found else {}
    if not values.get("name"):
        return [Frame("clarify", entity=kind, text=scene.text.text, reason="name needed")] if found else None
    made = [Frame("create", entity=kind, values=values, reason="form")]
    return made if gone else [*made, *_marked(scene.unit.schema, ids)]


def _turns(span: Span) -> bool:
    return not span.names and span.text.lower() in change_words("converts")


def _lead(spans: list[Span]) -> list[str]:
    best = max((name.score for span in spans for name in span.names if name.type == "lead"), default=0.0)
    return list(dict.fromkeys(n.id for span in spans for n in span.names if n.type == "lead" and n.score == best >= BY_A_WORD))


def _values(scene: Scene, kind: str, lead: RecordView) -> dict[str, Any]:
    company = str(lead.fields.get("company") or "")
    owner = {"owner": lead.fields["owner_id"]} if lead.fields.get("owner_id") else {}
    if kind == "account":
        return {"name": company, **owner} if company else {}
    values = {name: lead.fields.get(name) for name in _KEPT if lead.fields.get(name)}
    there = find_named(scene.unit, "account", company) if company else []
    return {"name": lead.name, **values, **owner, **({"account": there[0][0]} if len(there) == 1 else {})}


def _marked(schema: Schema, ids: list[str]) -> list[Frame]:
    held = [choice.value for choice in schema.choices_of(schema.field("lead", "status"))]
    return [Frame("update", entity="lead", ids=ids, values={"status": _DONE}, reason="form")] if _DONE in held else []

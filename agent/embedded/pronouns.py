"""Pronouns of a question: "any cases from them?", "open deals there?", "how many open deals has he?"."""

from collections.abc import Sequence

from agent.embedded import leaning
from agent.embedded.frames import Frame, Part
from agent.embedded.hosts import IMPLYING
from agent.embedded.reading import Reader
from agent.embedded.routes import PERSON, through
from agent.embedded.rows_shown import narrowing
from store.filters import Filter
from store.query import load
from store.unit import Unit


def resolve(unit: Unit, reader: Reader, previous: Sequence[Frame]) -> None:
    """ "any cases from them?", "open deals there?": what the turn before found narrows what is asked now."""
    narrowing(reader, previous)
    _person_before(reader, previous)
    before = leaning.latest(previous)
    text = reader.text
    heads = [span.entity.entity for span in text.spans if span.entity]
    heads += [c.entity for span in text.spans for c in span.choices if (c.entity, c.field) in IMPLYING and not span.entity][:1]
    pronoun = next((span for span in text.spans if (span.func("it") or leaning.refers(span)) and not span.entity), None)
    if pronoun is None and before is not None and before is previous[0] and _of_the_one(reader, before, heads):
        return
    if (
        before is None
        or pronoun is None
        or not heads
        or before.entity in heads
        or before.intent == "measure"
        or any(span.names for span in text.spans)
    ):
        return
    path = reader.routes.path(heads[0], before.entity)
    if not path:
        shared = _shared_account(unit, before)
        along = reader.routes.path(heads[0], "account") if shared else None
        if along:
            reader.extra.append(Part("ref:account", Filter(field=along, op="in", value=shared)))
            pronoun.used = True
        return
    filters = list(before.filters)
    if before.period:
        name = before.date_field or reader.schema.entity(before.entity).date
        filters.append(Filter(field=name, op="between", value=[day.isoformat() if day else None for day in before.period]))
    reader.extra += [Part(f"before:{place}", through(path, each)) for place, each in enumerate(filters)]
    pronoun.used = True


def _of_the_one(reader: Reader, before: Frame, heads: Sequence[str]) -> bool:
    """联系人是谁, "who is the contact?" right after one record: its own, where nothing else is said."""
    one = before.results if len(before.results) == 1 else before.ids if len(before.ids) == 1 else []
    said = [span for span in reader.spans if not span.filler]
    bare = all(span.entity or span.func("who", "show", "on", "to") or span.text in {"是", "有"} for span in said)
    if (
        len(one) != 1
        or len(set(heads)) != 1
        or heads[0] in {before.entity, "user", "team"}
        or not bare
        or not any(s.func("who") for s in said)
    ):
        return False
    if any(span.func("all") or span.names or span.choices or span.amount for span in reader.spans):
        return False
    path = reader.routes.path(heads[0], before.entity)
    if not path:
        return False
    reader.extra.append(Part(f"ref:{before.entity}", Filter(field=path, op="in", value=list(one))))
    return True


_PERSON_WORDS = {"he", "she", "him", "his", "her", "他", "她", "他的", "她的"}


def _person_before(reader: Reader, previous: Sequence[Frame]) -> None:
    """ "… and how many open deals has he": the colleague whose records were spoken of just before."""
    pronoun = next((span for span in reader.spans if span.func("it") and span.text.lower() in _PERSON_WORDS), None)
    heads = [span.entity.entity for span in reader.spans if span.entity]
    said = next((part for part in previous[0].parts if part.slot == "owner"), None) if previous else None
    if pronoun is None or not heads or said is None or any(name.type == "user" for span in reader.spans for name in span.names):
        return
    field = PERSON.get(heads[0], "owner")
    if field in reader.schema.entity(heads[0]).fields:
        reader.extra.append(Part("owner", said.filter.model_copy(update={"field": field})))
        pronoun.used = True


def _shared_account(unit: Unit, before: Frame) -> list[str]:
    """The accounts of what was shown: "who can I call there?" after the deals of one."""
    if not before.results or "account" not in unit.schema.entity(before.entity).fields:
        return []
    held = [record.fields.get("account_id") for record in load(unit, before.entity, before.results)]
    return list(dict.fromkeys(str(each) for each in held if each))

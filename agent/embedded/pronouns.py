"""Pronouns of a question: "any cases from them?", "open deals there?", "how many open deals has he?"."""

from collections.abc import Sequence

from agent.embedded import leaning
from agent.embedded.frames import Frame, Part
from agent.embedded.hosts import IMPLYING
from agent.embedded.lexicon import beside_words
from agent.embedded.reading import Reader
from agent.embedded.routes import PERSON, through
from agent.embedded.rows_shown import narrowing
from store.filters import Filter
from store.query import RecordQuery, find, load
from store.unit import Unit


def resolve(unit: Unit, reader: Reader, previous: Sequence[Frame]) -> None:
    """ "any cases from them?", "open deals there?": what the turn before found narrows what is asked now."""
    narrowing(reader, previous)
    _person_before(unit, reader, previous)
    before = leaning.latest(previous)
    text = reader.text
    heads = [span.entity.entity for span in text.spans if span.entity]
    heads += [c.entity for span in text.spans for c in span.choices if (c.entity, c.field) in IMPLYING and not span.entity][:1]
    heads = _asked_for(reader, heads)
    pronoun = next((span for span in text.spans if (span.func("it") or leaning.refers(span)) and not span.entity), None)
    if pronoun is not None and pronoun.used:
        return  # the colleague, and not the record
    if pronoun is not None and before is not None and _others_of_it(unit, reader, before, heads):
        pronoun.used = True
        return
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


def _others_of_it(unit: Unit, reader: Reader, before: Frame, heads: Sequence[str]) -> bool:
    """他们还有别的工单吗, "do they have other tickets?" after one record: the others of its customer."""
    other = any(word in reader.text.text.lower() for word in beside_words("others"))
    account = _shared_account(unit, before) if len(before.results) == 1 else []
    if not other or list(heads) != [before.entity] or len(account) != 1:
        return False
    reader.extra.append(Part("others", Filter(field="id", value=before.results[0], negate=True)))
    reader.extra.append(Part("ref:account", Filter(field="account", value=account[0])))
    return True


def _asked_for(reader: Reader, heads: list[str]) -> list[str]:
    """那家客户的联系人: the noun behind the pronoun's own is what is asked for."""
    spans = [span for span in reader.spans if not span.filler]
    for place, (pronoun, noun, of) in enumerate(zip(spans, spans[1:], spans[2:], strict=False)):
        own = pronoun.func("it") and not pronoun.entity and noun.entity and len(heads) > 1 and heads[0] == noun.entity.entity
        if own and (of.text == "的" or of.entity or of.func("with")) and not noun.names:
            noun.used, noun.senses = True, []
            for having in spans[place + 2 : place + 3]:
                having.senses = [] if having.func("with") and not having.entity else having.senses
            return heads[1:]
    return heads


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


_PERSONS = {"contact", "lead", "user"}  # who may be meant themselves
_PERSON_WORDS = {"he", "she", "him", "his", "her", "他", "她", "他的", "她的"}


def _in_charge(unit: Unit, before: Frame) -> Filter | None:
    """The colleague in charge of the one record shown: "who owns it?", then "his tasks"."""
    person = PERSON.get(before.entity, "owner")
    if before.intent not in {"get", "find"} or len(before.results) != 1 or before.entity in _PERSONS:
        return None
    held = [record.fields.get(person) for record in load(unit, before.entity, before.results)]
    found = find(unit, RecordQuery(entity="user", filters=[Filter(field="email", value=held[0])])).records if held and held[0] else []
    return Filter(field=person, value=found[0].id) if len(found) == 1 else None


def _person_before(unit: Unit, reader: Reader, previous: Sequence[Frame]) -> None:
    """ "… and how many open deals has he": the colleague whose records were spoken of just before."""
    pronoun = next((span for span in reader.spans if span.func("it") and span.text.lower() in _PERSON_WORDS), None)
    heads = [span.entity.entity for span in reader.spans if span.entity]
    if pronoun is None or not heads or not previous or any(name.type == "user" for span in reader.spans for name in span.names):
        return
    said = next((part.filter for part in previous[0].parts if part.slot == "owner"), None) or _in_charge(unit, previous[0])
    field = PERSON.get(heads[0], "owner")
    if said is not None and field in reader.schema.entity(heads[0]).fields:
        reader.extra.append(Part("owner", said.model_copy(update={"field": field})))
        pronoun.used = True


def _shared_account(unit: Unit, before: Frame) -> list[str]:
    """The accounts of what was shown: "who can I call there?" after the deals of one."""
    if not before.results or "account" not in unit.schema.entity(before.entity).fields:
        return []
    held = [record.fields.get("account_id") for record in load(unit, before.entity, before.results)]
    return list(dict.fromkeys(str(each) for each in held if each))

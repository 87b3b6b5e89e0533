"""What a word means beside its neighbours, where it alone could mean several things: settled once, before anybody reads the sentence.

"lost over the last month" (no comparison), "of type breakdown" (a value, no breaking down), "orders received last week" (when they came,
no direction), "refurbished machines" (said of the deals), "customers Aisha looks after" (Aisha's).
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from agent.embedded.lexicon import beside_words
from agent.embedded.phrase_table import Sense
from agent.embedded.tokens import is_chinese, phrase
from store.schema import TEMPORAL, Schema

if TYPE_CHECKING:  # which calls this
    from agent.embedded.spans import Span

_COMPARED = ("over", "at_least", "under", "at_most")
_LINKS = frozenset({"of", "with", "whose", "as", "is", "are"})
_IS = frozenset({"is", "was", "are", "were", "as", "being", "be"})
_THE = frozenset({"the", "a", "an", "our", "their"})
_WHO = frozenset({"that", "who", "which", "and", "or", "but", "they", "we"})
_PERSONS = frozenset({"owner", "assignee", "author"})


def settle(spans: Sequence["Span"], schema: Schema) -> None:
    """Take the senses off the words that their neighbours leave none of."""
    said = [span for span in spans if not span.filler]
    nouns = [span.entity.entity for span in said if span.entity and not span.names]
    told = [span for span in said if span.content or not span.func("to", "on")]
    for verb, other in pairwise(told):
        _plain_verb(spans, verb, other)
    said = [span for span in said if not span.filler]
    told = [span for span in told if not span.filler]
    for one, other in {(id(one), id(other)): (one, other) for one, other in (*pairwise(said), *pairwise(told))}.values():
        _show_me(one, other)
        _comparison(one, other)
        _owns(one, other)
        _whose_book(spans, one, other)
        _came_in(one, other, nouns)
        _across(one, other, said)
        _value_of_its_label(spans, one, other, schema)
        _yes_of_the_head(one, other, nouns, schema)
        _label_behind(spans, one, other)
        _staff(one, other, said)
        _where_it_holds(one, other)
        _said_of_records(one, other)
        _lost_over(one, other)
        _met_through(one, other)
        _have_on_average(one, other)
        _against(spans, one, other)
        _due_for(one, other, schema)
        _per_person(one, other)
    for place, span in enumerate(spans):
        _done_by_people(spans, place, span)


def _light(span: "Span") -> None:
    span.senses, span.unknown, span.filler = [], False, True


def _show_me(one: "Span", other: "Span") -> None:
    """ "show me orders that have been delivered": whom to show them, not whose they are."""
    if one.func("show") and other.func("me") and other.text.lower() == "me":
        _light(other)


def _comparison(one: "Span", other: "Span") -> None:
    """ "over the last 30 days" compares nothing; "higher than 50" compares a number, not two records."""
    if one.func("over") and one.text.lower() == "over" and other.time and other.time.kind == "period" and not other.amount:
        _light(one)
    elif one.func("compare") and one.func(*_COMPARED) and other.amount:
        one.senses = [sense for sense in one.senses if sense.value != "compare"]


def _owns(one: "Span", other: "Span") -> None:
    """ "customers Aisha looks after": the verb says no more than the name does."""
    owner = bool(other.fields) and all(sense.field in _PERSONS for sense in other.fields)
    if any(name.type == "user" for name in one.names) and other.text.lower() in beside_words("looks_after") and (owner or not other.fields):
        _light(other)


def _whose_book(spans: Sequence["Span"], one: "Span", other: "Span") -> None:
    """ "in Ben's book", "on Anna's plate": where somebody's records lie."""
    own = spans[spans.index(one) + 1].text.lower() == "'s" if one.names else False
    if own and any(name.type == "user" for name in one.names) and other.text.lower() in beside_words("book"):
        _light(other)


def _came_in(one: "Span", other: "Span", nouns: Sequence[str]) -> None:
    """ "orders received last quarter": when such records came, which is their usual date; for talks it is a direction."""
    arrived = one.text.lower() in beside_words("came_in") and not one.names
    if arrived and other.time and nouns and "activity" not in nouns and all(sense.entity == "activity" for sense in one.choices):
        _light(one)


def _across(one: "Span", other: "Span", said: Sequence["Span"]) -> None:
    """ "average value across orders": of all of them, not by each."""
    if not (one.func("group") and one.text.lower() == "across" and other.entity and not other.names):
        return
    kinds = {sense.entity for span in said[: said.index(one)] for sense in span.fields}
    if other.entity.entity in kinds:
        _light(one)


def _value_of_its_label(spans: Sequence["Span"], one: "Span", other: "Span", schema: Schema) -> None:
    """ "of type breakdown", "type bakery" of a Venue Type: a value whose field is named beside it, in whole or by a word of its label."""
    held = {(choice.entity, choice.field) for choice in other.choices}
    if not held or not one.fields or one.names or one.entity:
        return
    place = spans.index(one)
    linked = place > 0 and spans[place - 1].text.lower() in _LINKS
    own = held & {(each.entity, each.field) for each in one.fields}
    if own and linked and (other.func("group", "breakdown") or other.of("grain")):
        other.senses = [sense for sense in other.choices if (sense.entity, sense.field) in own]
    words = {word for entity, name in held for word in phrase(schema.field(entity, name).en)}
    if not own and linked and not is_chinese(one.text) and set(phrase(one.text.lower())) <= words:
        _light(one)


def _yes_of_the_head(one: "Span", other: "Span", nouns: Sequence[str], schema: Schema) -> None:
    """ "leases for refurbished machines": a yes of the leases, said of what they are about."""
    yes = {sense.entity for sense in one.fields if schema.field(sense.entity, sense.field).kind == "bool"}
    if not yes or other.entity is None or other.names or one.choices:
        return
    kind = other.entity.entity
    if kind not in yes and nouns and nouns[0] in yes and nouns[0] != kind:
        _light(other)


def _label_behind(spans: Sequence["Span"], one: "Span", other: "Span") -> None:
    """ "where KitchenKing is the competitor", "with Suresh as engineer": the field of a value, named after it."""
    own = {(choice.entity, choice.field) for choice in one.choices} & {(each.entity, each.field) for each in other.fields}
    between = [span.text.lower() for span in spans[spans.index(one) + 1 : spans.index(other)]]
    if (
        own
        and not other.entity
        and not other.choices
        and any(word in _IS for word in between)
        and all(word in _IS | _THE for word in between)
    ):
        one.senses = [sense for sense in one.choices if (sense.entity, sense.field) in own]
        _light(other)


def _staff(one: "Span", other: "Span", said: Sequence["Span"]) -> None:
    """ "accounts with less than 200 people": a number of people of a company is how many work there."""
    kinds = {sense.entity for sense in other.fields if sense.field == "employees"}
    heads = {span.entity.entity for span in said[: said.index(one)] if span.entity and span is not other}
    if one.amount and kinds & heads and other.entity and other.entity.entity == "contact":
        other.senses = [sense for sense in other.fields if sense.field == "employees"]


def _where_it_holds(one: "Span", other: "Span") -> None:
    """ "deals where Rentwell competes": such as meet what follows, no place is asked for."""
    if one.entity and other.func("where") and not one.names:
        _light(other)


def _plain_verb(spans: Sequence["Span"], verb: "Span", other: "Span") -> None:
    """ "customers that serve Western food", "contacts who prefer e-mail", "that reported a breakdown": no more than "have", unless it denies."""
    word, place = verb.text, spans.index(verb)
    before = spans[place - 1] if place else None
    noun = before is not None and not before.names and (before.entity is not None or before.text.lower() in _WHO)
    plain = word.isascii() and word.isalpha() and word.islower() and word not in beside_words("denying")
    told = bool(other.choices or other.fields or other.func("without")) and not other.names and not other.func("group")
    said = verb.unknown or (bool(verb.fields) and before is not None and before.text.lower() in _WHO and word in beside_words("came_in"))
    if noun and plain and told and said:
        verb.senses, verb.unknown, verb.filler = [Sense("func", value="with")], False, other.func("without")


def _said_of_records(one: "Span", other: "Span") -> None:
    """ "tasks concerning accounts in Germany": about them, and nothing that was said."""
    if one.text.lower() in beside_words("concerning") and other.entity and not other.names and other.entity.plural:
        _light(one)


def _lost_over(one: "Span", other: "Span") -> None:
    """ "lost on timing", "lost because of price": deals are lost over such a reason, accounts are not."""
    reason = any((sense.entity, sense.field) == ("opportunity", "lost_reason") for sense in other.choices)
    lost = [sense for sense in one.choices if (sense.entity, sense.field, sense.value) == ("opportunity", "status", "lost")]
    if reason and lost:
        one.senses = [*lost, *one.of("func")]


def _met_through(one: "Span", other: "Span") -> None:
    """ "customers we met through a food fair": how they came, no meeting."""
    source = any(sense.field == "source" for sense in other.choices)
    if source and not one.names and one.text.lower() in beside_words("met"):
        _light(one)


def _have_on_average(one: "Span", other: "Span") -> None:
    """ "what amount do won deals have on average": nothing they have beside."""
    if one.func("with") and one.text.lower() in {"have", "has"} and other.func("avg", "sum"):
        _light(one)


def _against(spans: Sequence["Span"], one: "Span", other: "Span") -> None:
    """ "deals against Nordchef": who is in it too, nothing is compared; "EMEA against APAC" compares."""
    place = spans.index(one)
    two = place > 0 and bool({(c.entity, c.field) for c in spans[place - 1].choices} & {(c.entity, c.field) for c in other.choices})
    if one.func("compare") and one.text.lower() == "against" and other.choices and not other.names and not two:
        _light(one)


def _due_for(one: "Span", other: "Span", schema: Schema) -> None:
    """ "due for installation next month": the date named, not the one of tasks."""
    dated = any(schema.field(sense.entity, sense.field).kind in TEMPORAL and sense.field != "due_at" for sense in other.fields)
    if one.text.lower() == "due" and dated and not other.entity:
        _light(one)


def _done_by_people(spans: Sequence["Span"], place: int, span: "Span") -> None:
    """ "leads nobody has contacted", "leads we have never contacted": what people did or did not, no state of the records."""
    states = [sense for sense in span.choices if sense.entity != "activity"]
    if not (states and span.func("contacted")) or span.names:
        return
    doers = set(beside_words("doers"))
    before = place - 1
    while (
        before >= 0
        and not doers & set(spans[before].text.lower().split())
        and (spans[before].filler or spans[before].func("with", "not", "all"))
    ):
        before -= 1
    if before >= 0 and (doers & set(spans[before].text.lower().split()) or any(name.type == "user" for name in spans[before].names)):
        span.senses = [sense for sense in span.senses if sense not in states]


def _per_person(one: "Span", other: "Span") -> None:
    """ "overdue tasks per person": of those who do them, no customer's people."""
    if one.func("group") and other.func("anyone") and not other.names:
        other.senses = other.of("func")

"""A word that is listed for another kind of record, and part of a label of the kind that is spoken of: "leads with no budget" where leads
have a "Monthly Budget" of their own and only campaigns a budget; "a daily clean" where leads have a frequency; a yes/no field an
administrator named like a value nobody uses.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.embedded.linking import Labels
from agent.embedded.names import NameIndex
from agent.embedded.phrase_table import Sense
from agent.embedded.tokens import phrase, stem
from agent.embedded.units import kept_in
from store.schema import NUMERIC, TEMPORAL, Schema

_NOUNS = {("activity", "kind"), ("case", "type"), ("contact", "role"), ("contact", "title")}  # values that are nouns
_TIMES = frozenset({"times", "time"})
_SIGNED = frozenset({"contract"})  # kinds of record that a deal becomes when it is won
_APART = 6  # tokens between the words of a label

if TYPE_CHECKING:  # which calls this
    from agent.embedded.spans import Span


def prefer(spans: Sequence["Span"], labels: Labels, names: NameIndex, schema: Schema) -> None:
    """Give such words the senses of the kinds of record that are spoken of, where these are certain."""
    asked = {span.entity.entity for span in spans if span.entity and not span.names}
    implied = {c.entity for span in spans for c in span.choices if (c.entity, c.field) in _NOUNS}
    _scattered(spans, labels, schema, asked | {name.type for span in spans for name in span.names})
    signed = any(span.func("sold", "win") or any(c.value == "won" and c.entity == "opportunity" for c in span.choices) for span in spans)
    for number, span in enumerate(spans):
        _field_before_unused_value(span, labels, names)
        _value_that_is_used(span, names)
        _value_before_grain(spans, number, asked)
        _per_record(spans, number, schema)
        _so_much_a_month(spans, number)
        _lacks_their_own(spans, number, labels, schema, asked)
        _day_asked(spans, span, labels, schema)
        _noun_of_none(span, labels, schema, names, signed=signed)
        _way_not_noted(span, names)
        _part_of_another(span, asked | implied, spans)
        _stage_in_part(spans, number, labels)
        _number_before_metric(span, labels, schema, asked | implied)
        _first_of_label(spans, number, labels)
        if _of_others(span, asked, names):
            own = [s for s in labels.in_part(span.text) if (s.entity in asked if asked else s.entity in names.present)]
            own = own or _only_money(span, schema, asked)
            if own:
                span.senses, span.guessed = own, True


def _only_money(span: "Span", schema: Schema, asked: set[str]) -> list[Sense]:
    """ "orders worth over 5000", "leads worth more than 4000", where one sum of money is kept of them, and the word is another record's."""
    if len(asked) != 1 or not all(schema.field(s.entity, s.field).kind == "money" for s in span.senses):
        return []
    kind = next(iter(asked))
    spec = schema.entity(kind)
    money = [field for field in spec.fields.values() if field.kind == "money" and not field.hidden]
    theirs = any(
        relation.target == s.entity for relation in spec.relations.values() for s in span.senses
    )  # what an account's deals are worth
    return [Sense("field", kind, money[0].name)] if len(money) == 1 and not theirs else []


def _of_others(span: "Span", asked: set[str], names: NameIndex) -> bool:
    """Whether a word means only fields of kinds of record that nobody speaks of, or, where none is spoken of, that there are none of."""
    if not span.senses or any(s.kind != "field" for s in span.senses) or span.names or span.time or span.amount:
        return False
    held = {s.entity for s in span.senses}
    return not held & asked if asked else not any(entity in names.present for entity in held)


def _field_before_unused_value(span: "Span", labels: Labels, names: NameIndex) -> None:
    """An administrator's field called as a value of the same kind of record that none of them has: "decision makers", who are people too."""
    own = labels.in_part(span.text) if span.choices and not span.names else ()
    for sense in own:
        unused = [c for c in span.choices if c.entity == sense.entity and not names.facets.holds(c)]
        if unused:
            many = [Sense("entity", sense.entity, plural=True)] if span.text.endswith("s") else []
            span.senses = [*many, sense, *(s for s in span.senses if s not in unused and s != sense)]


def _value_that_is_used(span: "Span", names: NameIndex) -> None:
    """投诉, a kind of case and a value of the firm's own "service type": the one that cases have, where they have only one of them."""
    for kind in {c.entity for c in span.choices}:
        of_it = [c for c in span.choices if c.entity == kind]
        if len({c.field for c in of_it}) > 1:
            unused = [c for c in of_it if not names.facets.holds(c)]
            if len(unused) < len(of_it):
                span.senses = [s for s in span.senses if s not in unused]


def _value_before_grain(spans: Sequence["Span"], number: int, asked: set[str]) -> None:
    """ "a daily clean", "weekly leads", where how often is a value of the records asked for: not a figure by the day."""
    span = spans[number]
    grouped = any(each.func("group", "trend") for each in spans[max(0, number - 2) : number])
    if span.grain and not grouped and any(c.entity in asked for c in span.choices):
        span.senses = [s for s in span.senses if s.kind != "grain"]


def _first_of_label(spans: Sequence["Span"], number: int, labels: Labels) -> None:
    """ "first reply time" of "First Reply Hours": the number is part of what the field is called."""
    span = spans[number]
    before = spans[number - 1] if number else None
    if before is not None and span.guessed and span.fields and before.amount:
        called = [labels.text_of(s).lower().split() for s in span.fields]
        if all(before.text.lower() in words for words in called):
            before.senses, before.amount, before.filler = [], None, True


def _so_much_a_month(spans: Sequence["Span"], number: int) -> None:
    """ "more than 4000 a month": what the number is per, not a figure by the month."""
    span = spans[number]
    place = number - 1 if number and spans[number - 1].text.lower() in {"a", "per"} else number
    joined = place < number or span.text.lower().startswith("per ")
    if span.grain and joined and place and spans[place - 1].amount and not span.time:
        span.senses, span.filler = [], True


def _per_record(spans: Sequence["Span"], number: int, schema: Schema) -> None:
    """ "average number of learners per deal": the mean of a number deals have is per deal already."""
    span, after = spans[number], spans[number + 1 : number + 2]
    noun = after[0].entity if after else None
    if not span.func("group") or span.text.lower() not in {"per", "each", "for each", "per each"} or noun is None or noun.plural:
        return
    kept = any(f.entity == noun.entity and schema.field(f.entity, f.field).kind in NUMERIC for each in spans[:number] for f in each.fields)
    others = any(each.entity or each.metric for each in spans[:number])
    if kept and not others and any(each.func("avg") for each in spans[:number]):
        span.senses, span.filler = [], True


def _lacks_their_own(spans: Sequence["Span"], number: int, labels: Labels, schema: Schema, asked: set[str]) -> None:
    """ "leads with no budget", where deals are lost for "no budget" and leads have a budget of their own."""
    span = spans[number]
    before = next((each for each in reversed(spans[:number]) if not each.filler), None)
    word = span.text.lower().removeprefix("no ")
    if (
        word == span.text.lower()
        or not span.choices
        or before is None
        or not before.func("with")
        or {c.entity for c in span.choices} & asked
    ):
        return
    own = [
        f
        for kind in asked
        for f in schema.entity(kind).fields.values()
        if word in {f.en.lower(), f.name, *(each.lower() for each in f.words)}
    ]
    found = [Sense("field", f.entity, f.name) for f in own] or [s for s in labels.in_part(word) if s.entity in asked]
    if len(found) == 1:
        before.senses, span.senses = [Sense("func", value="without")], found


def _day_asked(spans: Sequence["Span"], span: "Span", labels: Labels, schema: Schema) -> None:
    """ "when is Zenith's renewal", where the account has a "Contract Renewal" and only deals are renewals."""
    named = {name.type for each in spans for name in each.names if name.score == 1.0}
    timed = any(each.func("when") for each in spans)
    if not named and any(each.time for each in spans):  # "organisations renewing in the next 60 days"
        named, timed = {each.entity.entity for each in spans if each.entity}, True
    if not span.choices or span.names or span.fields or len(named) != 1 or not timed:
        return
    own = [s for s in labels.in_part(span.text) if s.entity in named and schema.field(s.entity, s.field).kind in TEMPORAL]
    if len(own) == 1 and not any(c.entity in named for c in span.choices):
        span.senses = own


def _way_not_noted(span: "Span", names: NameIndex) -> None:
    """ "mails we sent", where nobody noted which way they went."""
    way = [c for c in span.choices if (c.entity, c.field) == ("activity", "direction")]
    if way and "activity" in names.present and not any(names.facets.holds(c) for c in way):
        span.senses = [s for s in span.senses if s not in way]
        span.filler = span.filler or not span.senses


def _part_of_another(span: "Span", asked: set[str], spans: Sequence["Span"]) -> None:
    """ "the floor area we clean", "how often do we clean Marlow Theatre": no deal in Trial Clean, of which nobody spoke."""
    others = [each for each in spans if each is not span]
    spoken = asked | {name.type for each in others for name in each.names} | {f.entity for each in others for f in each.fields}
    if (
        not span.guessed
        or not span.choices
        or span.fields
        or not spoken
        or any(c.entity in spoken or (c.entity, c.field) in _NOUNS for c in span.choices)
    ):
        return
    if any(each.metric and s.entity == c.entity for each in spans for s in each.of("metric") for c in span.choices):
        return
    if all(len(phrase(span.text)) < len(phrase(c.value)) for c in span.choices):
        span.senses, span.names, span.unknown, span.guessed = [], [], True, False


def _noun_of_none(span: "Span", labels: Labels, schema: Schema, names: NameIndex, *, signed: bool) -> None:
    """ "contracts of 24 months", where no contracts are kept and deals have their "Contract Months": the deals. 签了几个合同, where none are
    kept: the deals that were won."""
    noun = span.entity
    if noun is None or span.names or noun.entity in names.present:
        return
    if noun.entity in _SIGNED and signed and "opportunity" in names.present:
        span.senses = [Sense("entity", "opportunity", plural=noun.plural)]
        return
    kinds = {s.entity for s in labels.in_part(span.text) if s.entity in names.present and s.field in kept_in(schema.entity(s.entity))}
    if len(kinds) == 1:
        span.senses = [Sense("entity", kinds.pop(), plural=noun.plural)]


def _stage_in_part(spans: Sequence["Span"], number: int, labels: Labels) -> None:
    """ "at the quote stage" of Quote Sent: the word before "stage", where it is part of one stage alone."""
    span = spans[number]
    before = spans[number - 1] if number else None
    if before is None or before.names or before.choices or not any(f.field == "stage" for f in span.fields):
        return
    found = labels.values_in_part(before.text, "stage")
    if len(found) == 1:
        before.senses, before.unknown, before.filler = list(found), False, False


def _number_before_metric(span: "Span", labels: Labels, schema: Schema, asked: set[str]) -> None:
    """ "average response time on complaints", where complaints keep their "Response Minutes" and the figure of that name is of others."""
    if not span.metric or span.names or any(s.entity in asked for s in span.of("metric")) or not asked:
        return
    words = span.text.lower().removeprefix("average ").removeprefix("mean ")
    own = [s for s in labels.in_part(words) if s.entity in asked and schema.field(s.entity, s.field).kind in NUMERIC]
    if len(own) == 1:
        span.senses = [*own, *([Sense("func", value="avg")] if words != span.text.lower() else [])]
        span.guessed = True


def _scattered(spans: Sequence["Span"], labels: Labels, schema: Schema, asked: set[str]) -> None:
    """ "clients we visit more than 4 times a week" of "Visits per Week": every word of a number's label, apart from one another."""
    if any(span.func("group") and span.text.lower() == "by" for span in spans):
        return
    said = {stem(word): span for span in reversed(spans) if not span.time and not span.names for word in phrase(span.text)}
    held = {f for span in spans for f in span.fields}
    found = [
        label for label in labels.said_whole(said.keys())
        if label.sense.entity in asked and label.sense not in held and schema.field(label.sense.entity, label.sense.field).kind in NUMERIC
    ]  # fmt: skip
    if len(found) != 1:
        return
    first, *rest = sorted({id(said[word]): said[word] for word in found[0].words}.values(), key=lambda span: span.start)
    if not rest or rest[-1].start - first.end > _APART or any(span.entity and span.entity.entity in asked for span in (first, *rest)):
        return
    first.senses, first.unknown, first.filler = [found[0].sense], False, False
    for span in (*rest, *(each for each in spans if each.text.lower() in _TIMES)):
        span.senses, span.unknown, span.filler = [], False, True

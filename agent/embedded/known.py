"""What the brain keeps of a store between turns: who works there, which values text fields hold, of which kinds there are records.

Kept by the kinds of record that changed since (the audit log says which), so that a call logged does not make anybody's
names be read anew. Values are kept for the whole firm; whether a person may see a record with one is asked when it is met.
"""

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import Lock
from typing import Any

from sqlalchemy import select

from agent.embedded.lexicon import function_words, other_words, plural_of, said_as_not
from agent.embedded.linking import Labels, of_values
from agent.embedded.name_forms import Form, Name, forms, spellings
from agent.embedded.phrase_table import Match, PhraseTable, Sense
from agent.embedded.tokens import Token, is_chinese, phrase
from store import changed
from store.filters import Filter
from store.query import RecordQuery, find
from store.rights import ABOUT_ACCOUNT, Principal, readable, visible
from store.schema import TEMPORAL, Field
from store.unit import Unit

FACET_LIMIT = 500  # values of a field; one with more is free text
PEOPLE = 32  # persons of whom what they may see is kept
TEAM_FORMS = ("team of {}", "team {}", "team under {}", "reps under {}", "people under {}")
Phrases = dict[str, dict[tuple[str, ...], list[Name]]]


@dataclass
class Colleagues:
    """Users and teams by what they are called, and by how that is spelt."""

    phrases: Phrases = field(default_factory=lambda: defaultdict(dict))
    spellings: dict[str, list[Name]] = field(default_factory=lambda: defaultdict(list))
    users: list[Name] = field(default_factory=list)

    def add(self, form: Form, name: Name) -> None:
        if form.words:
            held = self.phrases[form.words[0]].setdefault(form.words, [])
            if not any(each.id == name.id for each in held):
                held.append(name)


class Known:
    """For all persons; thread safe. `turn` gives what one person may use in one turn."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._schema: object = None
        self._number = -1
        self._changes: Counter[str] = Counter()  # how often records of a kind changed since this began
        self._colleagues: dict[tuple[Any, ...], Colleagues] = {}
        self._values: dict[tuple[str, str], set[str]] = {}
        self._table, self._labels = PhraseTable(), Labels(())
        self._seen: OrderedDict[tuple[Any, ...], dict[tuple[Any, ...], tuple[Any, Any]]] = OrderedDict()

    def turn(self, unit: Unit) -> "Seen":
        with self._lock:
            self._catch_up(unit)
            who = unit.principal
            key = (who.user_id, who.role, _frozen(who), tuple(sorted(who.team_ids)))
            answers = self._seen.setdefault(key, {})
            self._seen.move_to_end(key)
            while len(self._seen) > PEOPLE:
                self._seen.popitem(last=False)
            return Seen(unit, self._of(unit), self._table, self._labels, dict(self._changes), answers)

    def _catch_up(self, unit: Unit) -> None:
        number = changed.head(unit)
        if self._schema is not unit.schema or number < self._number:
            self._schema = unit.schema
            self._forget(unit)
        elif number > self._number:
            found = changed.since(unit, self._number)
            if found.everything:
                self._forget(unit)
            else:
                self._changes.update(found.kinds)
                self._note(unit, found)
        self._number = number

    def _forget(self, unit: Unit) -> None:
        self._colleagues.clear()
        self._seen.clear()
        self._values = {(each.entity, each.name): _values(unit, each) for each in _facets(unit)}
        self._told()

    def _told(self) -> None:
        few = {named: sorted(held) for named, held in self._values.items() if len(held) <= FACET_LIMIT}
        self._table, self._labels = _table(few), Labels(of_values(few))

    def _note(self, unit: Unit, found: changed.Changed) -> None:
        """Values that came with the changes. One that is gone stays: nobody sees a record with it."""
        if found.kinds & {"user", "team"}:
            self._colleagues.clear()
        before = sum(map(len, self._values.values()))
        for each in _facets(unit):
            held = self._values[each.entity, each.name]
            if found.many and each.entity in found.kinds:
                self._values[each.entity, each.name] = _values(unit, each)
            elif len(held) <= FACET_LIMIT:
                new = {values.get(each.name) for kind, values in found.values if kind == each.entity}
                held |= {str(value) for value in new if value}
        if found.many or sum(map(len, self._values.values())) != before:
            self._told()

    def _of(self, unit: Unit) -> Colleagues:
        """Everybody sees all users and teams; who leads a team may be masked."""
        mask = unit.principal.mask("team", "manager")
        key = (mask, unit.principal.user_id if mask else "")
        if key not in self._colleagues:
            self._colleagues[key] = _colleagues(unit)
        return self._colleagues[key]


def _frozen(who: Principal) -> tuple[Any, ...]:
    rights = who.rights
    return (rights.based_on, tuple(sorted(rights.read.items())), tuple(sorted(rights.masks.items())))


def _facets(unit: Unit) -> list[Field]:
    """Text fields whose values group records: countries, regions, sources, custom texts."""
    return [each for each in unit.schema.all_fields() if each.facet and each.kind == "text"]


def _held(unit: Unit, field_: Field) -> Any:
    model = unit.schema.entity(field_.entity).model
    return model.custom[field_.name].as_string() if field_.custom else getattr(model, field_.column)


def _values(unit: Unit, field_: Field) -> set[str]:
    """The values of the whole firm, one more than are used when there are too many."""
    column, model = _held(unit, field_), unit.schema.entity(field_.entity).model
    statement = select(column).where(model.deleted_at.is_(None), column.is_not(None)).distinct().limit(FACET_LIMIT + 1)
    return {str(value) for value in unit.session.scalars(statement)}


def _table(values: dict[tuple[str, str], list[str]]) -> PhraseTable:
    table = PhraseTable()
    for (entity, name), held in values.items():
        for value in held:
            if 2 <= len(value) <= 60:
                for word in (value, *other_words(value), *said_as_not(value)):
                    table.add(word, Sense("choice", entity, name, value))
                    table.add(plural_of(word), Sense("choice", entity, name, value))  # stems do not see the plural in "CFOs"
    return table


def _colleagues(unit: Unit) -> Colleagues:
    found = Colleagues()
    for entity in ("user", "team"):
        model = unit.schema.entity(entity).model
        columns = [model.id, model.name, model.key, *([model.email] if entity == "user" else [])]
        for row in unit.session.execute(select(*columns).where(visible(unit.principal, entity, model)).order_by(model.id)):
            name = Name(entity, row[0], row[1] or "", row[2], 1.0)
            for form in forms(entity, name.name, row[2:]):
                found.add(form, Name(entity, name.id, name.name, name.key, form.score))
            for spelling in spellings(entity, name.name):
                found.spellings[spelling].append(name)
            if entity == "user":
                found.users.append(name)
    _add_led_teams(unit, found)
    return found


def _add_led_teams(unit: Unit, found: Colleagues) -> None:
    """ "Dustin's team", "Summer's people", Melvin Marxen团队: teams by the name of who leads them, else of who is in them."""
    team, user = unit.schema.entity("team").model, unit.schema.entity("user").model
    shown = visible(unit.principal, "team", team)
    columns = select(team.id, team.name, team.key, user.name)
    led = list(
        unit.session.execute(columns.join(user, user.id == readable(unit.principal, "team", "manager", team, team.manager_id)).where(shown))
    )
    leaders = {row[3] for row in led}
    within = unit.session.execute(columns.join(user, user.team_id == team.id).where(shown))
    for team_id, name, key, person in [*led, *(row for row in within if row[3] not in leaders)]:
        for called in {person, person.split()[0], *(part for part in person.split() if is_chinese(part))}:
            for form in (*(form.format(called) for form in TEAM_FORMS), *_peopled(called)):
                found.add(Form(phrase(form), "short", 0.95), Name("team", team_id, name, key, 0.95))


def _peopled(called: str) -> Iterator[str]:
    for word in function_words()["led"]:
        yield from (f"{called}{word}", f"{called}的{word}") if is_chinese(word) else (f"{called}'s {word}", f"{called} {word}")


class _Lazy:
    """A set whose members are asked for one by one."""

    def __init__(self, holds: Callable[[Any], bool]) -> None:
        self._holds = holds

    def __contains__(self, item: object) -> bool:
        return self._holds(item)


class Seen:
    """What one person may use in one turn. `present`: the kinds of record there are any of; `facet_fields`: the text fields with a
    value, as (entity, field); `ahead`: an administrator's date fields that hold days to come."""

    def __init__(
        self,
        unit: Unit,
        colleagues: Colleagues,
        table: PhraseTable,
        labels: Labels,
        changes: dict[str, int],
        answers: dict[tuple[Any, ...], tuple[Any, Any]],
    ) -> None:
        self.unit, self.colleagues = unit, colleagues
        self._table, self._labels, self._changes, self._answers = table, labels, changes, answers
        self.present = _Lazy(self._any_of)
        self.facet_fields = _Lazy(self._any_value)
        self.ahead = _Lazy(self._days_to_come)

    def matches(self, tokens: Sequence[Token]) -> list[Match]:
        """Values in a text that some record has which the person sees."""
        found = []
        for match in self._table.matches(tokens):
            senses = tuple(sense for sense in match.senses if self._value_seen(sense))
            if senses:
                found.append(Match(match.start, match.end, senses, match.stemmed))
        return found

    def cut_short(self, words: tuple[str, ...]) -> list[Sense]:
        """Values that are said by the beginnings of their words."""
        return [sense for sense in self._table.cut_short(words) if self._value_seen(sense)]

    def link(self, text: str) -> tuple[Sense, ...]:
        """The one value a stretch nobody listed may mean, if some record has it that the person sees."""
        return tuple(sense for sense in self._labels.link(text) if self._value_seen(sense))

    def tags(self, entity: str) -> set[str]:
        """The tags that records of the kind have which the person sees."""
        spec, who = self.unit.schema.entities.get(entity), self.unit.principal
        if spec is None or "tags" not in spec.fields or not who.sees(entity, "tags"):
            return set()
        column = readable(who, entity, "tags", spec.model, spec.model.tags)
        held = self.unit.session.scalars(select(column).where(visible(who, entity, spec.model), column.is_not(None)).distinct())
        return {str(tag) for each in held for tag in (each or ())}

    def _any_of(self, entity: str) -> bool:
        return entity in self.unit.schema.entities and self._is_there(entity, ("any",))

    def _any_value(self, named: tuple[str, str]) -> bool:
        field_ = self.unit.schema.entities[named[0]].fields.get(named[1])
        if field_ is None or not field_.facet or field_.kind != "text" or not self.unit.principal.sees(*named):
            return False
        return self._is_there(named[0], ("value", named[1]), lambda column: column.is_not(None), field_)

    def holds(self, sense: Sense) -> bool:
        """Whether some record has a value, that the person sees."""
        field_ = self.unit.schema.entities[sense.entity].fields[sense.field]
        return bool(field_.computed) or self._value_seen(sense)

    def has_of(self, sense: Sense, whose: tuple[str, str]) -> bool:
        """Whether there is a record with a value that belongs to this one (kind, id)."""
        filters = [Filter(field=sense.field, value=sense.value), Filter(field=whose[0], value=whose[1])]
        return find(self.unit, RecordQuery(entity=sense.entity, filters=filters, limit=1)).total > 0

    def any_of(self, entity: str, field: str, value: str) -> bool:
        """Whether there is a record of the kind whose field holds this."""
        return find(self.unit, RecordQuery(entity=entity, filters=[Filter(field=field, value=value)], limit=1)).total > 0

    def _value_seen(self, sense: Sense) -> bool:
        if not self.unit.principal.sees(sense.entity, sense.field):
            return False
        field_ = self.unit.schema.entities[sense.entity].fields[sense.field]
        return self._is_there(sense.entity, ("value", sense.field, sense.value), lambda column: column == sense.value, field_)

    def _days_to_come(self, named: tuple[str, str]) -> bool:
        spec = self.unit.schema.entities.get(named[0])
        field_ = spec.fields.get(named[1]) if spec else None
        if field_ is None or not field_.custom or field_.kind not in TEMPORAL or not self.unit.principal.sees(*named):
            return False
        tomorrow: date = self.unit.today() + timedelta(days=1)
        return self._is_there(named[0], ("ahead", named[1], tomorrow), lambda column: column >= tomorrow.isoformat(), field_)

    def _is_there(
        self, entity: str, question: tuple[Any, ...], condition: Callable[[Any], Any] | None = None, field_: Field | None = None
    ) -> bool:
        """Whether the person sees a record like that; kept until records of the kind, or accounts it is seen with, change."""
        at = (self._changes.get(entity, 0), self._changes.get("account", 0) if entity in ABOUT_ACCOUNT else 0)
        held = self._answers.get((entity, *question))
        if held is not None and held[0] == at:
            return bool(held[1])
        model, who = self.unit.schema.entity(entity).model, self.unit.principal
        wanted = [visible(who, entity, model)]
        if condition is not None and field_ is not None:
            wanted.append(condition(readable(who, entity, field_.name, model, _held(self.unit, field_))))
        witness = None
        if held is not None and held[1]:  # most often the record that was there still is
            witness = self.unit.session.scalar(select(model.id).where(model.id == held[1], *wanted))
        if witness is None and self.unit.session.scalar(select(model.id).where(model.deleted_at.is_(None)).limit(1)) is not None:
            witness = self.unit.session.scalar(select(model.id).where(*wanted).limit(1))
        self._answers[entity, *question] = (at, witness)
        return witness is not None

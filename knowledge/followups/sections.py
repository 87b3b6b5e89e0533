"""Which clauses speak of which customer: several visits told in one breath become several follow-ups."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from knowledge.followups.followup import Person, Said
from knowledge.followups.named import Named
from knowledge.followups.newcomers import mentioned
from knowledge.followups.note import Clause, Note
from knowledge.followups.world import Record, World


@dataclass(slots=True)
class Section:
    """`account` None: no customer the store knows was named; `newcomer`: one it does not know."""

    account: Said[str] | None
    name: str
    clauses: list[Clause] = field(default_factory=list)
    newcomer: Said[str] | None = None

    @property
    def of_somebody(self) -> bool:
        return self.account is not None or self.newcomer is not None

    def people(self, note: Note) -> list[Said[Person]]:
        """Those of the customer who are named here, once each."""
        found: dict[str, Said[Person]] = {}
        for clause in self.clauses:
            for each in note.names_in(clause.at, clause.until):
                if each.record is not None and each.record.type == "contact" and self.theirs(each.record):
                    found.setdefault(each.record.id, Said(Person(each.record.id, each.record.name), each.at, each.until))
        return list(found.values())

    def theirs(self, person: Record) -> bool:
        return self.account is not None and person.account_id == self.account.value


def sections(note: Note, world: World, *, about: str | None = None) -> list[Section]:
    """In the order they are first spoken of; what comes before the first name belongs to the first. `about`: what the speaker said the
    note is about, it is about that alone."""
    known = world.accounts.get(about or "")
    if known is not None:
        return [Section(Said(known.id, 0, 0), known.name, list(note.clauses))]
    found: dict[str, Section] = {}
    waiting, current = list[Clause](), None
    for number, clause in enumerate(note.clauses):
        named = _account_of(note.names_in(clause.at, clause.until), world, current)
        new = _newcomer_of(note, clause) if named is None else None
        opened = None
        if named is not None and named.value in world.accounts:
            opened = Section(named, world.accounts[named.value].name)
        elif new is not None:
            opened = Section(None, new.value, newcomer=new)
        if opened is not None:
            current = found.setdefault(named.value if named else opened.name, opened)
            if waiting:
                current.clauses = [*waiting, *current.clauses]
                waiting = []
        following = note.clauses[number + 1] if number + 1 < len(note.clauses) else None
        if current is None or (opened is None and following and _leads_on(note, clause, following, world, current)):
            waiting.append(clause)
        else:
            current.clauses += [*waiting, clause]
            waiting = []
    if current is not None:
        current.clauses += waiting
        return list(found.values())
    return [Section(None, "", waiting)]


def _account_of(names: Sequence[Named], world: World, current: Section | None) -> Said[str] | None:
    """The customer a clause is about: one it names, else whose person it names; the one spoken of stays when somebody of theirs is named."""
    for each in names:
        if each.record is not None and each.record.type == "account":
            return Said(each.record.id, each.at, each.until)
    for each in names:
        if each.record is None or each.record.type != "contact" or each.record.account_id not in world.accounts:
            continue
        if current is not None and current.theirs(each.record):
            return current.account
        if current is None or len(each.record.name) <= each.until - each.at:
            return Said(str(each.record.account_id), each.at, each.until)
    return None


def _newcomer_of(note: Note, clause: Clause) -> Said[str] | None:
    return next((each for each in note.newcomers if any(clause.at <= at < clause.until for at in mentioned(each.value, note.text))), None)


def _leads_on(note: Note, clause: Clause, following: Clause, world: World, current: Section) -> bool:
    """ "Then Glenfarrow, …": a few words before another customer in the same sentence belong to that one."""
    if clause.sentence != following.sentence or (len(clause.text.split()) > 3 and clause.language == "en") or len(clause.text) > 24:
        return False
    if _newcomer_of(note, following):
        return True
    other = _account_of(note.names_in(following.at, following.until), world, current)
    return other is not None and current.account is not None and other.value != current.account.value

"""How fast the built-in brain reads sentences about a big firm: whole and short names, slips of the pen, both languages, no tool called."""

import gc
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from sqlalchemy import func, select

from agent.embedded.understanding import Understanding
from evals.figures import Figure, percentile
from evals.scale.firm import ADMIN, Firm, identity
from store import gate
from store.gate import Change
from store.models import RECORD_MODELS, Account, Contact, User
from store.name_index import NAMED
from store.rights import Principal
from store.unit import Store

SAMPLE = 400
CHANGES = 12
EACH = 8  # sentences a variation
TARGET_MS, TARGET_MIB = 60.0, 150.0
WITHOUT_NAMES = (
    "won revenue this quarter by region",
    "top five reps by won revenue",
    "上个月赢单金额最高的前三个销售",
    "逾期未完成的任务有哪些",
)
ABOUT_ENGLISH = (
    "show me the open deals of {company}",
    "how many activities with {contact} in the last 30 days?",
    "what's the phone number of {contact} at {company}",
    "open deals over 50k owned by {user} for {short}",
    "move the biggest deal of {company} to negotiation and remind me to call {contact} on Friday",
    "cases of {slip} opened this month",
    "who is {first}?",
)
ABOUT_CHINESE = (
    "{zh_company}的商机有哪些",
    "{zh_contact}最近一次联系是什么时候",
    "{zh_short}今年赢单多少",
    "给{zh_contact}建一个任务,下周三给{zh_company}打电话",
)


@dataclass
class Parsing:
    """Milliseconds a sentence: all of them, and those that came first after a change of records."""

    busy: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)


def sentences(store: Store, count: int, seed: int = 4) -> Iterator[str]:
    """Sentences with names of this store, the same each time."""
    random = Random(seed)
    with store.database.reading() as session:
        held = {model: list(session.scalars(select(model.name).order_by(model.id).limit(SAMPLE))) for model in (Account, Contact, User)}
    english = {model: [name for name in names if name.isascii()] for model, names in held.items()}
    chinese = {model: [name for name in names if not name.isascii()] for model, names in held.items()}
    forms = (*ABOUT_ENGLISH, *ABOUT_CHINESE, *WITHOUT_NAMES)
    for number in range(count):
        company, contact = random.choice(english[Account]), random.choice(english[Contact])
        zh_company = random.choice(chinese[Account])
        yield forms[number % len(forms)].format(
            company=company,
            contact=contact,
            user=random.choice(english[User]),
            first=contact.split()[0],
            short=company.split()[0],
            slip=_slip(company.split()[0], random) + company.removeprefix(company.split()[0]),
            zh_company=zh_company,
            zh_short=zh_company[:4],
            zh_contact=random.choice(chinese[Contact]),
        )


def _slip(word: str, random: Random) -> str:
    """Two neighbouring letters the other way round."""
    place = random.randrange(1, max(2, len(word) - 1))
    return word[:place] + word[place : place + 2][::-1] + word[place + 2 :]


def measured(store: Store, firm: Firm, count: int) -> list[Figure]:
    """Reading as an administrator, a manager and a rep, in turns, and what the brain keeps in memory for the three of them."""
    manager = next(n for n in range(firm.users) if firm.role(n) == "manager")
    rep = next(n for n in range(firm.users) if firm.role(n) == "rep")
    people = [store.principal(ADMIN), store.principal(firm.email(manager)), store.principal(firm.email(rep))]
    said = list(sentences(store, count))
    brain = Understanding()
    first = max(_read(store, brain, each, "help")[0] for each in people)
    times = Parsing()
    for number, text in enumerate(said):
        gc.collect(0)
        wall, busy = _read(store, brain, people[number % len(people)], text)
        times.wall.append(wall)
        times.busy.append(busy)
    changed = _after_changes(store, brain, people, said)
    with store.database.reading() as session:
        records = sum(session.scalar(select(func.count()).select_from(RECORD_MODELS[kind])) or 0 for kind in NAMED)
    note = f"{records:,} named records, {len(said)} sentences in both languages, three people"
    held = kept(store, people, said[:30])
    return [
        Figure("parse: p50", percentile(times.wall, 0.5), "ms", note=f"{note}; processor {percentile(times.busy, 0.5):.1f} ms"),
        Figure("parse: p95", percentile(times.wall, 0.95), "ms", TARGET_MS, note=f"processor {percentile(times.busy, 0.95):.1f} ms"),
        Figure(
            "parse: after a change, p95", percentile(changed, 0.95), "ms", note=f"the next sentence of each, {CHANGES} changes of a contact"
        ),
        Figure("parse: first sentence of a person", first, "ms", note="the slowest of three; the first also makes the dictionary"),
        Figure(
            "parse: memory of the dictionary",
            held,
            "MiB",
            TARGET_MIB,
            note="words of the store and what is kept of names, for three people",
        ),
    ]


def _after_changes(store: Store, brain: Understanding, people: list[Principal], said: list[str]) -> list[float]:
    """Milliseconds of the sentences that come next after a change of a contact's title; the changes are taken back."""
    times, done = [], []
    for number in range(CHANGES):
        change = Change(op="update", type="contact", id=identity("C", number), values={"title": f"buyer {number}"})
        with store.writing(people[0], door="bench") as unit:
            done.append(gate.approve(unit, gate.propose(unit, [change]).id).id)
        times += [_read(store, brain, who, said[(3 * number + n) % len(said)])[0] for n, who in enumerate(people)]
    for proposal in reversed(done):
        with store.writing(people[0], door="bench") as unit:
            gate.undo(unit, proposal)
    return times


def _read(store: Store, brain: Understanding, who: Principal, text: str) -> tuple[float, float]:
    with store.reading(who, door="bench") as unit:
        started, worked = time.perf_counter(), time.process_time()
        brain.read(unit, text)
        return 1000 * (time.perf_counter() - started), 1000 * (time.process_time() - worked)


def kept(store: Store, people: list[Principal], said: list[str]) -> float:
    """MiB that a brain holds after it has read these sentences as these people."""
    warm = Understanding()
    for who in people:  # what the whole process keeps once: statements, words of the grammar
        _read(store, warm, who, said[0])
    del warm
    gc.collect()
    tracemalloc.start()
    try:
        brain = Understanding()
        for text in said:
            for who in people:
                _read(store, brain, who, text)
        gc.collect()
        held = tracemalloc.get_traced_memory()[0]
        del brain
    finally:
        tracemalloc.stop()
    return held / 2**20

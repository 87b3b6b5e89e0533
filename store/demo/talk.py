"""What was said during and after the deals: activities that follow the story of each deal, and the tasks they promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from store.demo.data import Language, Row
from store.demo.days import at, workday, workday_after
from store.demo.deals import Deal
from store.demo.people import MANAGER, Account, Person
from store.demo.words import Words, coming_quarter, deal_slots, person_slots, with_next

_SCRIPT = {
    "Qualification": (("intro", "needs"), ("needs", "budget", "noanswer")),
    "Discovery": (("demo", "technical", "integration", "needs"), ("technical", "integration", "budget", "demo")),
    "Proposal": (("quote",), ("objection", "competitor", "technical", "objection")),
    "Negotiation": (("discount",), ("legal", "competitor", "legal", "integration")),
}
_AFTER = {"Qualification": "demo", "Discovery": "quote", "Proposal": "discount", "Negotiation": "won"}
_SECOND = {"Qualification": 0.08, "Discovery": 0.12, "Proposal": 0.22, "Negotiation": 0.28}
_VOICES = {"note": 6, "in": 2, "out": 2}
_OUTGOING = {"quote": 11, "legal": 3, "delivery": 3, "thanks": 2, "discount": 2}
_INCOMING = {"quote": 1, "won": 5, "lost": 2, "thanks": 4, "discount": 4, "late": 3}
_KINDS = {"call": 46, "meeting": 25, "visit": 20, "note": 9}
_MOODS = {"Won": ["good", "good", "good", "flat"], "Lost": ["flat", "flat", "bad", "good"]}


@dataclass
class Beat:
    """One moment of a story: what it is about and on which day."""

    intent: str
    day: date


@dataclass
class Talk:
    """Writes activities and the tasks that were promised in them."""

    today: date
    seed: int
    words: Words
    activities: list[Row]
    tasks: list[Row]

    @property
    def yesterday(self) -> date:
        return workday(self.today - timedelta(days=1))

    def last_day(self, account: Account) -> date:
        """The last day anything may be said at the account."""
        return min(self.yesterday, workday(self.today - timedelta(days=account.quiet)))

    def tell(self, deal: Deal) -> None:
        """All conversations of one deal, from first contact to what came after the decision."""
        rng = Random(f"{self.seed}:talk:{deal.key}")
        beats = [beat for beat in _beats(deal, rng, self.last_day(deal.account)) if beat.day <= self.last_day(deal.account)]
        slots = deal_slots(deal, self.seed)
        if deal.is_open:
            self._plan_next(deal, slots, rng)
        for number, beat in enumerate(beats):
            following = beats[number + 1] if number + 1 < len(beats) else None
            if following is None and deal.is_open and deal.next_on:
                following = Beat(_AFTER[deal.reached], deal.next_on)
            person = deal.boss if beat.intent.startswith(("won", "discount")) and rng.random() < 0.5 else deal.contact
            self.say(deal.account, person, beat, slots, following=following, deal=deal, rng=rng)

    def check_in(self, deal: Deal) -> None:
        """A recent return visit, on a deal of the past."""
        rng = Random(f"{self.seed}:checkin:{deal.key}")
        beat = Beat("checkin", max(workday(self.today - timedelta(days=rng.randint(4, 50))), deal.close))
        if beat.day <= self.last_day(deal.account):
            self.say(deal.account, deal.contact, beat, deal_slots(deal, self.seed), following=None, deal=deal, rng=rng)

    def _plan_next(self, deal: Deal, slots: dict[str, str], rng: Random) -> None:
        """Three of four open deals have a next step, with a task; some of those are overdue."""
        if rng.random() > 0.76:
            return
        language, quiet = deal.account.language, deal.account.quiet
        day = self.today + timedelta(days=rng.randint(1, 16))
        if quiet or rng.random() < 0.2:
            day = self.today - timedelta(days=rng.randint(max(1, quiet - 20), quiet - 5) if quiet else rng.randint(1, 6))
        deal.next_on = workday_after(day) if day > self.today else workday(day)
        full = {**person_slots(deal.account, deal.contact, language, rng), **slots, "fy": coming_quarter(deal.close, language)}
        deal.next_step = self.words.one(language, f"task.{_AFTER[deal.reached]}", full)
        moment = datetime.combine(deal.entered[-1][1], at(self.today, rng, language).timetz())
        self.add_task(deal.account, deal.contact, deal.next_step, deal.next_on, "open", created=moment, deal=deal, rng=rng)

    def say(
        self, account: Account, person: Person | None, beat: Beat, slots: dict[str, str], *, following: Beat | None, deal: Deal, rng: Random
    ) -> None:
        """One activity; now and then the promise in it was kept as a task."""
        language, intent = account.language, beat.intent
        with_boss = person is deal.boss and person is not deal.contact
        people = person_slots(account, deal.contact if with_boss else person, language, rng)
        quarter = coming_quarter(max(beat.day, deal.close), language)
        full = with_next({**people, **slots, "fy": quarter}, following.day if following else None, language)
        voice = "note" if with_boss else self._voice(intent, language, rng)
        kind = _kind(voice, language, rng, intent)
        subject = self.words.one(language, f"subject.{intent.split('.')[0]}", full)
        then = following.intent.split(".")[0] if following else None
        then = "delivery" if then == "late" else then
        if voice == "note":
            body = self.words.note(intent, kind, full, language, extras=_extras(deal, intent, person, rng), then=then, lead=not with_boss)
        else:
            body = self.words.message(intent, kind, voice, full, language)
        moment = at(beat.day, rng, language)
        self.add(account, person, moment, kind=kind, voice=voice, subject=subject, body=body, deal=deal, rng=rng)
        if following and then and following.day < self.today and rng.random() < 0.16:
            status = "cancelled" if deal.stage == "Lost" and rng.random() < 0.2 else "done"
            title = self.words.one(language, f"task.{then}", full)
            self.add_task(account, person, title, following.day, status, created=moment, deal=deal, rng=rng)

    def _voice(self, intent: str, language: Language, rng: Random) -> str:
        weights = dict(_VOICES)
        weights["out"] = _OUTGOING.get(intent, 2)
        weights["in"] = _INCOMING.get(intent.split(".")[0], 2)
        weights["note"] = 4 if intent == "quote" else weights["note"]
        voices = [voice for voice in weights if self.words.has(language, f"{intent}.{voice}")]
        return rng.choices(voices, [weights[voice] for voice in voices])[0]

    def add(
        self,
        account: Account,
        person: Person | None,
        moment: datetime,
        *,
        kind: str,
        voice: str,
        subject: str,
        body: str,
        deal: Deal | None = None,
        rng: Random,
        more: Row | None = None,
    ) -> None:
        """Write an activity row; `voice` in means the customer wrote it, so it has no author of ours."""
        direction = {"in": "inbound", "out": "outbound"}.get(voice, "internal" if kind == "note" else "outbound")
        if kind == "call" and rng.random() < 0.3:
            direction = "inbound"
        row: Row = {"kind": kind, "direction": direction, "subject": subject, "body": body, "occurred_at": moment}
        row |= {"account": account.key, "trust": "external" if voice == "in" else "internal", "owner": account.owner}
        if person:
            row["contact"] = person.key
        if deal:
            row["opportunity"] = deal.key
        if voice != "in":
            boss_came = kind in ("meeting", "visit") and account.tier == "A" and rng.random() < 0.07
            row["author"] = MANAGER if boss_came else account.owner
        self.activities.append({**row, "created_at": moment + timedelta(minutes=rng.randint(1, 55)), **(more or {})})

    def add_task(
        self,
        account: Account,
        person: Person | None,
        title: str,
        due: date,
        status: str,
        *,
        created: datetime,
        rng: Random,
        deal: Deal | None = None,
        more: Row | None = None,
    ) -> None:
        """Write a task row, due during the assignee's day."""
        due_at = max(at(due, rng, account.language), created + timedelta(hours=2))
        row: Row = {"title": title, "due_at": due_at, "status": status, "account": account.key}
        row |= {"priority": rng.choices(("low", "normal", "high"), (2, 6, 3 if account.tier == "A" else 1))[0]}
        row |= {"assignee": account.owner, "owner": account.owner, "created_at": created}
        if person:
            row["contact"] = person.key
        if deal:
            row["opportunity"] = deal.key
        self.tasks.append({**row, **(more or {})})


def _beats(deal: Deal, rng: Random, last: date) -> list[Beat]:
    """The story of a deal as intents and days, in order; days may lie beyond what may be told."""
    beats: list[Beat] = []
    for number, (stage, day) in enumerate(deal.entered):
        if stage not in _SCRIPT:
            beats.append(Beat("won" if stage == "Won" else f"lost.{deal.lost_reason}", day))
            continue
        first, second = _SCRIPT[stage]
        opener = "needs" if stage == "Qualification" and deal.type != "new business" and rng.random() < 0.7 else rng.choice(first)
        opener = "intro" if stage == "Qualification" and deal.type == "new business" else opener
        if deal.type == "renewal" and stage in ("Qualification", "Discovery"):
            opener = "renewal"
        if stage != "Discovery" or deal.is_open or rng.random() < 0.6:
            beats.append(Beat(opener, day))
        end = deal.entered[number + 1][1] if number + 1 < len(deal.entered) else last
        chance = _SECOND[stage] if number + 1 < len(deal.entered) else 0.7
        if (end - day).days >= 5 and rng.random() < chance:
            low = day + timedelta(days=2)
            near = end - timedelta(days=1) if number + 1 < len(deal.entered) else end
            offset = (near - low).days
            offset = rng.randint(0, offset) if number + 1 < len(deal.entered) else round(offset * rng.uniform(0.6, 1))
            chosen = max(workday_after(low), workday(low + timedelta(days=offset)))
            beats.append(Beat(rng.choice([i for i in second if i != opener]), min(chosen, end)))
    return sorted(beats + _afterwards(deal, rng), key=lambda beat: beat.day)


def _afterwards(deal: Deal, rng: Random) -> list[Beat]:
    """What follows an order: delivery, sometimes late, training, thanks, a return visit."""
    if deal.stage != "Won":
        return []
    beats = []
    arrives = deal.close + timedelta(days=rng.randint(20, 45))
    if rng.random() < 0.14:
        beats.append(Beat("late", workday(arrives)))
        arrives += timedelta(days=rng.randint(10, 21))
    if beats or rng.random() < 0.42:
        beats.append(Beat("delivery.late" if beats else "delivery", workday(arrives)))
    for intent, chance, wait in (("training", 0.13, 12), ("thanks", 0.15, 25), ("checkin", 0.3, 60), ("renewal", 0.1, 120)):
        if rng.random() < chance:
            beats.append(Beat(intent, workday(arrives + timedelta(days=wait + rng.randint(0, 12)))))
    return beats


def _kind(voice: str, language: Language, rng: Random, intent: str) -> str:
    if voice != "note":
        return "chat" if rng.random() < (0.5 if language == "zh" else 0.15) else "email"
    if intent in ("noanswer", "late"):
        return "call"
    if intent.startswith(("training", "delivery")):
        return "visit"
    return rng.choices(list(_KINDS), list(_KINDS.values()))[0]


def _extras(deal: Deal, intent: str, person: Person | None, rng: Random) -> list[str]:
    """Mood, by how the deal goes, and now and then something personal."""
    extras = []
    if intent != "noanswer" and not intent.startswith("lost"):
        moods = ["bad", "flat"] if deal.account.quiet and deal.is_open else _MOODS.get(deal.stage, ["good", "flat", "flat"])
        if rng.random() < 0.3:
            extras.append("bad" if "late" in intent else rng.choice(moods))
        if person and person is deal.contact and rng.random() < 0.12:
            extras.append("personal")
    return extras

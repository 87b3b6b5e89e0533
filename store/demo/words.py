"""Turning intents into notes, mails and chats in the language of the account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random

from store.demo.data import Language, load, templates
from store.demo.days import quarter_after, written
from store.demo.deals import Deal
from store.demo.people import Account, Person

Slots = Mapping[str, str]
_DETAILS = {
    "intro": ("size", "boss", "rival"),
    "needs": ("boss", "fy", "system", "rival"),
    "demo": ("boss", "rival", "system", "fy"),
    "technical": ("boss", "system", "fy"),
    "integration": ("boss", "fy", "spec"),
    "budget": ("boss", "rival", "size"),
    "quote": ("boss", "rival", "fy"),
    "objection": ("boss", "fy", "rival"),
    "competitor": ("boss", "spec", "fy"),
    "discount": ("boss", "rival", "fy"),
    "legal": ("boss", "fy"),
}


def money(amount: Decimal, language: Language) -> str:
    """An amount as people write it in a note: `EUR 48,300`, `48300欧元`."""
    short = f"{amount:,.2f}".removesuffix(".00")
    return f"{short.replace(',', '')}欧元" if language == "zh" else f"EUR {short}"


@dataclass
class Words:
    """Deals out templates like cards, so that all are used before one comes back."""

    rng: Random
    _decks: dict[tuple[Language, str], list[str]] = field(default_factory=dict)

    def has(self, language: Language, name: str) -> bool:
        return name in templates(language)

    def one(self, language: Language, name: str, slots: Slots) -> str:
        """The next template of that name, filled in, with a capital at the start."""
        deck = self._decks.setdefault((language, name), [])
        if not deck:
            deck.extend(templates(language)[name])
            self.rng.shuffle(deck)
        text = deck.pop().format_map(slots)
        text = text.replace(". their director", ". Their director").replace("! their director", "! Their director")
        text = text.replace("all 1 units", "the unit").replace(" 1 units", " 1 unit")
        return text[:1].upper() + text[1:]

    def note(
        self, intent: str, kind: str, slots: Slots, language: Language, *, extras: list[str], then: str | None, lead: bool = True
    ) -> str:
        """What our side wrote down: how it was, what was said, what comes next."""
        lead = lead and self.rng.random() < 0.55 and intent not in ("noanswer", "late")
        parts = [self.one(language, f"lead.{kind}", slots)] if lead else []
        parts.append(self.one(language, f"{intent}.note", slots))
        details = _DETAILS.get(intent)
        if details and self.rng.random() < 0.55:
            parts.append(self.one(language, f"extra.{self.rng.choice(details)}", slots))
        parts += [self.one(language, f"extra.{extra}", slots) for extra in extras]
        if then:
            parts.append(self.one(language, f"then.{then}", slots))
        return _joined(parts, language)

    def message(self, intent: str, kind: str, voice: str, slots: Slots, language: Language) -> str:
        """A mail or chat, `in` by the customer or `out` by us."""
        main = self.one(language, f"{intent}.{voice}", slots)
        if kind == "chat":
            opened = [self.one(language, f"chat.{voice}.open", slots)] if self.rng.random() < 0.5 else []
            return _joined([*opened, main], language)
        parts = [self.one(language, f"mail.{voice}.open", slots), main]
        final = intent.split(".")[0] in ("won", "lost", "thanks", "delivery")
        if self.rng.random() < 0.5 and not final and (voice == "in" or slots["next"]):
            parts.append(self.one(language, f"mail.{voice}.soft", slots))
        return _joined([*parts, self.one(language, f"mail.{voice}.close", slots)], language)


def _joined(parts: list[str], language: Language) -> str:
    return ("" if language == "zh" else " ").join(parts)


def person_slots(account: Account, person: Person | None, language: Language, rng: Random) -> dict[str, str]:
    """The words for the people of a conversation."""
    boss = account.people[0] if account.people else None
    director = templates(language)["word.director"][0]
    who = (person.name if rng.random() < 0.5 else person.short) if person else director
    return {
        "who": who,
        "sign": (person.name if language == "zh" or rng.random() < 0.5 else person.short) if person else "",
        "boss": director if boss is None or boss is person else (boss.name if rng.random() < 0.4 else boss.short),
        "me": account.rep_name,
        "acct": account.short,
        "city": account.city,
        "hobby": person.hobby if person else "",
        "mins": str(rng.choice((15, 20, 25, 30, 40, 45, 50, 60, 90))),
        "rival": rng.choice(account.rivals),
        "less": str(rng.randint(5, 18)),
    }


def deal_slots(deal: Deal, seed: int) -> dict[str, str]:
    """What stays the same through all conversations of a deal."""
    language = deal.account.language
    rng = Random(f"{seed}:slots:{deal.key}")
    voice = load(f"notes_{language}")
    project, use, pain = deal.use[language]
    subject = "Digital" if deal.product["name"].endswith(("Cloud", "Gateway")) else deal.product["series"]
    return {
        "product": deal.product["name"],
        "series": deal.product["series"],
        "qty": str(deal.quantity),
        "unit": money(Decimal(deal.product["price"]), language),
        "quote": money(deal.quote, language),
        "amount": money((deal.quote * Decimal(100 - deal.given) / 100).quantize(Decimal("0.01")), language),
        "asked": str(deal.asked),
        "given": str(deal.given),
        "project": project,
        "use": use,
        "pain": pain,
        "spec": rng.choice(voice[f"specs.{subject}"].splitlines()),
        "system": rng.choice(voice["systems"].splitlines()),
        "weeks": str(rng.randint(3, 8)),
        "rival": deal.rival,
        "less": str(rng.randint(5, 18)),
        "next": "",
    }


def with_next(slots: Slots, day: date | None, language: Language) -> dict[str, str]:
    """The slots with the day of the next step written out."""
    return {**slots, "next": written(day, language) if day else ""}


def coming_quarter(day: date, language: Language) -> str:
    """The quarter after the day's, in words."""
    return templates(language)["fys"][quarter_after(day)]

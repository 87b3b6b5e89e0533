"""From facts to a message: the wordings whose facts are known, square brackets where something is missing."""

import re
from dataclasses import dataclass, field
from typing import Any

from knowledge.drafts.facts import Facts
from knowledge.drafts.gathering import gather
from knowledge.drafts.parts import Block, Wording, label, parts
from knowledge.drafts.request import LENGTHS, Request
from knowledge.phrasing import filled, slots_of
from store.unit import Unit

_SLOT = re.compile(r"\{(\w+)\}")
_BRACKETED = re.compile(r"\[([^\[\]\n]+)\]")


@dataclass(frozen=True, slots=True)
class Composed:
    """`missing`: what stands in square brackets; `citations`: the records the text stands on; `warning`: why it cannot be sent from
    here as things are."""

    request: Request
    language: str
    subject: str
    body: str
    recipient: str | None
    missing: list[str] = field(default_factory=list)
    citations: list[dict[str, Any]] = field(default_factory=list)
    warning: str = ""
    account_id: str | None = None
    contact_id: str | None = None
    lead_id: str | None = None

    def values(self) -> dict[str, Any]:
        """As `store.mail.drafts.save` takes it."""
        return {
            "channel": self.request.channel, "purpose": self.request.purpose, "language": self.language,
            "request": self.request.to_json(), "account_id": self.account_id, "contact_id": self.contact_id, "lead_id": self.lead_id,
            "opportunity_id": self.request.opportunity or None, "reply_to_id": self.request.reply_to or None, "subject": self.subject,
            "body": self.body, "recipient": self.recipient, "missing": self.missing, "citations": self.citations,
        }  # fmt: skip


class _Writer:
    """Fills wordings, remembering which slots were used and which were missing."""

    def __init__(self, facts: Facts, request: Request) -> None:
        self.facts, self.request = facts, request
        self.used: list[str] = []
        self.missing: list[str] = []
        chat = request.channel == "wechat"  # people write less there: a step shorter than the same as a mail
        self._room = max(0, LENGTHS.index(request.length) - chat)

    def knows(self, wording: Wording) -> bool:
        text = wording.said(self.facts.language, self.request.tone)
        wanted = [name for name in slots_of(_BRACKETED.sub("", text)) if name not in _asked(text)]
        return all(self.facts.slots.get(name) for name in [*wanted, *wording.needs])

    def say(self, wording: Wording) -> str:
        """The text; a slot that is empty, or is to be asked for, as its label in square brackets."""
        text = wording.said(self.facts.language, self.request.tone)
        asked = _asked(text)
        text = _BRACKETED.sub(lambda found: found.group(1) if _SLOT.fullmatch(found.group(1)) else found.group(0), text)
        slots = {name: value for name, value in self.facts.slots.items() if name not in asked}
        said, lacking = filled(text, slots)
        for name in dict.fromkeys([*asked, *lacking]):
            said = said.replace(f"{{{name}}}", f"[{label(name, self.facts.language)}]")
        self.used += [
            name for name in [*_SLOT.findall(text), *wording.needs] if (name in slots and slots[name] in said) or name in wording.needs
        ]
        self.missing += [found for found in _BRACKETED.findall(said) if found not in self.missing]
        return said

    def block(self, block: Block) -> str:
        if LENGTHS.index(block.level) > self._room or any(self.facts.slots.get(name) for name in block.unless):
            return ""
        known = next((wording for wording in block.any if self.knows(wording)), None)
        if known is None and block.optional:
            return ""
        return self.say(known or block.any[-1])


def _asked(text: str) -> list[str]:
    """Slots that stand in brackets of their own: always for the person to fill."""
    return [slot.group(1) for found in _BRACKETED.findall(text) if (slot := _SLOT.fullmatch(found))]


def compose(unit: Unit, request: Request) -> Composed:
    """The message. Raises what `gather` raises."""
    facts = gather(unit, request)
    writer = _Writer(facts, request)
    held = facts.address
    greeting = "honorific" if held and held.honorific else "plain" if held else "nobody"
    opening = writer.say(parts().greeting[greeting])
    written = [text for block in parts().purposes[request.purpose].blocks if (text := writer.block(block))]
    closing = writer.say(parts().closing[request.channel])
    gap = "\n" if request.channel == "wechat" else "\n\n"
    body = gap.join([opening, *written, closing]) if request.channel == "email" else _chat(opening, written, closing)
    subject = ""
    if request.channel == "email":
        subjects = parts().purposes[request.purpose].subject
        subject = writer.say(next((each for each in subjects if writer.knows(each)), subjects[-1]))
    person = facts.person
    missing = list(dict.fromkeys(_BRACKETED.findall(f"{subject}\n{body}")))
    address_of = str(person.fields.get("email" if request.channel == "email" else "wechat") or "") if person else ""
    return Composed(
        request, facts.language, " ".join(subject.split())[:200], body, address_of or None, missing, _sources(facts, writer.used),
        _warning(facts, request, address_of), facts.account_id, person.id if person and person.type == "contact" else None,
        person.id if person and person.type == "lead" else None,
    )  # fmt: skip


def _chat(opening: str, written: list[str], closing: str) -> str:
    """A message as long as people write in a chat: one paragraph, unless it lists something."""
    return "\n".join([opening, *written, closing])


def _sources(facts: Facts, used: list[str]) -> list[dict[str, Any]]:
    found = [source for name in dict.fromkeys(used) for source in facts.citations.get(name, [])]
    return list({(each["type"], each["id"], each["quote"]): each for each in found}.values())


def _warning(facts: Facts, request: Request, address_of: str) -> str:
    """Why this cannot be sent as it is: a code, put into words by whoever shows it."""
    if facts.person is None:
        return "nobody"
    if not address_of:
        return "no_address"
    if facts.person.type == "contact" and facts.reach is not None:
        if facts.reach.refused(request.channel):
            return "refused"
        if not facts.reach.may(request.channel) and not facts.thread_from_them:
            return "no_consent"
    return ""

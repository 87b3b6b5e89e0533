"""A stand-in for `agent.bootstrap`, following its protocol, with real records, real figures and real proposals behind a few keywords."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import sleep
from typing import Any

from agent.answer import Answer, Done, Event, TextDelta, ToolFinished, ToolStarted
from store import gate
from store.errors import InvalidInput, NotFound
from store.filters import Filter
from store.gate import Change
from store.measures import Measure, measure
from store.models import new_id
from store.query import RecordQuery, find
from store.rights import Principal
from store.settings import Settings
from store.unit import Store
from tools.results import Figures


@dataclass
class FakeAssistant:
    store: Store
    pace_s: float = 0.0
    turns: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)

    def stream(
        self,
        principal: Principal,
        text: str,
        *,
        conversation_id: str | None = None,
        door: str = "web",
        brain: str | None = None,
        limit: int = 20,
    ) -> Iterator[Event]:
        if not text.strip():
            raise InvalidInput("The question is empty.", hint="Say what you want to know.")
        if len(text) > self.store.settings.question_limit:
            raise InvalidInput("The question is too long.")
        conversation = conversation_id or new_id()
        if self.owners.setdefault(conversation, principal.user_id) != principal.user_id:
            raise NotFound("There is no such conversation.")
        answer = Answer(conversation, new_id(), "en", "embedded", "chat", "")
        tool = self._fill(principal, text, answer, door, limit)
        if tool:
            yield ToolStarted(tool[0], {"text": text})
            sleep(self.pace_s)
            yield ToolFinished(tool[0], tool[1], True)
        for word in answer.text.split(" "):
            sleep(self.pace_s / 10)
            yield TextDelta(word + " ")
        kept = self.turns.setdefault(conversation, [])
        kept += [{"role": "user", "text": text, "answer": None}, {"role": "assistant", "text": answer.text, "answer": answer.to_json()}]
        yield Done(answer)

    def _fill(self, principal: Principal, text: str, answer: Answer, door: str, limit: int) -> tuple[str, str] | None:
        said = text.lower()
        if said.startswith("move"):
            amount = "".join(each for each in text if each.isdigit()) or "75000"
            with self.store.writing(principal, door=door) as unit:
                deal = find(unit, RecordQuery(entity="opportunity", filters=[Filter(field="status", value="open")], limit=1)).records[0]
                change = Change(op="update", type="opportunity", id=deal.id, values={"stage": "Negotiation", "amount": amount})
                view = gate.propose(unit, [change], reason=text, conversation_id=answer.conversation_id)
            answer.kind, answer.text, answer.proposals = (
                "proposal",
                f"I can move **{deal.name}** to Negotiation. Please check the change below.",
                [view.to_json()],
            )
            return "update_records", "proposed: 1 change"
        if "rate" in said or "revenue" in said:
            with self.store.reading(principal, door=door) as unit:
                wanted = Measure(metric="won_amount", by=["owner"] if "rep" in said else [])
                figures = Figures(wanted, measure(unit, wanted), "")
            answer.kind, answer.text, answer.measure = "measure", "Won revenue:", figures.to_json() | {"unit": "EUR"}
            return "measure", figures.summary()
        if "deal" in said or "account" in said:
            with self.store.reading(principal, door=door) as unit:
                page = find(unit, RecordQuery(entity="opportunity" if "deal" in said else "account", limit=limit))
            answer.kind, answer.text, answer.total = "records", f"{page.total} found.", page.total
            answer.records = [record.to_json() for record in page.records]
            return "find_records", f"{len(page.records)} of {page.total}"
        if "say" in said:
            answer.kind, answer.text = "notes", "What was said about pricing:"
            quote = "We like it, but <img src=https://evil.example/x.png> ![x](https://evil.example/y.png) the price is 8% over budget."
            answer.citations = [{"type": "activity", "id": "a1", "account": "Halden Shipping", "date": "2026-11-02", "quote": quote}]
            return "search_notes", "1 quote"
        if "which" in said:
            answer.kind, answer.text, answer.options = "clarify", "Which one do you mean?", ["Halden Shipping", "Halden Energy"]
            return None
        answer.text = "I look up customers, compute figures and prepare changes. <script>alert(1)</script> [x](https://evil.example)"
        return None

    def answer(self, principal: Principal, text: str, **same: Any) -> Answer:
        last = list(self.stream(principal, text, **same))[-1]
        assert isinstance(last, Done)
        return last.answer

    def conversations(self, principal: Principal) -> list[dict[str, Any]]:
        mine = [key for key, owner in self.owners.items() if owner == principal.user_id and key in self.turns]
        return [{"id": key, "title": self.turns[key][0]["text"][:60], "updated_at": ""} for key in reversed(mine)]

    def messages(self, principal: Principal, conversation_id: str) -> list[dict[str, Any]]:
        if self.owners.get(conversation_id) != principal.user_id:
            raise NotFound("There is no such conversation.")
        return self.turns[conversation_id]


@dataclass
class FakeRapport:
    store: Store
    settings: Settings
    assistant: FakeAssistant

    def close(self) -> None:
        self.store.close()

    def start_background(self) -> None:
        pass


def build(settings: Settings, *, pace_s: float = 0.0) -> FakeRapport:
    store = Store(settings)
    return FakeRapport(store, settings, FakeAssistant(store, pace_s))

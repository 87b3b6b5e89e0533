"""What happens when somebody arrives, asks, opens, approves. Every handler works out anew who it is."""

from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from typing import Any

import gradio as gr

from agent.answer import Done, Event, TextDelta, ToolFinished, ToolStarted
from store import gate
from store.errors import NotFound, RapportError
from store.rights import Principal
from store.unit import Unit
from ui.decisions import Decision, decide
from ui.identity import House
from ui.web import messages
from ui.web.cards import card_of, edits_in
from ui.web.escaping import plain
from ui.web.layout import CARDS_IN_CHAT, Page
from ui.web.quick import questions
from ui.web.slots import emptied, filled
from ui.web.visitors import person, reader
from ui.web.words import Words

Updates = dict[Any, Any]
PACE_S = 0.04  # the text on the page moves at most this often
LISTED = 60


class Events:
    """The handlers, over one house and one page."""

    def __init__(self, inside: House, page: Page) -> None:
        self.inside = inside
        self.page = page

    def arrive(self, request: gr.Request) -> Updates:
        """Dress the page for this person: words, greeting, conversations, what waits."""
        user, said, page = person(self.inside, request), reader(request), self.page
        other = "en" if said.language == "zh" else "zh"
        asked = dict(getattr(request, "query_params", None) or {})
        opened = self.open(str(asked["c"])[:40], request) if asked.get("c") else {}
        empty = [] if not opened else opened[page.chat]
        return {
            page.new: gr.update(value=said["conversations.new"]),
            page.conversations_head: said["conversations"],
            page.rooms: _rooms(user, said),
            page.me: _me(user, said),
            page.language: gr.update(value=said["other_language"], link=f"/language?to={other}"),
            page.sign_out: gr.update(value=said["sign_out"]),
            page.chat: gr.update(
                value=empty, placeholder=said["chat.empty"].format(name=plain(user.name)), label=said["chat.label"],
                examples=[{"text": each} for each in questions(user.role, said)],
            ),
            page.ask: gr.update(placeholder=said["ask.placeholder"], label=said["ask.label"], value=str(asked.get("ask", ""))[:200]),
            page.conversations: self._conversations(user, said, str(opened.get(page.conversation, ""))),
            **{part: update for part, update in opened.items() if part is not page.chat},
            **self._waiting(user, said),
        }  # fmt: skip

    def ask(self, text: str, shown: list[Any], conversation: str, request: gr.Request) -> Iterator[Updates]:
        """One turn, streaming."""
        user, said, page = person(self.inside, request), reader(request), self.page
        if not text.strip():
            yield {page.ask: gr.skip()}
            return
        self.inside.counters.add("rapport_turns_total", "door", "web")
        so_far = [*shown, messages.question(text)]
        yield {page.chat: [*so_far, messages.step(said, "", "", done=False) | _thinking(said)], page.ask: _busy(True) | {"value": ""}}
        try:
            events = self.inside.rapport.assistant.stream(user, text, conversation_id=conversation or None, door="web")
            yield from self._told(events, so_far, user, said)
        except RapportError as error:
            yield {page.chat: [*so_far, messages.failure(str(error))], page.ask: _busy(False) | {"value": text}}

    def _told(self, events: Iterator[Event], so_far: list[Any], user: Principal, said: Words) -> Iterator[Updates]:
        page, text, last = self.page, "", 0.0
        for event in events:
            match event:
                case TextDelta(piece):
                    text += piece
                    if monotonic() - last > PACE_S:
                        last = monotonic()
                        yield {page.chat: [*so_far, messages.streaming(text)]}
                case ToolStarted(name, _):
                    text = ""
                    yield {page.chat: [*so_far, messages.step(said, name, "", done=False)]}
                case ToolFinished(name, summary, ok):
                    so_far = [*so_far, messages.step(said, name, summary if ok else f"{said['tool.failed']}: {summary}", done=True)]
                    yield {page.chat: so_far}
                case Done(answer):
                    yield self._answered(answer.to_json(), so_far, user, said)

    def _answered(self, answer: dict[str, Any], so_far: list[Any], user: Principal, said: Words) -> Updates:
        page, conversation = self.page, answer["conversation_id"]
        with self.inside.store.reading(user, door="web") as unit:
            told = [*so_far, messages.answered(unit, answer, said, card=bool(answer["proposals"]))]
            cards = self._cards(unit, [each["id"] for each in answer["proposals"]], said) if answer["proposals"] else {}
        return {
            page.chat: told, page.conversation: conversation, page.conversations: self._conversations(user, said, conversation),
            page.ask: _busy(False), **cards, **self._waiting(user, said),
        }  # fmt: skip

    def stop(self, shown: list[Any], conversation: str, request: gr.Request) -> Updates:
        """The turn was broken off: what was asked stays, and the next question goes on in the same conversation."""
        user, said, page = person(self.inside, request), reader(request), self.page
        kept = self.inside.rapport.assistant.conversations(user)
        where = conversation or (kept[0]["id"] if kept and shown else "")
        told = [each for each in shown if not _pending(each)]
        stopped = {"role": "assistant", "content": f"*{said['chat.stopped']}*"}
        return {
            page.chat: [*told, stopped], page.conversation: where, page.ask: _busy(False),
            page.conversations: self._conversations(user, said, where),
        }  # fmt: skip

    def option(self, chosen: gr.SelectData, shown: list[Any], conversation: str, request: gr.Request) -> Iterator[Updates]:
        """An answer offered as a button is a turn like any other."""
        value = chosen.value
        yield from self.ask(str(value["text"] if isinstance(value, dict) else value), shown, conversation, request)

    def open(self, conversation: str | None, request: gr.Request) -> Updates:
        """A kept conversation, with its open proposals."""
        user, said, page = person(self.inside, request), reader(request), self.page
        try:
            kept = self.inside.rapport.assistant.messages(user, conversation or "")
        except RapportError as error:
            return {page.chat: [messages.failure(str(error))], page.conversation: "", **self._no_cards()}
        made = [each["id"] for turn in kept if turn.get("answer") for each in turn["answer"].get("proposals", [])]
        with self.inside.store.reading(user, door="web") as unit:
            told = messages.history(unit, kept, said)
            cards = self._cards(unit, made, said)
        return {page.chat: told, page.conversation: conversation, **cards}

    def new(self, request: gr.Request) -> Updates:
        user, said, page = person(self.inside, request), reader(request), self.page
        return {page.chat: [], page.conversation: "", page.conversations: self._conversations(user, said, ""), **self._no_cards()}

    def pick(self, proposal: str | None, request: gr.Request) -> Updates:
        """Show a waiting proposal in the panel."""
        user, said = person(self.inside, request), reader(request)
        panel = self.page.slots[-1]
        with self.inside.store.reading(user, door="web") as unit:
            return dict(zip(panel.parts(), self._card(unit, proposal or "", said), strict=True))

    def show_waiting(self, request: gr.Request) -> Updates:
        user, said = person(self.inside, request), reader(request)
        return {self.page.panel: gr.update(open=True), **self._waiting(user, said)}

    def decision(self, what: Decision, place: int) -> Callable[..., Updates]:
        """The handler of one button: Gradio looks for the request among the named arguments."""

        def clicked(request: gr.Request, cells: list[list[Any]], *shown: str) -> Updates:
            return self.decide(request, what, shown[place], shown, cells)

        return clicked

    def decide(self, request: gr.Request, what: Decision, wanted: str, shown: Sequence[str], cells: list[list[Any]]) -> Updates:
        """Approve (with the cells as edited), reject or undo the proposal in a slot; then every slot as it is now."""
        user, said = person(self.inside, request), reader(request)
        try:
            status = self._decided(user, said, what, wanted, cells)
            note = said.get(f"done.{status}", "")
        except RapportError as error:
            note = f"**⚠** {plain(error)}"
        with self.inside.store.reading(user, door="web") as unit:
            updates: Updates = {}
            for slot, proposal in zip(self.page.slots, shown, strict=True):
                parts = self._card(unit, proposal, said, note=note if proposal == wanted else "")
                updates |= dict(zip(slot.parts(), parts, strict=True))
        return updates | self._waiting(user, said)

    def _decided(self, user: Principal, said: Words, what: Decision, proposal: str, cells: list[list[Any]]) -> str:
        edits = None
        if what == "approve":
            with self.inside.store.reading(user, door="web") as unit:
                card = card_of(unit, gate.show(unit, proposal), said)
            edits = edits_in(card, cells) if card.editable else None
        view = decide(self.inside, user, proposal, what, edits=edits, door="web")
        return "undone" if what == "undo" else view.status

    def _card(self, unit: Unit, proposal: str, said: Words, *, note: str = "") -> list[Any]:
        if not proposal:
            return emptied()
        try:
            return filled(card_of(unit, gate.show(unit, proposal), said), said, note=note)
        except NotFound:
            return emptied()

    def _cards(self, unit: Unit, proposals: list[str], said: Words) -> Updates:
        """The newest proposals in the chat's slots, the newest at the bottom; the rest wait in the list."""
        newest = proposals[-CARDS_IN_CHAT:]
        updates: Updates = {}
        for slot, proposal in zip(self.page.slots[:CARDS_IN_CHAT], [*newest, *[""] * CARDS_IN_CHAT], strict=False):
            updates |= dict(zip(slot.parts(), self._card(unit, proposal, said), strict=True))
        return updates

    def _no_cards(self) -> Updates:
        return {part: update for slot in self.page.slots[:CARDS_IN_CHAT] for part, update in zip(slot.parts(), emptied(), strict=True)}

    def _conversations(self, user: Principal, said: Words, chosen: str) -> Any:
        kept = self.inside.rapport.assistant.conversations(user)[:LISTED]
        choices = [(each["title"] or said["conversations.untitled"], each["id"]) for each in kept]
        return gr.update(choices=choices, value=chosen or None)

    def _waiting(self, user: Principal, said: Words) -> Updates:
        with self.inside.store.reading(user, door="web") as unit:
            cards = [card_of(unit, view, said) for view in gate.pending(unit, limit=LISTED)]
        head = said["pending.count"].format(count=len(cards)) if cards else said["pending"]
        empty = "" if cards else f"\n\n{said['pending.none']}"
        return {
            self.page.show_waiting: gr.update(value=head),
            self.page.waiting_head: head + empty,
            self.page.waiting: gr.update(choices=[(card.title, card.id) for card in cards], value=None, visible=bool(cards)),
        }


def _rooms(user: Principal, said: Words) -> str:
    """The other rooms, as links in the side."""
    names = [("today", "/today"), ("records", "/records/account"), ("pipeline", "/pipeline"), ("approvals", "/approvals")]
    names += [("team", "/team")] if user.manages or user.administers else []
    names += [("talks", "/conversations"), ("duplicates", "/duplicates"), ("import", "/import")]
    return " ".join(f"[{said[f'nav.{name}']}]({path})" for name, path in names)


def _busy(busy: bool) -> dict[str, Any]:
    """The question's button: send, or stop while an answer is on its way."""
    return dict(gr.update(submit_btn=not busy, stop_btn=busy))


def _pending(message: Any) -> bool:
    return (message.get("metadata") or {}).get("status") == "pending" if isinstance(message, dict) else False


def _me(user: Principal, said: Words) -> str:
    role = plain(said.get(f"role.{user.role}", user.role))
    return f"**{plain(user.name)}**  \n{role}" + (f" · [{said['setup']}](/setup)" if user.administers else "")


def _thinking(said: Words) -> messages.Message:
    return {"metadata": {"title": said["chat.thinking"], "status": "pending"}}

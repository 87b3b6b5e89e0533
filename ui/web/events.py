"""What happens when somebody arrives, asks, stops, opens. Every handler works out anew who it is."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from store import gate
from store.errors import Conflict, RapportError
from store.rights import Principal
from store.unit import Unit
from ui.identity import House
from ui.said import sentence
from ui.turns import LINE, Talk, Turn
from ui.web import messages
from ui.web.escaping import plain
from ui.web.following import Watching, followed
from ui.web.layout import Page
from ui.web.messages import Message
from ui.web.quick import questions
from ui.web.visitors import person, reader
from ui.web.words import Words

Updates = dict[Any, Any]
LISTED = 60
SHEETS = 3  # proposals shown under the conversation; the others wait on Approvals
JUST_NOW_S = 4.0  # a page reloaded before its address named the conversation finds it again


class Events:
    """The handlers, over one house and one page."""

    def __init__(self, inside: House, page: Page) -> None:
        self.inside = inside
        self.page = page
        self.watching = Watching()

    def arrive(self, request: gr.Request) -> Iterator[Updates]:
        """Dress the page for this person: words, greeting, conversations, what waits; then what is under way."""
        user, said, page = person(self.inside, request), reader(request), self.page
        other = "en" if said.language == "zh" else "zh"
        asked = dict(getattr(request, "query_params", None) or {})
        latest = self.inside.turns.newest(user.user_id, within_s=JUST_NOW_S)
        wanted = str(asked.get("c", ""))[:40] or (latest.conversation if latest else "")
        talk = self.inside.turns.of(user.user_id, wanted)
        opened = self._opened(user, said, wanted, talk) if wanted else {page.chat: []}
        with self.inside.store.reading(user, door="web") as unit:
            quick = questions(unit, said)
        yield {
            **opened,
            page.new: gr.update(value=said["conversations.new"]),
            page.conversations_head: said["conversations"],
            page.rooms: _rooms(user, said),
            page.me: _me(user, said),
            page.language: gr.update(value=said["other_language"], link=f"/language?to={other}"),
            page.sign_out: gr.update(value=said["sign_out"]),
            page.chat: gr.update(
                value=opened[page.chat], placeholder=said["chat.empty"].format(name=plain(user.name)), label=said["chat.label"],
                examples=[{"text": each} for each in quick],
            ),
            page.ask: _asking(said, str(asked.get("ask", ""))[:200]),
            page.conversations: self._conversations(user, said, str(opened.get(page.conversation, ""))),
            page.waiting: self._waiting(user, said),
        }  # fmt: skip
        if talk is not None:
            yield from self._watched(talk, user, said, request, {})

    def ask(self, text: str, conversation: str, request: gr.Request) -> Iterator[Updates]:
        """One more question: begun, or in line behind what is being answered; then what comes of it."""
        user, said, page = person(self.inside, request), reader(request), self.page
        if not text.strip():
            yield {page.busy: gr.skip()}
            return
        newest = conversation == next((each["id"] for each in self.inside.rapport.assistant.conversations(user)), "")
        try:
            talk = self._begun(user, text, conversation)
        except RapportError as error:
            gr.Warning(
                said["chat.line_full"].format(count=LINE)
                if isinstance(error, Conflict)
                else sentence(self.inside.store, said.language, error)
            )
            yield {page.ask: text}  # to be sent again
            return
        self.inside.counters.add("rapport_turns_total", "door", "web")
        first: Updates = {page.conversation: talk.conversation}
        if talk.conversation != conversation or not newest:
            first[page.conversations] = self._conversations(user, said, talk.conversation)
        yield from self._watched(talk, user, said, request, first)

    def _begun(self, user: Principal, text: str, conversation: str) -> Talk:
        assistant = self.inside.rapport.assistant
        where, past = assistant.begin(user, text, conversation_id=conversation or None, door="web")
        return self.inside.turns.add(
            user.user_id, where, text, lambda: assistant.stream(user, text, conversation_id=where, door="web"), past=past
        )

    def _watched(self, talk: Talk, user: Principal, said: Words, request: gr.Request, first: Updates) -> Iterator[Updates]:
        """Draw the talk until it is over, or this page looks at something else."""
        window = _window(request)
        mine = self.watching.begin(window)
        page, seen, base = self.page, 0, self._past(user, talk, said)
        for shown, turns in followed(self.inside, user, talk, said):
            if not self.watching.still(window, mine):
                yield {page.busy: gr.skip()}  # Gradio sends the last updates once more when a handler ends
                return
            over = sum(turn.over for turn in turns)
            news = self._news(user, said, turns) if over > seen else {}
            seen = over
            yield {**first, **news, page.busy: _busy(talk), page.chat: [*base, *shown]}
            first = {}
        yield {page.busy: _busy(talk)}

    def _past(self, user: Principal, talk: Talk, said: Words) -> list[Message]:
        kept = self.inside.rapport.assistant.messages(user, talk.conversation)[: talk.past]
        with self.inside.store.reading(user, door="web") as unit:
            return messages.history(unit, kept, said, carded=set(_proposals(kept)[-SHEETS:]))

    def _news(self, user: Principal, said: Words, turns: list[Turn]) -> Updates:
        """Beside the chat, once an answer is whole: its proposals and what waits. Gradio makes a component anew for every update of more than
        its value: only what has changed is updated."""
        made = [each["id"] for turn in turns if turn.answer for each in turn.answer["proposals"]]
        return {self.page.sheets: " ".join(made[-SHEETS:]), self.page.waiting: self._waiting(user, said)} if made else {}

    def stop(self, conversation: str, request: gr.Request) -> Updates:
        """Break off what is under way; whoever watches it sees so."""
        user = person(self.inside, request)
        self.inside.turns.stop(user.user_id, conversation or "")
        return {self.page.busy: ""}

    def option(self, chosen: gr.SelectData, conversation: str, request: gr.Request) -> Iterator[Updates]:
        """An answer offered as a button is a turn like any other."""
        value = chosen.value
        yield from self.ask(str(value["text"] if isinstance(value, dict) else value), conversation, request)

    def open(self, conversation: str | None, request: gr.Request) -> Iterator[Updates]:
        """A kept conversation, with its newest proposals; then what is under way in it."""
        user, said, page = person(self.inside, request), reader(request), self.page
        self.watching.begin(_window(request))
        talk = self.inside.turns.of(user.user_id, conversation or "")
        yield {**self._opened(user, said, conversation or "", talk), page.busy: _busy(talk) if talk else ""}
        if talk is not None:
            yield from self._watched(talk, user, said, request, {})

    def _opened(self, user: Principal, said: Words, conversation: str, talk: Talk | None) -> Updates:
        page = self.page
        try:
            kept = self.inside.rapport.assistant.messages(user, conversation)[: talk.past if talk else None]
        except RapportError as error:
            return {
                page.chat: [messages.failure(sentence(self.inside.store, said.language, error))],
                page.conversation: "",
                page.sheets: "",
            }
        made = _proposals(kept)[-SHEETS:]
        with self.inside.store.reading(user, door="web") as unit:
            told = messages.history(unit, kept, said, carded=set(made))
            shown = [each for each in made if _open(unit, each)]
        named = self._conversations(user, said, conversation)
        return {page.chat: told, page.conversation: conversation, page.conversations: named, page.sheets: " ".join(shown)}

    def new(self, request: gr.Request) -> Updates:
        user, said, page = person(self.inside, request), reader(request), self.page
        self.watching.begin(_window(request))
        return {
            page.chat: [], page.conversation: "", page.sheets: "", page.busy: "",
            page.conversations: self._conversations(user, said, ""),
        }  # fmt: skip

    def _conversations(self, user: Principal, said: Words, chosen: str) -> Any:
        kept = self.inside.rapport.assistant.conversations(user)[:LISTED]
        choices = [(each["title"] or said["conversations.untitled"], each["id"]) for each in kept]
        return gr.update(choices=choices, value=chosen or None)

    def _waiting(self, user: Principal, said: Words) -> Any:
        with self.inside.store.reading(user, door="web") as unit:
            count = len(gate.pending(unit, limit=LISTED))
        return gr.update(value=said["pending.count"].format(count=count) if count else said["pending"])


def _window(request: gr.Request) -> str:
    """Which open page this is."""
    return getattr(request, "session_hash", None) or ""


def _proposals(kept: list[dict[str, Any]]) -> list[str]:
    return [each["id"] for turn in kept if turn.get("answer") for each in turn["answer"].get("proposals", [])]


def _open(unit: Unit, proposal: str) -> bool:
    """Whether this person may see it (still)."""
    try:
        gate.show(unit, proposal)
    except RapportError:
        return False
    return True


def _rooms(user: Principal, said: Words) -> str:
    """The other rooms, as links in the side."""
    names = [
        ("today", "/today"),
        ("records", "/records/account"),
        ("pipeline", "/pipeline"),
        ("approvals", "/approvals"),
        ("voice", "/voice"),
    ]
    names += [("team", "/team")] if user.manages or user.administers else []
    names += [("talks", "/conversations"), ("duplicates", "/duplicates"), ("import", "/import")]
    return " ".join(f"[{said[f'nav.{name}']}]({path})" for name, path in names)


def _busy(talk: Talk) -> str:
    """What `page.busy` holds: another text for every question, strong while an answer is on its way, which can be stopped."""
    told = f"{talk.conversation} {talk.past + len(talk.turns)}"
    return told if talk.over else f"**{told}**"


def _asking(said: Words, question: str) -> Any:
    """The words of the question's box. Without a question from the address its text is let be: somebody may be writing by now."""
    words: dict[str, Any] = {"placeholder": said["ask.placeholder"], "label": said["ask.label"]}
    return gr.update(**words, value=question) if question else gr.update(**words)


def _me(user: Principal, said: Words) -> str:
    role = plain(said.get(f"role.{user.role}", user.role))
    return f"**{plain(user.name)}**  \n{role}" + (f" · [{said['setup']}](/setup)" if user.administers else "")

"""One turn: from a question to an answer, streamed as our own events. Every door comes through here.

Which brain: `embedded` is the built-in one; `auto` and `llm` the language model when one is set up; `hybrid` the built-in one
first and the model for what that cannot place or is not sure of. When the model fails, the built-in brain answers and says so, unless the model
had already proposed a change: then what it prepared is shown, and nothing is prepared twice.
"""

import json
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from threading import Semaphore
from typing import Any

from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError
from langchain_core.messages import AIMessage, AIMessageChunk, AnyMessage, HumanMessage

from agent import guard
from agent.answer import Answer, Done, Event, TextDelta
from agent.basis import basis
from agent.build import Agent
from agent.embedded import belief, wording
from agent.embedded.frames import Frame
from agent.llm import ModelFault
from agent.metering import Meter
from agent.outgoing import Trickle
from agent.progress import Progress
from knowledge.search import Search
from store import conversations
from store.errors import InvalidInput
from store.models import new_id
from store.rights import Principal
from store.settings import Settings
from store.unit import Store
from tools.context import Context

HISTORY = 12  # messages of the conversation a model is shown
REMEMBERED = 2_000  # characters of each
SEATS = 2  # turns of the built-in brain that compute at the same time
FRAMES = 4  # turns back the built-in brain looks for what "it" is
BEYOND = {"scope", "words", "unsure"}  # reasons for which the built-in brain gives up a question that a model may understand
FELL_BACK = {
    "en": "The language model is not available ({why}); the built-in assistant answered.",
    "zh": "语言模型暂不可用（{why}），由内置助手回答。",
}
UNLOOKED = {
    "en": "⚠️ The language model looked nothing up for this: nothing of it comes from your records.",
    "zh": "⚠️ 语言模型没有查询任何数据：以下内容并非来自你的记录。",
}
STOPPED = {
    "en": "The language model is not available any more ({why}); this is what it had found and prepared.",
    "zh": "语言模型已不可用（{why}）；以下是它已查到和准备好的内容。",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question with what surrounds it."""

    text: str
    context: Context
    past: list[dict[str, Any]]


class Assistant:
    """Answers for anybody: the person comes with each call."""

    def __init__(self, store: Store, search: Search, settings: Settings, *, embedded: Agent, model: Agent | None = None) -> None:
        self._store = store
        self._meter = Meter(store, settings.model)
        self._search = search
        self._settings = settings
        self._embedded = embedded
        self._model = model
        self._seats = Semaphore(SEATS)

    def answer(self, principal: Principal, text: str, **options: Any) -> Answer:
        """The finished answer; see `stream` for the options."""
        for event in self.stream(principal, text, **options):
            if isinstance(event, Done):
                return event.answer
        raise RuntimeError("a turn ended without an answer")

    def stream(
        self,
        principal: Principal,
        text: str,
        *,
        conversation_id: str | None = None,
        door: str = "web",
        brain: str | None = None,
        limit: int = 20,
    ) -> Generator[Event, None, None]:
        """Run a turn. `brain` is auto, embedded, llm or hybrid; the setting when absent.

        Text comes in pieces, and whole in `Done`. The pieces of a built-in answer, joined, are its text. Those of a model are
        provisional: what it said before a tool call, or before it broke off, is void; what we say of it (figures nobody computed,
        claims of changes, what the figures stand on) stands only in `Done`.
        Raises InvalidInput for an empty or overlong question and NotFound for somebody else's conversation.
        """
        started = time.perf_counter()
        question = self._question(text)
        wanted = self._brain(brain)
        conversation_id, past = self._open(principal, question, conversation_id, door)
        context = Context(self._store, principal, self._search, conversation_id, door=door, limit=limit, least=self._settings.ask_below)
        context.previous = [frame for message in reversed(past[-2 * FRAMES :]) for frame in message["frames"]]
        asked = _Asked(question, context, past)
        used, context, progress = yield from self._answered(asked, wanted)
        answer = self._finish(principal, context, question, progress, used, started, door)
        yield Done(answer)

    def begin(self, principal: Principal, text: str, *, conversation_id: str | None, door: str) -> tuple[str, int]:
        """The conversation of a turn that is to run somewhere else, and how many messages it has. Raises like `stream`."""
        question = self._question(text)
        with self._store.writing(principal, door=door) as unit:
            opened = conversations.open_conversation(unit, conversation_id, question)
            return opened, len(conversations.messages(unit, opened)) if conversation_id else 0

    def _question(self, text: str) -> str:
        question = text.strip()
        if not question:
            raise InvalidInput("The question is empty.", hint="Ask something, for example: open deals closing this month.")
        if len(question) > self._settings.question_limit:
            raise InvalidInput(
                f"The question has {len(question):,} characters; the limit is {self._settings.question_limit:,}.",
                hint="Shorten it, or import long text as a file.",
            )
        return question

    def _answered(self, asked: _Asked, wanted: str) -> Generator[Event, None, tuple[str, Context, Progress]]:
        """Let the brains answer in their order: (the one that did, its context, what it gathered)."""
        builtin = None
        if wanted in {"embedded", "hybrid"}:
            least = asked.context.least
            asked.context.least = least if wanted == "embedded" else max(belief.sure(), least or 0.0)
            builtin = yield from self._built_in(asked)
            asked.context.least = least
            if wanted == "embedded" or not _beyond(builtin, asked.context):
                yield from _pieces(builtin.text)
                return "embedded", asked.context, builtin
        told = replace(asked.context, language=self._settings.locale or guard.language_of(asked.text), options=[], frames=[])
        modelled = yield from self._modelled(replace(asked, context=told))
        if modelled.fault is None:
            return "llm", told, modelled
        if modelled.streamed:
            yield TextDelta("\n\n")
        unsure = any(frame.get("reason") == "unsure" for frame in asked.context.frames)
        if (builtin is None or unsure) and not modelled.proposed:
            asked.context.external = told.external
            builtin = yield from self._built_in(asked)
        if modelled.fault.kind == "lost" and builtin is not None and builtin.held_back:
            return "llm", told, modelled  # its own words are the better ones
        if modelled.fault.kind == "unlooked" and builtin is not None and not builtin.results:
            if builtin.held_back and not any(message["role"] == "assistant" for message in asked.past):  # else it may go by what was said
                modelled.text = f"{UNLOOKED[told.language]}\n\n{modelled.text}"
            return "llm", told, modelled
        if builtin is None or (builtin.held_back and modelled.results):
            self._show_gathered(told, modelled)
            yield from _pieces(modelled.text)
            return "llm", told, modelled
        builtin.usage = modelled.usage
        builtin.text += "\n\n_" + FELL_BACK[asked.context.language].format(why=modelled.fault.why(asked.context.language)) + "_"
        yield from _pieces(builtin.text)
        return "embedded", asked.context, builtin

    def _built_in(self, asked: _Asked) -> Generator[Event, None, Progress]:
        progress = Progress()
        yield from self._run(self._embedded, asked.context, [HumanMessage(asked.text)], progress)
        return progress

    def _modelled(self, asked: _Asked) -> Generator[Event, None, Progress]:
        """The model's run; its failures stand in `fault`."""
        progress, context = Progress(), asked.context
        if self._meter.spent():
            progress.fault = ModelFault("spent")
            return progress
        context.external = any((message["answer"] or {}).get("citations") for message in asked.past[-HISTORY:])  # it reads them again
        try:
            yield from self._run(self._model, context, _history(asked.past, asked.text), progress, counted=True)
        except ModelFault as fault:
            progress.usage.model_calls += 1  # it was made, and may have been paid for
            progress.fault = ModelFault("cut") if progress.streamed and fault.kind == "unreachable" else fault
        except ModelCallLimitExceededError:
            progress.fault = ModelFault("endless")
        except GeneratorExit:  # stopped in the middle of a call
            progress.usage.model_calls += 1
            raise
        finally:
            self._meter.note(context.principal, "turn", progress.usage)
        if progress.fault is None:
            known = [self._settings.current_date().isoformat(), *(json.dumps(_data(message)) for message in asked.past[-HISTORY:])]
            text = guard.checked(progress.text, progress.results, asked.text, context.language, known=known)
            with context.reading() as unit:
                progress.text = "\n\n".join(filter(None, [text, basis(unit, progress.results, context.language)]))
            if progress.errors and not (progress.results or context.options or context.refused or _asks(text)):
                progress.fault = ModelFault("lost")
            elif not (progress.results or progress.errors or context.options or context.refused or _asks(text) or guard.claims(text)):
                progress.fault = ModelFault("unlooked")
        return progress

    def _show_gathered(self, context: Context, progress: Progress) -> None:
        """The results of a model that broke off, in our own words."""
        fault = progress.fault or ModelFault("empty")
        with context.reading() as unit:
            told = [wording.result(unit, Frame("find"), found, context.language) for found in progress.results]
        progress.text = "\n\n".join([*dict.fromkeys(told), f"_{STOPPED[context.language].format(why=fault.why(context.language))}_"])

    def conversations(self, principal: Principal) -> list[dict[str, Any]]:
        with self._store.reading(principal) as unit:
            return conversations.conversations(unit)

    def messages(self, principal: Principal, conversation_id: str) -> list[dict[str, Any]]:
        with self._store.reading(principal) as unit:
            return conversations.messages(unit, conversation_id)

    def _brain(self, brain: str | None) -> str:
        """embedded, hybrid or llm."""
        wanted = brain or self._settings.brain
        if wanted not in {"auto", "embedded", "llm", "hybrid"}:
            raise InvalidInput(f"{wanted!r} is not a brain.", hint="Brains: auto, embedded, llm, hybrid.")
        if wanted == "llm" and self._model is None:
            raise InvalidInput("No language model is set up.", hint="Set OPENAI_API_KEY (and OPENAI_BASE_URL), or use --brain embedded.")
        if self._model is None:
            return "embedded"
        return "llm" if wanted == "auto" else wanted

    def _open(self, principal: Principal, question: str, conversation_id: str | None, door: str) -> tuple[str, list[dict[str, Any]]]:
        with self._store.writing(principal, door=door) as unit:
            opened = conversations.open_conversation(unit, conversation_id, question)
            past = conversations.messages(unit, opened) if conversation_id else []
            conversations.add_message(unit, opened, "user", question)
        return opened, past

    def _run(
        self, agent: Any, context: Context, history: list[AnyMessage], progress: Progress, *, counted: bool = False
    ) -> Iterator[Event]:
        """Stream one agent's run into events, gathering results. A model's calls are counted; the built-in brain's are not."""
        trickle = Trickle(context.language)
        steps = agent.stream({"messages": history}, context=context, stream_mode=["updates", "messages"])
        for mode, payload in steps if counted else self._seated(steps):
            if mode == "messages":
                message, _ = payload
                if isinstance(message, AIMessageChunk) and message.text and not message.tool_call_chunks:
                    progress.streamed = True
                    if ready := trickle.feed(message.text):
                        yield TextDelta(ready)
                continue
            if progress.streamed and (rest := trickle.rest()):
                yield TextDelta(rest)
            for node, update in payload.items():
                progress.usage.model_calls += counted and node == "model"
                for message in (update or {}).get("messages", []):
                    yield from progress.take(message)

    def _seated(self, steps: Iterator[Any]) -> Iterator[Any]:
        """The built-in brain computes and never waits: beyond the processors more at a time only get in each other's way."""
        while True:
            with self._seats:
                step = next(steps, None)
            if step is None:
                return
            yield step

    def _finish(
        self, principal: Principal, context: Context, question: str, progress: Progress, brain: str, started: float, door: str
    ) -> Answer:
        conversation_id = context.conversation_id or ""  # every turn has one
        answer = Answer(
            conversation_id=conversation_id,
            message_id=new_id(),
            language=context.language,
            brain=brain,
            kind=progress.answer_kind(),
            text=progress.text,
            options=progress.options or context.options,
            usage=progress.usage,
            refused_by_rights=context.refused,
        )
        if context.options and not progress.results:
            answer.kind = "clarify"
        progress.fill(answer)
        answer.elapsed_ms = round((time.perf_counter() - started) * 1000)
        with self._store.writing(principal, door=door) as unit:
            conversations.add_message(
                unit,
                conversation_id,
                "assistant",
                answer.text,
                answer=answer.to_json(),
                frames=context.frames,
                message_id=answer.message_id,
            )
        return answer


def _history(past: list[dict[str, Any]], question: str) -> list[AnyMessage]:
    """What a model is shown of the conversation: whole turns, long answers cut, empty ones left out."""
    kept: list[AnyMessage] = [
        HumanMessage(each["text"][:REMEMBERED]) if each["role"] == "user" else AIMessage(each["text"][:REMEMBERED])
        for each in past[-HISTORY:]
        if each["text"].strip()
    ]
    while kept and not isinstance(kept[0], HumanMessage):
        kept.pop(0)
    return [*kept, HumanMessage(question)]


def _data(message: dict[str, Any]) -> list[Any]:
    """The computed parts of an earlier answer, not its words."""
    answer = message["answer"] or {}
    return [answer.get(part) for part in ("total", "records", "measure", "proposals", "citations")]


def _beyond(progress: Progress, context: Context) -> bool:
    """Whether the built-in brain gave up for want of words, which a model may have."""
    return progress.held_back and any(frame.get("reason") in BEYOND for frame in context.frames)


def _asks(text: str) -> bool:
    return text.rstrip().endswith(("?", "？"))


def _pieces(text: str) -> Iterator[Event]:
    """Text as deltas, by paragraph; joined they are the text."""
    paragraphs = text.split("\n\n")
    for number, paragraph in enumerate(paragraphs):
        yield TextDelta(paragraph if number == 0 else f"\n\n{paragraph}")

"""One turn: from a question to an answer, streamed as our own events. Every door comes through here."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk, AnyMessage, HumanMessage, ToolMessage
from langgraph.graph.state import CompiledStateGraph

from agent import guard
from agent.answer import Answer, AnswerKind, Done, Event, TextDelta, ToolFinished, ToolStarted, Usage
from agent.embedded.model import KIND, OPTIONS
from agent.llm import ModelFault, faults
from knowledge.search import Search
from store import conversations
from store.errors import InvalidInput
from store.models import new_id
from store.rights import Principal
from store.settings import Settings
from store.unit import Store
from tools.context import Context
from tools.results import Figures, Notes, Proposed, Records, Result

HISTORY = 12  # messages of the conversation a model is shown
FRAMES = 4  # turns back the built-in brain looks for what "it" is
FELL_BACK = {
    "en": "The language model is not available ({why}); the built-in assistant answered.",
    "zh": "语言模型暂不可用（{why}），由内置助手回答。",
}


@dataclass
class _Progress:
    """What a turn has gathered so far."""

    results: list[Result] = field(default_factory=list)
    text: str = ""
    kind: str = ""
    options: list[str] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    errors: list[str] = field(default_factory=list)


class Assistant:
    """Answers for anybody: the person comes with each call."""

    def __init__(
        self,
        store: Store,
        search: Search,
        settings: Settings,
        *,
        embedded: CompiledStateGraph[Any, Context, Any, Any],
        model: CompiledStateGraph[Any, Context, Any, Any] | None = None,
    ) -> None:
        self._store = store
        self._search = search
        self._settings = settings
        self._embedded = embedded
        self._model = model

    def answer(self, principal: Principal, text: str, **options: Any) -> Answer:
        """The finished answer; see `stream` for the options."""
        for event in self.stream(principal, text, **options):
            if isinstance(event, Done):
                return event.answer
        raise RuntimeError("a turn ended without an answer")

    def stream(
        self, principal: Principal, text: str, *, conversation_id: str | None = None, door: str = "web", brain: str | None = None, limit: int = 20
    ) -> Iterator[Event]:
        """Run a turn. `brain` is auto, embedded, llm or hybrid; the setting when absent.

        Raises InvalidInput for an empty or overlong question and NotFound for somebody else's conversation.
        """
        started = time.perf_counter()
        question = text.strip()
        if not question:
            raise InvalidInput("The question is empty.", hint="Ask something, for example: open deals closing this month.")
        if len(question) > self._settings.question_limit:
            raise InvalidInput(
                f"The question has {len(question):,} characters; the limit is {self._settings.question_limit:,}.",
                hint="Shorten it, or import long text as a file.",
            )
        conversation_id, past = self._open(principal, question, conversation_id, door)
        context = Context(self._store, principal, self._search, conversation_id, door=door, limit=limit)
        context.previous = [frame for message in reversed(past[-2 * FRAMES :]) for frame in message["frames"]]
        progress = _Progress()
        used, note = "embedded", ""
        if self._wants_model(brain):
            try:
                yield from self._run(self._model, context, _history(past, question), progress)
                progress.text = guard.checked(progress.text, progress.results, question, context.language)
                used = "llm"
            except ModelFault as fault:
                if progress.results and progress.text:
                    raise
                note, progress = fault.message, _Progress()
        if used == "embedded":
            yield from self._run(self._embedded, context, [HumanMessage(question)], progress)
            if note:
                progress.text += "\n\n_" + FELL_BACK[context.language].format(why=note) + "_"
        answer = self._finish(principal, context, question, progress, used, started, door)
        yield Done(answer)

    def conversations(self, principal: Principal) -> list[dict[str, Any]]:
        with self._store.reading(principal) as unit:
            return conversations.conversations(unit)

    def messages(self, principal: Principal, conversation_id: str) -> list[dict[str, Any]]:
        with self._store.reading(principal) as unit:
            return conversations.messages(unit, conversation_id)

    def _wants_model(self, brain: str | None) -> bool:
        wanted = brain or self._settings.brain
        if wanted not in {"auto", "embedded", "llm", "hybrid"}:
            raise InvalidInput(f"{wanted!r} is not a brain.", hint="Brains: auto, embedded, llm, hybrid.")
        if wanted == "llm" and self._model is None:
            raise InvalidInput("No language model is set up.", hint="Set OPENAI_API_KEY (and OPENAI_BASE_URL), or use --brain embedded.")
        return wanted != "embedded" and self._model is not None

    def _open(self, principal: Principal, question: str, conversation_id: str | None, door: str) -> tuple[str, list[dict[str, Any]]]:
        with self._store.writing(principal, door=door) as unit:
            opened = conversations.open_conversation(unit, conversation_id, question)
            past = conversations.messages(unit, opened) if conversation_id else []
            conversations.add_message(unit, opened, "user", question)
        return opened, past

    def _run(self, agent: Any, context: Context, history: list[AnyMessage], progress: _Progress) -> Iterator[Event]:
        """Stream one agent's run into events, gathering results. Model faults come out as `ModelFault`."""
        with faults():
            for mode, payload in agent.stream({"messages": history}, context=context, stream_mode=["updates", "messages"]):
                if mode == "messages":
                    message, _ = payload
                    if isinstance(message, AIMessageChunk) and message.text and not message.tool_call_chunks:
                        yield TextDelta(message.text)
                    continue
                for update in payload.values():
                    for message in (update or {}).get("messages", []):
                        yield from _step(message, progress)

    def _finish(self, principal: Principal, context: Context, question: str, progress: _Progress, brain: str, started: float, door: str) -> Answer:
        answer = Answer(
            conversation_id=context.conversation_id,
            message_id=new_id(),
            language=context.language if brain == "embedded" else guard.language_of(question),
            brain=brain,
            kind=_kind(progress),
            text=progress.text,
            options=progress.options or context.options,
            usage=progress.usage,
            refused_by_rights=context.refused,
        )
        if context.options and not progress.results:
            answer.kind = "clarify"
        for found in progress.results:
            _fill(answer, found)
        answer.elapsed_ms = round((time.perf_counter() - started) * 1000)
        with self._store.writing(principal, door=door) as unit:
            conversations.add_message(
                unit, context.conversation_id, "assistant", answer.text, answer=answer.to_json(), frames=context.frames, message_id=answer.message_id
            )
        return answer


def _history(past: list[dict[str, Any]], question: str) -> list[AnyMessage]:
    kept: list[AnyMessage] = [HumanMessage(each["text"]) if each["role"] == "user" else AIMessage(each["text"]) for each in past[-HISTORY:]]
    return [*kept, HumanMessage(question)]


def _step(message: AnyMessage, progress: _Progress) -> Iterator[Event]:
    if isinstance(message, AIMessage):
        if message.usage_metadata:
            progress.usage.model_calls += 1
            progress.usage.input_tokens += message.usage_metadata["input_tokens"]
            progress.usage.output_tokens += message.usage_metadata["output_tokens"]
        for call in message.tool_calls:
            yield ToolStarted(call["name"], call["args"])
        if message.text and not message.tool_calls:
            progress.text = message.text
            progress.kind = str(message.additional_kwargs.get(KIND, ""))
            progress.options = list(message.additional_kwargs.get(OPTIONS, []))
    elif isinstance(message, ToolMessage):
        ok = message.status != "error" and message.artifact is not None
        if ok:
            progress.results.append(message.artifact)
        else:
            progress.errors.append(message.text)
        yield ToolFinished(message.name or "", message.artifact.summary() if ok else message.text, ok)


def _kind(progress: _Progress) -> AnswerKind:
    """What the answer is, by the most telling of its results."""
    if progress.kind in {"clarify", "refuse"}:
        return progress.kind  # type: ignore[return-value]
    kinds: dict[type[Any], AnswerKind] = {Proposed: "proposal", Figures: "measure", Records: "records", Notes: "notes"}
    for kind, name in kinds.items():
        if any(isinstance(found, kind) for found in progress.results):
            return name
    return "refuse" if progress.errors else "chat"


def _fill(answer: Answer, found: Result) -> None:
    if isinstance(found, Records):
        answer.total = found.page.total if answer.total is None else answer.total
        answer.records += [{k: v for k, v in record.to_json().items() if k != "version"} for record in found.page.records]
    elif isinstance(found, Figures):
        answer.measure = answer.measure or found.to_json()
    elif isinstance(found, Notes):
        answer.citations += found.citations
    else:
        answer.proposals.append(found.proposal.to_json())


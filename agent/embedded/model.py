"""The built-in brain as a chat model: reads the same messages, makes the same tool calls, words the results."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langgraph.runtime import get_runtime
from pydantic import Field, PrivateAttr

from agent.embedded import advice_wording, asking, wording
from agent.embedded.acts import Embed
from agent.embedded.calls import call_for
from agent.embedded.creating import UNLINKED
from agent.embedded.frames import Frame
from agent.embedded.marks import cell
from agent.embedded.rows_shown import rows_of
from agent.embedded.understanding import Understanding
from store.errors_said import in_language
from store.unit import Unit
from tools.context import Context
from tools.results import Drafted, Figures, Notes, Proposed, Records, Suggested

OPTIONS = "options"
KIND = "kind"


class EmbeddedBrain(BaseChatModel):
    """Needs no network. The turn's `Context` comes from the graph's runtime; `embed` weighs sentences whose reading is in doubt."""

    embed: Embed | None = Field(default=None, exclude=True)
    _understanding: Understanding = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        self._understanding = Understanding(self.embed)

    @property
    def _llm_type(self) -> str:
        return "rapport-embedded"

    @property
    def understanding(self) -> Understanding:
        return self._understanding

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:
        return self.bind(tool_names=[getattr(tool, "name", str(tool)) for tool in tools])

    def _generate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: CallbackManagerForLLMRun | None = None, **kwargs: Any
    ) -> ChatResult:
        context = get_runtime(Context).context
        results = _tool_results(messages)
        with context.reading() as unit:
            message = self._answer(unit, context, results) if results else self._read(unit, context, _question(messages))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _read(self, unit: Unit, context: Context, text: str) -> AIMessage:
        previous = [Frame.from_json(each) for each in context.previous]
        understood = self._understanding.read(unit, text, previous, language=unit.settings.locale, least=context.least)
        context.language = "zh" if understood.language == "zh" else "en"
        context.frames = [frame.to_json() for frame in understood.frames]
        context.replaces = [each for frame in understood.frames for each in frame.replaces]
        calls = [call for frame in understood.frames if (call := call_for(frame, unit.schema, context.limit))]
        if any(frame.intent in {"clarify", "refuse"} for frame in understood.frames):
            calls = []  # one unclear clause holds the whole turn back: nothing is half done
        if not calls:
            return _spoken(unit, understood.frames, context.language)
        return AIMessage(content="", tool_calls=[{"name": name, "args": args, "id": f"call_{uuid4().hex[:12]}"} for name, args in calls])

    def _answer(self, unit: Unit, context: Context, results: list[ToolMessage]) -> AIMessage:
        frames = [Frame.from_json(each) for each in context.frames]
        callers = [frame for frame in frames if call_for(frame, unit.schema, context.limit)]
        texts: list[str] = []
        options: list[str] = []
        for frame, message in zip(callers, results, strict=False):
            if message.status == "error" or message.artifact is None:
                texts.append(wording.say("failed", context.language, error=in_language(unit.schema, message.text, context.language)))
                continue
            texts.append(wording.result(unit, frame, message.artifact, context.language))
            if isinstance(message.artifact, Records):
                frame.results = [record.id for record in message.artifact.page.records]
            if isinstance(message.artifact, Figures):
                frame.rows = rows_of(unit, frame, message.artifact)
            if isinstance(message.artifact, Notes):
                frame.results = [each["id"] for each in message.artifact.citations]
            if isinstance(message.artifact, Proposed):
                frame.proposed = [message.artifact.proposal.id]
            if isinstance(message.artifact, (Suggested, Drafted)):
                frame.results = message.artifact.ids
                options += advice_wording.options(message.artifact, context.language)
            if frame.notes:
                texts.append(wording.say("spelling", context.language, notes=", ".join(cell(note) for note in frame.notes)))
            if frame.reason == UNLINKED and isinstance(message.artifact, Proposed):
                name = str(frame.values.get(unit.schema.entity(frame.entity).name_field))
                texts.append(wording.say("unlinked", context.language, called=cell(name)))
            if frame.left:
                texts.append(wording.say("left_aside", context.language, words=", ".join(f"“{cell(each)}”" for each in frame.left)))
        context.frames = [frame.to_json() for frame in frames]
        kind: dict[str, Any] = {OPTIONS: options} if options else {}
        return AIMessage(content="\n\n".join(texts), additional_kwargs=kind)


def _spoken(unit: Unit, frames: Sequence[Frame], language: str) -> AIMessage:
    held = next(
        (frame for frame in frames if frame.intent in {"clarify", "refuse"}), frames[0] if frames else Frame("refuse", reason="scope")
    )
    kind = {"clarify": "clarify", "refuse": "refuse"}.get(held.intent, "chat")
    return AIMessage(content=asking.question(unit, held, language), additional_kwargs={KIND: kind, OPTIONS: asking.options(held, language)})


def _question(messages: Sequence[BaseMessage]) -> str:
    return next((message.text for message in reversed(messages) if isinstance(message, HumanMessage)), "")


def _tool_results(messages: Sequence[BaseMessage]) -> list[ToolMessage]:
    """The results since the last question, in the order they were asked for."""
    found: list[ToolMessage] = []
    asked: list[str] = []
    for message in reversed(messages):
        if isinstance(message, HumanMessage):
            break
        if isinstance(message, ToolMessage):
            found.append(message)
        elif isinstance(message, AIMessage):
            asked = [str(call["id"]) for call in message.tool_calls] + asked
    order = {each: place for place, each in enumerate(asked)}
    return sorted(found, key=lambda message: order.get(message.tool_call_id, 0))

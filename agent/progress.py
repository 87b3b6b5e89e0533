"""What a turn gathers on its way, and how that becomes the parts of an answer."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, ToolMessage

from agent.answer import Answer, AnswerKind, Event, ToolFinished, ToolStarted, Usage
from agent.embedded.model import KIND, OPTIONS
from agent.llm import ModelFault
from tools.results import Briefed, Drafted, Figures, Notes, Proposed, Records, Result, Suggested


@dataclass
class Progress:
    """One brain's run so far. `fault`: the model failed on the way; `streamed`: pieces of its text have gone out."""

    results: list[Result] = field(default_factory=list)  # in the order they were asked for, whichever came first
    text: str = ""
    kind: str = ""
    options: list[str] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    errors: list[str] = field(default_factory=list)
    fault: ModelFault | None = None
    streamed: bool = False
    _calls: list[str] = field(default_factory=list)
    _places: list[int] = field(default_factory=list)

    @property
    def proposed(self) -> bool:
        return any(isinstance(found, Proposed) for found in self.results)

    @property
    def held_back(self) -> bool:
        """A question back or a refusal: nothing was done."""
        return self.kind in {"clarify", "refuse"}

    def take(self, message: AnyMessage) -> Iterator[Event]:
        """Note what a message brings; say what a door should know of it."""
        if isinstance(message, AIMessage):
            if message.usage_metadata:
                self.usage.input_tokens += message.usage_metadata["input_tokens"]
                self.usage.output_tokens += message.usage_metadata["output_tokens"]
            for call in message.tool_calls:
                self._calls.append(str(call["id"]))
                yield ToolStarted(call["name"], call["args"])
            if message.text and not message.tool_calls:
                self.text = message.text
                self.kind = str(message.additional_kwargs.get(KIND, ""))
                self.options = list(message.additional_kwargs.get(OPTIONS, []))
        elif isinstance(message, ToolMessage):
            ok = message.status != "error" and message.artifact is not None
            if ok:
                self._put(message)
            else:
                self.errors.append(message.text)
            yield ToolFinished(message.name or "", message.artifact.summary() if ok else message.text, ok)

    def _put(self, message: ToolMessage) -> None:
        """Calls of one turn run side by side and come back in any order."""
        asked = self._calls.index(message.tool_call_id) if message.tool_call_id in self._calls else len(self._calls)
        place = bisect_right(self._places, asked)
        self._places.insert(place, asked)
        self.results.insert(place, message.artifact)

    def answer_kind(self) -> AnswerKind:
        """What the answer is, by the most telling of its results."""
        if self.held_back:
            return self.kind  # type: ignore[return-value]
        kinds: dict[type[Any], AnswerKind] = {
            Proposed: "proposal",
            Drafted: "draft",
            Suggested: "actions",
            Briefed: "brief",
            Figures: "measure",
            Records: "records",
            Notes: "notes",
        }
        for kind, name in kinds.items():
            if any(isinstance(found, kind) for found in self.results):
                return name
        return "refuse" if self.errors else "chat"

    def fill(self, answer: Answer) -> None:
        """Put the results into the answer's parts; a record found twice stands there once."""
        seen: set[str] = set()
        for found in self.results:
            if isinstance(found, Records):
                answer.total = found.page.total if answer.total is None else answer.total
                fresh = [record for record in found.page.records if record.id not in seen]
                seen |= {record.id for record in fresh}
                answer.records += [{k: v for k, v in record.to_json().items() if k != "version"} for record in fresh]
            elif isinstance(found, Figures):
                answer.measures.append(found.to_json())
                answer.measure = answer.measures[0]
            elif isinstance(found, Notes | Briefed):
                answer.citations += found.citations
            elif isinstance(found, Suggested):
                answer.citations += [quote for each in found.found.actions for quote in each.evidence]
            elif isinstance(found, Drafted):
                answer.citations += found.made.citations
            else:
                answer.proposals.append(found.proposal.to_json())
        if len(answer.measures) < 2:
            answer.measures = []

"""The answer to one turn, as the contract has it, and the events that stream on the way to it."""

from dataclasses import dataclass, field
from typing import Any, Literal

AnswerKind = Literal["records", "measure", "brief", "notes", "draft", "actions", "proposal", "clarify", "refuse", "chat"]


@dataclass(slots=True)
class Usage:
    model_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def to_json(self) -> dict[str, int]:
        return {"model_calls": self.model_calls, "input_tokens": self.input_tokens, "output_tokens": self.output_tokens}


@dataclass(slots=True)
class Answer:
    """Every part but `text` may be empty; nothing in it is worded by a model but `text`."""

    conversation_id: str
    message_id: str
    language: Literal["en", "zh"]
    brain: str
    kind: AnswerKind
    text: str
    elapsed_ms: int = 0
    total: int | None = None
    records: list[dict[str, Any]] = field(default_factory=list)
    measure: dict[str, Any] | None = None
    measures: list[dict[str, Any]] = field(default_factory=list)  # all of them, where several figures were asked for
    proposals: list[dict[str, Any]] = field(default_factory=list)
    citations: list[dict[str, Any]] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    refused_by_rights: bool = False  # not part of the contract: tells the command line which exit status a refusal gets

    def to_json(self) -> dict[str, Any]:
        return {
            "conversation_id": self.conversation_id,
            "message_id": self.message_id,
            "language": self.language,
            "brain": self.brain,
            "elapsed_ms": self.elapsed_ms,
            "kind": self.kind,
            "text": self.text,
            "total": self.total,
            "records": self.records,
            "measure": self.measure,
            "measures": self.measures,
            "proposals": self.proposals,
            "citations": self.citations,
            "options": self.options,
            "usage": self.usage.to_json(),
        }


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer's text, in order."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolStarted:
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """`summary` is one line: "20 of 137 deals"; `ok` is False when the tool refused."""

    name: str
    summary: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Done:
    answer: Answer


Event = TextDelta | ToolStarted | ToolFinished | Done

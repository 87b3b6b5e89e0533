"""A language model's reading of a note, asked for before anything is proposed; without one, when it fails or its budget is used up, the
built-in reading stands."""

import json
import logging
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from langchain_core.runnables import Runnable
from pydantic import ValidationError

from agent.answer import Usage
from agent.llm import ModelFault, fault_of
from agent.metering import Meter
from knowledge.followups.suggested import Suggested
from knowledge.voice.transcript import Transcript
from store.rights import Principal

Suggest = Callable[[Principal, Transcript, str], Suggested | None]
log = logging.getLogger("rapport")


def suggest_with(model: BaseChatModel, meter: Meter) -> Suggest:
    """Asks this model; None when it fails, answers with nonsense or may not be asked any more this month."""
    reader = model.bind_tools([Suggested], tool_choice="Suggested")

    def suggest(principal: Principal, transcript: Transcript, today: str) -> Suggested | None:
        if meter.spent():
            log.warning("a note is read without the model: %s", ModelFault("spent"))
            return None
        used = Usage(model_calls=1)
        note = json.dumps({"today": today, "note": transcript.text}, ensure_ascii=False)
        try:
            answer = _asked(reader, [SystemMessage(_prompt()), HumanMessage(note)])
        except ModelFault as fault:
            log.warning("a note is read without the model: %s", fault)
            return None
        else:
            took = getattr(answer, "usage_metadata", None) or {}
            used.input_tokens, used.output_tokens = took.get("input_tokens", 0), took.get("output_tokens", 0)
        finally:
            meter.note(principal, "note", used)
        calls = getattr(answer, "tool_calls", [])
        try:
            return Suggested.model_validate(calls[0]["args"]) if calls else None
        except ValidationError:
            log.warning("a note is read without the model: %s", ModelFault("nonsense"))
            return None

    return suggest


def _asked(reader: Runnable[Any, Any], messages: list[BaseMessage]) -> Any:
    try:
        return reader.invoke(messages)
    except Exception as error:  # a client raises its own errors, httpx's, json's, and its own bugs on nonsense
        raise fault_of(error) from error


@cache
def _prompt() -> str:
    return (Path(__file__).parents[1] / "prompts" / "follow_ups.md").read_text(encoding="utf-8")

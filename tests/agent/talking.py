"""Several turns of one conversation, and what their last answer would change."""

from collections.abc import Callable
from typing import Any

from agent.answer import Answer


def talk(ask: Callable[..., Answer], *turns: str) -> Answer:
    """The answer to the last turn."""
    answer = ask(turns[0])
    for turn in turns[1:]:
        answer = ask(turn, conversation_id=answer.conversation_id)
    return answer


def changed(answer: Answer) -> list[dict[str, Any]]:
    return [change for proposal in answer.proposals for change in proposal["changes"]]

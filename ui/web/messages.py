"""An answer as chat messages: the steps folded, the text, the tables, the quotes, the options as buttons."""

from typing import Any

from store.unit import Unit
from ui.web.escaping import calm, plain
from ui.web.shown import measure_table, quotes, records_table, sources
from ui.web.words import Words

Message = dict[str, Any]
WITH_EVIDENCE = frozenset({"actions", "draft"})  # their text says itself what each part stands on


def question(text: str) -> Message:
    return {"role": "user", "content": "\n".join(plain(line) for line in text.splitlines())}


def streaming(text: str) -> Message:
    return {"role": "assistant", "content": calm(text)}


def step(said: Words, name: str, detail: str, *, done: bool) -> Message:
    """A tool's step, folded once it is done."""
    title = said.get(f"tool.{name}", name.replace("_", " "))
    return {"role": "assistant", "content": plain(detail) or "…", "metadata": {"title": title, "status": "done" if done else "pending"}}


def failure(text: str) -> Message:
    return {"role": "assistant", "content": f"**⚠** {plain(text)}"}


def answered(unit: Unit, answer: dict[str, Any], said: Words, *, card: bool = False) -> Message:
    """The whole answer as one message. With a card under it, a change is not drawn twice."""
    text = answer.get("text") or ""
    if card:
        text = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("|"))
    parts = [calm(text)]
    if "| ---" not in text and "|---" not in text:  # a model may have drawn its own table
        if answer.get("measure"):
            parts.append(measure_table(unit, answer["measure"], said))
        if answer.get("records"):
            parts.append(records_table(unit, answer, said))
    cited = answer.get("citations")
    if cited and answer.get("kind") == "brief":
        parts.append(sources(cited))
    elif cited and answer.get("kind") not in WITH_EVIDENCE and "\n>" not in f"\n{text}":
        parts.append(quotes(cited))
    message: Message = {"role": "assistant", "content": "\n\n".join(part for part in parts if part) or "…"}
    if answer.get("options"):
        message["options"] = [{"value": each, "label": each} for each in answer["options"]]
    return message


def history(unit: Unit, messages: list[dict[str, Any]], said: Words) -> list[Message]:
    """A kept conversation as it was seen."""
    return [
        question(each["text"])
        if each["role"] == "user"
        else answered(unit, each["answer"], said)
        if each.get("answer")
        else streaming(each["text"])
        for each in messages
    ]

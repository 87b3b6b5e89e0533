"""An answer as chat messages: the steps folded, the text, the tables, the quotes, the options as buttons."""

import re
from collections.abc import Set
from html import unescape
from itertools import zip_longest
from typing import Any

from gradio.components.chatbot import ComponentMessage

from store.unit import Unit
from ui.web.charts import chart_of, drawn
from ui.web.escaping import calm, plain
from ui.web.rooms.links import cited_path, import_path, record_path
from ui.web.shown import link, measure_table, quotes, records_table, sources
from ui.web.words import Words

Message = dict[str, Any]
_BAR = re.compile(r"(?<!\\)\|")  # between cells, not within one
_QUOTE = re.compile(r"^&#62;(?=\s|$)", re.MULTILINE)
_FROM = "> — "  # how the answer marks the source of a quote
POINTED = ("account", "contact", "opportunity", "product")
WITH_EVIDENCE = frozenset({"actions", "draft"})  # their text says itself what each part stands on


def question(text: str) -> Message:
    return {"role": "user", "content": "\n".join(plain(line) for line in text.splitlines())}


def streaming(text: str) -> Message:
    return {"role": "assistant", "content": calm(text)}


def step(said: Words, name: str, detail: str, *, done: bool) -> Message:
    """A tool's step, folded once it is done."""
    title = said.get(f"tool.{name}", name.replace("_", " "))
    return {"role": "assistant", "content": plain(detail) or "…", "metadata": {"title": title, "status": "done" if done else "pending"}}


def pending(title: str) -> Message:
    """A step that has no tool: something is awaited."""
    return {"role": "assistant", "content": "…", "metadata": {"title": title, "status": "pending"}}


def unanswered(question: str, why: str, said: Words) -> Message:
    """Instead of an answer: why there is none, and the question to ask again."""
    return {"role": "assistant", "content": f"*{why}*", "options": [{"value": question, "label": said["chat.again"]}]}


def failure(text: str) -> Message:
    return {"role": "assistant", "content": f"**⚠** {plain(text)}"}


def answered(unit: Unit, answer: dict[str, Any], said: Words, *, card: bool = False) -> Message:
    """The whole answer as one message. With a card under it, a change is not drawn twice."""
    text = answer.get("text") or ""
    if card:
        text = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("|"))
    parts = [quoted(linked(calm(text), answer.get("records") or []), answer.get("citations") or [])]
    if "| ---" not in text and "|---" not in text:  # a model may have drawn its own table
        if answer.get("measure"):
            parts.append(measure_table(unit, answer["measure"], said))
        if answer.get("records"):
            parts.append(records_table(unit, answer, said))
    if answer.get("held"):
        parts.append(f"**{link(said['drop.go_on'], import_path(answer['held']))}**")
    cited = answer.get("citations")
    if cited and answer.get("kind") == "brief":
        parts.append(sources(unit.schema, cited, answer.get("language") or said.language))
    elif cited and answer.get("kind") not in WITH_EVIDENCE and "\n>" not in f"\n{text}":
        parts.append(quotes(unit.schema, cited, answer.get("language") or said.language))
    told = "\n\n".join(part for part in parts if part) or "…"
    chart = chart_of(answer.get("measure"), said) if len(answer.get("measures") or []) < 2 else None
    message: Message = {"role": "assistant", "content": [_picture(chart, said), told] if chart else told}
    if answer.get("options"):
        message["options"] = [{"value": each, "label": each} for each in answer["options"]]
    return message


def _picture(chart: dict[str, Any], said: Words) -> ComponentMessage:
    """Made once: Gradio would build the component anew with every update of the page."""
    value = {"type": "plotly", "plot": drawn(chart)}
    props = {"show_label": False, "label": said["chart"], "container": False}
    return ComponentMessage(component="plot", value=value, constructor_args=props, props={**props, "value": value})


def linked(text: str, records: list[dict[str, Any]]) -> str:
    """The tables of a text with links on the records they name, and those they point to; a name that two share stays as it is."""
    paths: dict[str, set[str]] = {}
    for each in records:
        paths.setdefault(each["name"], set()).add(record_path(each["type"], str(each["id"])))
        for field in POINTED:
            if each["fields"].get(f"{field}_id"):
                paths.setdefault(str(each["fields"].get(field)), set()).add(record_path(field, str(each["fields"][f"{field}_id"])))

    def cell(shown: str) -> str:
        found = paths.get(" ".join(unescape(shown).replace("\\", "").split()), set())
        return f" {link(shown.strip(), next(iter(found)))} " if len(found) == 1 else shown

    def row(line: str) -> str:
        return "|".join(cell(each) for each in _BAR.split(line)) if line.startswith("|") else line

    return "\n".join(row(line) for line in text.split("\n")) if paths else text


def quoted(text: str, citations: list[dict[str, Any]]) -> str:
    """Quotes as quotes again, and the line under each, which says where it is from, leading there."""
    text = _QUOTE.sub(">", text)
    places = [line for line in text.split("\n") if line.startswith(_FROM)]
    if len(places) != len(citations):
        return text
    waiting = iter(citations)
    return "\n".join(
        f"> {link(line.removeprefix('> '), cited_path(next(waiting)))}" if line.startswith(_FROM) else line for line in text.split("\n")
    )


def history(unit: Unit, kept: list[dict[str, Any]], said: Words, *, carded: Set[str] = frozenset()) -> list[Message]:
    """A kept conversation as it was seen; a question that was left without an answer says so. `carded`: proposals shown as sheets."""
    shown: list[Message] = []
    for each, following in zip_longest(kept, kept[1:]):
        if each["role"] == "user":
            shown.append(question(each["text"]))
            if following is None or following["role"] == "user":
                shown.append(unanswered(each["text"], said["chat.unanswered"], said))
        elif each.get("answer"):
            card = any(made["id"] in carded for made in each["answer"].get("proposals") or [])
            shown.append(answered(unit, each["answer"], said, card=card))
        else:
            shown.append(streaming(each["text"]))
    return shown

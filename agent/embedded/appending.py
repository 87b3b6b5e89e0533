"""Text added to what a record's notes say: "add 'roof access by stair B' to the description of Kallang", 在白云的备注里加一句:….

What is there stays; the new words come behind it (`{"add": …}`, see tools/derived.py)."""

import re

from agent.embedded import told
from agent.embedded.frames import Frame
from agent.embedded.lexicon import change_words
from agent.embedded.name_forms import BY_A_WORD
from agent.embedded.pieces import own_label
from agent.embedded.scene import Scene
from agent.embedded.spans import Span
from agent.embedded.tokens import is_chinese
from store.schema import Field

_INTO = re.compile(r"[,，\s]*(?:to|into|in|on|onto|under)\s+(?:the\s+|their\s+|its\s+)?$", re.IGNORECASE)


def read(scene: Scene) -> list[Frame] | None:
    """The change; None when no text is added to a field of text of one record."""
    if told.asks(scene.text) or told.conditional(scene.text.text) or (":" not in scene.text.text and not _quoted(scene)):
        return None
    verb = next((n for n, span in enumerate(scene.spans) if _adds(span)), None)
    if verb is None:
        return None
    found = _target(scene)
    if found is None:
        return None
    record, kind, label, field = found
    text = _text(scene, scene.spans[verb], label)
    if not text:
        return None
    return [Frame("update", entity=kind, ids=[record], values={field.name: {"add": text}})]


def _adds(span: Span) -> bool:
    return not span.names and not span.literal and (span.text.lower() in change_words("appends") or span.text in change_words("appends_zh"))


def _quoted(scene: Scene) -> bool:
    return any(span.literal_kind == "quoted" for span in scene.spans)


def _target(scene: Scene) -> tuple[str, str, Span, Field] | None:
    """The record, its kind, and the field of long text that is named."""
    mark = scene.text.text.find(":")
    told_of = [span for span in scene.spans if mark < 0 or span.last <= mark or not is_chinese(scene.text.text[:1])]
    for span in told_of:
        best = max((name.score for name in span.names), default=0.0)
        for name in (each for each in span.names if each.score == best and best >= BY_A_WORD):
            for label in told_of:
                field = (
                    own_label(scene.unit.schema, name.type, label)
                    if name.type in scene.unit.schema.entities and label is not span
                    else None
                )
                if (
                    field is not None
                    and field.kind == "longtext"
                    and len({n.id for n in span.names if n.score == best and n.type == name.type}) == 1
                ):
                    return name.id, name.type, label, field
    return None


def _text(scene: Scene, verb: Span, label: Span) -> str:
    """What is to be added: quoted, behind the mark, or between the verb and the field."""
    quoted = next((span.literal for span in scene.spans if span.literal_kind == "quoted"), "")
    if quoted:
        return quoted
    text = scene.text.text
    mark = text.find(":", min(verb.first, label.first))
    if mark >= max(verb.last, label.last) - 1:
        return text[mark + 1 :].strip(" .。\"'“”")
    between = text[verb.last : label.first]
    return _INTO.sub("", between).strip(" :,，\"'") if label.first > verb.last and _INTO.search(between) else ""

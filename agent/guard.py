"""What a language model may not get away with: figures nobody computed, changes nobody proposed, and words that carry something out."""

import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal

from agent.figures_said import NUMBER, numbers, read, same
from agent.outgoing import inert
from agent.prose import borne_out
from tools.results import Briefed, Proposed, Result

_DONE = (
    r"(?:created|added|updated|changed|edited|deleted|removed|moved|logged|recorded|scheduled|booked|sent|e-?mailed|set|assigned"
    r"|reassigned|approved|applied|saved|marked|closed|merged|undone)"
)
_CLAIMS = re.compile(
    rf"\b(?:i|we)(?:['’]ve|\s+have)?\s+(?:now\s+|just\s+|already\s+|also\s+|successfully\s+)*{_DONE}\b"
    rf"|\b(?:has|have|had)\s+(?:now\s+|just\s+|already\s+)?been\s+(?:now\s+|successfully\s+)?{_DONE}\b"
    rf"|\b(?:is|are|was|were)\s+(?:now\s+|successfully\s+)*{_DONE}\b(?!\s+(?:on|at|by|in\s+\d)\b)"
    rf"|\bsuccessfully\s+{_DONE}\b|\b{_DONE}\s+successfully\b|\bis\s+now\s+(?:in\s+(?:the|your)\s+crm|in\s+the\s+system|{_DONE}|won|lost)\b"
    r"|^\W*(?:done|all\s+set)\b[\s!.,:]"
    r"|已(?:经)?(?:为您|为你|帮您|帮你|成功|将|把)?[^，。！？\n]{0,12}?(?:创建|添加|新增|新建|更新|修改|删除|移除|移动|移到|移至|记录|安排|发送|设置|设为|改为|分配|批准|保存)"
    r"|(?:创建|添加|新增|更新|修改|删除|移动|记录|安排|发送|设置|保存|操作)(?:已)?(?:成功|完成|好了|完毕)|(?:添加|创建|删除|更新|修改|发送|设置|安排|记录)了",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"^\s*(?:[-*]\s*)?\d{1,3}[.)、]\s", re.MULTILINE)
_SMALL = Decimal(12)  # rows shown, months, "two deals": let through once a tool has answered
UNFOUNDED = {
    "en": "⚠️ Not confirmed by the data: {figures}. Ask for the figure itself to have it computed.",
    "zh": "⚠️ 以下数字没有数据支持：{figures}。请直接询问该指标以便计算。",
}
NOTHING_DONE = {
    "en": "⚠️ Nothing was changed: no change was proposed in this turn. Ask again, naming the record and the new value.",
    "zh": "⚠️ 没有做任何更改：本轮没有生成提案。请说明记录和新值后再试。",
}
ONLY_PROPOSED = {
    "en": "⏳ Nothing is written yet: the change is a proposal that waits for your approval.",
    "zh": "⏳ 尚未写入任何内容：该更改是一个提案，等待你批准。",
}


def checked(text: str, results: Sequence[Result], question: str, language: Literal["en", "zh"], *, known: Iterable[str] = ()) -> str:
    """The model's words; figures and changes that no tool result bears out are marked as such, and of prose about a brief only what its
    citations bear out is left. Pictures, links and addresses from nowhere do not leave (see outgoing.py).

    `known`: other texts whose numbers may be said again: today's date, the data of earlier answers.
    """
    known = list(known)
    text = inert(
        borne_out(text, [found for found in results if isinstance(found, Briefed)], language), _sources(results, question, known), language
    )
    notes = []
    if claims(text):
        made = [found for found in results if isinstance(found, Proposed)]
        if not made or not all(found.applied for found in made):
            notes.append((ONLY_PROPOSED if made else NOTHING_DONE)[language])
    loose = unfounded(text, results, question, known)
    if loose:
        notes.append(UNFOUNDED[language].format(figures=", ".join(loose)))
    return "\n\n".join([*notes, text]) if notes else text


def claims(text: str) -> bool:
    """Whether it says that something was changed."""
    return _CLAIMS.search(text) is not None


def unfounded(text: str, results: Sequence[Result], question: str, known: Iterable[str] = ()) -> list[str]:
    """Numbers in `text` that stand neither in a tool result nor in the question.

    Small whole numbers are let through when a tool has answered: they count what is shown.
    """
    values = {value for source in _sources(results, question, known) for value in numbers(source)}
    loose = []
    for match in NUMBER.finditer(_LIST_MARK.sub(" ", text)):
        value, step = read(match)
        if value is None or (results and value <= _SMALL and value == value.to_integral_value()):
            continue
        if not any(same(value, other, step) for other in values):
            loose.append(match.group().strip())
    return list(dict.fromkeys(loose))


def _sources(results: Sequence[Result], question: str, known: Iterable[str]) -> list[str]:
    """All that a model may say again: the question, what tools answered, what was known before."""
    told = (json.dumps(found.to_json(), ensure_ascii=False) if hasattr(found, "to_json") else found.content() for found in results)
    return [question, *known, *told]


def language_of(text: str) -> Literal["en", "zh"]:
    return "zh" if re.search(r"[\u3400-\u9fff]", text) else "en"

"""Texts without a field of their own, each to the field it fits: one small best assignment over what a text looks like, the word that ties it
to the record, and where it stands.

Every kind of record has the same rules: a field of text plays one of a few parts (who, which company, which job, where, what it is about), a
text has a shape for each part, and the assignment with the most points wins. A text that fits nothing is kept as a remark when it says
something, and is asked about when it is a name nobody knows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from agent.embedded import shapes
from agent.embedded.creating_words import words
from agent.embedded.tokens import is_chinese
from store.schema import Entity

Part = Literal["person", "company", "job", "place", "thing", "phrase"]
ENOUGH = 1.0  # points below which a text is in no field
_AWAY = frozenset({"at", "from", "in", "for", "with", "by", "to"})


@dataclass(frozen=True, slots=True)
class Text:
    """`tie`: the word that leads it in; `late`: it stands before the request; `opens`: its breath begins with it; `place`: its number in order."""

    said: str
    tie: str
    place: int
    opens: bool = False
    late: bool = False


_PARTS: dict[str, dict[str, Part]] = {
    "contact": {"name": "person", "title": "job"},
    "lead": {"name": "person", "company": "company", "title": "job"},
    "account": {"name": "company", "city": "place", "country": "place"},
    "product": {"name": "thing"},
    "opportunity": {"name": "phrase"},
    "campaign": {"name": "phrase"},
    "case": {"subject": "phrase"},
    "quote": {},
    "contract": {},
    "order": {},
    "consent": {},
}


@dataclass(frozen=True, slots=True)
class Placed:
    """Field → text; texts that say something beside the fields, for the field `remark`; names that belong nowhere."""

    fields: dict[str, str]
    remarks: list[str]
    lost: list[str]
    remark: str


def place(spec: Entity, texts: Sequence[Text], taken: set[str]) -> Placed:
    """The best assignment of texts to the fields of text that are still empty."""
    parts = {name: part for name, part in _PARTS.get(spec.name, {}).items() if name in spec.fields and name not in taken}
    best: tuple[float, dict[int, str]] = (0.0, {})
    for chosen in _assignments(texts, list(parts)):
        total = sum(_points(parts[name], texts[number], name, texts) for number, name in chosen.items())
        if total > best[0]:
            best = (total, chosen)
    held = {name: texts[number].said for number, name in best[1].items()}
    rest = [text for number, text in enumerate(texts) if number not in best[1]]
    remark = next((name for name in ("description", "evidence") if name in spec.fields), "")
    kept = [text for text in rest if remark and _remark(text)]
    return Placed(held, [text.said for text in kept], [text.said for text in rest if text not in kept], remark)


def _assignments(texts: Sequence[Text], names: list[str], number: int = 0) -> Iterator[dict[int, str]]:
    """Every way to give each text a field or none, where it earns enough there."""
    if number == min(len(texts), 8):
        yield {}
        return
    for rest in _assignments(texts, names, number + 1):
        yield rest
        for name in names:
            if name not in rest.values():
                yield {number: name, **rest}


def _points(part: Part, text: Text, name: str, texts: Sequence[Text]) -> float:
    """How well a text plays a part; below ENOUGH it does not."""
    found = _SCORES[part](text) + (0.4 if text.place == 0 and name in {"name", "subject"} else 0.0) - (0.2 if text.late else 0.0)
    if name == "country":
        found += 1.0 if shapes.country(text.said) else -3.0
    if name == "city" and shapes.country(text.said):
        found -= 3.0
    elif (
        name == "city"
        and len(text.said) > 1
        and any(each is not text and each.said.startswith(text.said.removesuffix("市")) for each in texts)
    ):
        found += 2.0  # 温岭永兴泵业有限公司,温岭
    return found if found >= ENOUGH else -5.0


def _person(text: Text) -> float:
    if text.tie == "named":
        return 4.0 - 1.0 * shapes.company(text.said)
    away = -2.5 if text.tie in _AWAY | {"as"} else 0.0
    voice = (
        1.2
        if not is_chinese(text.said) and text.said.islower() and 2 <= len(text.said.split()) <= 3 and text.opens and not text.tie
        else 0.0
    )
    return 3.0 * shapes.person(text.said) + voice - 2.0 * shapes.company(text.said) - 1.5 * shapes.job(text.said) + away


def _company(text: Text) -> float:
    if text.tie == "named":
        return 4.0 - 1.0 * (shapes.person(text.said) >= 0.9)
    tied = {"at": 2.0, "from": 1.8, "with": 1.0, "for": 1.2, "in": 0.5, "who": 0.3, "about": -2.0}.get(text.tie, 0.0)
    shaped = 2.4 * shapes.company(text.said) - 2.0 * shapes.job(text.said) - 1.2 * (shapes.place(text.said) > 0.5)
    dictated = text.said.islower() and 2 <= len(text.said.split()) <= 4 and text.place == 0 and not text.tie
    written = 1.3 if (_written_as_name(text.said) and len(text.said) > 3) or dictated else 0.2
    return tied + shaped + written - 0.3 * (text.tie == "" and shapes.person(text.said) > 0.85)


def _job(text: Text) -> float:
    trade = (
        text.tie == "as" and is_chinese(text.said) and not shapes.job(text.said)
    )  # 做螺丝的: what they do for a living is no job in the firm
    tied = 0.0 if trade else {"as": 2.0, "is": 1.2, "who": 0.4}.get(text.tie, 0.0) - (1.5 if text.tie in {"at", "from"} else 0.0)
    long = len(text.said.split()) > 6 or len(text.said) > 40
    plain = 1.1 if not _written_as_name(text.said) and len(text.said.split()) == 1 and text.opens and not text.tie else 0.0
    plain = plain or 0.6 if not _written_as_name(text.said) and len(text.said.split()) <= 4 else 0.0
    return 2.4 * shapes.job(text.said) + tied + plain - 2.0 * shapes.company(text.said) - (4.0 if long else 0.0) - shapes.person(text.said)


def _place(text: Text) -> float:
    tied = {"in": 1.6, "from": 1.0, "at": 0.8}.get(text.tie, 0.0)
    short = len(text.said.split()) <= 3 and len(text.said) <= 20
    return 2.0 * shapes.place(text.said) + tied + (0.6 if short and _written_as_name(text.said) else -0.6) - 2.0 * shapes.company(text.said)


def _thing(text: Text) -> float:
    return (
        4.0
        if text.tie == "named"
        else 1.2 + 0.5 * _written_as_name(text.said) + 0.3 * text.opens - (2.0 if text.tie not in {"", "about"} else 0.0)
    )


def _phrase(text: Text) -> float:
    if text.tie == "named":
        return 4.0
    tied = {"": 0.4, "about": 1.5, "for": 0.2, "with": -0.2, "who": 0.0, "is": 0.2}.get(text.tie, -0.6)
    return 1.2 + tied + 0.2 * text.opens - 0.1 * text.place


_SCORES = {"person": _person, "company": _company, "job": _job, "place": _place, "thing": _thing, "phrase": _phrase}


def _written_as_name(text: str) -> bool:
    return is_chinese(text) or text[:1].isupper()


def _remark(text: Text) -> bool:
    """Whether a text that fits no field says something that is kept as a remark; a lone name or word is asked about."""
    if is_chinese(text.said) and text.tie == "as" and not shapes.job(text.said):
        return True
    if is_chinese(text.said):
        return text.said in words("says_alone") or (
            len(text.said) >= 2 and shapes.person(text.said) < 0.85 and not shapes.company(text.said)
        )
    lone = len(text.said.split()) == 1 or shapes.person(text.said) > 0.8 or shapes.company(text.said) > 0.8
    return not lone or text.tie in {"about", "who", "is"}

"""Changes of many records by a rule: a value each takes from a related record, merging, handing over; a task for each is in `each.py`."""

import re

from agent.embedded import told
from agent.embedded.candidates import namesakes
from agent.embedded.each import for_each
from agent.embedded.frames import Frame
from agent.embedded.pieces import BREAK
from agent.embedded.scene import Scene
from agent.embedded.spans import Span
from agent.embedded.those import condition, part, refused_when_empty

_TAKEN_EN = re.compile(
    r"^(?P<head>.+)\s+of\s+(?:its|their|the|his|her|each one's)\s+(?P<related>[a-z][a-z -]*?)[.!]?$",
    re.IGNORECASE,
)
_TAKEN_ZH = re.compile(
    r"(?:(?:改成|改为|设为|设成|沿用|参照|按照|跟着|随着|跟|和|同|用|取|随|按|换成|交给|分给|转给|归)(?:成|为|给)?)"
    r"(?:其|它的|它|它们的|对应的?|所属的?|各自的?|相应的?|该|所在)*(?P<related>[\u4e00-\u9fff]{2,6}?)的?(?P<field>[\u4e00-\u9fff]{2,8}?)(?:一致|相同|一样|走|来|即可|就行|就好|填|管|跟进|负责)*[。!！]?$"
)
_MERGE = re.compile(
    r"^(?:please |can you |could you )?(?:merge|combine|dedupe|deduplicate|unify|consolidate|fold)\b|"
    r"\b(?:merge|combine|join|unify|consolidate|dedupe|(?:put|bring) (?=them|both|the two|these))\s*(?:them|both|the two|these(?: two)?|it)\b|"
    r"^(?:请|帮我|麻烦)*(?:把|将)?.*(?:合并|并到|并入|并进|并掉|归并|合到一起|合在一起|合成一|合一下|合到)",
    re.IGNORECASE,
)
_SAME = re.compile(
    r"\b(?:same|together|duplicates?|identical|one|twice|copy|of|record|records|company|person|customer|guy|guys|man|woman|lady|bloke|client|firm|human|entry|entries|contact|lead|account|really|actually)\b|其实|就是|两个|两条|两家|录重|录了|同一|重复|一家|一个|一起",
    re.IGNORECASE,
)
_KEEP = re.compile(r"\b(?:keep(?:ing)?|into|survivor is|duplicate of|copy of)\b|保留|合并到|并到|并入|并进|合到|以", re.IGNORECASE)
_EVERYTHING = re.compile(
    r"\b(?:everything|all (?:of )?(?:the |his |her |their )?(?:records|stuff|things|book|work)|whole book|all that)\b|"
    r"(?<=的)(?:所有)?(?:东西|工作|资料|活儿?|摊子|盘子)|全部|所有(?:东西|记录|资料|数据|的)?|一切|手上的|名下",
    re.IGNORECASE,
)
_HANDING = re.compile(
    r"\b(?:goes? to|hand(?:s|ed)? (?:\w+ )?over|hand|gives?|transfer|move|pass|takes? over|inherits?)\b|"
    r"交给|移交|转给|交接|接手|接管",
    re.IGNORECASE,
)
_TAKER_FIRST = re.compile(r"\btakes? over\b|\binherits?\b|接手|接管", re.IGNORECASE)


def read(scene: Scene) -> list[Frame] | None:
    """The frames of a change by a rule; None when the sentence is none."""
    text = scene.text.text.strip()
    if text.endswith(("?", "？", "吗")) and not re.match(r"(?:can|could|would|please|能|可以)", text, re.IGNORECASE):
        return None
    return _handover(scene) or _merge(scene) or for_each(scene) or _taken(scene)


def _taken(scene: Scene) -> list[Frame] | None:
    """ "give every deal without an owner the owner of its account", "every project without an owner gets …"."""
    text = scene.text.text.strip()
    found = _TAKEN_EN.search(text) or _TAKEN_ZH.search(text)
    if found is None or told.asks(scene.text):
        return None
    if scene.text.language == "en":
        before, tail = part(scene, found["head"]), part(scene, found["related"])
        if len(before.spans) < 3 or not before.spans[-1].fields:
            return None
        named = before.spans.pop()
        sensed = [named, *(span for span in tail.spans if span.entity)]
    else:
        before, tail = part(scene, text[: found.start()]), part(scene, f"{found['field']}的{found['related']}")
        sensed = [span for span in tail.spans if span.fields or span.entity]
    kinds = [span.entity.entity for span in before.spans if span.entity]
    if not kinds or not sensed:
        return None
    kind = kinds[0] if scene.text.language == "en" else kinds[-1]
    related = next((span.entity.entity for span in reversed(sensed) if span.entity and span.entity.entity != "user"), "")
    reference = next((f for f in scene.unit.schema.entity(kind).fields.values() if f.refers_to == related and not f.custom), None)
    if not related or reference is None:
        return None
    field = next((s.field for span in sensed for s in span.fields if s.entity == related), "")
    mine = field if field in scene.unit.schema.entity(kind).fields else ""
    if not mine:
        return None
    spans = [
        span
        for number, span in enumerate(before.spans)
        if not (span.func("assign", "update", "create", "zh_to", "to") and not span.entity and not span.names)
        and not _heads(before.spans, number, mine, kind)
        and span.text.lower() not in {"gets", "get", "takes", "take", "inherits", "inherit", "同步", "都", "统统"}
    ]
    frame = condition(scene, before, spans)
    if frame.intent != "find":
        return [frame]
    nothing = refused_when_empty(scene, frame)
    if nothing is not None:
        return [nothing]
    return [
        Frame(
            "update", entity=kind, parts=frame.parts, period=frame.period, date_field=frame.date_field,
            values={mine: {"from": f"{reference.name}.{field}"}},
        )
    ]  # fmt: skip


def _heads(spans: list[Span], number: int, field: str, kind: str) -> bool:
    """Whether the span names the field to be filled ("set the owner of …", …的负责人), not one that is lacked."""
    span = spans[number]
    if not any(s.field == field and s.entity == kind for s in span.fields):
        return False
    earlier = next((each for each in reversed(spans[:number]) if not each.filler), None)
    return not (earlier is not None and earlier.func("with", "without"))


def _users(scene: Scene) -> list[Span]:
    return [span for span in scene.spans if any(name.type == "user" for name in span.names) or span.func("me")]


def _handover(scene: Scene) -> list[Frame] | None:
    """ "everything of Anna goes to Ben", 把Anna名下的全部移交给Ben."""
    text = scene.text.text
    people = list({next(iter(_ids(scene, span)), span.text): span for span in reversed(_users(scene))}.values())[::-1]
    if not (_EVERYTHING.search(text) and _HANDING.search(text)) or len(people) < 2 or told.asks(scene.text):
        return None
    handing = _breath_of(scene, _HANDING)
    whole = _EVERYTHING.search(text)
    said = [span for span in handing if not (whole and span.first < whole.end() and span.last > whole.start())]
    if any((span.entity and span.entity.entity != "user") or span.choices or span.time or span.unknown for span in said):
        return None
    others = [span for span in scene.spans if span not in handing]
    if any(span.entity or span.choices or (span.names and span not in _users(scene)) for span in others):
        return None  # "Priya is leaving, …": a reason names nothing but her
    ids: list[str] = []
    for span in people:
        best = max((name.score for name in span.names), default=0)
        users = {name.id for name in span.names if name.type == "user" and name.score == best} if span.names else set()
        if len(users) > 1:
            return [namesakes(scene.unit, "user", users, span.text, text)]
        ids += users or [scene.unit.principal.user_id]
    unique = list(dict.fromkeys(ids))
    if len(unique) != 2:
        return [Frame("clarify", text=text, reason="handover")]
    giver, taker = unique if not (_TAKER_FIRST.search(text) and not re.search(r"由|\bby\b", text)) else unique[::-1]
    verb = next((span for span in scene.spans if span.func("assign")), None)
    if verb is not None and scene.text.language == "en" and people[0].first > verb.last and people[0].first - verb.last <= 2:
        giver, taker = taker, giver  # "give Ben everything of Anna"
    here = [span for span in people if span in handing]
    if len(here) == 1:  # "Priya is leaving. Tom takes over all her records": who is named where it is handed over takes
        taker = next(iter(_ids(scene, here[0])))
        giver = next(each for each in unique if each != taker)
    return [Frame("handover", values={"giver": giver, "taker": taker})]


def _ids(scene: Scene, span: Span) -> set[str]:
    best = max((name.score for name in span.names), default=0)
    return {name.id for name in span.names if name.type == "user" and name.score == best} or {scene.unit.principal.user_id}


def _breath_of(scene: Scene, said: re.Pattern[str]) -> list[Span]:
    """The spans of the breath that holds these words."""
    found = said.search(scene.text.text)
    breaths: list[list[Span]] = [[]]
    for number, span in enumerate(scene.spans):
        if number and BREAK.search(scene.text.text[scene.spans[number - 1].last : span.first]):
            breaths.append([])
        breaths[-1].append(span)
    return next(
        (breath for breath in breaths if found and any(span.first < found.end() and span.last > found.start() for span in breath)), []
    )


def _merge(scene: Scene) -> list[Frame] | None:
    """ "merge Globex and Globex Inc, keep the first": the records named become one."""
    text = scene.text.text
    if not _MERGE.search(text):
        return None
    spans = [span for span in scene.spans if any(name.type not in {"user", "team"} for name in span.names)]
    said = next((span.entity.entity for span in scene.spans if span.entity), "")
    kinds = [said] if said else [name.type for span in spans for name in span.names if name.type not in {"user", "team"}]
    if not kinds:
        return [Frame("clarify", text=text, reason="merge")]
    kind = said or max(set(kinds), key=kinds.count)
    ids: list[str] = []
    first: dict[int, list[str]] = {}
    for span in spans:
        own = [name for name in span.names if name.type == kind]
        best = max((name.score for name in own), default=0)
        first[span.first] = list(dict.fromkeys(name.id for name in own if name.score == best))
        ids += [each for each in first[span.first] if each not in ids]
    lost = [span.text for span in scene.spans if span.unknown and not any(said.search(span.text) for said in (_MERGE, _KEEP, _SAME))]
    if lost:
        return [Frame("clarify", entity=kind, text=text, reason="words", notes=lost)]
    if len(ids) < 2:
        return [Frame("clarify", entity=kind, text=text, reason="merge")]
    alike = {name.name.casefold() for span in spans for name in span.names if name.id in ids}
    if (len(spans) > 1 or len(alike) > 1) and any(len(each) > 1 for each in first.values()):
        vague = next(span for span in spans if len(first[span.first]) > 1)
        return [namesakes(scene.unit, kind, first[vague.first], vague.text, text)]
    keep = _KEEP.search(text)
    stays = next((first[span.first] for span in spans if keep and span.first >= keep.end()), None)
    values = {"survivor": stays[0]} if stays and len(stays) == 1 else {}
    return [Frame("merge", entity=kind, ids=ids, values=values)]

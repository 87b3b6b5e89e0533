"""New records of any kind: "add a contact Jane Doe at Globex", fields in any order."""

import re

from agent.embedded.compound import NEW
from agent.embedded.doing import activity, task
from agent.embedded.frames import Frame
from agent.embedded.spans import Span
from agent.embedded.targets import Scene
from agent.embedded.values import FREE_TEXT, Assigned, clean, fielded, pairs
from store.schema import Field
from store.values import find_named

_BEFORE_NAME = {"named", "called", ":", "：", "叫", "名叫", "名为"}
_TIES = {
    "at",
    "for",
    "from",
    "in",
    "of",
    "with",
    "who",
    "whose",
    "as",
    "by",
    "on",
    "to",
    "and",
    "worth",
    "给",
    "为",
    "在",
    "的",
    "是",
    "于",
    "和",
    "并",
    "职位",
    "公司",
}
_TITLE_AS = re.compile(r"\bas (?:a |an |the |our |their )?([\w /&-]{2,40}?)(?=$|,| at | for | with | email| phone|，)", re.IGNORECASE)
_LIGHT = {
    "wants",
    "want",
    "needs",
    "likes",
    "interested",
    "works",
    "met",
    "met him",
    "met her",
    "him",
    "her",
    "来的",
    "想要",
    "需要",
    "认识",
}


def record(scene: Scene) -> list[Frame]:
    """A record of any kind, its fields in any order."""
    spans = scene.spans
    after = [span for number, span in enumerate(spans) if number != scene.place]
    head = next((span for span in spans[scene.place + 1 :] if span.entity), None) or next((span for span in spans if span.entity), None)
    if head is None or head.entity is None:
        work = next((c for span in after for c in span.choices if (c.entity, c.field) == ("activity", "kind")), None)
        if work is not None:
            return task(scene) if any(span.time for span in after) else activity(scene)
        return [Frame("clarify", text=scene.text.text, reason="entity")]
    kind = head.entity.entity
    if kind == "task":
        return task(scene)
    if kind == "activity":
        return activity(scene)
    found = Assigned({}, [head])
    if _of_the_new(scene, kind, found):
        return [Frame("clarify", entity=kind, text=scene.text.text, reason="it_new")]
    name, used = _name(scene, kind, head)
    found.consumed += used
    spec = scene.unit.schema.entity(kind)
    rest = [span for span in after if span not in found.consumed]
    for span in rest:
        if span.unknown and span.text.lower() in _LIGHT:
            span.unknown, span.filler = False, True
    _owner(scene, kind, rest, found)
    _job_title(scene, kind, found, rest)
    fielded(scene, kind, rest, found)
    rest = [span for span in rest if span not in found.consumed]
    _fill_references(scene, kind, rest, found)
    pairs(scene, kind, [span for span in rest if span not in found.consumed], found, [])
    if name and spec.name_field not in found.values:
        found.values[spec.name_field] = name
    if kind == "opportunity" and "account" not in found.values:
        inside = Assigned(found.values, [])
        _fill_references(scene, kind, [span for span in used if span.names], inside)
    _loose_title(kind, rest, found)
    lost = [
        span
        for span in rest
        if span not in found.consumed
        and not span.filler
        and (span.unknown or span.content)
        and not span.entity
        and not span.func("to", "named")
    ]
    if lost:
        return [Frame("clarify", entity=kind, text=scene.text.text, reason="words", notes=[span.text for span in lost])]
    if not found.values or (spec.fields[spec.name_field].required and spec.name_field not in found.values):
        return [Frame("clarify", entity=kind, text=scene.text.text, reason="name needed")]
    return [Frame("create", entity=kind, values=found.values)]


def _of_the_new(scene: Scene, kind: str, found: Assigned) -> bool:
    """ "… and add a project for it": the record made in the same breath, by the field that points to it; True when none does."""
    pronoun = next((span for span in scene.spans if span.func("it") and not span.names), None)
    before = scene.previous[0] if scene.previous else None
    if pronoun is None or before is None or before.intent != "create" or before.results or before.also:
        return False
    field = _pointing(scene.unit.schema.entity(kind).fields, before.entity, kind)
    if field is None:
        return True
    name = before.values.get(scene.unit.schema.entity(before.entity).name_field)
    there = find_named(scene.unit, before.entity, str(name)) if name else []
    found.values[field.name] = there[0][0] if len(there) == 1 else NEW  # there already when the change before was approved
    found.consumed.append(pronoun)
    return False


def _name(scene: Scene, kind: str, head: Span) -> tuple[str, list[Span]]:
    """What the new record is called: quoted, after "named", or right beside the noun."""
    spans = scene.spans
    spec = scene.unit.schema.entity(kind)
    if any(s.entity == kind and s.field == spec.name_field for span in spans[spans.index(head) + 1 :] for s in span.fields):
        return "", []  # 名称苏州瑞霖仪表有限公司: said with its field, read with the others
    quoted = next((span for span in spans if span.literal_kind == "quoted"), None)
    if quoted is not None:
        return quoted.literal or "", [quoted]
    place = spans.index(head)
    colon = re.search(r"[:：]", scene.text.text[head.last :])
    if colon is not None:
        start = head.last + colon.end()
        used: list[Span] = []
        for span in spans:
            if span.first >= start:
                if used and re.search(r"[,，;；]", scene.text.text[used[-1].last : span.first]):
                    break
                if kind not in {"opportunity", "case"} and used and span.text.lower() in _TIES:
                    break
                used.append(span)
        products = kind in {"opportunity", "order"} and all(span.names or span.filler for span in used)
        if used and not products:
            return clean(scene.text.text[used[0].first : used[-1].last]), used
    named = next((number for number, span in enumerate(spans) if span.func("named")), None)
    if named is not None:
        return _run(scene, kind, named + 1)
    text, used = _run(scene, kind, place + 1)
    if text or kind in {"opportunity", "order"}:
        return text, used
    before = [span for span in spans[scene.place + 1 : place] if not span.filler]
    if before and scene.text.language == "en":
        usable = [span for span in before if span.unknown or span.names]
        if usable:
            return clean(scene.text.text[usable[0].first : usable[-1].last]), usable
    return "", []


def _run(scene: Scene, kind: str, start: int) -> tuple[str, list[Span]]:
    """The stretch of text from `start` that can be a name: up to a tie word, a comma or a value of another field."""
    spans = scene.spans
    used: list[Span] = []
    fields = scene.unit.schema.entity(kind).fields
    for place in range(start, len(spans)):
        span = spans[place]
        gap = scene.text.text[spans[place - 1].last : span.first] if place else ""
        if used and any(mark in gap for mark in ",，;；:：、("):
            break
        model = (
            bool(used)
            and span.amount is not None
            and span.amount.integer
            and not span.amount.currency
            and gap == " "
            and used[-1].text[:1].isupper()
        )
        if model and kind == "product":
            used.append(span)  # "Vireo 500"
            continue
        if span.text.lower() in _TIES or span.literal or span.time or (span.amount and not span.unknown and not span.names):
            break
        runs_on = bool(used) and span.text[:1].isupper() and gap == " " and used[-1].text[:1].isupper()
        if runs_on and not span.literal and not span.time:
            used.append(span)
            continue
        if (
            any(sense.entity == kind and fields[sense.field].name != "name" for sense in span.fields)
            and not span.unknown
            and not span.names
        ):
            break
        if span.func("owned", "with", "to") and not span.unknown and not span.names:
            break
        if not used and (span.filler or span.func("named")):
            continue
        if kind in {"opportunity", "order"} and span.names and any(name.type in {"account", "product"} for name in span.names):
            break
        used.append(span)
    while used and used[-1].filler:
        used.pop()
    if not used:
        return "", []
    return clean(scene.text.text[used[0].first : used[-1].last]), used


def _loose_title(kind: str, rest: list[Span], found: Assigned) -> None:
    """ "add a contact Rita Moreno at Hottechi, CFO": the one thing left in a person's data is the job."""
    left = [span for span in rest if span.unknown and span not in found.consumed]
    if kind in {"contact", "lead"} and len(left) == 1 and "title" not in found.values:
        found.values["title"] = left[0].text
        found.consumed.append(left[0])


def _owner(scene: Scene, kind: str, rest: list[Span], found: Assigned) -> None:
    """ "owned by Ben", "for Ben" when Ben is a colleague."""
    for number, span in enumerate(rest):
        users = [name for name in span.names if name.type == "user"]
        others = [name for name in span.names if name.type in {"account", "contact"}]
        marked = any(
            each.func("owned") or any(s.field in {"owner", "assignee"} for s in each.fields) for each in rest[max(0, number - 2) : number]
        )
        if users and (marked or not others) and "owner" not in found.values and len({name.id for name in users}) == 1:
            found.values["owner"] = users[0].id
            found.consumed.append(span)
            found.consumed += [each for each in rest[max(0, number - 2) : number] if each.func("owned") or each.fields]


def _job_title(scene: Scene, kind: str, found: Assigned, rest: list[Span]) -> None:
    """ "as CTO"."""
    if "title" not in scene.unit.schema.entity(kind).fields:
        return
    match = _TITLE_AS.search(scene.text.text)
    if match and not any(span.entity and match.start(1) <= span.first < match.end(1) for span in scene.spans):
        found.values["title"] = match.group(1).strip()
        found.consumed += [span for span in rest if match.start() <= span.first < match.end()]


def _fill_references(scene: Scene, kind: str, rest: list[Span], found: Assigned) -> None:
    """Accounts, products and others named in the sentence; a company a lead comes from stays text."""
    fields = scene.unit.schema.entity(kind).fields
    for span in rest:
        if not span.names or span in found.consumed:
            continue
        best = max(name.score for name in span.names)
        for name in (each for each in span.names if each.score == best):
            field = _pointing(fields, name.type, kind)
            if field is not None and field.name not in found.values:
                found.values[field.name] = name.id
                found.consumed.append(span)
                break
            if kind == "lead" and name.type == "account" and "company" not in found.values:
                found.values["company"] = name.name
                found.consumed.append(span)
                break
    for number, span in enumerate(rest):
        if span.unknown and span not in found.consumed and number and rest[number - 1].text.lower() in {"from", "at", "in", "of", "with"}:
            place = "company" if kind == "lead" else "city" if kind == "account" and rest[number - 1].text.lower() == "in" else ""
            if place and place in fields and place not in found.values and fields[place].kind in FREE_TEXT:
                found.values[place] = clean(span.text)
                found.consumed.append(span)


def _pointing(fields: dict[str, Field], target: str, kind: str) -> Field | None:
    if target == kind:
        return None
    return next((field for field in fields.values() if field.refers_to == target and field.name == target), None)

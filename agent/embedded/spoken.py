"""The record or records a change names: by their names, by a kind and words of their title, and the words that speak of them."""

from collections.abc import Iterator

from agent.embedded import told
from agent.embedded.calls import period_filters
from agent.embedded.frames import Frame
from agent.embedded.leaning import PLACES, few_said, place_said
from agent.embedded.lexicon import change_words
from agent.embedded.pieces import BREAK
from agent.embedded.scene import Scene
from agent.embedded.short_titles import short_titles
from agent.embedded.spans import Span
from agent.embedded.subject import READ, RECORDS, SEVERAL, Subject, best
from agent.embedded.targets import MANY, QUANTIFIERS
from agent.embedded.titles import by_title
from agent.embedded.tokens import is_chinese
from store.filters import Filter
from store.query import RecordQuery, find, find_ids, load
from store.values import find_named

NUMBERED = ("quote", "contract", "campaign")  # kinds whose names are not words of the dictionary
_ONE = frozenset({"one", "the one", "那个", "那单", "那条", "那家", "那位", "那笔", "这个", "的那个"})


def subjects(scene: Scene) -> Iterator[Subject]:
    """What the sentence may be about, the likelier first; none when no record is named in it."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for found in (
        *by_title(scene),
        *(each for each in short_titles(scene) if len(each.records) == 1),
        *_named(scene),
        *_numbered(scene),
        *_before(scene),
        *(each for each in _theirs(scene) if len(each.records) == 1),
    ):
        key = (found.kind, tuple(record.id for record in found.records))
        if found.records and key not in seen:
            seen.add(key)
            _describe(scene, found)
            yield found


def _before(scene: Scene) -> list[Subject]:
    """The one record the turn before, or the clause before, was about, when this one names none."""
    if not scene.previous or any(name.type in RECORDS and name.score >= 0.9 for span in scene.spans for name in span.names):
        return []
    last = scene.previous[0]
    about = last.values.get("account") if last.intent in {"log", "task"} else None
    if isinstance(about, str) and any(span.func("it") for span in scene.spans):  # "add a note to X …, and set its tier to B"
        return [Subject("account", load(scene.unit, "account", [about]), [span for span in scene.spans if span.func("it")])]
    nouns = [span for span in scene.spans if span.entity and not span.fields and not span.choices]
    if not last.entity or any(span.entity.entity != last.entity for span in nouns if span.entity):
        return []
    pronouns = [span for span in scene.spans if span.func("it") and not span.names]
    if last.intent == "create" and not last.results:
        made = find_named(scene.unit, last.entity, str(last.values.get(scene.unit.schema.entity(last.entity).name_field) or "-"))
        return [Subject(last.entity, load(scene.unit, last.entity, [made[0][0]]), pronouns)] if len(made) == 1 else []
    ids = last.ids if last.intent == "update" else last.results
    if last.intent not in {"update", "get", "find"}:
        return []
    if len(ids) == 1:
        return [Subject(last.entity, load(scene.unit, last.entity, ids), pronouns)]
    return _pointed(scene, last, ids) or _among(scene, last.entity, ids)


def _pointed(scene: Scene, last: Frame, ids: list[str]) -> list[Subject]:
    """ "push them all back a week", 都推迟一周, "delay the second by three days": all that were shown, or the one in that place."""
    few = few_said(scene.text.text, len(ids))
    if few is not None:
        marks = [span for span in scene.spans if span.text.lower() in PLACES or span.func("top", "max", "min") or _counts(span)]
        return [Subject(last.entity, load(scene.unit, last.entity, ids[few]), marks)]
    place = place_said(scene.text, len(ids))
    if place is not None:
        ordinals = [span for span in scene.spans if (span.amount and span.amount.unit == "ordinal") or span.text.lower() in PLACES]
        return [Subject(last.entity, load(scene.unit, last.entity, [ids[place]]), ordinals)]
    many = [span for span in scene.spans if span.text.lower() in MANY | QUANTIFIERS or (span.func("all") and not span.names)]
    if not many or last.intent == "get":
        return []
    if last.intent == "find" and not last.limit and (last.parts or last.period):
        period = [Filter.model_validate(each) for each in period_filters(last, scene.unit.schema)]
        ids = find_ids(scene.unit, RecordQuery(entity=last.entity, filters=[*last.filters, *period]))  # not the page shown
    return [Subject(last.entity, load(scene.unit, last.entity, ids), many)] if len(ids) <= READ else []


def _counts(span: Span) -> bool:
    return bool(span.amount and not span.amount.unit and span.amount.integer and span.amount.value <= SEVERAL) or bool(
        is_chinese(span.text) and few_said(span.text, READ)
    )


def _among(scene: Scene, kind: str, ids: list[str]) -> list[Subject]:
    """ "the disinfectant one": the one of those just shown that the words before "one" fit."""
    place = next((n for n, span in enumerate(scene.spans) if span.text.lower() in _ONE), None)
    if place is None:
        return []
    said = [span for span in scene.spans[:place] if not span.filler and not span.func("it", "zh_to", "update", "to")]
    said = said or [span for span in scene.spans[place + 1 : place + 2] if span.unknown]
    fits = [
        record
        for record in load(scene.unit, kind, ids[:READ])
        if said and all(word in f"{record.name} {record.fields}".casefold() for span in said for word in span.text.casefold().split())
    ]
    return [Subject(kind, fits, [*said, scene.spans[place]])] if len(fits) == 1 else []


def _follows_tie(scene: Scene, place: int) -> bool:
    """Whether a span stands where a value stands: after "to", or after the name of a field that holds records or text."""
    spans = scene.spans
    before = next((each for each in reversed(spans[:place]) if not each.filler), None)
    if before is None or BREAK.search(scene.text.text[before.last : spans[place].first]):
        return False
    return (before.func("to") and before.text.lower() not in {"给", "to", "at", "是", "is"}) or (before.func("zh_to") and False)


def _named(scene: Scene) -> list[Subject]:
    """Records by their names; several of one kind when several are named ("A and B are both signed")."""
    said = [span.entity.entity for span in scene.spans if span.entity]
    found: list[tuple[float, Subject]] = []
    for kind in dict.fromkeys(name.type for span in scene.spans for name in best(span)):
        spans: list[Span] = []
        ids: list[str] = []
        worth = 0.0
        for place, span in enumerate(scene.spans):
            own = {name.id: name for name in best(span, kind)}
            if not own or _follows_tie(scene, place):
                continue
            elsewhere = max((name.score for name in span.names if name.type != kind), default=0.0)
            score = max(name.score for name in own.values())
            if score < 0.75 or (kind not in said and score < elsewhere):
                continue
            one = list(own) if len(own) == 1 else _narrowed(scene, kind, list(own), span)
            if len(one) != 1:
                spans = []
                break
            spans.append(span)
            ids += [each for each in one if each not in ids]
            worth = max(worth, score + (0.5 if kind in said else 0.0))
        if spans and len(ids) <= SEVERAL:
            found.append((worth, Subject(kind, load(scene.unit, kind, ids), spans)))
    return [subject for _, subject in sorted(found, key=lambda each: -each[0])]


def _narrowed(scene: Scene, kind: str, ids: list[str], span: Span) -> list[str]:
    """The ones of several namesakes that the other names in the sentence belong to."""
    others = {name.name.casefold() for each in scene.spans if each is not span for name in best(each)}
    others |= {each.text.casefold() for each in scene.spans if each.unknown and len(each.text) > 1}
    kept = []
    for record in load(scene.unit, kind, ids[:50]):
        held = {str(value).casefold() for value in (record.name, *record.fields.values()) if value}
        if any(other == each or (len(other) > 3 and other in each) for other in others for each in held):
            kept.append(record.id)
    left = kept or ids
    if any(span.func("all") or span.text.lower() in {"both", "都"} for span in scene.spans):
        return left
    state = scene.unit.schema.state
    going = (
        [each.id for each in load(scene.unit, kind, left[:50]) if state(kind, each.fields.get("status")) == "open"] if len(left) > 1 else []
    )
    return going if len(going) == 1 else left  # of namesakes the one still open is what is being worked on


def _numbered(scene: Scene) -> list[Subject]:
    """Quotes, contracts and campaigns by their number or name."""
    found = []
    for kind in NUMBERED:
        if kind not in scene.names.present:
            continue
        spec = scene.unit.schema.entity(kind)
        for span in scene.spans:
            numbered = any(c.isdigit() for c in span.text) or any(each.entity and each.entity.entity == kind for each in scene.spans)
            if not (span.unknown or span.literal_kind == "code") or len(span.text) < 3 or not numbered:
                continue
            page = find(scene.unit, RecordQuery(entity=kind, filters=[Filter(field=spec.name_field, value=span.text)], limit=2))
            if page.total == 1:
                found.append(Subject(kind, list(page.records), [span]))
    return found


def vague(scene: Scene) -> Iterator[Subject]:
    """Several records that words of a title fit: one of them is meant."""
    for found in (*short_titles(scene), *_theirs(scene)):
        if len(found.records) > 1:
            _describe(scene, found)
            yield found


def titled(scene: Scene) -> Iterator[Subject]:
    """Several records whose title is said."""
    for found in short_titles(scene):
        if len(found.records) > 1:
            _describe(scene, found)
            yield found


def _theirs(scene: Scene) -> list[Subject]:
    """ "Zuiderhaven signed, 31k": the open deals of a customer of whose deal it can only be said."""
    tells = any(told.ended(span) or any(c.field == "stage" for c in span.choices) for span in scene.spans)
    noun = any(span.entity and span.entity.entity not in {"opportunity", "account", "contact"} for span in scene.spans)
    anchors = [span for span in scene.spans if best(span) and best(span) == best(span, "account")]
    ids = sorted({name.id for span in anchors for name in best(span)})
    if not tells or noun or len(anchors) != 1 or not ids:
        return []
    whose, going = Filter(field="account", op="in", value=ids), Filter(field="status", value="open")
    page = find(scene.unit, RecordQuery(entity="opportunity", filters=[whose, going], limit=SEVERAL))
    return [Subject("opportunity", list(page.records), anchors)] if page.total and page.total <= SEVERAL else []


def _describe(scene: Scene, subject: Subject) -> None:
    """Spend the words that only repeat what the records are: their kind, their customer, the rest of a short name."""
    held, spec = subject.words(), scene.unit.schema.entity(subject.kind)
    for span in scene.spans:
        if span in subject.spans:
            continue
        beside = _touches(scene, span, subject.spans)
        kind = span.entity is not None and span.entity.entity == subject.kind and not span.fields
        noun = (span.entity is not None and span.entity.entity == subject.kind) or (is_chinese(span.text) and span.text in spec.zh)
        joined = is_chinese(span.text) and any(span.first == each.last for each in subject.spans)
        part = joined and any(span.text in record.name for record in subject.records)  # 锦禾|超|市
        if (
            part
            or kind
            or (noun and beside)
            or (beside and (span.unknown or span.names or span.content) and _repeats(span, subject, held))
            or (_names_what_is_held(span, held) and _repeats(span, subject, held))
        ):
            subject.spans.append(span)


def _names_what_is_held(span: Span, held: str) -> bool:
    return not any(name.type == "user" for name in span.names) and any(name.name.casefold() in held for name in span.names)


def _repeats(span: Span, subject: Subject, held: str) -> bool:
    """Whether a span says nothing but what the records' fields hold."""
    said = span.text.casefold()
    if span.time or span.amount:
        return any(said in record.name.casefold() for record in subject.records)
    if is_chinese(said) and len(said) == 1:
        return any(said in record.name for record in subject.records)
    own = any(choice.entity == subject.kind for choice in span.choices)
    return not own and all(word in held for word in said.split()) and len(said) > 1


def _touches(scene: Scene, span: Span, spans: list[Span]) -> bool:
    """Whether only light words stand between a span and the name it may belong to."""
    order = scene.spans
    place = order.index(span)
    for step in (-1, 1):
        number = place + step
        while 0 <= number < len(order):
            each = order[number]
            low, high = (each, order[number - step]) if step < 0 else (order[number - step], each)
            if BREAK.search(scene.text.text[low.last : high.first]) and step > 0:
                break
            if each in spans:
                return True
            if not (each.filler or each.func("on", "it", "with") or each.text.lower() in change_words("leads")):
                break
            number += step
    return False

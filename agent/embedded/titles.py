"""Records by their noun and words of their titles: "the export ticket of Alpenglas"."""

import re

from agent.embedded.candidates import under_way
from agent.embedded.pieces import BREAK, own_label
from agent.embedded.scene import Scene
from agent.embedded.short_titles import spoken_of
from agent.embedded.spans import Span
from agent.embedded.subject import READ, Subject, best
from agent.embedded.tokens import is_chinese
from store.filters import Filter
from store.query import RecordQuery, RecordView, find

_ARTICLES = {"the", "that", "this", "our", "my", "a", "那个", "这个", "那条", "这条", "那", "这", "one", "ones", "both", "two", "all"}


def by_title(scene: Scene) -> list[Subject]:
    """ "the export ticket of Alpenglas": a kind, whose it is, and words of its title, in one run."""
    found = []
    for place, span in enumerate(scene.spans):
        if span.entity is None or span.entity.entity in {"user", "team"} or (span.entity.plural and not is_chinese(span.text)):
            continue
        kind = span.entity.entity
        party = kind in {"account", "contact"} and is_chinese(span.text)  # 客户嫌贵: the customer, not one to be looked for
        run = [] if party else _run(scene, place)
        labels = [each for each in run if own_label(scene.unit.schema, kind, each) is not None and each.entity is None]
        words = [each for each in run if each not in labels and (each.unknown or (each.content and each is not span and not each.names))]
        run = [each for each in run if each not in labels]
        anchors = [each for each in run if each.names and each is not span]
        if any(name.type == kind and name.score >= 0.9 for each in anchors for name in best(each)) or not words:
            continue
        if any(each.func("all", "group", "me", "without", "not") for each in run):
            continue
        records = _titled(scene, kind, words, anchors)
        going = under_way(scene.unit.schema, records) if len(records) > 1 else records
        if len(going) > 1 and not anchors:
            theirs = spoken_of(scene)
            going = [record for record in going if record.fields.get("account_id") in theirs]
        if len(going) == 1:
            found.append(Subject(kind, going, run))
    return found


def _run(scene: Scene, place: int) -> list[Span]:
    """The spans around a noun that belong to its phrase."""
    spans = scene.spans

    def part_of(number: int, beside: int) -> bool:
        span = spans[number]
        gap = scene.text.text[min(span.last, spans[beside].last) : max(span.first, spans[beside].first)]
        if (
            BREAK.search(gap)
            or ":" in gap
            or span.func("to", "update", "assign", "delete", "zh_to", "close", "me")
            or span.time
            or span.step
            or (span.amount and not (span.amount.integer and span.amount.value < 100 and number > place))
        ):
            return False
        if span.func("it") and not span.filler and span.text.lower() not in _ARTICLES:
            return False
        return bool(span.unknown or span.filler or span.func("on", "it", "about") or span.content) and not any(
            name.type == "user" for name in span.names
        )

    first = last = place
    while first > 0 and part_of(first - 1, first):
        first -= 1
    while last + 1 < len(spans) and part_of(last + 1, last):
        last += 1
    return spans[first : last + 1]


def _titled(scene: Scene, kind: str, words: list[Span], anchors: list[Span]) -> list[RecordView]:
    spec = scene.unit.schema.entity(kind)
    filters = []
    for span in anchors:
        for target in ("account", "contact", "lead", "opportunity"):
            ids = sorted({name.id for name in best(span, target)})
            own = next((f for f in spec.fields.values() if f.refers_to == target and f.name == target), None)
            if ids and own is not None:
                filters.append(Filter(field=own.name, op="in", value=ids))
                break
    said = [word.casefold() for span in words for word in _words_of(span.text)]
    if not said or (not filters and len(said) < 2 and len(said[0]) < 4):
        return []
    page = find(
        scene.unit, RecordQuery(entity=kind, filters=[*filters, Filter(field=spec.name_field, op="contains", value=said[0])], limit=READ)
    )
    return [record for record in page.records if all(_holds(record.name, word) for word in said)]


def _words_of(text: str) -> list[str]:
    return [text] if is_chinese(text) else [word for word in re.findall(r"[\w-]+", text) if word.lower() not in _ARTICLES]


def _holds(name: str, word: str) -> bool:
    plain = name.casefold()
    return word in plain or (len(word) > 4 and word.rstrip("s") in plain)

"""Records by a part of their title, whose they are said beside it or before: "Glenfarrow's dosing line phase 2", 安禾农业配料线,
"Dunmore is in: set dosing line to won".

Titles and sentence are compared word by word (Chinese by the letter), without the words that only say what kind of record it is.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from agent.embedded import told
from agent.embedded.candidates import under_way
from agent.embedded.lexicon import fillers
from agent.embedded.scene import Scene
from agent.embedded.spans import Span
from agent.embedded.subject import READ, SEVERAL, Subject, best
from agent.embedded.tokens import Token, is_chinese, tokenise
from store.filters import Filter
from store.query import RecordQuery, RecordView, find, load
from store.schema import Entity

TITLED = ("opportunity", "case", "task")
_ASKED = 12  # words of the sentence a title is looked up by
_FIRM = 0.75  # a name said as clearly as this is whose the record is, or the record itself
_LETTERS = 4  # of English words without which they are no part of a title


@dataclass(frozen=True, slots=True)
class _Hit:
    """A stretch of the sentence that stands in a title: places of its tokens, from and to."""

    start: int
    stop: int
    worth: int


def short_titles(scene: Scene) -> list[Subject]:
    """Records of the customers named in the sentence, by the words of a title it holds."""
    found: list[Subject] = []
    for anchor in scene.spans:
        accounts = sorted({name.id for name in best(anchor, "account")}) if best(anchor) == best(anchor, "account") else []
        if not accounts:
            continue
        for kind in TITLED:
            subject = _titled(scene, kind, anchor, accounts)
            if subject is not None:
                found.append(subject)
                break
    if not any(best(span) for span in scene.spans):
        said = Span(0, 0, "", 0, 0)  # "log a call with Havbris, move the pipeline pressure deal to …": theirs
        theirs = spoken_of(scene)
        found += [each for kind in TITLED if theirs and (each := _titled(scene, kind, said, theirs)) is not None][:1]
    if not found and _changes(scene):
        found += [each for kind in TITLED if (each := _titled(scene, kind, Span(0, 0, "", 0, 0), None)) is not None][:1]
    return found


def _changes(scene: Scene) -> bool:
    """Whether one record whose customer is not said is changed: a verb of change, and nothing that speaks of several."""
    changes = any(span.step or span.func("update", "assign", "close", "to", "delete") or told.ended(span) for span in scene.spans)
    several = any(span.func("all", "group") or (span.entity and span.entity.plural and not is_chinese(span.text)) for span in scene.spans)
    firm = any(name.score >= _FIRM for span in scene.spans for name in best(span))
    return changes and not several and not firm


def spoken_of(scene: Scene) -> list[str]:
    """The customer the requests before in this sentence, or the turn before, were about."""
    for frame in scene.previous[:2]:
        if isinstance(frame.values.get("account"), str):
            return [frame.values["account"]] if not frame.values["account"].startswith("@") else []
        if frame.intent in {"log", "task", "create"} and isinstance(frame.values.get("contact"), str):
            person = next(iter(load(scene.unit, "contact", [frame.values["contact"]])), None)
            whose = str(person.fields.get("account_id") or "") if person is not None else ""
            return [whose] if whose else []
        ids = frame.ids or frame.results
        theirs = [part.filter.value for part in frame.parts if part.slot == "ref:account" and part.filter.field == "account"]
        if frame.intent == "find" and len(theirs) == 1 and isinstance(theirs[0], str):
            return theirs
        if len(ids) == 1 and frame.entity in scene.unit.schema.entities:
            record = next(iter(load(scene.unit, frame.entity, ids)), None)
            whose = ids[0] if frame.entity == "account" else str(record.fields.get("account_id") or "") if record else ""
            return [whose] if whose else []
    return []


def _titled(scene: Scene, kind: str, anchor: Span, accounts: list[str] | None) -> Subject | None:
    """The records of that kind whose title the sentence says; `accounts`: whose they are, None when nobody's name is said, and then the
    whole title is, but for its customer's name."""
    spec = scene.unit.schema.entity(kind)
    asked = _asked(scene, anchor)
    if not asked:
        return None
    conditions = [Filter(field=spec.name_field, op="contains", value=word) for word in asked]
    whose = [] if accounts is None else [Filter(field="account", op="in", value=accounts)]
    page = find(scene.unit, RecordQuery(entity=kind, filters=[*whose, Filter(any=conditions)], limit=READ))
    nouns = _nouns(spec)
    if accounts is None:
        hits = [(record, hit) for record in page.records if (hit := _said_whole(scene, nouns, record)) is not None]
    else:
        hits = [(record, hit) for record in page.records if (hit := _hit(scene, nouns, record.name, anchor)) is not None]
    top = max((hit.worth for _, hit in hits), default=0)
    best_ones = [(record, hit) for record, hit in hits if hit.worth == top]
    whole = [pair for pair in best_ones if _says_all(scene, nouns, pair[0].name, pair[1])]
    records = [record for record, _ in whole or best_ones]
    going = under_way(scene.unit.schema, records)
    records = going if going and len(records) > 1 else records
    spans = _covered(scene, best_ones[0][1], anchor) if best_ones else None
    return Subject(kind, records[:SEVERAL], spans) if records and spans else None


def _asked(scene: Scene, anchor: Span) -> list[str]:
    """What a title has to hold one of: the words of the sentence, of Chinese its pairs of letters, that the name of the customer is not."""
    tokens = [token for token in scene.text.tokens if not anchor.first <= token.start < anchor.last]
    latin = [t.word for t in tokens if not is_chinese(t.word) and len(t.word) >= _LETTERS and t.word not in fillers()]
    pairs = [
        f"{one.word}{two.word}" for one, two in pairwise(tokens) if is_chinese(one.word) and is_chinese(two.word) and one.end == two.start
    ]
    return list(dict.fromkeys([*latin, *pairs]))[: _ASKED * (2 if pairs else 1)]


def _nouns(spec: Entity) -> frozenset[tuple[str, ...]]:
    """The words for a kind of record, which a title may have and a sentence leave out, or the other way round."""
    return frozenset(tuple(token.word for token in tokenise(word)) for word in (spec.en, spec.zh, spec.plural, *spec.words))


def _telling(tokens: Sequence[Token], nouns: Set[tuple[str, ...]]) -> list[int]:
    """The places of the tokens without the noun of the kind, and without 's, "the", 的."""
    words = [token.word for token in tokens]
    dropped: set[int] = set()
    for start in range(len(words)):
        for size in (1, 2, 3):
            if tuple(words[start : start + size]) in nouns:
                dropped |= set(range(start, start + size))
    light = {n for n, word in enumerate(words) if word in {"the", "of", "for", "at", "的", "那个", "这个"} or word.startswith("'")}
    return [number for number in range(len(words)) if number not in dropped and number not in light]


def _hit(scene: Scene, nouns: Set[tuple[str, ...]], title: str, anchor: Span) -> _Hit | None:
    """The longest stretch of the sentence that is a stretch of the title, beside the customer's own name."""
    said, held = scene.text.tokens, tokenise(title)
    mine, its = _telling(said, nouns), [held[n].word for n in _telling(held, nouns)]
    found: _Hit | None = None
    for start in range(len(mine)):
        for place in range(len(its)):
            size = 0
            while start + size < len(mine) and place + size < len(its) and said[mine[start + size]].word == its[place + size]:
                size += 1
            if not size:
                continue
            stretch = [said[mine[start + n]] for n in range(size)]
            own = [token for token in stretch if not anchor.first <= token.start < anchor.last]
            hit = _Hit(mine[start], mine[start + size - 1] + 1, len(own))
            if (found is None or hit.worth > found.worth) and _enough(scene, own):
                found = hit
    return found


def _said_whole(scene: Scene, nouns: Set[tuple[str, ...]], record: RecordView) -> _Hit | None:
    """Where the sentence says all of a title but its customer's name: "the gala dinner", of Nimbus Games: gala dinner."""
    said, held = scene.text.tokens, tokenise(record.name)
    whose = {token.word for token in tokenise(str(record.fields.get("account") or ""))}
    mine, its = _telling(said, nouns), [held[n].word for n in _telling(held, nouns)]
    own = [word for number, word in enumerate(its) if not all(each in whose for each in its[: number + 1])]
    if len("".join(own)) < (_LETTERS if is_chinese("".join(own)) else 2 * _LETTERS) or len(own) < 2:
        return None
    for start in range(len(mine) - len(own) + 1):
        if [said[mine[start + n]].word for n in range(len(own))] == own:
            return _Hit(mine[start], mine[start + len(own) - 1] + 1, len(own))
    return None


def _enough(scene: Scene, own: Sequence[Token]) -> bool:
    """Whether words say which title is meant: a word nobody else has a meaning for, or several in a row."""
    letters = "".join(token.word for token in own)
    unknown = [span for span in scene.spans if span.unknown and any(span.first <= token.start < span.last for token in own)]
    if is_chinese(letters):
        return len(letters) >= 3 or (len(letters) == 2 and bool(unknown))
    return bool(unknown) and len(letters) >= _LETTERS


def _says_all(scene: Scene, nouns: Set[tuple[str, ...]], title: str, hit: _Hit) -> bool:
    """Whether the sentence says the whole title, but for the customer's name before it: "drying ovens", and no "phase 3" of it."""
    held = tokenise(title)
    its = [held[n].word for n in _telling(held, nouns)]
    said = [scene.text.tokens[n].word for n in _telling(scene.text.tokens, nouns) if hit.start <= n < hit.stop]
    return its[-1:] == said[-1:]


def _covered(scene: Scene, hit: _Hit, anchor: Span) -> list[Span] | None:
    """The spans the stretch is made of, with the customer's; None when one of them says more than the stretch does."""
    tokens = scene.text.tokens
    first, last = tokens[hit.start].start, tokens[hit.stop - 1].end
    spans = [anchor]
    for span in scene.spans:
        if span is anchor or span.last <= first or span.first >= last:
            continue
        outside = scene.text.text[span.first : max(first, span.first)] + scene.text.text[min(last, span.last) : span.last]
        if outside.strip(" 的了") and not (span.names and not is_chinese(outside)):
            return None
        spans.append(span)
    return [span for span in spans if span.last > span.first]

"""What a new record may be asked for with: the request, its noun, and the words around it that say nothing of the record."""

from dataclasses import dataclass, field

from agent.embedded.creating_words import words as held
from agent.embedded.lexicon import Lexicon
from agent.embedded.scene import Scene
from agent.embedded.spans import Span
from agent.embedded.tokens import is_chinese

KINDS = frozenset({"account", "contact", "lead", "opportunity", "case", "product", "order", "campaign", "quote", "contract", "consent"})
NAMED = 0.9  # a span this near to a record's name is that record, no noun


@dataclass(slots=True)
class Request:
    """`taken`: the spans that only ask; `kind` is empty when no noun says what is wanted; `first`, `last`: the stretch of text they cover.
    An activity may be asked for too ("add a meeting with …"): `verb` is then the place of the verb."""

    kind: str
    taken: list[Span]
    head: Span | None = None
    first: int = 0
    last: int = 0
    modifiers: list[Span] = field(default_factory=list)
    verb: int = -1
    only_it: bool = False


def kind_of(span: Span, words: Lexicon, *, many: bool = False) -> str:
    """The kind of record a span names; one record unless `many`."""
    if any(name.score > NAMED for name in span.names):
        return ""
    senses = [s for s in span.senses if s.kind == "entity"]
    lead = next((each for each in ("a ", "an ", "new ", "新") if span.text.lower().startswith(each)), "")
    bare = (
        span.text[len(lead) :].removesuffix(" for").removesuffix(" with")
    )  # 新客户 and "new lease" are also types of deals, "account for" also a verb
    if not senses and bare != span.text:
        senses = [s for s in words.table.meaning(bare) if s.kind == "entity"]
    fitting = [s for s in senses if s.entity in KINDS and (many or not s.plural or is_chinese(span.text))]
    return fitting[0].entity if fitting else ""


def noun(scene: Scene, place: int, *, many: bool = False) -> str:
    """The kind a span names as a noun of its own: not the end of a name (…有限公司), nor of a job ("procurement lead")."""
    span, before = scene.spans[place], scene.spans[place - 1] if place else None
    ends_name = before is not None and is_chinese(span.text) and before.last == span.first and (before.unknown or before.text == "限")
    gap = scene.text.text[before.last : span.first] if before is not None else ","
    written = before is not None and before.unknown and before.text[:1].isupper() and span.text[:1].isupper() and not is_chinese(span.text)
    ends_name = ends_name or (written and gap == " ")
    after = scene.spans[place + 1] if place + 1 < len(scene.spans) else None
    if after is not None and is_chinese(span.text) and after.first == span.last and after.text in held("jobs_zh"):
        return ""  # 后厨负责人, 客户经理
    ends_job = before is not None and before.unknown and span.text.lower() in held("jobs")
    return "" if ends_name or ends_job else kind_of(span, scene.words, many=many)


def light(span: Span) -> bool:
    """Words around a request that say nothing of the record."""
    if span.unknown and span.text.lower() in held("asking"):
        return True
    if span.names or span.time or span.literal or span.unknown or span.amount:
        return False
    return (
        span.filler
        or span.func("it", "me", "my_team", "help", "only", "to", "on", "zh_to", "create", "show", "log", "around")
        or (span.text.lower() in held("asking"))
    )


def request(kind: str, taken: list[Span], head: Span | None, modifiers: list[Span]) -> Request:
    first, last = min(each.first for each in taken), max(each.last for each in taken)
    return Request(kind, taken, head, first, last, modifiers)

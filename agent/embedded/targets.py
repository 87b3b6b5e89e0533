"""Which records a change is about: by name, by reference to the turn before, or by condition; all matches, not a page."""

from dataclasses import dataclass, replace
from typing import Any

from agent.embedded import candidates, told
from agent.embedded.calls import period_filters
from agent.embedded.frames import Frame, Part
from agent.embedded.leaning import answered, latest, ordinal
from agent.embedded.lexicon import change_words
from agent.embedded.narrowing import as_said, by_words, narrow, not_counted, part_of_name
from agent.embedded.reading import Reader
from agent.embedded.scene import Scene
from agent.embedded.spans import Span, Spanned
from store.filters import Filter
from store.query import Page, RecordQuery, find, find_ids, load

ASKED = 5
QUANTIFIERS = {"都", "全", "全部", "统一", "一律", "统统", "通通", "均", "各", "全都", "一概", "一并"}
SINGULAR = {"那个", "这个", "那单", "这单", "那条", "这条", "那家", "这家", "那位", "这位", "那笔", "这笔", "一个", "一条"}
_ALL = QUANTIFIERS | {
    "all",
    "every",
    "both",
    "entire",
    "any",
    "everything",
    "所有",
    "全部",
    "全",
    "都",
    "所有的",
    "每个",
    "一切",
    "统统",
    "一律",
    "通通",
}


@dataclass(slots=True)
class Target:
    """What was found: a frame with the condition, the first matches, whether several are meant."""

    frame: Frame
    page: Page
    several: bool
    left: list[Span]


def resolve(scene: Scene, spans: list[Span], *, entity: str = "", apart: list[Span] | None = None) -> Target | Frame:
    """The records these spans speak of; a clarification or refusal frame when that cannot be told. `apart`: what narrows them afterwards
    ("…, except Globex", "…, only the A ones")."""
    referred = _referred(scene, spans)
    if referred is not None:
        return referred
    before = answered(scene.previous)
    if not any(span.content for span in spans) and before is not None and before.intent == "update" and before.ids:
        # "and the close date to 10 December"
        page = find(scene.unit, RecordQuery(entity=before.entity, filters=[Filter(field="id", op="in", value=before.ids)], limit=200))
        return Target(Frame("find", entity=before.entity, ids=[record.id for record in page.records]), page, True, [])
    strayed = next((span for span in spans if told.excepts(span.text)), None)
    if strayed is not None:  # A级客户以外的客户: never the ones left out
        return Frame("clarify", entity=entity, text=scene.text.text, reason="words", notes=[strayed.text])
    narrowed = _whose(scene, spans, entity)
    if isinstance(narrowed, Frame):
        return narrowed
    spans = as_said(scene, spans)
    reader = scene.reader(spans)
    reader.extra += narrowed
    named = any(span.entity for span in spans)
    frame = reader._find() if named or not entity else _find_as(reader, entity)
    left = [span for span in reader.unread() if not span.func("all", "delete", "it") and not part_of_name(spans, span)]
    if frame is None:
        return Frame("clarify", text=scene.text.text, reason="target", notes=[span.text for span in left])
    left = by_words(scene, frame, spans, left) + (narrow(scene, frame, apart) if apart else [])
    if not frame.parts and not frame.period and not _all_said(spans):
        theirs = _of_whom_it_was(scene, frame.entity)
        if not theirs or left:
            return Frame("clarify", entity=frame.entity, text=scene.text.text, reason="which")
        frame.parts += theirs
    page = _matches(scene, frame)
    if page.total == 0 and not left:
        return Frame(
            "refuse",
            entity=frame.entity,
            text=scene.text.text,
            reason="nothing",
            parts=frame.parts,
            period=frame.period,
            date_field=frame.date_field,
        )
    left = not_counted(left, page.total)
    several = _all_said(spans) or _plural(scene, spans, frame)
    return Target(frame, page, several, left)


def _of_whom_it_was(scene: Scene, kind: str) -> list[Part]:
    """ "spoke to Mei, the budget is fine; move the deal to Proposal": the open ones of whom the breath before was with."""
    customer, path = _customer_met(scene), scene.routes.path(kind, "account")
    if not path or not customer:
        return []
    going = [Part("status", Filter(field="status", op="eq", value="open"))] if kind == "opportunity" else []
    return [Part(f"ref:{path}", Filter(field=path, op="in", value=[customer])), *going]


def _customer_met(scene: Scene) -> str:
    """The customer of the call or task told of just before, by whom it was with where no more was said; empty for none."""
    first = scene.previous[0] if scene.previous else None
    if first is None or first.intent not in {"log", "task"}:
        return ""
    customer, contact = first.values.get("account"), first.values.get("contact")
    if not isinstance(customer, str) and isinstance(contact, str):
        found = load(scene.unit, "contact", [contact])
        customer = found[0].fields.get("account_id") if found else None
    return customer if isinstance(customer, str) else ""


def _plural(scene: Scene, spans: list[Span], frame: Frame) -> bool:
    """Whether all that meet a condition are meant. English says so by its noun. Chinese does not: a condition means all of its matches,
    a record named beside a noun alone (Kestrel的商机) may mean one."""
    if scene.text.language == "en":
        return any(span.entity and span.entity.plural for span in spans)
    if any(span.func("it") or span.text in SINGULAR for span in spans) or frame.limit:
        return False
    return bool(frame.period) or any(not part.slot.startswith(("ref:", "is:", "name")) for part in frame.parts)


_POSSESSIVE = {"their", "its", "his", "her", "theirs", "his or her", "他们的", "她们的", "它的", "它们的", "其", "该客户的", "他的", "她的"}


_THEIRS = {"他们", "她们", "它们", "他", "她", "它"}


def _whose(scene: Scene, spans: list[Span], entity: str) -> list[Part] | Frame:
    """ "… and push their open deals back": those of what was spoken of just before; a question when nothing was."""
    parts = zip(spans, [*spans[1:], None], strict=False)  # of no words there is none
    owners = (span for span, after in parts if span.text.lower() in _POSSESSIVE or (span.text in _THEIRS and after and after.text == "的"))
    pronoun = next((span for span in owners if not span.names), None)
    kind = next((span.entity.entity for span in spans if span.entity), entity)
    if pronoun is None or not kind or any(name.type in {"user", "account", "contact", "lead"} for span in spans for name in span.names):
        return []
    before = _subject(scene)
    ids = (before.ids or before.results) if before is not None else []
    path = scene.routes.path(kind, before.entity) if before is not None and ids else None
    theirs = _customer_met(scene) if not path else ""
    if theirs:
        return _of_whom_it_was(scene, kind)
    if not path or before is None:
        return Frame("clarify", text=scene.text.text, reason="it")
    return [Part(f"ref:{path}", Filter(field=path, op="in", value=list(ids)))]


def _find_as(reader: Reader, entity: str) -> Frame:
    frame = Frame("find", entity=entity)
    conditions = reader.conditions(entity)
    conditions.read()
    reader._take(frame, conditions)
    return frame


def _matches(scene: Scene, frame: Frame) -> Page:
    filters = frame.filters
    if frame.period:
        name = frame.date_field or scene.unit.schema.entity(frame.entity).date
        filters.append(Filter(field=name, op="between", value=[day.isoformat() if day else None for day in frame.period]))
    return find(scene.unit, RecordQuery(entity=frame.entity, filters=filters, sort=frame.sort, limit=frame.limit or ASKED + 1))


MANY = {"them", "these", "those", "they", "all", "both", "它们", "这些", "那些", "他们", "都", "全部", "所有"}


def _referred(scene: Scene, spans: list[Span]) -> Target | Frame | None:
    """ "it", "them", "the second one", 这个, 都: what the turn before showed, or what was just changed."""
    before = _subject(scene)
    names = any(span.names or span.choices for span in spans)
    pronoun = next((span for span in spans if span.func("it")), None)
    if pronoun is not None and pronoun.text.lower() in _POSSESSIVE and any(span.entity for span in spans):
        return None  # "push their deals": see `_whose`
    part = Spanned(scene.text.text, scene.text.tokens, spans, scene.text.language)
    all_of_them = _all_said(spans) and not any(span.content for span in spans)
    if before is None:
        if pronoun is not None and not names and not any(span.entity for span in spans):
            return Frame("clarify", text=scene.text.text, reason="it")
        return None
    place = ordinal(part, len(before.results))
    place = _utmost(scene, spans, before) if place is None and not names else place
    bare = not any(span.content or span.func("it", "all") for span in spans) and len(before.results) == 1  # 推进到投标, after one record
    if place is None and ((pronoun is None and not all_of_them and not bare) or names):
        return None
    kind = next((span.entity.entity for span in spans if span.entity), before.entity)
    unseen = before.intent in {"find", "get"} and bool(before.parts or before.period)  # asked for in the same sentence, or without a match
    if kind != before.entity or not (before.results or before.ids or unseen):
        return None if pronoun is None else Frame("clarify", text=scene.text.text, reason="it")
    several = place is None and (all_of_them or any(span.text.lower() in MANY for span in spans))
    if several and before.intent == "find" and (before.parts or before.period) and not before.limit:
        again = Frame("find", entity=before.entity, parts=list(before.parts), period=before.period, date_field=before.date_field)
        page = _matches(scene, again)
        if page.total:
            return Target(again, page, True, [])  # all that meet the condition, not the page shown
        return replace(again, intent="refuse", reason="nothing", text=scene.text.text)
    ids = [before.results[place]] if place is not None else before.ids or before.results
    ids = ids or [record.id for record in _matches(scene, before).records]
    page = find(scene.unit, RecordQuery(entity=before.entity, filters=[Filter(field="id", op="in", value=ids)], limit=200))
    changed = before.intent == "update"
    return Target(Frame("find", entity=before.entity, ids=[record.id for record in page.records]), page, several or changed, [])


def _utmost(scene: Scene, spans: list[Span], before: Frame) -> int | None:
    """ "move the biggest one to Won", 金额最大的推到投标: the place of the one of those shown that an order puts first."""
    marks = [span for span in spans if span.func("max", "min", "newest", "oldest")]
    said = [span for span in spans if span.content and span not in marks and not (span.amount and span.amount.unit == "ordinal")]
    others = [span for span in said if not any(s.entity == before.entity for s in span.fields)]
    if (
        not marks
        or before.intent != "find"
        or len(before.results) < 2
        or any(not (s.entity and s.entity.entity == before.entity) for s in others)
    ):
        return None
    held = Frame("find", entity=before.entity, parts=[Part("among", Filter(field="id", op="in", value=list(before.results)))])
    reader = scene.reader(spans)
    reader._sorting(held)
    nth = next((int(span.amount.value) for span in spans if span.amount and span.amount.unit == "ordinal"), 1)
    first = _matches(scene, replace(held, limit=nth)).records if held.sort else []
    return before.results.index(first[-1].id) if len(first) == nth else None


def _subject(scene: Scene) -> Frame | None:
    """What "it" can stand for: what was changed in the same breath or the turn before, else what was found."""
    first = answered(scene.previous)
    if first is not None and first.intent == "update" and not first.ids and not first.proposed and (first.parts or first.period):
        return Frame(
            "find", entity=first.entity, parts=list(first.parts), period=first.period, date_field=first.date_field
        )  # of this sentence
    return first if first is not None and first.intent == "update" and first.ids else latest(scene.previous)


def _all_said(spans: list[Span]) -> bool:
    return any(
        span.text.lower() in _ALL
        or (span.func("all") and _ALL & {*span.text.lower().split(" "), "every" if span.text.lower().endswith(" each") else ""})
        for span in spans
    )


def choose(target: Target, scene: Scene, values: dict[str, Any] | None = None) -> list[str] | Frame | None:
    """The ids to change; None for "all matches of the condition"; a question when one was meant and several fit. `values`: what they
    are to get; the ones that have it already are not meant."""
    if target.left:
        return Frame(
            "clarify", entity=target.frame.entity, text=scene.text.text, reason="words", notes=[span.text for span in target.left],
            options=[name.name for span in target.left if span.unknown for name, _ in scene.names.like(span.text)][:4],
        )  # fmt: skip
    answered = pinned(scene, target.frame.entity)
    if answered is not None:
        return answered.ids or None
    if target.frame.ids and not target.frame.parts:
        if len(target.frame.ids) > 1 and not target.several:
            return which(target, scene, values)
        return target.frame.ids
    if target.page.total == 1 or target.frame.limit == 1:
        return [target.page.records[0].id]
    if target.several:
        return None
    return which(target, scene, values)


def pinned(scene: Scene, kind: str) -> Frame | None:
    """What the asker answered when asked which of these were meant."""
    last = scene.previous[-1] if scene.previous else None
    answered = last is not None and last.entity == kind and last.intent == "find" and last.reason in {candidates.ALL, "chosen"}
    return last if answered else None


def which(target: Target, scene: Scene, values: dict[str, Any] | None = None) -> list[str] | Frame:
    """ "Which of these?" with the candidates told apart; of several the only one still open is what is being worked on."""
    frame = target.frame
    period = [Filter.model_validate(each) for each in period_filters(frame, scene.unit.schema)]
    conditions = [*frame.filters, *period] or [Filter(field="id", op="in", value=frame.ids)]
    ids = find_ids(scene.unit, RecordQuery(entity=frame.entity, filters=conditions))
    records = load(scene.unit, frame.entity, ids[: candidates.KEPT])
    fresh = [record for record in records if not candidates.has(record, values)]
    ids = [record.id for record in fresh] + ids[candidates.KEPT :] if fresh else ids
    going = candidates.under_way(scene.unit.schema, fresh)
    if len(going) == 1 and not any(span.text.lower() in change_words("reopens") for span in scene.spans):
        return [going[0].id]
    return candidates.question(scene.unit, frame.entity, ids, len(ids), scene.text.text)

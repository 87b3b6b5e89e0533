"""Candidates, their reasons and what a person decides of them. A pair exists only for somebody who may see both records."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, exists, or_, select

from store.duplicates.letters import words
from store.duplicates.reading import Seen, content, read
from store.duplicates.scoring import LISTED, Reason, Score, score
from store.duplicates.spec import Spec, spec_of, specs
from store.errors import Conflict, InvalidInput, NotAllowed, NotFound
from store.gate import ProposalView
from store.models import RECORD_MODELS, DuplicateCandidate, Proposal
from store.rights import visible
from store.unit import Unit

Status = Literal["open", "dismissed", "merged"]
MOST = 5_000  # candidates looked at for one list


@dataclass(frozen=True, slots=True)
class CandidateView:
    """A pair as the asker sees it: `score` 0 to 100, reasons of what they may see, strongest first, in words."""

    id: str
    status: str
    score: float
    records: tuple[dict[str, Any], ...]
    reasons: tuple[dict[str, Any], ...]
    proposal_id: str | None

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id, "status": self.status, "score": self.score, "records": list(self.records), "reasons": list(self.reasons),
            "proposal_id": self.proposal_id,
        }  # fmt: skip


def listed(unit: Unit, *, entity: str | None = None, status: Status = "open", limit: int = 100) -> tuple[int, list[CandidateView]]:
    """How many there are and the likeliest of them. Compared anew, with the asker's eyes: a pair that is alike only in what
    they may not see, or was changed apart since, is not among them."""
    if entity is not None and spec_of(entity) is None:
        raise InvalidInput(f"Nobody looks for duplicates of {entity!r}.", hint="They are looked for among accounts, contacts and leads.")
    wanted = select(DuplicateCandidate).where(_status(status), _shown(unit)).order_by(DuplicateCandidate.score.desc()).limit(MOST)
    if entity is not None:
        wanted = wanted.where(or_(DuplicateCandidate.a_type == entity, DuplicateCandidate.b_type == entity))
    views = _views(unit, list(unit.session.scalars(wanted)), status)
    views.sort(key=lambda each: -each.score)
    return len(views), views[:limit]


def dismiss(unit: Unit, candidate_id: str) -> CandidateView:
    """Say that the two are different things; remembered until one of them changes.

    Raises NotFound, and NotAllowed for somebody who may change neither of the two.
    """
    candidate = _find(unit, candidate_id)
    if not any(_changeable(unit, kind, record_id) for kind, record_id in _pair(candidate)):
        raise NotAllowed("You may see these two records but change neither.", hint="Ask the owner of one of them.")
    a, b = _both(unit, candidate)
    candidate.status, candidate.content = "dismissed", content(a, b)
    candidate.decided_by, candidate.decided_at = unit.principal.user_id, unit.now()
    unit.session.flush()
    return _view(unit, candidate, a, b, _score(candidate, a, b), "dismissed")


def merge(unit: Unit, candidate_id: str, *, survivor: str | None = None) -> ProposalView:
    """A pending proposal that makes one record of the two; undo brings both back, and the candidate with them.

    Raises NotFound, NotAllowed; InvalidInput for a lead and a contact, which are not the same kind of record.
    """
    candidate = _find(unit, candidate_id)
    if candidate.a_type != candidate.b_type:
        raise InvalidInput(
            f"A {candidate.a_type} and a {candidate.b_type} are not merged: they are two kinds of record.",
            hint="Convert the lead, or dismiss the pair.",
        )
    waiting = unit.session.get(Proposal, candidate.proposal_id) if candidate.proposal_id else None
    if waiting is not None and waiting.status == "pending" and waiting.expires_at > unit.now():
        raise Conflict(f"Their merge is proposed already: {waiting.id}.", hint="Approve or reject that proposal.")
    a, b = _both(unit, candidate)
    reason = "; ".join(each["text"] for each in _reasons(unit, candidate, _score(candidate, a, b)))
    proposal = _propose_merge(unit, candidate.a_type, [candidate.a_id, candidate.b_id], survivor, reason)
    candidate.proposal_id, candidate.decided_by, candidate.decided_at = proposal.id, unit.principal.user_id, unit.now()
    unit.session.flush()
    return proposal


def _propose_merge(unit: Unit, entity: str, ids: Sequence[str], survivor: str | None, reason: str) -> ProposalView:
    """The gate's merge, behind one door."""
    from store.merging import propose_merge

    return propose_merge(unit, entity, ids, survivor=survivor, reason=reason)


def _status(status: Status) -> ColumnElement[bool]:
    applied = exists().where(Proposal.id == DuplicateCandidate.proposal_id, Proposal.status == "applied")
    return applied if status == "merged" else and_(DuplicateCandidate.status == status, ~applied)


def _shown(unit: Unit) -> ColumnElement[bool]:
    """Both are seen. (Of a merged pair one is deleted: see `_views`.)"""

    def seen(kind: Any, record: Any) -> ColumnElement[bool]:
        return or_(*(
            and_(kind == entity, record.in_(select(model.id).where(or_(visible(unit.principal, entity, model), gone(entity, model)))))
            for spec in specs().values() for entity in spec.sources if (model := RECORD_MODELS[entity])
        ))  # fmt: skip

    def gone(entity: str, model: Any) -> ColumnElement[bool]:
        return visible(unit.principal, entity, model, deleted=True)

    return and_(seen(DuplicateCandidate.a_type, DuplicateCandidate.a_id), seen(DuplicateCandidate.b_type, DuplicateCandidate.b_id))


def _find(unit: Unit, candidate_id: str) -> DuplicateCandidate:
    wanted = select(DuplicateCandidate).where(DuplicateCandidate.id == candidate_id.strip(), _status("open"), _shown(unit))
    found = unit.session.scalar(wanted)
    if found is None or not _views(unit, [found], "open"):
        raise NotFound(f"There is no open candidate {candidate_id[:80]!r}.", hint="See `rapport duplicates list`.")
    return found


def _pair(candidate: DuplicateCandidate) -> tuple[tuple[str, str], tuple[str, str]]:
    return (candidate.a_type, candidate.a_id), (candidate.b_type, candidate.b_id)


def _views(unit: Unit, candidates: Sequence[DuplicateCandidate], status: Status) -> list[CandidateView]:
    ids: dict[str, set[str]] = defaultdict(set)
    for each in candidates:
        for kind, record_id in _pair(each):
            ids[kind].add(record_id)
    seen = {(kind, each.id): each for kind, wanted in ids.items() for each in read(unit, _spec(kind), kind, wanted)}
    views = []
    for each in candidates:
        a, b = (seen.get(record) for record in _pair(each))
        if status == "merged":
            records = tuple(_record(one) for one in (a, b) if one is not None)
            views.append(CandidateView(each.id, status, each.score, records, (), each.proposal_id))
        elif a is not None and b is not None:
            found = _score(each, a, b)
            if status == "dismissed" or found.chance >= LISTED:
                views.append(_view(unit, each, a, b, found, status))
    return views


def _spec(kind: str) -> Spec:
    spec = spec_of(kind)
    assert spec is not None
    return spec


def _score(candidate: DuplicateCandidate, a: Seen, b: Seen) -> Score:
    return score(_spec(candidate.a_type), a.prepared, b.prepared)


def _both(unit: Unit, candidate: DuplicateCandidate) -> tuple[Seen, Seen]:
    """Both records, which `_find` saw a moment ago in this transaction."""
    [a], [b] = (list(read(unit, _spec(kind), kind, {record_id})) for kind, record_id in _pair(candidate))
    return a, b


def _view(unit: Unit, candidate: DuplicateCandidate, a: Seen, b: Seen, found: Score, status: str) -> CandidateView:
    return CandidateView(
        candidate.id, status, round(found.chance * 100, 1), (_record(a), _record(b)), tuple(_reasons(unit, candidate, found)),
        candidate.proposal_id,
    )  # fmt: skip


def _record(seen: Seen) -> dict[str, Any]:
    return {"type": seen.type, "id": seen.id, "key": seen.key, "name": seen.name}


def _reasons(unit: Unit, candidate: DuplicateCandidate, found: Score) -> list[dict[str, Any]]:
    language = "zh" if unit.settings.locale == "zh" else "en"
    sources = _spec(candidate.a_type).sources[candidate.a_type]
    fields = unit.schema.entity(candidate.a_type).fields
    told = []
    for each in found.reasons:
        field = fields[sources[each.field]]
        text = words()["phrases"][language][each.verdict].format(field=field.zh if language == "zh" else field.en)
        told.append({**_named(each, field.name), "text": text})
    return told


def _named(reason: Reason, field: str) -> dict[str, Any]:
    return {**reason.to_json(), "field": field}


def _changeable(unit: Unit, kind: str, record_id: str) -> bool:
    model = RECORD_MODELS[kind]
    wanted = select(model.id).where(model.id == record_id, visible(unit.principal, kind, model, writing=True))
    return unit.session.scalar(wanted) is not None

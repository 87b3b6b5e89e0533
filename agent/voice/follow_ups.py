"""A finished transcript as one proposal of all that follows from it, for its owner to approve, edit or undo as a whole."""

from collections.abc import Sequence
from typing import Any

from agent.voice.visit import Prepared, prepare
from knowledge.followups.changes import Proposed, proposed
from knowledge.followups.followup import FollowUp
from knowledge.followups.suggested import Suggested, joined
from knowledge.followups.world import world_of
from knowledge.voice.transcript import Transcript
from store.checking import check
from store.drafting import draft
from store.errors import NotAllowed
from store.gate import Change, propose
from store.recordings import RecordingView
from store.rows import rows
from store.unit import Unit


def follow(
    unit: Unit, recording: RecordingView, transcript: Transcript, found: Sequence[FollowUp], suggested: Suggested | None = None
) -> Prepared:
    """`found` as `read` read it. What is heard is outside text: a person decides, whatever the policy. A note about nobody known is proposed as it
    stands."""
    if not found:
        return prepare(unit, recording, transcript)
    also = [*((each.linked.type, each.linked.id) for each in transcript.mentions if each.linked)]
    also += [("account", each.account.value) for each in found if each.account]
    world = world_of(unit, transcript.text, also=also)
    if suggested is not None:
        found = joined(found, suggested, world, transcript)
    group = proposed(
        found, world, transcript, source=f"recording:{recording.id}", moment=unit.now().astimezone(unit.settings.zone),
        held=_descriptions(unit, found),
    )  # fmt: skip
    left = _beyond(unit, group)
    changes = [each for each in group.changes if each not in left]
    if not changes:
        return Prepared([])
    made = propose(unit, changes, evidence=group.evidence, external=True, idempotency_key=f"voice:{recording.id}")
    names = dict.fromkeys(each.account_name for each in found if each.account_name and not each.near)
    newcomers = tuple((each.newcomer.value, tuple(name for _, name in each.near)) for each in found if each.newcomer)
    return Prepared([made], ", ".join(names), newcomers, tuple(asked for each in found for asked in each.questions))


def _descriptions(unit: Unit, found: Sequence[FollowUp]) -> dict[str, str]:
    deals = {deal.id for each in found for deal in each.deals if deal.id}
    people = {news.person.value.id for each in found for news in each.news if news.person.value.id}
    held: dict[str, str] = {}
    for kind, ids in (("opportunity", deals), ("contact", people)):
        found_rows: list[dict[str, Any]] = rows(unit, kind, ["description"], among=("id", ids)) if ids else []
        held |= {row["id"]: row["description"] or "" for row in found_rows}
    return held


def _beyond(unit: Unit, group: Proposed) -> list[Change]:
    """Changes of records the speaker may see but not change: the rest of the note is worth proposing without them."""
    left = list[Change]()
    for change in group.changes:
        if change.op != "update":
            continue
        try:
            made = draft(unit, change.op, change.type, change.id, change.values)
            if made is not None:
                check(unit, [made])
        except NotAllowed:
            left.append(change)
    return left

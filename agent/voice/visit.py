"""A note without a reader of follow-ups: what was said is proposed as one activity, each name with the words it came from."""

import re
from dataclasses import dataclass
from typing import Any

from knowledge.followups.followup import Question
from knowledge.sentences import split_sentences
from knowledge.voice.transcript import Candidate, Transcript
from store.gate import Change, ProposalView, propose
from store.query import load
from store.recordings import RecordingView
from store.unit import Unit

QUOTES = 12
_SUBJECT = 80


@dataclass(frozen=True, slots=True)
class Prepared:
    """`account`: the name of the customer it is about, empty when nobody could tell. `newcomers`: customers the store does not know, each
    with known ones called nearly so. `questions`: what may follow and was not clear."""

    proposals: list[ProposalView]
    account: str = ""
    newcomers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    questions: tuple[Question, ...] = ()


def prepare(unit: Unit, recording: RecordingView, transcript: Transcript) -> Prepared:
    """One proposal to log the note. What is heard is outside text: a person decides, whatever the policy."""
    account = _account(transcript, recording.account_id)
    contact = _contact(unit, transcript, account)
    values: dict[str, Any] = {
        "kind": _kind(unit, transcript), "body": transcript.text, "trust": "transcript", "subject": _subject(transcript),
        "occurred_at": recording.created_at, "account": account, "contact": contact,
    }  # fmt: skip
    change = Change(op="create", type="activity", values={name: value for name, value in values.items() if value})
    made = propose(unit, [change], evidence=_evidence(recording, transcript), external=True, idempotency_key=f"voice:{recording.id}")
    names = [each.name for each in load(unit, "account", [account])] if account else []
    return Prepared([made], names[0] if names else "")


def _account(transcript: Transcript, said: str | None) -> str | None:
    """The customer the speaker named beside the recording, else the first one in it, else that of nobody."""
    linked = [each.linked for each in transcript.mentions if each.linked]
    return said or next((each.id for each in linked if each.type == "account"), None)


def _contact(unit: Unit, transcript: Transcript, account: str | None) -> str | None:
    """The first person of that customer; the first person at all when there is no customer."""
    people: list[Candidate] = [each.linked for each in transcript.mentions if each.linked and each.linked.type == "contact"]
    records = {record.id: record for record in load(unit, "contact", [each.id for each in people])}
    for person in people:
        theirs = records[person.id].fields.get("account_id") if person.id in records else None
        if account is None or theirs == account:
            return person.id
    return None


def _kind(unit: Unit, transcript: Transcript) -> str:
    """The kind whose word comes first in the note, by the store's own words for it; a note when there is none."""
    text = transcript.text.casefold()
    found: list[tuple[int, int, str]] = []
    for choice in unit.schema.choices_of(unit.schema.field("activity", "kind")):
        for word in filter(None, (choice.value, choice.zh, *choice.words)):
            pattern = re.escape(word.casefold()) if not word.isascii() else rf"\b{re.escape(word.casefold())}\b"
            place = re.search(pattern, text)
            if place:
                found.append((place.start(), -len(word), choice.value))
    return min(found)[2] if found else "note"


def _subject(transcript: Transcript) -> str:
    first = split_sentences(transcript.text)[0]
    return first if len(first) <= _SUBJECT else first[: _SUBJECT - 1].rstrip() + "…"


def _evidence(recording: RecordingView, transcript: Transcript) -> list[dict[str, Any]]:
    """The words of each linked name, then the note stretch by stretch."""
    source = f"recording:{recording.id}"
    names = [transcript.quote(each.at, each.until) for each in transcript.mentions if each.linked]
    stretches = [transcript.quote(each.at, each.until) for each in transcript.segments]
    return [each.evidence(source) for each in [*names, *stretches][:QUOTES]]

"""A note's follow-ups, one for each customer it speaks of."""

from knowledge.followups.deals import deals_in
from knowledge.followups.followup import FollowUp, Said
from knowledge.followups.happened import day_in, kind_of
from knowledge.followups.nearby import nearby
from knowledge.followups.news import news_in
from knowledge.followups.note import Note, take_apart
from knowledge.followups.outlook import promises_in, risks_in, rivals_in
from knowledge.followups.sections import Section, sections
from knowledge.followups.tasks import tasks_in
from knowledge.followups.told import Embed
from knowledge.followups.world import World, world_of
from knowledge.voice.transcript import Transcript
from store.unit import Unit


def read(unit: Unit, transcript: Transcript, *, account_id: str | None = None, embed: Embed | None = None) -> list[FollowUp]:
    """`account_id`: the customer the speaker said it is about. `embed`: the sentence vectors `told` was trained on; without them the patterns
    decide alone. Nothing said, nothing found."""
    linked = [(each.linked.type, each.linked.id) for each in transcript.mentions if each.linked]
    also = [*linked, *([("account", account_id)] if account_id else [])]
    found = read_in(world_of(unit, transcript.text, also=also), transcript, account_id=account_id, embed=embed)
    for each in found:
        if each.newcomer is not None:
            each.near = nearby(unit, each.newcomer, transcript)
    return found


def read_in(world: World, transcript: Transcript, *, account_id: str | None = None, embed: Embed | None = None) -> list[FollowUp]:
    if not transcript.text.strip():
        return []
    note = take_apart(transcript, world, about=account_id, embed=embed)
    found = [_follow_up(section, note, world) for section in sections(note, world, about=account_id)]
    return [each for each in found if each.account is not None or each.newcomer is not None or each.tasks]


def _follow_up(section: Section, note: Note, world: World) -> FollowUp:
    made = FollowUp(section.account, section.name, section.newcomer, people=section.people(note))
    made.kind, made.day = kind_of(section, note, world), day_in(section, note, world)
    made.tasks = tasks_in(section, note, world)
    made.stretches = [(clause.at, clause.until) for clause in section.clauses]
    if not section.of_somebody:
        return made
    made.news = news_in(section, note, world)
    made.deals, made.questions = deals_in(section, note, world)
    made.promises, made.risks, made.competitors = promises_in(section, note, world), risks_in(section, note), rivals_in(section, note)
    reasons = [deal.lost_reason for deal in made.deals if deal.lost_reason]
    made.risks = [
        each for each in made.risks if not any(one.at < each.until and one.until > each.at for one in reasons)
    ]  # no danger any more
    made.uncertain = [Said(" ".join(each.text.split()), each.at, each.until) for each in section.clauses if each.uncertain]
    return made

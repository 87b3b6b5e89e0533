"""What a language model read out of a note, held against its words: a value whose quote is not in the note, or does not hold it, is dropped.

What remains is put beside what was read without a model: it fills what is missing and takes nothing away.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from pydantic import BaseModel, Field

from knowledge.followups.followup import DealNews, Due, FollowUp, Money, Promise, Said, Task
from knowledge.followups.named import names_in
from knowledge.followups.supported import holds_amount, holds_day, holds_text
from knowledge.followups.world import World
from knowledge.voice.transcript import Transcript

MOST = 40  # values of one kind
_SHARED = 0.5  # of a task's words: it is there already


class Quoted(BaseModel):
    """`value`, and the words of the note it was read from, as they stand there."""

    value: str = Field(max_length=2_000)
    quote: str = Field(min_length=1, max_length=2_000)


class SuggestedTask(BaseModel):
    title: Quoted
    due: Quoted | None = Field(None, description="an ISO date, or date and time")


class SuggestedFollowUp(BaseModel):
    account: Quoted
    deal: str | None = Field(None, description="the name of the deal the changes are for, as the store has it")
    amount: Quoted | None = Field(None, description="digits only, of the deal")
    close_date: Quoted | None = Field(None, description="an ISO date")
    next_step: Quoted | None = None
    tasks: list[SuggestedTask] = Field(default_factory=list, max_length=MOST)
    promises_by_us: list[Quoted] = Field(default_factory=list, max_length=MOST)
    promises_by_them: list[Quoted] = Field(default_factory=list, max_length=MOST)
    risks: list[Quoted] = Field(default_factory=list, max_length=MOST)
    competitors: list[Quoted] = Field(default_factory=list, max_length=MOST)


class Suggested(BaseModel):
    """The follow-ups of a note, one for each customer."""

    follow_ups: list[SuggestedFollowUp] = Field(default_factory=list, max_length=MOST)


def joined(found: Sequence[FollowUp], suggested: Suggested, world: World, transcript: Transcript) -> list[FollowUp]:
    """The follow-ups with what a model found besides; one of a customer the reader did not meet is not taken."""
    for each in suggested.follow_ups:
        held = _of(each, found, world, transcript)
        if held is None:
            continue
        held.tasks += [task for one in each.tasks if (task := _task(one, world, transcript)) and not _there(task, held.tasks)]
        _deal(each, held, world, transcript)
        for side, texts in (("us", each.promises_by_us), ("them", each.promises_by_them)):
            known = [promise.text for promise in held.promises]
            held.promises += [
                Promise("us" if side == "us" else "them", said) for said in _texts(texts, transcript) if not _over(said, known)
            ]
        held.risks += [said for said in _texts(each.risks, transcript) if not _over(said, held.risks)]
        held.competitors += [said for said in _texts(each.competitors, transcript) if not _over(said, held.competitors)]
    return list(found)


def _place(quoted: Quoted, transcript: Transcript) -> tuple[int, int] | None:
    at = transcript.text.find(quoted.quote)
    return (at, at + len(quoted.quote)) if at >= 0 else None


def _of(each: SuggestedFollowUp, found: Sequence[FollowUp], world: World, transcript: Transcript) -> FollowUp | None:
    """The follow-up of the customer its quote names."""
    if _place(each.account, transcript) is None:
        return None
    named = {name.record.id for name in names_in(each.account.quote, world) if name.record is not None and name.record.type == "account"}
    return next((one for one in found if one.account is not None and one.account.value in named), None)


def _text(quoted: Quoted, transcript: Transcript) -> Said[str] | None:
    place = _place(quoted, transcript)
    if place is None or not quoted.value.strip() or not holds_text(quoted.value, quoted.quote):
        return None
    return Said(quoted.value.strip(), *place)


def _texts(quoted: Sequence[Quoted], transcript: Transcript) -> Iterator[Said[str]]:
    yield from (said for each in quoted if (said := _text(each, transcript)))


def _task(each: SuggestedTask, world: World, transcript: Transcript) -> Task | None:
    title = _text(each.title, transcript)
    return Task(title, _due(each.due, world, transcript) if each.due else None) if title else None


def _due(quoted: Quoted, world: World, transcript: Transcript) -> Said[Due] | None:
    place = _place(quoted, transcript)
    try:
        moment = datetime.fromisoformat(quoted.value)
    except ValueError:
        return None
    if place is None or not holds_day(moment.date(), quoted.quote, world.today):
        return None
    return Said(Due(moment.date(), moment.time().replace(tzinfo=None) if "T" in quoted.value else None), *place)


def _deal(each: SuggestedFollowUp, held: FollowUp, world: World, transcript: Transcript) -> None:
    """Into the deal the model names, when the customer has an open one of that name; or the one that was read."""
    deals = world.deals.get(held.account.value, []) if held.account else []
    known = next((deal for deal in deals if each.deal and deal.name.casefold() == each.deal.casefold()), None)
    news = next((one for one in held.deals if known is not None and one.id == known.id), held.deals[0] if len(held.deals) == 1 else None)
    if news is None:
        if known is None:
            return
        news = DealNews(known.id, known.name)
        held.deals.append(news)
    news.amount = news.amount or _amount(each.amount, transcript)
    news.close_date = news.close_date or _day(each.close_date, world, transcript)
    news.next_step = news.next_step or (_text(each.next_step, transcript) if each.next_step else None)


def _amount(quoted: Quoted | None, transcript: Transcript) -> Said[Money] | None:
    place = _place(quoted, transcript) if quoted else None
    if quoted is None or place is None:
        return None
    try:
        value = Decimal(quoted.value.replace(",", ""))
    except InvalidOperation:
        return None
    return Said(Money(value, None), *place) if value > 0 and holds_amount(value, quoted.quote) else None


def _day(quoted: Quoted | None, world: World, transcript: Transcript) -> Said[date] | None:
    due = _due(quoted, world, transcript) if quoted else None
    return Said(due.value.day, due.at, due.until) if due else None


def _there(task: Task, tasks: Sequence[Task]) -> bool:
    return _over(task.title, [each.title for each in tasks])


def _over(said: Said[str], known: Sequence[Said[str]]) -> bool:
    """Whether half of its words are among those something known stands on."""
    return any(
        max(0, min(said.until, each.until) - max(said.at, each.at)) >= _SHARED * min(said.until - said.at, each.until - each.at)
        for each in known
    )

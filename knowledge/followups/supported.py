"""Whether the words a value stands on hold it: what a model proposes and its quote does not say is dropped, and nothing may be invented here."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import product

from knowledge.followups.followup import DealNews, FollowUp, PersonNews, Said, Task
from knowledge.followups.spelt import addresses, telephones
from knowledge.spoken.amounts import find_amounts
from knowledge.spoken.shortened import whole_amounts
from knowledge.spoken.times import find_times
from knowledge.voice.transcript import Transcript
from store.unit import Unit

_BEFORE = re.compile(r"\bbefore\b", re.IGNORECASE)
_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")


def holds_text(value: str, quote: str) -> bool:
    """Every word of the value is among the words of the quote."""
    said = {each.lower() for each in _TOKEN.findall(quote)}
    return all(each.lower() in said for each in _TOKEN.findall(value))


def holds_amount(value: Decimal, quote: str) -> bool:
    """The amount itself, or two numbers of which it is the product."""
    numbers = [each.value for each in whole_amounts(quote, find_amounts(quote))]
    return value in numbers or any(one * other == value for one, other in product(numbers, repeat=2))


def holds_day(value: date, quote: str, today: date) -> bool:
    """As the reader of dates has it, with and without a "before" that leaves the day itself out."""
    return any(
        value in (each.first, each.last)
        for said in (quote, _BEFORE.sub(" ", quote))
        for each in find_times(said, today=today, prefer="future")
    )


def holds_spelt(value: str, quote: str) -> bool:
    return value in {each.value for each in (*addresses(quote), *telephones(quote))}


def unsupported(unit: Unit, found: FollowUp, transcript: Transcript) -> Iterator[str]:
    """The values of a follow-up whose words do not hold them, each told."""
    for task in found.tasks:
        yield from _task(task, transcript)
    for news in found.news:
        yield from _person(news, transcript)
    for deal in found.deals:
        yield from _deal(unit, deal, transcript)
    texts = [*found.risks, *found.competitors, *(each.text for each in found.promises)]
    yield from (f"text {each.value!r}" for each in texts if not _text(each, transcript))
    places = [each for each in (found.kind, found.day) if each is not None]
    yield from (f"no words for {each.value!r}" for each in places if not transcript.text[each.at : each.until].strip())


def _task(task: Task, transcript: Transcript) -> Iterator[str]:
    if not _text(task.title, transcript):
        yield f"task {task.title.value!r}"
    if task.due and not transcript.text[task.due.at : task.due.until].strip():
        yield f"due {task.due.value!r}"


def _person(news: PersonNews, transcript: Transcript) -> Iterator[str]:
    for kind, said in news.values.items():
        quote = transcript.text[said.at : said.until]
        good = (
            holds_spelt(said.value, quote)
            if kind in {"email", "phone"}
            else bool(quote.strip())
            if kind == "role"
            else holds_text(said.value, quote)
        )
        if not good:
            yield f"{kind} {said.value!r} of {news.person.value.name}"
    if news.person.value.id is None and not _text(Said(news.person.value.name, news.person.at, news.person.until), transcript):
        yield f"person {news.person.value.name!r}"


def _deal(unit: Unit, deal: DealNews, transcript: Transcript) -> Iterator[str]:
    if deal.amount and not holds_amount(deal.amount.value.value, transcript.text[deal.amount.at : deal.amount.until]):
        yield f"amount {deal.amount.value.value}"
    if deal.close_date and not holds_day(deal.close_date.value, transcript.text[deal.close_date.at : deal.close_date.until], unit.today()):
        yield f"close date {deal.close_date.value}"
    if deal.stage and not transcript.text[deal.stage.at : deal.stage.until].strip():
        yield "stage without words"
    for said in (deal.next_step, deal.lost_reason, deal.term, deal.discount):
        if said is not None and not _text(said, transcript):
            yield f"text {said.value!r}"


def _text(said: Said[str], transcript: Transcript) -> bool:
    return holds_text(said.value, transcript.text[said.at : said.until])

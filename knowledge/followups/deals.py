"""Which deal a clause speaks of and what it says of it: stage, amount, dates, terms. What is uncertain, kept as it is, or theirs to decide
still changes nothing."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from knowledge.followups.due import day_of
from knowledge.followups.followup import DealNews, Money, Said
from knowledge.followups.note import Amount, Clause, Note
from knowledge.followups.sections import Section
from knowledge.followups.stages import stage_in
from knowledge.followups.words import words
from knowledge.followups.world import Deal, Record, World
from knowledge.sentences import HAN
from knowledge.spoken.amounts import find_amounts

LEAST = Decimal(100)  # an amount without currency or scale is none below this
_TOKEN = re.compile(r"[a-zA-ZÀ-ɏ]+|\d+")
_DULL = re.compile(r"项目|商机|供货|的")
_TURNS = frozenset({"phase", "the", "of", "and", "for"})
_FEW = 2  # Chinese characters in a row that may point to a deal


def deals_in(section: Section, note: Note, world: World) -> list[DealNews]:
    """Each deal that is told apart, with its news if there are any; of several open deals none of which is named, none is changed."""
    if section.account is None:
        return []
    opened = _opened(section, note, world)
    if opened:
        return [opened]
    mine = world.deals.get(section.account.value, [])
    spoken = {id(clause): deal for clause, deal in zip(section.clauses, _spoken_of(section, note, mine, world), strict=True)}
    news: dict[str, DealNews] = {}
    for clause in section.clauses:
        deal = spoken[id(clause)]
        if deal is None:
            continue
        held = news.setdefault(deal.id, DealNews(deal.id, deal.name))
        _told(held, clause, note, world, deal, section)
    return [_without_what_is(each, next(deal for deal in mine if deal.id == each.id)) for each in news.values()]


def _spoken_of(section: Section, note: Note, deals: Sequence[Deal], world: World) -> list[Deal | None]:
    """The deal of each clause: the one it names, else the one named before, else the only one there is (named anywhere, or open)."""
    named = [_deal_of(clause, note, deals, world, section) for clause in section.clauses]
    once = list({each.id: each for each in named if each is not None}.values())
    current = once[0] if len(once) == 1 else deals[0] if len(deals) == 1 else None
    found = list[Deal | None]()
    for each in named:
        current = each or current
        found.append(current)
    return found


def _deal_of(clause: Clause, note: Note, deals: Sequence[Deal], world: World, section: Section) -> Deal | None:
    sentence = note.sentence_of(clause)
    scores = [(_likeness(deal.name, clause.text, sentence, section.name), deal) for deal in deals]
    best = max((score for score, _ in scores), default=0.0)
    if best <= 0:
        return None
    top = [deal for score, deal in scores if score >= best - 0.01]
    return top[0] if len(top) == 1 else None


def _likeness(name: str, text: str, sentence: str, account: str) -> float:
    """How much of the deal's own name is in the clause; its number (phase 2, 三期) tells it from its like."""
    if HAN.search(name):
        return _likeness_chinese(name, text, sentence, account)
    own = [each.lower() for each in _TOKEN.findall(name.partition(":")[2] or name)]
    theirs = {each.lower() for each in _TOKEN.findall(account)}
    key = [each for each in own if each not in theirs and not each.isdigit() and each not in _TURNS]
    said = {_singular(each.lower()) for each in _TOKEN.findall(text)}
    hits = [each for each in key if _singular(each) in said]
    if not key or not hits or (len(hits) < len(key) and len(hits) < 2 and len(key) > 2):
        return 0.0
    number = [each for each in own if each.isdigit()]
    around = {each.lower() for each in _TOKEN.findall(sentence)}
    told = re.search(r"\bphase (\w+)", sentence, re.IGNORECASE)
    if told and number:
        return len(hits) / len(key) + (0.5 if number[0] in around else -0.6)
    return len(hits) / len(key) + (0.1 if not number and not told else 0.0)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def _likeness_chinese(name: str, text: str, sentence: str, account: str) -> float:
    own = _DULL.sub("", name)
    bare = _DULL.sub("", text)
    own = re.sub(rf"^.{{0,8}}?(?<=[{re.escape(account)}])(?![{re.escape(account)}])", "", own) or own
    number = re.search(r"[一二三四五六]期$", own)
    key = own[: number.start()] if number else own
    longest = max(
        (size for size in range(len(key), _FEW - 1, -1) for at in range(len(key) - size + 1) if key[at : at + size] in bare), default=0
    )
    if longest < min(_FEW + 1, len(key)):
        return 0.0
    told = re.search(r"[一二三四五六]期", sentence)
    if told and number:
        return longest / len(key) + (0.5 if told[0] == number[0] else -0.6)
    return longest / len(key) + (0.1 if not number and not told else 0.0)


def _told(held: DealNews, clause: Clause, note: Note, world: World, deal: Deal, section: Section) -> None:
    said = words(clause.language)
    step = said.each("step")[0].search(clause.text)
    if step:
        held.next_step = Said(step["what"].strip(" .,。，"), clause.at + step.start("what"), clause.at + step.end("what"))
    if clause.uncertain:
        return
    stage = stage_in(clause, note, world, deal)
    held.stage = stage or held.stage
    if stage and world.stage_kind(stage.value) == "lost" and held.lost_reason is None:
        held.lost_reason = _reason(section, clause)
    if not said.unchanged.search(clause.text):
        held.amount = _amount(clause, note) or held.amount
    held.close_date = _closing(clause, note, world.today) or held.close_date
    held.term = _span(said.each("term"), clause) or held.term
    if not said.discount_wish.search(clause.text) or said.pronouns is None:
        held.discount = _span(said.each("discount"), clause) or held.discount


def _amount(clause: Clause, note: Note) -> Said[Money] | None:
    """The deal's new amount: a product of quantity and price, or what is said as money. Not theirs, not a rival's, not a bound."""
    said = words(clause.language)
    sentence_at, sentence_until = note.sentences[clause.sentence]
    product = _product(note.text[sentence_at:sentence_until], sentence_at, clause, note)
    found = [each for each in note.amounts_in(clause.at, clause.until) if _is_money(each, clause, note)]
    if said.foreign.search(clause.text) and not said.priced.search(clause.text[: len(clause.text) // 2]):
        return product
    if found:
        last = found[-1]
        return Said(Money(last.span.value, last.span.currency), last.at, last.until)
    return product


def _is_money(amount: Amount, clause: Clause, note: Note) -> bool:
    span = amount.span
    if words(clause.language).bound.search(note.text[max(0, amount.at - 16) : amount.at]):
        return False
    if span.unit == "percent" or span.value <= 0:
        return False
    if re.match(
        r"\s*(?:each|a piece|apiece|per\b|units?\b|pieces|pcs|[个台套件盒箱支把只份天月年人])", note.text[amount.until :], re.IGNORECASE
    ):
        return False
    if (
        re.search(r"(?:每[台套件盒个支把只份]|单价|at|phase)\s*$", note.text[max(0, amount.at - 8) : amount.at], re.IGNORECASE)
        and span.currency is None
    ):
        return False
    if span.currency is not None or not span.integer:
        return span.value >= LEAST
    if re.match(r"\s*(?!plus|this|was)[a-z]{2,}s\b", note.text[amount.until :], re.IGNORECASE):
        return False  # so many of something
    return span.value >= LEAST and bool(words(clause.language).priced.search(clause.text))


def _product(sentence: str, at: int, clause: Clause, note: Note) -> Said[Money] | None:
    """Quantity times price, when the clause holds the quantity: "12 units at 2,750 each", 50套，每套2600."""
    for pattern in words(clause.language).each("quantity"):
        for found in pattern.finditer(sentence):
            place = at + found.start("count")
            if not clause.at <= place < clause.until:
                continue
            count, price = _number(found["count"]), _number(found["price"])
            if count and price and count == count.to_integral_value() and count > 1:
                inside = [each for each in note.amounts if at + found.start("price") <= each.at <= at + found.end()]
                currency = next((each.span.currency for each in inside if each.span.currency), None)
                price = inside[0].span.value if inside else price
                return Said(Money(count * price, currency), place, max([at + found.end(), *(each.until for each in inside)]))
    return None


def _number(text: str) -> Decimal | None:
    found = [each for each in find_amounts(text.strip()) if each.unit is None]
    return found[-1].value if found else None


def _closing(clause: Clause, note: Note, today: date) -> Said[date] | None:
    found = words(clause.language).closing.search(clause.text)
    if not found or clause.negated:
        return None
    for each in note.times_in(clause.at, clause.until):
        day = day_of(each)
        if each.span.kind == "period" and day is not None and day >= today and each.span.grain != "year":
            return Said(day, min(each.at, clause.at + found.start()), max(each.until, clause.at + found.end()))
    return None


def _span(patterns: Iterable[re.Pattern[str]], clause: Clause) -> Said[str] | None:
    for pattern in patterns:
        found = pattern.search(clause.text)
        if found:
            return Said(found["what"].strip(), clause.at + found.start("what"), clause.at + found.end("what"))
    return None


def _reason(section: Section, lost: Clause) -> Said[str] | None:
    """Why it was lost: said in the clause, or shortly after."""
    place = next(number for number, each in enumerate(section.clauses) if each is lost)
    for clause in section.clauses[place : place + 5]:
        found = words(clause.language).each("reason")[0].search(clause.text)
        if found:
            return Said(found["what"].strip(" .,。"), clause.at + found.start("what"), clause.at + found.end("what"))
    return None


def _opened(section: Section, note: Note, world: World) -> DealNews | None:
    """A new deal that was asked for, with what was said of it anywhere in what is about this customer."""
    asked = next(
        (
            (clause, found)
            for clause in section.clauses
            if (found := words(clause.language).opens.search(clause.text)) and not clause.negated
        ),
        None,
    )
    if asked is None or section.account is None:
        return None
    clause, found = asked
    news = DealNews(None, section.name, asked=Said(clause.text.strip(), clause.at + found.start(), clause.at + found.end()))
    for each in section.clauses:
        if not each.uncertain:
            news.amount = _amount(each, note) or news.amount
            news.close_date = _closing(each, note, world.today) or news.close_date
            news.term = _span(words(each.language).each("term"), each) or news.term
        news.product = _product_named(each, note) or news.product
    return news


def _product_named(clause: Clause, note: Note) -> Said[str] | None:
    found: Iterator[tuple[Record, int, int]] = (
        (each.record, each.at, each.until) for each in note.names_in(clause.at, clause.until) if each.record is not None
    )
    return next((Said(record.id, at, until) for record, at, until in found if record.type == "product"), None)


def _without_what_is(news: DealNews, deal: Deal) -> DealNews:
    """Only what differs from the deal as it stands."""
    if news.stage and news.stage.value == deal.stage_id:
        news.stage = None
    if news.amount:
        same = deal.amount is not None and news.amount.value.value == deal.amount
        if same and news.amount.value.currency in {None, deal.currency}:
            news.amount = None
    if news.close_date and news.close_date.value == deal.close_date:
        news.close_date = None
    return news

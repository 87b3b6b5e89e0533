"""Which deal a clause speaks of and what it says of it: stage, amount, dates, terms. What is uncertain, kept as it is, or theirs to decide
still changes nothing."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from knowledge.followups.closing import means
from knowledge.followups.due import day_of
from knowledge.followups.followup import DealNews, Money, Question, Said
from knowledge.followups.note import Amount, Clause, Note
from knowledge.followups.reasons import reason_of
from knowledge.followups.sections import Section
from knowledge.followups.stages import stage_in, taken_back
from knowledge.followups.words import words
from knowledge.followups.world import Deal, Record, World
from knowledge.sentences import HAN
from knowledge.spoken.amounts import find_amounts

LEAST = Decimal(100)  # an amount without currency or scale is none below this
_TOKEN = re.compile(r"[a-zA-ZÀ-ɏ]+|\d+")
_DULL = re.compile(r"项目|商机|供货|的")
_TURNS = frozenset({"phase", "the", "of", "and", "for"})
_MEASURE = "个台套件盒箱支把只份张片吨米间辆条桶瓶包副架部"
_NOT_WHOLE = re.compile(
    r"\s*(?:each|a piece|apiece|per\b|units?\b|pieces|pcs|of (?:them|these|those)\b"
    rf"|[{_MEASURE}天月年人册平颗棵匹头户座名位次]|一[{_MEASURE}])",
    re.IGNORECASE,
)
_EACH_AFTER = re.compile(rf"\s*(?:钱)?(?:each|a piece|apiece|per\b|一[{_MEASURE}])", re.IGNORECASE)
_EACH_BEFORE = re.compile(rf"(?:每[{_MEASURE}]|单价|\bat)\s*$", re.IGNORECASE)
_EACH = 0.02  # more for each word of the name that was said
_FEW = 2  # Chinese characters in a row that may point to a deal


def deals_in(section: Section, note: Note, world: World) -> tuple[list[DealNews], list[Question]]:
    """Each deal that is told apart, with its news if there are any; of several open deals none of which is named, none is changed."""
    opened = _opened(section, note, world)
    if opened and section.account is not None and (before := _before_it(section, opened)) is not None:
        kept, questions = deals_in(before, note, world)
        return [*kept, opened], questions
    if opened:
        return [opened], []
    if section.account is None:
        return [], []
    mine = world.deals.get(section.account.value, [])
    news, questions = dict[str, DealNews](), list[Question]()
    for clause, spoken in zip(section.clauses, _spoken_of(section, note, mine), strict=True):
        asked = _asked(clause, note, world, spoken, mine)
        if asked:
            questions.append(asked)
        if spoken.deal is None:
            continue
        held = news.setdefault(spoken.deal.id, DealNews(spoken.deal.id, spoken.deal.name))
        _told(held, clause, note, world, spoken.deal, section, closed=asked is None)
    made = [_without_what_is(each, next(deal for deal in mine if deal.id == each.id)) for each in news.values()]
    settled = {each.id for each in made if each.stage}
    taken = {clause.sentence for clause in section.clauses if taken_back(clause)}
    return made, [each for each in questions if not settled & {deal for deal, _ in each.deals} and not _near(each, section, taken)]


def _before_it(section: Section, opened: DealNews) -> Section | None:
    """What was said in the sentences before a new deal was asked for, when that has an amount of its own: the rest is of the deals there are."""
    asked = next((each for each in section.clauses if opened.asked and each.at <= opened.asked.at < each.until), None)
    if asked is None or opened.amount is None:
        return None
    first = next(each.at for each in section.clauses if each.sentence == asked.sentence)
    if opened.amount.at < first:
        return None
    earlier = [each for each in section.clauses if each.at < first]
    return Section(section.account, section.name, earlier) if earlier else None


def _near(question: Question, section: Section, sentences: set[int]) -> bool:
    """Whether the speaker took it back, in the same sentence or the next."""
    said = next(each.sentence for each in section.clauses if each.at <= question.stage.at < each.until)
    return bool({said, said + 1} & sentences)


@dataclass(frozen=True, slots=True)
class _Spoken:
    """The deal a clause speaks of. `named`: by its own words, now or before; else it is the only one there is."""

    deal: Deal | None
    named: bool


def _spoken_of(section: Section, note: Note, deals: Sequence[Deal]) -> list[_Spoken]:
    """The deal of each clause: the one it names, else the one named before, else the only one there is (named anywhere, or open)."""
    named = _named_with_sentence(section, [_deal_of(clause, note, deals, section) for clause in section.clauses])
    once = list({each[0].id: each[0] for each in named if len(each) == 1}.values())
    current = once[0] if len(once) == 1 else deals[0] if len(deals) == 1 else None
    by_name = False
    found = list[_Spoken]()
    for each in named:
        if each:  # of two that fit alike neither, and no more the one before
            current, by_name = (each[0], True) if len(each) == 1 else (None, False)
        found.append(_Spoken(current, by_name))
    return found


def _named_with_sentence(section: Section, named: list[list[Deal]]) -> list[list[Deal]]:
    """ "They've signed, welding gas is done": what comes before the name in its sentence is of that deal, when it is the only one named there
    and none was named yet."""
    found, earlier = list(named), False
    for number, clause in enumerate(section.clauses):
        if named[number]:
            earlier = True
        elif not earlier:
            rest = [each for one, each in zip(section.clauses, named, strict=True) if one.sentence == clause.sentence and each]
            ids = {deal.id for each in rest for deal in each}
            if len(ids) == 1:
                found[number] = rest[0]
    return found


def _asked(clause: Clause, note: Note, world: World, spoken: _Spoken, mine: Sequence[Deal]) -> Question | None:
    """A win that may be this deal's or another's."""
    some = spoken.deal or (mine[0] if mine else None)
    stage = stage_in(clause, note, world, some) if some and not clause.uncertain and not taken_back(clause) else None
    if some is None or stage is None or world.stage_kind(stage.value) != "won":
        return None
    if spoken.deal is not None and means(spoken.deal, clause, note, world, named=spoken.named, alone=len(mine) == 1):
        return None
    asked = [spoken.deal] if spoken.deal else mine
    return Question(stage, tuple((each.id, each.name) for each in asked))


def _deal_of(clause: Clause, note: Note, deals: Sequence[Deal], section: Section) -> list[Deal]:
    """Those whose names fit the clause best."""
    sentence = note.sentence_of(clause)
    scores = [(_likeness(deal.name, clause.text, sentence, section.name), deal) for deal in deals]
    if not any(score for score, _ in scores) and clause.language == "zh":
        scores = [(_own_pair(deal, deals, clause.text, section.name), deal) for deal in deals]
    best = max((score for score, _ in scores), default=0.0)
    return [deal for score, deal in scores if best > 0 and score >= best - 0.01]


def _own_pair(deal: Deal, deals: Sequence[Deal], text: str, account: str) -> float:
    """床垫 of 床垫更换: two characters at the head of its own words that no other deal of the customer has."""
    own = _own_words(_DULL.sub("", deal.name), account)
    pair = own[:2]
    alone = len(pair) == 2 and not any(pair in each.name for each in deals if each.id != deal.id)
    return 0.5 if alone and len(deals) > 1 and HAN.search(pair) and pair in text else 0.0


def _own_words(name: str, account: str) -> str:
    """Without the customer's own at its head."""
    return re.sub(rf"^.{{0,8}}?(?<=[{re.escape(account)}])(?![{re.escape(account)}])", "", name) or name


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
    likeness = len(hits) / len(key) + _EACH * len(hits)  # "sterile gloves" is not "gloves"
    if told and number:
        return likeness + (0.5 if number[0] in around else -0.6)
    return likeness + (0.1 if not number and not told else 0.0)


def _singular(word: str) -> str:
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if word.endswith("ss"):
        return word
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def _likeness_chinese(name: str, text: str, sentence: str, account: str) -> float:
    own = _DULL.sub("", name)
    bare = _DULL.sub("", text)
    own = _own_words(own, account)
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


def _told(held: DealNews, clause: Clause, note: Note, world: World, deal: Deal, section: Section, *, closed: bool) -> None:
    said = words(clause.language)
    held.next_step = _step(clause, note) or held.next_step
    if clause.uncertain:
        return
    back = taken_back(clause)
    if held.stage and world.stage_kind(held.stage.value) == "won" and back:
        held.stage = None
    stage = stage_in(clause, note, world, deal)
    if stage and world.stage_kind(stage.value) == "won" and (back or not closed):
        stage = None
    held.stage = stage or held.stage
    if stage and world.stage_kind(stage.value) == "lost" and held.lost_reason is None:
        held.lost_reason = reason_of(section, clause)
    if not said.unchanged.search(clause.text):
        held.amount = _amount(clause, note) or held.amount
        held.close_date = _closing(clause, note, world.today) or held.close_date
    if not said.demands.search(clause.text) and not clause.negated:
        held.term = _span(said.each("term"), clause) or held.term
    if (most := _span(said.each("discount_most"), clause)) and _accepted(clause, note):
        held.discount = most
    if not said.discount_wish.search(clause.text):
        held.discount = _span(said.each("discount"), clause) or held.discount


def _accepted(clause: Clause, note: Note) -> bool:
    """我说最多百分之五,他点头了: what we named as the most was taken."""
    place = next(number for number, each in enumerate(note.clauses) if each is clause)
    after = note.clauses[place + 1] if place + 1 < len(note.clauses) else None
    return after is not None and not after.negated and bool(words(after.language).accepted.search(after.text))


def _step(clause: Clause, note: Note) -> Said[str] | None:
    """In one clause, or named in one and told in the next: "Next step, a workshop, …"."""
    found = words(clause.language).each("step")[0].search(clause.text)
    if found:
        return Said(found["what"].strip(" .,。，"), clause.at + found.start("what"), clause.at + found.end("what"))
    place = next(number for number, each in enumerate(note.clauses) if each is clause)
    before = note.clauses[place - 1] if place else None
    if before is None or before.sentence != clause.sentence or not words(before.language).step_named.match(before.text):
        return None
    text = re.sub(r"^(?:an?|the)\s+", "", clause.text.strip(" .,。，"), flags=re.IGNORECASE)
    at = clause.at + clause.text.index(text)
    return Said(text, at, at + len(text))


def _amount(clause: Clause, note: Note) -> Said[Money] | None:
    """The deal's new amount: a product of quantity and price, or what is said as money. Not theirs, not a rival's, not a bound."""
    said = words(clause.language)
    sentence_at, sentence_until = note.sentences[clause.sentence]
    product = _product(note.text[sentence_at:sentence_until], sentence_at, clause, note)
    found = [each for each in note.amounts_in(clause.at, clause.until) if _is_money(each, clause, note)]
    told = clause.text if said.priced.search(clause.text) else _with_before(clause, note)
    if said.foreign.search(told) and not said.priced.search(clause.text[: len(clause.text) // 2]):
        return product
    if found:
        last = found[-1]
        currency = last.span.currency or _unit_currency(note, sentence_at, sentence_until)
        return Said(Money(last.span.value, currency), last.at, last.until)
    return product


def _unit_currency(note: Note, at: int, until: int) -> str | None:
    """ "Each at 55 pounds, eleven thousand in all": said with the price of one only."""
    priced = [each for each in note.amounts_in(at, until) if each.span.currency and _is_each(each, note)]
    return priced[-1].span.currency if priced else None


def _is_each(amount: Amount, note: Note) -> bool:
    after, before = note.text[amount.until : amount.until + 14], note.text[max(0, amount.at - 8) : amount.at]
    return bool(_EACH_AFTER.match(after) or _EACH_BEFORE.search(before))


def _with_before(clause: Clause, note: Note) -> str:
    """The clause after the one it goes on from: "there's budget, about eighty thousand"."""
    sentence_at, _ = note.sentences[clause.sentence]
    before = [each for each in note.clauses if sentence_at <= each.at < clause.at]
    return note.text[before[-1].at : clause.until] if before else clause.text


def _is_money(amount: Amount, clause: Clause, note: Note) -> bool:
    span = amount.span
    if words(clause.language).bound.search(note.text[max(0, amount.at - 16) : amount.at]):
        return False
    if span.unit == "percent" or span.value <= 0:
        return False
    if _NOT_WHOLE.match(note.text, amount.until) or re.match(r"(?:元|块)?(?:之|以)(?:内|下|上)", note.text[amount.until :]):
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
    said = words(clause.language)
    pending = (
        said.pending_sign.fullmatch(clause.text.strip(" ,，。")) if clause.language == "zh" and not _told_by_them(clause, note) else None
    )
    found = said.closing.search(clause.text) or (pending and re.search("签", clause.text))
    if not found or clause.negated:
        return None
    for each in note.times_in(clause.at, clause.until):
        day = day_of(each)
        if each.span.kind == "period" and day is not None and day >= today and each.span.grain != "year":
            return Said(day, min(each.at, clause.at + found.start()), max(each.until, clause.at + found.end()))
    return None


def _told_by_them(clause: Clause, note: Note) -> bool:
    """她说没问题,三月二十号签合同: a promise of theirs."""
    at, _ = note.sentences[clause.sentence]
    return bool(re.search(r"[他她]们?说", note.text[at : clause.at]))


def _span(patterns: Iterable[re.Pattern[str]], clause: Clause) -> Said[str] | None:
    for pattern in patterns:
        found = pattern.search(clause.text)
        if found:
            return Said(found["what"].strip(), clause.at + found.start("what"), clause.at + found.end("what"))
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
    if asked is None or not section.of_somebody:
        return None
    clause, found = asked
    news = DealNews(None, section.name, asked=Said(clause.text.strip(), clause.at + found.start(), clause.at + found.end()))
    for each in section.clauses:
        if not each.uncertain:
            news.amount = _amount(each, note) or news.amount
            news.close_date = _closing(each, note, world.today) or news.close_date
            news.term = _span(words(each.language).each("term"), each) or news.term
        news.next_step = _step(each, note) or news.next_step
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

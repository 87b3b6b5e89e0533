"""Search over everything that was said: by meaning and by word; rights first; quotes with where they come from.

Relevance is meaning (see dense.py) plus WORDS times the share of the question's words, by rarity, that the passage holds: it orders the
hits. The floor is another sum, nearness plus WORDS_BESIDE times that share: when none of the best reaches it, nothing is shown, and nothing
found is an answer; beside one that does, others may lie MARGIN lower. Codes, e-mails and phones that match come first. Weights and floor are
from the tuning half of `evals/searching` (decision 0033).
Reciprocal rank fusion (k = 60) was tried first: a common word in the question's language outvoted passages that answer it in the other
(cross-lingual R@1 0.40 against 0.90 on the labelled notes), and ranks give no floor.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from langchain_core.embeddings import Embeddings

from knowledge.dense import Asked, Dense, Ranked
from knowledge.index import Indexer, unit_vector
from knowledge.sentences import language_of, split_sentences
from knowledge.words import Question, normal, question_words, words_of
from store.duplicates.letters import simplified
from store.errors import Unavailable
from store.passage_search import Found, Within, look_up
from store.rights import Principal
from store.unit import Store
from store.word_ranking import ranked, rarity

DEPTH = 60  # candidates from each ranking
RECENCY = 0.25  # most that being recent adds to relevance; halves every HALF_LIFE days
HALF_LIFE = 180
WORDS = 1.0
WORDS_BESIDE = 4.0
LEADING = 3  # passages of which one must reach the floor: farther down, one that is near every question would
FLOOR = 0.4
MARGIN = 1.5
NEARLY_ALL = 0.75  # share of the question's words that needs no meaning beside it: a name, a rare word
FLOOR_BY_WORD = 0.4  # share of the question's words, when that is all there is
UNENCODED = -1.0  # meaning of a passage that has no vector yet
UNENCODED_SHARE = 0.25  # of the question's words that it must hold
SAME = 0.9  # share of three-character pieces that makes two passages of one account the same
_QUESTION_LIMIT = 500  # characters that are encoded; the rest of a long question says no more

Period = tuple[date | datetime | None, date | datetime | None]


@dataclass(frozen=True, slots=True)
class Hit:
    """A quote and where it stands. `date` is when it happened; `score` is the relevance, higher is better; `also` counts
    near-duplicates folded into this one."""

    type: str
    id: str
    account_id: str | None
    account: str | None
    contact: str | None
    date: datetime | None
    author: str | None
    kind: str | None
    quote: str
    score: float
    language: str
    trust: str
    also: int = 0


@dataclass(frozen=True, slots=True)
class _Candidate:
    number: int
    passage: Found
    score: float
    exact: bool
    share: float = 1.0
    height: float = 0.0  # to be compared with the floor


class Search:
    """`note` says what the last search had to do without (the encoder, or an index not finished), if anything."""

    def __init__(self, store: Store, encoder: Embeddings, index: Indexer) -> None:
        self._store = store
        self._encoder = encoder
        self._dense = Dense(index)
        self.note: str | None = None

    def search(
        self,
        principal: Principal,
        text: str,
        *,
        account_ids: Collection[str] | None = None,
        contact_ids: Collection[str] | None = None,
        period: Period | None = None,
        types: Collection[str] | None = None,
        kinds: Collection[str] | None = None,
        limit: int = 5,
    ) -> list[Hit]:
        """Quotes that answer `text`, best first, none when nothing is relevant. `period` is from and to, both included."""
        question = question_words(text)
        if not question.all or limit < 1:
            return []
        within = Within(account_ids, contact_ids, self._moments(period), types, kinds)
        if not question.plain:
            return self._exactly(principal, within, question, limit)
        asked = self._ask(text)
        with self._store.database.reading() as session:
            pool = self._dense.pool(session, principal, within)
            among = pool.numbers() if pool is not None else None
            dense = self._dense.rank(session, principal, within, asked, limit=DEPTH, pool=pool) if asked else []
            exact = set(ranked(session, principal, within, question.exact, DEPTH, among))
            by_word = [*exact, *ranked(session, principal, within, question.all, DEPTH, among)]
            numbers = dict.fromkeys([*(each.number for each in dense), *by_word])
            found = look_up(session, principal, within, list(numbers))  # through rights once more: what is shown was seen here
            exact = {number for number in exact & found.keys() if _shows(found[number], question.exact)}
            weights = rarity(session, question.all)
            known = {each.number: each for each in dense}
            if asked:
                rest = [number for number in found if number not in known]
                known |= {each.number: each for each in self._dense.score(session, rest, asked)}
        judged = [self._judged(found[number], known.get(number), number in exact, weights) for number in numbers if number in found]
        return _hits(_above_the_floor(judged, by_words_alone=asked is None), weights, limit)

    def _judged(self, passage: Found, known: Ranked | None, exact: bool, weights: Mapping[str, float]) -> _Candidate:
        share = _share(passage, weights)
        if known is None:
            meaning, height = UNENCODED, FLOOR if share >= UNENCODED_SHARE else -math.inf
        else:
            meaning, height = known.meaning, known.nearness + WORDS_BESIDE * share
        relevance = meaning + WORDS * share + RECENCY * self._recency(passage.happened_at)
        return _Candidate(passage.number, passage, relevance, exact, share, height)

    def _exactly(self, principal: Principal, within: Within, question: Question, limit: int) -> list[Hit]:
        """A question that is nothing but codes, mails or phones: found as written, or not at all."""
        self.note = None
        with self._store.database.reading() as session:
            numbers = ranked(session, principal, within, question.exact, DEPTH)
            found = look_up(session, principal, within, numbers)
        weights = dict.fromkeys(question.exact, 1.0)
        shown = [number for number in numbers if number in found and _shows(found[number], question.exact)]
        candidates = [_Candidate(each, found[each], self._recency(found[each].happened_at), True) for each in shown]
        return _hits(candidates, weights, limit)

    def _ask(self, text: str) -> Asked | None:
        try:
            vector = unit_vector(self._encoder.embed_query(simplified(text[:_QUESTION_LIMIT])))
        except Unavailable as error:
            self.note = f"Searched by word only: {error}"
            return None
        self.note = None
        return Asked(vector, language_of(text))

    def _moments(self, period: Period | None) -> tuple[datetime | None, datetime | None] | None:
        if period is None:
            return None
        since, until = period
        zone = self._store.settings.zone
        if isinstance(since, date) and not isinstance(since, datetime):
            since = datetime(since.year, since.month, since.day, tzinfo=zone)
        if isinstance(until, datetime):
            until += timedelta(microseconds=1)
        elif until is not None:
            until = datetime(until.year, until.month, until.day, tzinfo=zone) + timedelta(days=1)
        return since, until

    def _recency(self, moment: datetime | None) -> float:
        if moment is None:
            return 0.0
        days = max(0.0, (self._store.settings.now() - moment.astimezone(UTC)).total_seconds() / 86_400)
        return float(0.5 ** (days / HALF_LIFE))


def _above_the_floor(judged: Sequence[_Candidate], *, by_words_alone: bool) -> list[_Candidate]:
    """What may be shown: what is certain by its words, and the rest when one of the best tells something."""
    if by_words_alone:
        return [each for each in judged if each.exact or each.share >= FLOOR_BY_WORD]
    best = sorted(judged, key=lambda each: -each.score)[:LEADING]
    least = FLOOR - MARGIN if any(each.height >= FLOOR for each in best) else math.inf
    return [each for each in judged if each.exact or each.share >= NEARLY_ALL or each.height >= least]


@lru_cache(maxsize=10_000)
def _words_in(text: str) -> frozenset[str]:
    return frozenset(words_of(text))


def _hits(candidates: Sequence[_Candidate], weights: Mapping[str, float], limit: int) -> list[Hit]:
    """One hit for a record, and one for passages of one account that say the same; the best of each stands for the rest."""
    kept: list[_Candidate] = []
    also: Counter[int] = Counter()
    for each in sorted(candidates, key=lambda each: (not each.exact, -each.score, -each.number)):
        same = next((other for other in kept if _one_record(each, other) or _say_the_same(each, other)), None)
        if same is None and len(kept) < limit:
            kept.append(each)
        elif same is not None and not _one_record(each, same):
            also[same.number] += 1
    return [_hit(each, weights, also[each.number]) for each in kept]


def _one_record(one: _Candidate, other: _Candidate) -> bool:
    return (one.passage.record_id, one.passage.type) == (other.passage.record_id, other.passage.type)


def _say_the_same(one: _Candidate, other: _Candidate) -> bool:
    if one.passage.account_id != other.passage.account_id:
        return False
    mine, theirs = _pieces(one.passage.text), _pieces(other.passage.text)
    return len(mine & theirs) >= SAME * len(mine | theirs)


def _shown_words(found: Found) -> frozenset[str]:
    """The words of a passage and of the account and contact its reader sees."""
    return _words_in(found.text) | _words_in(f"{found.account or ''} {found.contact or ''}")


def _shows(found: Found, exact: Sequence[str]) -> bool:
    """Whether its reader sees one of these codes in it: the index also holds the names of accounts and contacts hidden from them."""
    return not _shown_words(found).isdisjoint(exact)


def _share(found: Found, weights: Mapping[str, float]) -> float:
    """How much of the question's words, by rarity, the passage (with its account's and contact's names) holds."""
    total = sum(weights.values())
    held = _shown_words(found)
    return sum(weight for word, weight in weights.items() if word in held) / total if total else 0.0


@lru_cache(maxsize=2_000)
def _pieces(text: str) -> frozenset[str]:
    flat = re.sub(r"\W+", "", normal(text))
    return frozenset(flat[i : i + 3] for i in range(max(1, len(flat) - 2)))


def _hit(candidate: _Candidate, weights: Mapping[str, float], also: int) -> Hit:
    found = candidate.passage
    return Hit(
        type=found.type,
        id=found.record_id,
        account_id=found.account_id,
        account=found.account,
        contact=found.contact,
        date=found.happened_at,
        author=found.author,
        kind=found.kind,
        quote=_quote(found.text, weights),
        score=candidate.score,
        language=found.language,
        trust=found.trust,
        also=also,
    )


def _quote(text: str, weights: Mapping[str, float]) -> str:
    """The sentences that hold the question's words, in order; the whole passage when none does (it was found by meaning)."""
    sentences = split_sentences(text)
    worth = [sum(weights.get(word, 0.0) for word in set(words_of(sentence))) for sentence in sentences]
    best = max(worth, default=0.0)
    if best <= 0 or len(sentences) < 3:
        return text
    first = worth.index(best)
    last = first + 1 if first + 1 < len(sentences) else first
    first = first - 1 if last == first else first
    return text[text.find(sentences[first]) : text.find(sentences[last]) + len(sentences[last])]

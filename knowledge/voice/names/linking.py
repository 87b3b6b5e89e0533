"""Which stretches of a transcript are names, and whose: windows of its words beside the names of the book, by their sound.

The speaker's own book is asked first and believed sooner; everybody else's names only where that had none. What sounds like two records
is left open, and so is a name like none of them: "new?" with its candidates (docs/decisions/0029-names-by-sound.md).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.sentences import HAN
from knowledge.voice.names import sounds
from knowledge.voice.names.book import PEOPLE, TITLES, Book, Called, near
from knowledge.voice.names.ordinary import is_never_a_name, is_ordinary, is_phrase
from knowledge.voice.transcript import Candidate, Mention, Transcript, Word

# What a window must reach to be a name of the own book, and of all others; parts of names ("Priya", 张总) more than whole ones.
ENOUGH = {"en": 76.0, "zh": 84.0}
PART = {"en": 88.0, "zh": 90.0}
STRANGER = 10.0
SAME = 99.5
NEAR = 60.0  # worth showing as a candidate
LEAD = 3.0  # the best must be so much better than the next record
SURE = 0.55  # plain words the recogniser was less sure of may be a name it did not know
# What was heard clearly and is spelt otherwise is another name: (confidence, what it must reach then).
CLEARLY = ((0.8, 96.0), (0.6, 90.0))
OTHER_PART = 50.0  # "Allard Griffiths" may be Aled Griffiths, "Peter Griffiths" is somebody else
LONGEST = 5
_STRETCH = re.compile(r"[A-Za-zÀ-ɏ0-9][\w&'’.-]*")
_BREAKS = re.compile(r"[.!?,;:，。！？；：、]$")
TITLE_ENDS = frozenset(title[-1] for title in TITLES)
_BEFORE = frozenset("和跟给的与叫找让请对见了是说问约同向由被把到")  # stand before a given name that is said alone
_WITHIN = frozenset({"van", "von", "de", "der", "den", "del", "da", "di", "la", "le", "and", "&", "bin", "al"})
_POSSESSIVE = re.compile(r"['’]s?$")


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring words, or Chinese characters, that may be a name."""

    at: int
    until: int
    text: str
    chinese: bool
    confidence: float
    named: bool  # written like a name: with a capital that no sentence begins with
    size: int
    before: str = ""  # the word or character beside it, without a mark between
    after: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    window: Window
    called: tuple[Called, ...]  # the best, one form a record, best first
    scores: tuple[float, ...]
    own: bool

    @property
    def score(self) -> float:
        return self.scores[0]

    @property
    def worth(self) -> float:
        """Before which others it is taken: a whole name before a part of one, a longer stretch before a shorter as good."""
        best = self.called[0]
        size = min(self.window.size, len(best.form) if self.window.chinese else len(best.form.split()))
        return self.score + (1.5 if self.window.chinese else 4.0) * size + (5.0 if best.whole else 0.0)


def link(transcript: Transcript, book: Book) -> tuple[Mention, ...]:
    """The names in the text, in order, none over another."""
    windows = [*_latin(transcript), *_han(transcript)]
    taken = list[tuple[Match, Mention]]()
    for own in (True, False):
        free = [each for each in windows if not any(_overlap(each, held.window) for held, _ in taken)]
        taken += _chosen(free, book.own if own else book.others, [*taken], own=own, everybody=book)
    mentions = [mention for _, mention in taken]
    mentions += _new(windows, mentions, book)
    return tuple(sorted(mentions, key=lambda each: each.at))


def _chosen(
    windows: Sequence[Window], called: Sequence[Called], taken: Sequence[tuple[Match, Mention]], *, own: bool, everybody: Book
) -> list[tuple[Match, Mention]]:
    """The best windows first, longer ones before shorter ones that are as good."""
    found = sorted(_matches(windows, called, own=own), key=lambda each: (-each.worth, each.window.at))
    chosen = list[tuple[Match, Mention]]()
    for match in found:
        if any(_overlap(match.window, held.window) for held, _ in [*taken, *chosen]):
            continue
        linked = {mention.linked.id for _, mention in [*taken, *chosen] if mention.linked}
        chosen.append((match, _decided(match, near([*everybody.own, *everybody.others], linked))))
    return chosen


def _matches(windows: Sequence[Window], called: Sequence[Called], *, own: bool) -> Iterator[Match]:
    for chinese in (False, True):
        here = [each for each in windows if each.chinese == chinese]
        there = [each for each in called if bool(HAN.search(each.form)) == chinese]
        if not here or not there:
            continue
        compare = sounds.chinese if chinese else sounds.english
        scores = compare([each.text for each in here], [each.form for each in there])
        needed = np.array([_needed(each, chinese=chinese, own=own) for each in there], dtype=np.float32)
        for row in np.flatnonzero((scores >= needed[None, :]).any(axis=1)):
            columns = np.flatnonzero(scores[row] >= needed)
            best = sorted(
                ((float(scores[row, column]), there[column]) for column in columns), key=lambda each: (-each[0], not each[1].whole)
            )
            records = dict[str, tuple[float, Called]]()
            for score, each in best:
                records.setdefault(each.id, (score, each))
            kept = [(score, each) for score, each in records.values() if _may_be(here[row], score, each, own=own)]
            if kept:
                yield Match(here[row], tuple(each for _, each in kept), tuple(score for score, _ in kept), own)


def _needed(called: Called, *, chinese: bool, own: bool) -> float:
    language = "zh" if chinese else "en"
    return min(SAME, (ENOUGH if called.whole else PART)[language] + (0.0 if own else STRANGER))


def _may_be(window: Window, score: float, called: Called, *, own: bool) -> bool:
    """Plain words are no name unless they are spelt exactly like one, or the recogniser did not know what it heard."""
    if score < SAME and any(window.confidence >= sure and score < least for sure, least in CLEARLY):
        return False
    if not own and window.chinese and len(called.form) == 2 and window.text != called.form:
        return False
    if not _alone(window, called):
        return False
    plain = is_phrase(window.text) if window.chinese else is_ordinary(window.text)
    if not plain:
        return window.chinese or window.named or window.confidence < SURE or score >= SAME or _long(window)
    if score >= SAME:
        return called.whole or window.named
    return window.confidence < SURE and called.whole


def _alone(window: Window, called: Called) -> bool:
    """Whether a part of a person's name stands without another name beside it, or with one that sounds like the rest of theirs."""
    if called.whole or called.type not in PEOPLE:
        return True
    if window.chinese:
        return called.form[-1:] in TITLE_ENDS or not HAN.match(window.before) or window.before in _BEFORE
    words = [word for word in called.name.split() if not HAN.search(word)]
    first = called.form == words[0]
    beside, rest = (window.after, words[-1]) if first else (window.before, words[0])
    if not beside[:1].isupper() or len(beside) < 2 or is_never_a_name(beside.rstrip(".")):
        return True
    return float(sounds.english([beside], [rest])[0, 0]) >= OTHER_PART


def _long(window: Window) -> bool:
    return len(sounds.letters(window.text)) >= 6


def _decided(match: Match, around: set[str]) -> Mention:
    """Linked when one record fits best by far, or among equals one belongs to what the note is about."""
    window = match.window
    candidates = tuple(
        Candidate(each.type, each.id, each.name, round(score, 1)) for each, score in zip(match.called, match.scores, strict=True)
    )
    rivals = [number for number, score in enumerate(match.scores) if score > match.score - LEAD]
    if len(rivals) > 1:
        known = [number for number in rivals if match.called[number].id in around or match.called[number].account_id in around]
        rivals = known if len(known) == 1 else rivals
    if len(rivals) > 1:
        return Mention(window.at, window.until, window.text, tuple(candidates[number] for number in rivals[:5]), shared=True)
    chosen = match.called[rivals[0]]
    return Mention(window.at, window.until, window.text, candidates[:5], candidates[rivals[0]], chosen.form)


def _new(windows: Sequence[Window], mentions: Sequence[Mention], book: Book) -> list[Mention]:
    """What is written like a name and is none the store knows, with the names it comes nearest to."""
    free = [each for each in windows if not each.chinese and each.named and not is_ordinary(each.text)]
    free = [each for each in free if not any(each.at < held.until and each.until > held.at for held in mentions)]
    kept = list[Window]()
    for each in sorted(free, key=lambda window: -window.size):
        if not any(_overlap(each, held) for held in kept):
            kept.append(each)
    called = [each for each in (*book.own, *book.others) if each.whole and not HAN.search(each.form)]
    if not kept:
        return []
    if not called:
        return [Mention(each.at, each.until, each.text) for each in kept]
    scores = sounds.english([each.text for each in kept], [each.form for each in called])
    found = list[Mention]()
    for row, each in enumerate(kept):
        order = [int(column) for column in np.argsort(-scores[row])[:12] if scores[row, column] >= NEAR]
        candidates = {
            called[column].id: Candidate(called[column].type, called[column].id, called[column].name, round(float(scores[row, column]), 1))
            for column in reversed(order)
        }
        best = sorted(candidates.values(), key=lambda candidate: -candidate.score)[:3]
        found.append(Mention(each.at, each.until, each.text, tuple(best)))
    return found


def _latin(transcript: Transcript) -> Iterator[Window]:
    """One to five neighbouring words without a mark between them."""
    spans = [(found.start(), found.end()) for found in _STRETCH.finditer(transcript.text)]
    for first in range(len(spans)):
        for last in range(first, min(first + LONGEST, len(spans))):
            if last > first and not _together(transcript.text, spans[last - 1], spans[last]):
                break
            at, until = spans[first][0], spans[last][1]
            text = transcript.text[at:until].rstrip(".,-")
            text = _POSSESSIVE.sub("", text)
            if not sounds.letters(text):
                continue
            before = _before(transcript.text, spans, first)
            follows = last + 1 < len(spans) and _together(transcript.text, spans[last], spans[last + 1])
            after = transcript.text[slice(*spans[last + 1])] if follows else ""
            sure, named = _sure(transcript.words, at, until), _named(transcript.text, at, text)
            yield Window(at, at + len(text), text, False, sure, named, last - first + 1, before, after.rstrip(".,-"))


def _before(text: str, spans: Sequence[tuple[int, int]], first: int) -> str:
    """The word before a window, unless a mark stands between, or it is a plain word that has its capital from the sentence it begins."""
    if not first or not _together(text, spans[first - 1], spans[first]):
        return ""
    word = text[slice(*spans[first - 1])]
    return "" if _begins(text, spans[first - 1][0]) and is_ordinary(word) else word


def _begins(text: str, at: int) -> bool:
    return at == 0 or bool(re.search(r"[.!?。！？]\s*$", text[:at]))


def _together(text: str, before: tuple[int, int], after: tuple[int, int]) -> bool:
    between = text[before[1] : after[0]]
    return between.strip(" -&") == "" and not _BREAKS.search(text[before[0] : before[1]])


def _named(text: str, at: int, window: str) -> bool:
    """Every word has a capital (or stands within a name: van, de), and the first one not only because a sentence begins there."""
    words = window.split()
    capital = [word[:1].isupper() for word in words]
    if not (capital[0] and capital[-1]) or all(is_never_a_name(word.rstrip(".")) for word in words):
        return False
    if not all(big or word in _WITHIN for word, big in zip(words, capital, strict=True)):
        return False
    return not _begins(text, at) or not is_ordinary(words[0])


def _han(transcript: Transcript) -> Iterator[Window]:
    """Two to eight neighbouring characters."""
    for run in re.finditer(r"[\u3400-\u9fff]+", transcript.text):
        for first in range(run.start(), run.end() - 1):
            for last in range(first + 2, min(first + 9, run.end() + 1)):
                text = transcript.text[first:last]
                before = transcript.text[first - 1 : first]
                yield Window(first, last, text, True, _sure(transcript.words, first, last), False, last - first, before)


def _sure(words: Sequence[Word], at: int, until: int) -> float:
    inside = [word.confidence for word in words if word.at < until and word.until > at]
    return min(inside) if inside else 1.0


def _overlap(one: Window, other: Window) -> bool:
    return one.at < other.until and one.until > other.at

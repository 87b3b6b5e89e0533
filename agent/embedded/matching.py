"""Whether a phrase that is met in a text is meant there: near enough to how it is spelt, no words across a comma, a name and no ordinary word."""

from collections.abc import Iterator, Sequence

from rapidfuzz.distance import Prefix

from agent.embedded.lexicon import Lexicon, fillers, other_words
from agent.embedded.name_forms import LATE
from agent.embedded.names import Name, NameIndex
from agent.embedded.phrase_table import Match
from agent.embedded.tokens import Token, is_chinese, phrase, stem

_BE = frozenset({"was", "is", "were", "are", "be", "been", "being", "the", "a", "an", "got"})


def crosses(text: str, tokens: Sequence[Token], start: int, end: int) -> str:
    """The punctuation between the tokens of a stretch: words on both sides of a comma are no phrase."""
    gaps = (text[tokens[place].end : tokens[place + 1].start] for place in range(start, end - 1))
    return "".join(mark for gap in gaps for mark in gap if mark in ",，;；。!！?？:：、\n")


def plural_of_value(tokens: Sequence[Token], match: Match) -> bool:
    """Values match by stem only as plurals ("trade shows"): "time" is not the reason "timing"."""
    said = [token.word.removesuffix("s") for token in tokens[match.start : match.end]]
    forms = (form for sense in match.senses for form in (sense.value, *other_words(sense.value)))
    return any([word.removesuffix("s") for word in phrase(form)] == said for form in forms)


def near_enough(tokens: Sequence[Token], match: Match) -> bool:
    """Whether a value met by its stem is nearly as said: "negotiating", but "employing" is not the employment business."""
    if match.end - match.start > 1 or any(sense.kind != "choice" for sense in match.senses):
        return True
    said = tokens[match.start].word
    forms = [
        form
        for sense in match.senses
        for form in (sense.value.lower(), *other_words(sense.value))
        if stem(form.lower()) == tokens[match.start].stem
    ]
    return not forms or any(Prefix.similarity(said, form.lower()) > 0.6 * len(form) for form in forms)


def light_of_none(tokens: Sequence[Token], match: Match, names: NameIndex) -> bool:
    """ "filed", where no document is kept: a light word, not the file of one."""
    single = match.end - match.start == 1 and tokens[match.start].word in fillers()
    return single and all(sense.kind == "field" and sense.entity not in names.present for sense in match.senses)


def name_fits(text: str, tokens: Sequence[Token], start: int, end: int, found: Sequence[Name], lexicon: Lexicon) -> bool:
    """A one-word name that is also an ordinary word ("Will", "Target", "May") counts only when written as a name."""
    if end - start > 1 or is_chinese(tokens[start].word):
        return True
    word = tokens[start].word
    if all(name.score == LATE for name in found) and text[tokens[start].start].islower() and (len(word) < 6 or not text.islower()):
        return False
    ordinary = word in fillers() or bool(lexicon.table.matches([tokens[start]]))
    if not ordinary:
        return True
    shown = text[tokens[start].start : tokens[start].end]
    if shown[:1].isupper() and text[tokens[start].end :].startswith(("'s ", "’s ")) and any(name.type == "user" for name in found):
        return True  # "Will's deals"
    return shown[:1].isupper() and (start > 0 or any(name.score == 1.0 for name in found))


def tokens_in(tokens: Sequence[Token], first: int, last: int) -> tuple[int, int] | None:
    """The tokens that lie in [first, last) of the text; one that only sticks out by a mark still counts."""
    inside = [number for number, token in enumerate(tokens) if token.start < last and token.end > first]
    if not inside:
        return None
    start, end = inside[0], inside[-1] + 1
    if tokens[start].start < first - 1 or tokens[end - 1].end > last + 1:
        return None
    return start, end


def whole_noun(tokens: Sequence[Token], match: Match, lexicon: Lexicon) -> bool:
    """ "any contacts", "orders by carrier": the plural of a kind of record is that kind, though a phrase of another meaning has its stem."""
    ends = (tokens[match.start], tokens[match.end - 1]) if match.end - match.start > 1 else ()
    nouns = [s for token in ends for s in lexicon.table.meaning(token.word)]
    return any(s.kind == "entity" and s.plural for s in nouns) and all(sense.kind == "func" for sense in match.senses)


def over_light_words(tokens: Sequence[Token], names: NameIndex) -> Iterator[Match]:
    """Values said as a sentence: "the monthly fee was too high" for "monthly fee too high"."""
    kept = [number for number, token in enumerate(tokens) if token.word not in _BE]
    if len(kept) == len(tokens):
        return
    for match in names.facets.matches([tokens[number] for number in kept]):
        start, end = kept[match.start], kept[match.end - 1] + 1
        if end - start > match.end - match.start > 1 and not match.stemmed:
            yield Match(start, end, match.senses)

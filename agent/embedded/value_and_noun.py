"""A word for one kind of record that is, in this firm, a value and the noun of another: 潜在客户, "potential customers" where customers have a
grade 潜在 or Potential of their own are those, and no leads."""

from typing import TYPE_CHECKING

from agent.embedded.lexicon import Lexicon
from agent.embedded.names import NameIndex
from agent.embedded.phrase_table import Sense
from agent.embedded.tokens import is_chinese, tokenise

if TYPE_CHECKING:  # which calls this
    from agent.embedded.spans import Span, Spanned


def prefer(text: "Spanned", lexicon: Lexicon, names: NameIndex) -> None:
    """Give such words the value and its noun, where records there are have that value."""
    for span in text.spans:
        if span.entity and not span.names:
            found = _taken_apart(span, lexicon, names)
            if found:
                span.senses = found


def _taken_apart(span: "Span", lexicon: Lexicon, names: NameIndex) -> list[Sense]:
    """The value and the noun; nothing where the firm has no such value, or more than one."""
    kind = span.entity.entity if span.entity else ""
    found: list[list[Sense]] = []
    for value, noun in _parts(span.text):
        nouns = [s for s in lexicon.table.meaning(noun) if s.kind == "entity" and s.entity != kind and s.entity in names.present]
        choices = [
            s
            for s in _values(value, lexicon, names)
            if s.kind == "choice" and s.value.casefold() == value.casefold() and any(s.entity == n.entity for n in nouns)
        ]
        held = [s for s in choices if names.facets.holds(s)]
        if len(held) == 1:
            found.append([held[0], *(n for n in nouns if n.entity == held[0].entity)])
    return found[0] if len(found) == 1 else []


def _values(said: str, lexicon: Lexicon, names: NameIndex) -> list[Sense]:
    """What the whole of a text may be as a value, one that only records hold too."""
    tokens = tokenise(said)
    held = [s for match in names.facets.matches(tokens) if (match.start, match.end) == (0, len(tokens)) for s in match.senses]
    return list(dict.fromkeys([*lexicon.table.meaning(said), *held]))


def _parts(text: str) -> list[tuple[str, str]]:
    """Every way to part a word in two: letters of Chinese, words of English."""
    if is_chinese(text):
        return [(text[:at], text[at:]) for at in range(2, len(text) - 1)]
    words = text.split()
    return [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]

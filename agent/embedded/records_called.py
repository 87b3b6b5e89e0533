"""What a firm calls its own records, where nobody told: "veterinary hospitals", "open deals at VetCo clinics", "which practices …".

Such a word is told by what is kept: several accounts' names end in it, or a label of theirs has it in the singular (Emergency Clinic).
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from agent.embedded.phrase_table import Sense
from agent.embedded.tokens import is_chinese, phrase
from store.schema import Schema

if TYPE_CHECKING:  # which calls this
    from agent.embedded.names import NameIndex
    from agent.embedded.spans import Span

_EACH = frozenset({"which", "what", "each", "every", "per"})
_TOLD_BY = frozenset({"bool", "choice", "text"})  # a label that only says which of them; "vets" of "Number of Vets" are counted


def settle(spans: Sequence["Span"], schema: Schema, names: "NameIndex") -> None:
    """Make such words the kind of record they stand for."""
    for before, span in pairwise(spans):
        if span.unknown and any(c.entity == "account" for c in before.choices) and names.kind_of_place(span.text):
            span.senses, span.unknown = [Sense("entity", "account", plural=True)], False
    said = {span.entity.entity for span in spans if span.entity and not span.names}
    for place, span in enumerate(spans):
        of_many = _many(span.text) or (place > 0 and spans[place - 1].text.lower() in _EACH and span.text.islower())
        kind = (_kind_of_the_label(span, schema) or _kind_of_the_names(span, names)) if of_many else ""
        if kind and kind not in said:
            span.senses, span.unknown, span.guessed = [Sense("entity", kind, plural=True)], False, False


def _kind_of_the_label(span: "Span", schema: Schema) -> str:
    """ "clinics", where accounts have an Emergency Clinic: taken for that label in part, and yet many."""
    if not span.guessed or span.choices or span.names or len(phrase(span.text)) != 1:
        return ""
    kinds = {sense.entity for sense in span.fields if schema.field(sense.entity, sense.field).kind in _TOLD_BY}
    singular = phrase(span.text)[0].removesuffix("s")
    labels = [phrase(schema.field(sense.entity, sense.field).en) for sense in span.fields]
    return "account" if "account" in kinds and any(singular in words and len(words) > 1 for words in labels) else ""


def _kind_of_the_names(span: "Span", names: "NameIndex") -> str:
    """ "which bakeries …", where several accounts' names end so."""
    return "account" if span.unknown and len(phrase(span.text)) == 1 and names.kind_of_place(span.text) else ""


def _many(text: str) -> bool:
    return not is_chinese(text) and len(phrase(text)) == 1 and text.islower() and text.endswith("s") and not text.endswith("ss")

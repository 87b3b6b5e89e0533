"""How many pieces: "how many bin liners have we sold", "units of X ordered this year", where a quantity is kept of orders or deals."""

from collections.abc import Sequence

from agent.embedded.hosts import COMPARE
from agent.embedded.lexicon import Lexicon
from agent.embedded.names import NameIndex
from agent.embedded.phrase_table import Sense
from agent.embedded.spans import Span
from store.schema import NUMERIC, vocabulary

_KINDS = ("order", "opportunity")  # what pieces are sold by, the surer first


def pieces(spans: Sequence[Span], lexicon: Lexicon, names: NameIndex) -> Sense | None:
    """The field that is to be summed; its words and those of selling are left with no other meaning."""
    kept = _kept(lexicon, names)
    if not kept or any(span.func(*COMPARE, "avg", "between", "without", "empty") or span.func("share") for span in spans):
        return None
    spoken = {span.entity.entity for span in spans if span.entity and not span.names}
    said = next((n for n, span in enumerate(spans) if kept in span.fields or _counts_pieces(span)), None)
    goods = next((n for n, span in enumerate(spans) if any(name.type == "product" for name in span.names)), None)
    sold = [span for span in spans if span.func("sold", "bought") or _delivers(span, kept, lexicon) or _sold_too(span, kept)]
    if any(name.type in _KINDS for span in spans for name in span.names) or (said is None and spoken & {*_KINDS}):
        return None
    asked = any(span.func("count", "sum", "max", "min", "top", "group") for span in spans) or said == 0
    if said is None:  # "how many bin liners": right before the name
        before = [span for span in spans[: goods or 0] if not span.filler]
        if goods is None or not sold or not before or not before[-1].func("count") or before[-1].text.lower().startswith("how much"):
            return None
    elif not asked or not (sold or goods is not None or spoken & {kept.entity}):
        return None
    for span in spans:
        if kept in span.fields or (said is not None and span is spans[said]):
            span.senses, span.used = [Sense("func", value="count")], True
        elif span in sold and kept.entity == "order" and not span.fields:
            span.senses, span.used = [s for s in span.senses if s.kind == "func"], True
        elif span in sold:
            span.used = span.used or span.func("bought")
        elif span.func("sum") and span.fields:
            span.senses = [s for s in span.senses if s.kind == "func"]
    return kept


def _kept(lexicon: Lexicon, names: NameIndex) -> Sense | None:
    word = str(vocabulary()["label_words"]["quantity"][0])
    found = [s for s in lexicon.table.meaning(word) if s.kind == "field" and lexicon.schema.field(s.entity, s.field).kind in NUMERIC]
    return next((s for kind in _KINDS for s in found if s.entity == kind and kind in names.present), None)


def _counts_pieces(span: Span) -> bool:
    return span.func("count") and span.text.lower() == "quantity of"


def _sold_too(span: Span, kept: Sense) -> bool:
    """ "units sold"."""
    return kept in span.fields and " " in span.text and span.text.lower().split()[-1] in {"sold", "ordered", "shipped"}


def _delivers(span: Span, kept: Sense, lexicon: Lexicon) -> bool:
    """ "ship": a yes or no of the same records, which then is a condition too."""
    return any(s.entity == kept.entity and lexicon.schema.field(s.entity, s.field).kind == "bool" for s in span.fields)

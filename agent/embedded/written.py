"""Proper names nobody knows yet, by how they are written: words with capitals beside each other, a Chinese run that ends as companies do."""

import re

from agent.embedded.creating_words import ending, words
from agent.embedded.pieces import Piece
from agent.embedded.shapes import job
from agent.embedded.spans import Span, Spanned
from agent.embedded.tokens import is_chinese
from store.schema import Entity

KNOWN = 0.9  # a name this near to a record's is that record
ALSO_KNOWN = 0.75  # the same for Chinese names, of which a part is said more often than the whole


def proper_names(spec: Entity, whole: Spanned, piece: Piece) -> list[tuple[int, int]]:
    """The stretches of a piece that are new names, as places of spans: a value inside of one ("Linden Dental", 悦心口腔门诊部) is part of it."""
    found: list[tuple[int, int]] = []
    place = 0
    while place < len(piece.spans):
        stop = _company_zh(spec, whole, piece.spans, place) or _capitals(spec, whole, piece.spans, place)
        if stop:
            found.append((place, stop))
        place = stop or place + 1
    return found


def _known(spec: Entity, span: Span) -> bool:
    """Whether a span is a record that may be pointed to."""
    targets = {f.refers_to for f in spec.fields.values() if f.refers_to} | ({"account"} if spec.name == "lead" else set())
    near = ALSO_KNOWN if is_chinese(span.text) else KNOWN
    return any(name.type in targets and name.score >= near for name in span.names)


def _company_zh(spec: Entity, whole: Spanned, spans: list[Span], start: int) -> int:
    """Where a Chinese company's name that begins here ends; 0 when none does."""
    if not is_chinese(spans[start].text) or _known(spec, spans[start]) or spans[start].text in words("joints_zh"):
        return 0
    if (
        spans[start].filler
        or spans[start].text in words("light_zh")
        or (spans[start].func("on", "to", "with") and not spans[start].unknown)
    ):
        return 0
    first = next((n for n in range(start, len(spans)) if spans[n].unknown), len(spans))
    if any(each.text in words("light_zh") or (each.choices and not _town(each)) for each in spans[start:first]):
        return 0  # 展会上认识了|绍兴云帆纺织
    best = 0
    for stop in range(start + 1, len(spans) + 1):
        last = spans[stop - 1]
        joined = stop == start + 1 or spans[stop - 2].last == last.first
        if not joined or last.text == "的" or last.time or last.literal or _known(spec, last):
            break
        text = whole.text[spans[start].first : last.last]
        if len(text) > 3 and ending("companies_zh").search(text) and any(each.unknown or each.names for each in spans[start:stop]):
            best = stop
    return best


def _town(span: Span) -> bool:
    return any(choice.field in {"city", "country", "region"} for choice in span.choices)


def _capitals(spec: Entity, whole: Spanned, spans: list[Span], start: int) -> int:
    """Where a run of words with capitals that begins here ends; 0 when it holds nothing unknown."""
    if not _capital(spans[start]) or _known(spec, spans[start]):
        return 0
    stop, end = start + 1, start + 1
    while stop < len(spans) and re.fullmatch(r"[ .'&/-]*", whole.text[spans[stop - 1].last : spans[stop].first]):
        span = spans[stop]
        inside = span.text.lower() in words("particles") and stop + 1 < len(spans)
        model = spec.name == "product" and (span.amount is not None or span.literal_kind == "code")
        if _known(spec, span) or not (_capital(span) or inside or model):
            break
        stop += 1
        end = stop if _capital(span) or model else end
    run = spans[start:end]
    model = spec.name == "product" and len(run) > 1 and any(each.amount for each in run)
    if len(run) == 1 and run[0].text.isupper() and len(run[0].text) < 5:
        return 0  # "QA lead"
    if (
        "title" in spec.fields
        and end < len(spans)
        and spans[end].text.islower()
        and whole.text[spans[end - 1].last : spans[end].first] == " "
    ) and job(whole.text[spans[start].first : spans[end].last]) >= 1:
        return 0  # "Lab manager"
    partly = model or any(each.unknown or (each.names and not _known(spec, each)) for each in run)
    return end if partly and (len(run) > 1 or run[0].unknown) else 0


def _capital(span: Span) -> bool:
    """Written as a name is, and no date, sum or field."""
    if span.time or (span.literal and span.literal_kind != "code") or (span.amount and not span.unknown and span.amount.unit != "ordinal"):
        return False  # "Ninth Street Diner" begins with a number and is a name
    written = [word for word in re.findall(r"[\w'&]+", span.text) if word.lower() not in words("particles")]
    return bool(written) and all(word[0].isupper() for word in written) and not is_chinese(span.text)

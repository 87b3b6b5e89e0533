"""Whether a word that may also be a name or a number ("May", 2016, "at 3") is a time where it stands."""

from __future__ import annotations

import re

from knowledge.spoken.patterns import Lazy
from knowledge.spoken.time_words import NAME_LIKE, Atom

_GROUPED = Lazy(r"(?:\b(?:every|each|per|every other)\s+|每个?|每隔|每逢|逐|按)$")
_PREPOSITION = Lazy(
    r"(?:\b(?:in|of|by|since|until|till|during|from|before|after|between|throughout|through|late|early|mid|than|for|vs\.?|versus|against"
    r"|with|compared to|starting|as of|prior to|and|or|on)|[在从自到至截])\s*(?:the\s+)?$"
)
_PERSON_BEFORE = Lazy(
    r"(?:\b(?:owned|created|made|sent|written|assigned|managed|updated|handled|led|run|added|entered|edited|logged|reported|signed|said)"
    r"\s+by|\b(?:from|with|to|and|or|on|than))\s+$"
)
_FIGURE_AFTER = Lazy(
    r"\s+(?:revenue|sales|forecast|numbers|figures|results|bookings|targets?|quota|totals?|pipeline|closings|invoices|orders|deals"
    r"|opportunities|wins|report)\b"
)
_COMPANY_AFTER = Lazy(r"(?:'|\s+(?:ltd|inc|corp|llc|gmbh|co|group|holdings|consulting|labs|systems|account|limited|plc)\b)")
_ELLIPSIS = Lazy(r"\W*(?:(?:and|or|so|ok|what about|how about|same for|now|then|only|just|show|what of)\s+)*(?:the\s+)?")
_YEAR_REFUSED_BEFORE = Lazy(
    r"(?:[$€£¥#=<>≥≤+]|\b(?:over|under|above|below|than|amount|value|worth|least|most|to|about|around|is|equals?|exceeds?|top"
    r"|room|no|number|price|cost"
    r"|budget|usd|eur|gbp|rmb|cny|approximately|roughly|nearly|almost|only|version|model|id|sell|sold|buy|bought|order|ordered)\b\.?|"
    r"[额超过大小于高低到为成价约共是近满够达])\s*$"
)
YEAR_REFUSED_AFTER = Lazy(
    r"\s*(?:%|k\b|usd\b|eur\b|gbp\b|rmb\b|cny\b|dollars?|euros?|pounds?|yuan|units?\b|users?\b|seats?\b|licen[sc]es?\b"
    r"|pieces?\b|people|employees"
    r"|items?\b|points?\b|hours?\b|minutes?\b|km\b|kg\b|x\b|or (?:more|less)|and (?:above|below|up)"
    r"|[元块个台件万千百亿位家条套人份项张封美欧以左上出多])"
)
_YEAR_PREPOSITION = Lazy(
    r"(?:\b(?:in|since|until|till|during|before|after|between|from|by|of|for|through|throughout|vs\.?|versus|against|early|late"
    r"|mid|year|and|or"
    r"|than|in the year)|[在从自])\s*(?:the\s+)?$"
)


_SEATED = re.compile(r"sat\s+(?:down|with|in|through|next to|together|around|across|opposite)\b")  # "…, sat with Eva" is no Saturday
_LOOSE = frozenset({",", "/", "(", "and", "or"})


def credible(atom: Atom, atoms: list[Atom], low: str, text: str) -> bool:
    """Whether an atom that may be a name or a number is a time where it stands."""
    before, after = low[: atom.start], low[atom.end :]
    if _GROUPED.search(before):
        return False
    alone = _ELLIPSIS.fullmatch(before) is not None and re.fullmatch(r"\W*(?:then|instead|please|only)?\W*", after) is not None
    match atom.weak:
        case "":
            return True
        case "month":
            return _is_month(atom, atoms, low, text, alone)
        case "year":
            return _is_year(atom, before, after, alone)
        case "weekday":
            led = re.search(r"(?:\b(?:on|by|before|since|until|till|after|from|for|this|next|last|and|or|to)|[,/(])\s*$", before)
            return alone or (led is not None and not (led[0].strip() in _LOOSE and _SEATED.match(low[atom.start :])))
        case "a":
            return re.search(r"\b(?:for|over|than|least|about|around|nearly|almost|under|up to|lasting|after)\s+$", before) is not None
        case "nth":
            return (
                re.search(r"\b(?:on|by|before|after|since|until|till|from|for|to|the)\s*$", before + low[atom.start : atom.start + 3])
                is not None
                and re.match(r"\s*(?:$|[,.?!;)]|\b(?:at|and|to|or|with|for|in|is|was|please|works|of)\b)", after) is not None
            )
        case "slash":
            sure = atom.parts[0].n > 12 and low[atom.start : atom.end] != "24/7"
            return (
                alone
                or sure
                or re.search(
                    r"(?:\b(?:on|by|before|since|until|after|from|for|at|due|dated|to|closes?|ends?|expires)|[在从到,])\s*$", before
                )
                is not None
                or (re.match(r"\s*(?:之?前|以前|之?后|以后|deadline)", after) is not None)
            )
        case "clock":
            return (
                re.match(
                    r"\s*(?:$|[,.?!;,。)]|\b(?:with|for|on|in|and|to|please|o|sharp|tomorrow|today)\b|开|见|打|拜|去|提醒"
                    r"|在)",
                    after,
                )
                is not None
            )
    return False


_SHIFTED_TO = Lazy(
    r"\b(?:push|move|shift|postpone|delay|slip|reschedule|bring|pull|defer|roll|advance|set|change)(?:e?d|s)?\b[^.;]*\b(?:in)?to\s+$"
)


def _is_month(atom: Atom, atoms: list[Atom], low: str, text: str, alone: bool) -> bool:
    before, after = low[: atom.start], low[atom.end :]
    if alone:
        return True
    if _COMPANY_AFTER.match(after):
        return False
    beside = any(
        o is not atom
        and o.parts
        and o.parts[-1].kind == "month"
        and o.weak in ("", "month")
        and re.fullmatch(
            r"\s*(?:,|and|or|&|vs\.?|versus|against|to|-|–|compared (?:to|with)|和|与|跟|、)\s*",
            low[min(o.end, atom.end) : max(o.start, atom.start)],
        )
        for o in atoms
    )
    if beside:
        return True
    lower = text[atom.start] == low[atom.start] and atom.name in ("may", "march", "mar")
    if lower and re.match(r"\s+[a-z]", after) and not re.search(r"\b(?:in|of|since|until|during|before|after)\s+$", before):
        return False
    if not lower and _SHIFTED_TO.search(before) and re.match(r"\s*(?:$|[,.;!?]|\b(?:and|please|instead|then|for)\b)", after):
        return True
    if atom.name in NAME_LIKE and _PERSON_BEFORE.search(before):
        return False
    if _PREPOSITION.search(before):
        return True
    return not lower and _FIGURE_AFTER.match(after) is not None and not before.endswith("'s ")


def _is_year(atom: Atom, before: str, after: str, alone: bool) -> bool:
    year = atom.base.first.year if atom.base else 0
    if YEAR_REFUSED_AFTER.match(after):
        return False
    if year % 1000 == 0:
        return re.search(r"\b(?:in|since|during|year)\s+$", before) is not None
    if re.search(
        r"\b(?:amount|value|price|discount|budget|increase\w*|reduce\w*|raise\w*|lower\w*|deals?|order|quote|worth)\s+(?:of|by"
        r"|for|from)\s+$",
        before,
    ):
        return re.search(r"\b(?:deals?|orders?)\s+(?:of|from|in)\s+$", before) is not None
    if _YEAR_PREPOSITION.search(before) and not re.search(r"\b(?:more|less|fewer|greater|other|rather)\s+than\s+$", before):
        return True
    if not 1990 <= year <= 2049 or _YEAR_REFUSED_BEFORE.search(before):
        return False
    return (
        alone
        or not re.search(r"(?:[a-z]{2,}|\d)\s+$", before)
        or re.search(
            r"\b(?:revenue|sales|forecast|numbers|figures|results|bookings|targets?|pipeline|wins|deals|orders|growth|rate"
            r"|performance|churn|results|report|show|compare|the|our|calendar)\s+$",
            before,
        )
        is not None
    )

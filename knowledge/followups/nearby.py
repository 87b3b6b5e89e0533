"""Known customers whose names are nearly like one a note calls new: shown beside it, never taken for it."""

from knowledge.followups.followup import Said
from knowledge.sentences import HAN
from knowledge.voice.names import sounds
from knowledge.voice.names.book import firm_forms
from knowledge.voice.transcript import Transcript
from store.name_like import holding, nearly_named
from store.unit import Unit

ALIKE = {"en": 80.0, "zh": 84.0}
MOST = 3


def nearby(unit: Unit, newcomer: Said[str], transcript: Transcript) -> tuple[tuple[str, str], ...]:
    """The nearest first (id, name): by spelling in the index of names, or by what the ear thought of."""
    heard = {
        each.id: each.name
        for mention in transcript.mentions
        if mention.linked is None and mention.at < newcomer.until and mention.until > newcomer.at
        for each in mention.candidates
        if each.type == "account"
    }
    name = newcomer.value
    found = [
        *nearly_named(unit, name, persons=(), firms=("account",)),
        *(holding(unit, name[:2], ("account",)) if HAN.search(name) else ()),
    ]
    names = {**{record_id: held for _, record_id, held, _ in found}, **heard}
    scored = sorted(((_alike(name, each), record_id, each) for record_id, each in names.items()), reverse=True)
    least = ALIKE["zh" if HAN.search(name) else "en"]
    return tuple((record_id, each) for score, record_id, each in scored[:MOST] if score >= least)


def _alike(name: str, known: str) -> float:
    """The best of the forms both are said in."""
    here, there = [form for form, whole in firm_forms(name) if whole], [form for form, whole in firm_forms(known) if whole]
    if not here or not there or bool(HAN.search(name)) != bool(HAN.search(known)):
        return 0.0
    compare = sounds.chinese if HAN.search(name) else sounds.english
    return float(compare(here, there).max())

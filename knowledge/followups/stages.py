"""The stage a deal is said to have reached: by its name after a word of movement, or won and lost as people tell them."""

import re
from functools import cache

from knowledge.followups.followup import Said
from knowledge.followups.note import Clause, Note
from knowledge.followups.words import words
from knowledge.followups.world import Deal, World
from knowledge.sentences import HAN
from store.schema import StageInfo

_AFTER_ZH = re.compile(r"^(?:的)?(?:阶段|了|吧|啊|$|[,，。]|环节)")


def stage_in(clause: Clause, note: Note, world: World, deal: Deal) -> Said[str] | None:
    """What waits for something else ("once I've posted them") changes nothing."""
    said = words(clause.language)
    if said.unchanged.search(clause.text) or _waits(clause, note):
        return None
    mine = next((stage.pipeline_id for stage in world.schema.stages if stage.id == deal.stage_id), None)
    stages = [stage for stage in world.schema.stages if stage.pipeline_id == mine]
    named = _named(clause, note, stages) or _come_about(clause, stages)
    if named:
        return named
    for kind in ("won", "lost"):
        found = (said.won if kind == "won" else said.lost).search(clause.text)
        stage = next((each for each in stages if each.kind == kind), None)
        if found and stage and kind not in clause.tells.never and not _negated(clause, found) and not _ahead(clause, found.start()):
            return Said(stage.id, clause.at + found.start(), clause.at + found.end())
        if kind == "lost" and stage and kind in clause.tells.sure and not _ahead(clause, len(clause.text)):
            return Said(stage.id, clause.at, clause.until)
    return None


def taken_back(clause: Clause) -> bool:
    """ "Don't mark it won yet", 还没签: what was told as signed is not."""
    return bool(words(clause.language).not_won.search(clause.text))


def _waits(clause: Clause, note: Note) -> bool:
    conditional = words(clause.language).conditional
    place = next(number for number, each in enumerate(note.clauses) if each is clause)
    before = note.clauses[place - 1] if place and note.clauses[place - 1].sentence == clause.sentence else None
    return bool(conditional.search(clause.text)) or (before is not None and bool(conditional.match(before.text.lstrip(" ,，"))))


def _named(clause: Clause, note: Note, stages: list[StageInfo]) -> Said[str] | None:
    """The last stage named in the clause as where the deal goes ("from Discovery to Proposal")."""
    said = words(clause.language)
    found = list[tuple[int, int, str]]()
    for stage in stages:
        for name in dict.fromkeys(filter(None, (stage.name, stage.zh))):
            pattern = rf"(?<![\w-]){re.escape(name)}(?![\w-])" if name.isascii() else _alike(name)
            for place in re.finditer(pattern, clause.text, re.IGNORECASE):
                if _goes_there(clause, place, said.in_stage):
                    found.append((place.start(), place.end(), stage.id))
    found.sort()
    if not found or clause.negated or _ahead(clause, found[-1][0], strict=True):
        return None
    at, until, stage_id = found[-1]
    return Said(stage_id, clause.at + at, clause.at + until)


def _negated(clause: Clause, told: re.Match[str]) -> bool:
    """Beside what tells of the loss itself: 没戏了, "don't want it any more"."""
    rest = clause.text[: told.start()] + " " * len(told[0]) + clause.text[told.end() :]
    return bool(words(clause.language).negated.search(rest))


def _come_about(clause: Clause, stages: list[StageInfo]) -> Said[str] | None:
    """A stage of two words told as a deed: "the survey's done", "we've agreed the terms", 合同走审批了."""
    if clause.negated:
        return None
    for stage in stages:
        for name in dict.fromkeys(filter(None, (stage.name, stage.zh))):
            pattern = _as_deed(name)
            found = pattern.search(clause.text) if pattern else None
            if found and not _ahead(clause, found.start()):
                return Said(stage.id, clause.at + found.start(), clause.at + found.end())
    return None


@cache
def _as_deed(name: str) -> re.Pattern[str] | None:
    if HAN.search(name):
        bare = re.sub("^[已未]", "", name)
        if len(bare) != 4:
            return None
        first, second = _alike(bare[:2]), _alike(bare[2:])
        return re.compile(
            rf"(?:{first}[^,，。]{{0,5}}{second}[^,，。]{{0,2}}了|{first}[^,，。]{{0,5}}(?:在走?|走|进入?){second}|{second}了?{first}了)"
        )
    parts = name.lower().split()
    if len(parts) != 2 or not re.search(r"(?:ed|en|out|in|done|sent|made|met|won|lost|held|signed)$", parts[1]):
        return None
    thing, deed = re.escape(parts[0].rstrip("s")), re.escape(parts[1])
    subject = r"(?:\s+(?:for|of)(?:\s+[\w-]+){1,4}\s+(?:is|are|was|were|went|has|have))?"  # "the quote for the crane went out"
    between = subject + r"(?:'s|'ve|\s+(?:is|are|was|were|has|have|been|gone|went|now|already|finally|all|just|got))*"
    return re.compile(rf"\b{thing}s?{between}\s+{deed}\b|\b{deed}\s+(?:on\s+)?(?:(?:the|our|a|all)\s+)*{thing}s?\b", re.IGNORECASE)


def _alike(text: str) -> str:
    """条款谈定 is also 条款谈妥, 投标 also 招标."""
    return "".join(next((f"[{same}]" for same in words("zh").listed("alike") if each in same), re.escape(each)) for each in text)


def _goes_there(clause: Clause, place: re.Match[str], lead: re.Pattern[str]) -> bool:
    before, after = clause.text[: place.start()], clause.text[place.end() :]
    if clause.language == "zh":
        if lead.search(before) and _AFTER_ZH.match(after):
            return True
        return bool(re.match(r"^(?:的)?阶段|^了", after)) or (not before.strip(" ,，") and bool(re.match(r"^(阶段|[,，。]|$)", after)))
    if re.match(r"\s+(?:is|was|are)\s+(?:fine|ok|good|accepted|approved|out|ready)", after):
        return False
    moved = words("en").moves.search(before)
    ends = re.match(r"\s*(?:stage|phase|now|please|$|[,.;:!])", after, re.IGNORECASE)
    alone = not before.strip(" ,.;:")
    return bool(
        ends
        and ((moved and lead.search(before)) or (lead.search(before)) or (alone and re.match(r"\s*(?:stage|now)", after, re.IGNORECASE)))
    ) or bool(moved and re.search(r"\b(?:to|into)\s+$", before))


def _ahead(clause: Clause, place: int, *, strict: bool = False) -> bool:
    """What is still to come changes nothing: "they'll sign", 下周签. `strict`: only wishes and questions, for a stage that is named."""
    said = words(clause.language)
    return bool((said.only_wished if strict else said.still_ahead).search(clause.text[:place]))

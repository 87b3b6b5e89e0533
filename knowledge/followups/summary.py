"""A follow-up told in two lines: who was met and how, and what came of it. Made of what was read, never of more."""

from functools import cache
from pathlib import Path
from typing import Any

from knowledge.followups.followup import FollowUp
from knowledge.followups.world import World
from knowledge.sentences import Language
from store.yaml_text import parse

SUBJECT = 80
_FEW = 3


@cache
def phrases(language: Language) -> dict[str, Any]:
    with Path(__file__).with_name("phrases.yaml").open(encoding="utf-8") as held:
        return dict(parse(held)[language])


def subject_of(found: FollowUp, language: Language) -> str:
    words = phrases(language)
    kind = words["kinds"].get(found.kind.value if found.kind else "note", words["kinds"]["note"])
    people = [each.value.name for each in found.people] + [each.person.value.name for each in found.news if each.person.value.id is None]
    if people and found.kind:
        return _short(str(words["with"]).format(kind=kind, people=words["people"].join(people[:_FEW])))
    return _short(str(words["about"]).format(kind=kind, account=found.account_name)) if found.account_name else kind


def outcome_of(found: FollowUp, world: World, language: Language) -> str:
    """The second line; empty when nothing came of it."""
    words = phrases(language)
    parts = [*_deals(found, world, language)]
    parts += [f"{words['competitor']['label']}: {each.value}" for each in found.competitors]
    if found.tasks:
        parts.append(words["tasks"]["one"] if len(found.tasks) == 1 else str(words["tasks"]["many"]).format(n=len(found.tasks)))
    for side in ("us", "them"):
        count = sum(each.side == side for each in found.promises)
        parts += [f"{words['promises'][side]}: {count}"] if count else []
    parts += [f"{words['risk']}: {_short(each.value.strip(' .。,，'))}" for each in found.risks[:2]]
    return f"{words['joiner'].join(parts)}{words['end']}" if parts else ""


def _deals(found: FollowUp, world: World, language: Language) -> list[str]:
    labels = world.schema.entity("opportunity").fields
    parts = list[str]()
    for deal in found.deals:
        if deal.stage:
            stage = next(each for each in world.schema.stages if each.id == deal.stage.value)
            parts.append(f"{labels['stage'].label(language)}: {stage.zh or stage.name if language == 'zh' else stage.name}")
        if deal.amount:
            money = deal.amount.value
            parts.append(f"{labels['amount'].label(language)}: {money.value:,}{' ' + money.currency if money.currency else ''}")
        if deal.close_date:
            parts.append(f"{labels['close_date'].label(language)}: {deal.close_date.value.isoformat()}")
        if deal.next_step:
            parts.append(f"{labels['next_step'].label(language)}: {deal.next_step.value}")
        words = phrases(language)
        parts += [f"{words[kind]['label']}: {said.value}" for kind, said in (("term", deal.term), ("discount", deal.discount)) if said]
    return parts


def _short(text: str) -> str:
    return text if len(text) <= SUBJECT else text[: SUBJECT - 1].rstrip() + "…"

"""What is worked out about a record: health with its reasons, tier, chance, stages gone through, and the brief with its sources."""

from dataclasses import dataclass, field
from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup

from knowledge.briefs.compose import Line, Worded, compose
from knowledge.briefs.evidence import SECTIONS, Brief, Citation
from knowledge.briefs.showing import phrases
from knowledge.briefs.showing import shown as shown_value
from knowledge.briefs.subjects import KINDS, subject_brief
from knowledge.understanding import reasons
from knowledge.understanding.chances import chances
from knowledge.understanding.health import health
from knowledge.understanding.leads import lead_scores
from knowledge.understanding.rfm import rfm
from store.query import RecordView
from store.rows import stage_visits
from store.unit import Unit
from ui.web.rooms.links import cited_path
from ui.web.shown import cited_words
from ui.web.words import Words


@dataclass(frozen=True, slots=True)
class Standing:
    """A figure with its reasons: "Health 64", why. `level` colours it: good, watch, bad or plain."""

    label: str
    value: str
    level: str
    why: list[str]


@dataclass(frozen=True, slots=True)
class Stay:
    stage: str
    since: str
    days: int
    now: bool


@dataclass(frozen=True, slots=True)
class BriefSection:
    head: str
    lines: list[tuple[Markup, list[tuple[int, str, str]]]]


@dataclass(slots=True)
class Insight:
    standings: list[Standing] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    brief: list[BriefSection] = field(default_factory=list)


_LEVELS = {"good": "good", "watch": "watch", "at risk": "bad"}


def insight(unit: Unit, record: RecordView, said: Words) -> Insight:
    found = Insight()
    if record.type == "account":
        found.standings += _health(unit, record.id, said) + _tier(unit, record.id, said)
    if record.type == "opportunity":
        found.standings += _chance(unit, record.id, said)
        found.stays = _stays(unit, record.id, said)
    if record.type == "lead":
        found.standings += _score(unit, record.id, said)
    if record.type in KINDS:
        made = subject_brief(unit, record.type, record.id)
        found.brief = sections_of(unit, made, compose(unit, made, said.language), said)
    return found


def _health(unit: Unit, account_id: str, said: Words) -> list[Standing]:
    return [
        Standing(
            said["health"], f"{each.score} · {said[f'health.{_LEVELS[each.level]}']}", _LEVELS[each.level],
            [reasons.said(reason, said.language) for reason in each.reasons],
        )
        for each in health(unit, [account_id], unit.today())
    ]  # fmt: skip


def _tier(unit: Unit, account_id: str, said: Words) -> list[Standing]:
    return [
        Standing(said["tier"], each.tier or said["tier.none"], "plain", [reasons.said(reason, said.language) for reason in each.reasons])
        for each in rfm(unit, unit.today(), [account_id])
    ]


def _chance(unit: Unit, deal_id: str, said: Words) -> list[Standing]:
    return [
        Standing(said["chance"], f"{each.probability:.0f} %", "plain", [reasons.said(reason, said.language) for reason in each.reasons])
        for each in chances(unit, [deal_id], unit.today())
    ]


def _score(unit: Unit, lead_id: str, said: Words) -> list[Standing]:
    return [
        Standing(said["score"], f"{each.score:.0f}", "plain", [reasons.said(reason, said.language) for reason in each.reasons])
        for each in lead_scores(unit, [lead_id], unit.today())
    ]


def _stays(unit: Unit, deal_id: str, said: Words) -> list[Stay]:
    """The stages a deal has been in, in order of time, with the days it stayed in each."""
    names = {stage.id: (stage.zh or stage.name) if said.language == "zh" else stage.name for stage in unit.schema.stages}
    zone, now = unit.settings.zone, unit.now()
    return [
        Stay(
            names.get(each.stage_id, "–"), each.entered_at.astimezone(zone).date().isoformat(),
            ((each.left_at or now) - each.entered_at).days, each.left_at is None,
        )
        for each in stage_visits(unit, among=[deal_id])
    ]  # fmt: skip


def sections_of(unit: Unit, made: Brief, worded: Worded, said: Words) -> list[BriefSection]:
    """A brief as headed lists, each line with what it stands on."""
    sections = []
    for name in SECTIONS:
        lines = [line for line in worded.lines if line.item.section == name]
        if lines:
            head = phrases()["sections"][name][said.language].format(since=shown_value(unit, made.period[0], said.language))
            sections.append(BriefSection(head, [(as_html(line.text), _sources(unit, line, worded.citations, said)) for line in lines]))
    return sections


def _sources(unit: Unit, line: Line, citations: list[Citation], said: Words) -> list[tuple[int, str, str]]:
    """(number, path, words) of what a line stands on; a note is opened at the sentence."""
    found = [(number, citations[number - 1].to_json()) for number in line.cites]
    return [(number, cited_path(each), cited_words(unit.schema, each, said.language)) for number, each in found]


@cache
def _markdown() -> MarkdownIt:
    """Bold and escapes only: no links, pictures or HTML of a record's."""
    return MarkdownIt("zero").enable(["emphasis", "escape", "entity"])


def as_html(text: str) -> Markup:
    return Markup(_markdown().renderInline(text))

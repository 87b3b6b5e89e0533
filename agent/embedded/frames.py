"""Frames: what a question asks for, as data. Carried from turn to turn, turned into tool calls, worded in answers."""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

from store.filters import Filter

FORM = "form"  # `reason` of a new record written as a form: every word of it stands behind its field's name
ADVISED = "advised"  # `reason` of a frame that carries out a suggestion: it comes from what was shown, not from words
Intent = Literal[
    "find", "measure", "get", "notes", "brief", "create", "update", "delete", "log", "task", "merge", "handover", "suggest", "draft", "send",
    "help", "clarify", "refuse",
]  # fmt: skip


@dataclass(slots=True)
class Part:
    """One condition with the slot it fills, so that a follow-up can replace it: "and for Ben?"."""

    slot: str
    filter: Filter


@dataclass(slots=True)
class Frame:
    """One reading of a sentence. `text` holds what is free text in it: a body, a title, a search; `said`: the clause it was read
    from. `also`: further records made with a
    new one (see tools/changes.py). `each`: the path whose groups the limit holds in; `part`: what of a count or sum is asked for as a
    share; `mean_over`: what it is averaged over; `having`: what the figures of the groups shown must be. `results`: ids its answer
    showed, for "the second one"; `rows`: what the rows of its figure stand for. `left`: words it has no place for. `proposed`:
    proposals its answer made; `replaces`: earlier ones it puts right. `score`: how likely it is what was meant (`belief.py`)."""

    intent: Intent
    entity: str = ""
    parts: list[Part] = field(default_factory=list)
    metric: str = ""
    by: list[str] = field(default_factory=list)
    period: tuple[date | None, date | None] | None = None
    date_field: str | None = None
    compare: str | None = None
    top: int | None = None
    ascending: bool = False
    share: bool = False
    part: list[Part] = field(default_factory=list)
    mean_over: str = ""
    top_each: bool = False
    each: str = ""
    having: str = ""
    sort: list[str] = field(default_factory=list)
    limit: int | None = None
    count_only: bool = False
    shown: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    also: list[dict[str, Any]] = field(default_factory=list)
    text: str = ""
    said: str = ""
    options: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    reason: str = ""
    left: list[str] = field(default_factory=list)
    proposed: list[str] = field(default_factory=list)
    replaces: list[str] = field(default_factory=list)
    score: float = 1.0

    @property
    def filters(self) -> list[Filter]:
        return [part.filter for part in self.parts]

    def to_json(self) -> dict[str, Any]:
        kept = {name: value for name, value in asdict(self).items() if value not in (None, [], {}, "", False)}
        kept["parts"] = [_plain(part) for part in self.parts]
        if self.part:
            kept["part"] = [_plain(part) for part in self.part]
        if self.period:
            kept["period"] = [day.isoformat() if day else None for day in self.period]
        return kept

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "Frame":
        kept = dict(raw)
        for name in ("parts", "part"):
            kept[name] = [Part(each["slot"], Filter.model_validate(each["filter"])) for each in raw.get(name, [])]
        if raw.get("period"):
            first, last = (date.fromisoformat(day) if day else None for day in raw["period"])
            kept["period"] = (first, last)
        return cls(**kept)


def _plain(part: Part) -> dict[str, Any]:
    return {"slot": part.slot, "filter": part.filter.model_dump(mode="json", exclude_defaults=True)}

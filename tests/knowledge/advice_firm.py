"""A small firm with one of each situation that a rule of knowledge/actions speaks of."""

from dataclasses import dataclass, field
from typing import Any

from brief_firm import Past

from knowledge.actions.scope import Scope
from knowledge.actions.suggesting import Suggestions, suggest
from knowledge.drafts.composing import Composed, compose
from knowledge.drafts.request import Request
from store.suggestions import Verdict, remember

REP, OTHER = "r1@b.example", "r2@b.example"


@dataclass
class Advised:
    past: Past
    ids: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, kind: str, /, **values: Any) -> str:
        self.ids[name] = self.past.add(kind, **values)
        return self.ids[name]

    def of(self, who: str = REP, *, limit: int = 50, language: str = "en", **about: str) -> Suggestions:
        principal = self.past.store.principal(who)
        scope = Scope(**about) if about else Scope(people=(principal.user_id,))  # type: ignore[arg-type]
        with self.past.store.reading(principal) as unit:
            return suggest(unit, scope, language=language, limit=limit)

    def rules(self, who: str = REP, **about: str) -> dict[str, str]:
        """Rule -> name of the record, in order."""
        return {each.rule: each.record["name"] for each in self.of(who, **about).actions}

    def say(self, key: str, verdict: Verdict, until: Any = None, who: str = REP) -> None:
        with self.past.store.writing(self.past.store.principal(who)) as unit:
            remember(unit, [key], verdict, until)

    def draft(self, who: str = REP, **wanted: Any) -> Composed:
        with self.past.store.reading(self.past.store.principal(who)) as unit:
            return compose(unit, Request(**wanted))

"""What a tool knows of the turn it runs in. Identity comes from here and nowhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from knowledge.search import Search
from store.rights import Principal
from store.unit import Store, Unit


@dataclass(slots=True)
class Context:
    """Made once a turn. `external` turns true when the turn has read text from outside.

    `refused`: a tool said that rights forbid it; `options`: what an ambiguous name can be.
    `least`: how likely the built-in brain's reading must be for it to answer; None is as fitted.
    `replaces`: earlier proposals of the conversation that what is proposed now puts right.
    `previous` and `frames` are what the built-in brain understood, last turn and this one, as JSON; tools do not look at them.
    """

    store: Store
    principal: Principal
    search: Search
    conversation_id: str | None
    door: str = "cli"
    language: Literal["en", "zh"] = "en"
    limit: int = 20
    external: bool = False
    refused: bool = False
    least: float | None = None
    options: list[str] = field(default_factory=list)
    replaces: list[str] = field(default_factory=list)
    previous: list[dict[str, Any]] = field(default_factory=list)
    frames: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def reading(self) -> Iterator[Unit]:
        with self.store.reading(self.principal, door=self.door) as unit:
            yield unit

    @contextmanager
    def writing(self) -> Iterator[Unit]:
        with self.store.writing(self.principal, door=self.door) as unit:
            yield unit

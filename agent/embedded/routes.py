"""Ways through the schema: how a condition on one kind of record reaches another.

Composition is by types and relations: "deals of healthcare accounts" finds opportunity -> account -> industry by itself.
"""

from collections import deque
from functools import lru_cache
from typing import Any

from store.filters import Filter
from store.schema import Schema

PERSON = {"task": "assignee", "activity": "author", "team": "manager"}  # whose it is; elsewhere the owner
DEPTH = 3


class Routes:
    """Shortest reference paths of one schema, kept."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._path = lru_cache(maxsize=1024)(self._search)

    def path(self, source: str, target: str) -> str | None:
        """Dotted references from one entity to another: "" to itself, None when there is no way."""
        return self._path(source, target)

    def _search(self, source: str, target: str) -> str | None:
        if source == target:
            return ""
        waiting: deque[tuple[str, str]] = deque([(source, "")])
        seen = {source}
        while waiting:
            entity, path = waiting.popleft()
            for name, to in self._references(entity):
                step = f"{path}.{name}" if path else name
                if to == target:
                    return step
                if to not in seen and step.count(".") < DEPTH - 1:
                    seen.add(to)
                    waiting.append((to, step))
        return None

    def _references(self, entity: str) -> list[tuple[str, str]]:
        """References of an entity, the person it belongs to before other people, records before teams."""
        fields = self.schema.entity(entity).fields
        preferred = PERSON.get(entity, "owner")
        found = [(f.name, f.refers_to) for f in fields.values() if f.refers_to in self.schema.entities and not f.readonly]
        rank = {"record": 0, "user": 1, "team": 2}
        found.sort(key=lambda pair: (pair[0] != preferred if pair[1] == "user" else False, rank.get(fields[pair[0]].kind, 3)))
        return [(name, str(to)) for name, to in found]

    def condition(self, source: str, entity: str, field: str, op: str, value: Any) -> Filter | None:
        """A condition on `entity.field`, said of records of `source`: over references, or through a relation back."""
        path = self.path(source, entity)
        if path is not None:
            return Filter(field=f"{path}.{field}" if path else field, op=op, value=value)  # type: ignore[arg-type]
        return self.related(source, entity, [Filter(field=field, op=op, value=value)])  # type: ignore[arg-type]

    def related(self, source: str, target: str, where: list[Filter], op: str = "has", value: Any = None) -> Filter | None:
        """A condition over records that point back here: accounts with open deals."""
        way = self.relation(source, target)
        return Filter(field=way, op=op, value=value, where=where) if way else None  # type: ignore[arg-type]

    def relation(self, source: str, target: str) -> str | None:
        """The relation of `source`, or of a record it refers to, that leads back to `target`."""
        for relation in self.schema.entity(source).relations.values():
            if relation.target == target:
                return relation.name
        for name, to in self._references(source):
            if self.schema.field(source, name).kind != "record" or to != "account":
                continue  # of a lead's campaign there may be deals, which say nothing of the lead
            for relation in self.schema.entity(to).relations.values():
                if relation.target == target:
                    return f"{name}.{relation.name}"
        return None


def through(path: str, condition: Filter) -> Filter:
    """A condition on a record, said of what refers to it."""
    return condition.model_copy(
        update={
            "field": f"{path}.{condition.field}" if condition.field else "",
            "any": [through(path, each) for each in condition.any],
            "where": condition.where if condition.field else [through(path, each) for each in condition.where],
        }
    )

"""People and named records as conditions."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.embedded.hosts import Hosts
from agent.embedded.routes import PERSON
from agent.embedded.spans import Span
from store.filters import Filter


@dataclass
class Named(Hosts):
    """ "Me", "my team", and names: whose a record is, or which record it belongs to."""

    def _mine(self) -> None:
        for number, span in enumerate(self.spans):
            if span.used or not span.func("me", "my_team"):
                continue
            following = self.spans[number + 1] if number + 1 < len(self.spans) else None
            if span.func("my_team") and span.text.lower() not in {"our", "we", "us", "我们", "咱们"}:
                ids = sorted(self.principal.team_ids)
                condition = self._person_team(ids)
                span.used = self.add("owner", condition)
            elif span.text.lower() in {"my", "mine", "我的", "我"} or (
                span.text.lower() in {"i", "me"} and following is not None and not following.func("show")
            ):
                if span.text.lower() in {"i", "me"} and not self._means_owner(number):
                    span.used = True
                    continue
                if span.text == "我" and not self._means_owner(number):
                    span.used = True
                    continue
                span.used = self.add("owner", self._person(self.principal.user_id))
            else:
                span.used = True

    def _means_owner(self, number: int) -> bool:
        """Whether "I"/"me"/我 owns something here ("deals I own", "我有哪些商机") or is only the one who asks ("show me")."""
        near = self.spans[max(0, number - 2) : number + 3]
        if any(each.func("owned", "sold", "win", "lose", "contacted", "with") for each in near):
            return True
        text = " ".join(each.text.lower() for each in self.spans[number : number + 3])
        return any(
            text.startswith(f"{me} {verb}") for me in ("i", "me") for verb in ("own", "have", "won", "lost", "close", "closed", "am", "do")
        )

    def _person(self, user_id: str) -> Filter | None:
        if self.target == "user":
            return None
        name = PERSON.get(self.target, "owner")
        if name not in self.schema.entity(self.target).fields:
            return self.routes.related(self.target, "opportunity", [Filter(field="owner", value=user_id)])
        return Filter(field=name, value=user_id)

    def _person_team(self, ids: Sequence[str]) -> Filter | None:
        fields = self.schema.entity(self.target).fields
        if not ids or "team" not in fields:
            return None
        return Filter(field="team", op="in", value=list(ids))

    def _name(self, number: int, span: Span) -> None:
        fits = [name for name in span.names if name.type == self.target or self._reaches(name.type)]
        if not fits:
            return
        best = max(name.score for name in fits)
        fits = [name for name in fits if name.score >= best - 0.01]
        types = {name.type for name in fits}
        if len(types) > 1:
            beside = {each.entity.entity for each in self.spans[max(0, number - 1) : number + 2] if each.entity and each is not span}
            preferred = (
                types & beside
                or types & {self.target}
                or {t for t in ("account", "user", "product", "contact", "team", "lead") if t in types}
            )
            order = ["account", "user", "team", "product", "contact", "lead", "opportunity", "order"]
            kind = min(preferred, key=lambda t: order.index(t) if t in order else 99)
            fits = [name for name in fits if name.type == kind]
        kind = fits[0].type
        ids = [name.id for name in fits]
        if self._by_its_field(number, kind, ids) or (kind == "user" and self._held_in_own_field(number, ids)):
            return
        negated = self._negated(number)
        if kind == "account" and self.target == "account" and any(each.func("subsidiary") for each in self.spans):
            for each in self.spans:
                each.used = each.used or each.func("subsidiary")
            span.used = self.add("ref:parent", Filter(field="parent", op="in", value=ids), negate=negated)
            return
        if kind == "user" and self.target == "user" and self._managed_by(number):
            span.used = self.add("ref:manager", Filter(field="team.manager", op="in", value=ids), negate=negated)
            return
        if kind == self.target:
            self.ids += ids
            span.used = self.add(f"is:{kind}", _either("id", [each.id for each in fits]), negate=negated)
            return
        slot = "owner" if kind == "user" else f"ref:{kind}"
        held = [part for part in self.parts if part.slot == slot]
        path = self._person_path(number) if kind == "user" else self.routes.path(self.target, kind)
        if kind == "team" and path is None:
            return
        if path is None:
            condition = self.routes.related(self.target, kind, [_either("id", [each.id for each in fits])])
        else:
            if held and held[0].filter.field == path:
                old = held[0].filter.value
                ids = list(dict.fromkeys([*(old if isinstance(old, list) else [old]), *ids]))
                self.parts.remove(held[0])
            condition = Filter(field=path, op="eq" if len(ids) == 1 else "in", value=ids[0] if len(ids) == 1 else ids)
        span.used = self.add(slot, condition, negate=negated)

    def _held_in_own_field(self, number: int, ids: Sequence[str]) -> bool:
        """韩磊处理的工单, where a column of the firm's own says who serviced it: a colleague nobody has such records of, but that names them."""
        span, field_ = self.spans[number], PERSON.get(self.target, "owner")
        own = [c for c in span.choices if c.entity == self.target and self.schema.field(c.entity, c.field).custom]
        if len(own) != 1 or field_ not in self.schema.entity(self.target).fields:
            return False
        if any(self.names.facets.any_of(self.target, field_, each) for each in ids):
            return False
        condition = Filter(field=own[0].field, value=own[0].value)
        span.used = self.add(f"{self.target}.{own[0].field}", condition, negate=self._negated(number))
        return span.used

    def _by_its_field(self, number: int, kind: str, ids: list[str]) -> bool:
        """ "parent account Globex", 母公司明远: the name is the value of the field said before it, which has a name of its own."""
        before = self.spans[number - 1] if number else None
        for sense in before.fields if before is not None and not before.used else []:
            field_ = self.schema.field(sense.entity, sense.field)
            if sense.entity == self.target and field_.kind == "record" and field_.refers_to == kind and field_.name != kind:
                before.used = self.spans[number].used = self.add(f"ref:{field_.name}", _either(field_.name, ids))  # type: ignore[union-attr]
                return True
        return False

    def _managed_by(self, number: int) -> bool:
        before = self.spans[max(0, number - 2) : number]
        found = [each for each in before if each.func("owned") or each.text.lower().endswith(" by")]
        for each in found:
            each.used = True
        return bool(found)

    def _reaches(self, kind: str) -> bool:
        return self.routes.path(self.target, kind) is not None or self.routes.relation(self.target, kind) is not None

    def _person_path(self, number: int) -> str | None:
        """Which person of the record: the host's owner, unless a role ("assigned to", "logged by") is said."""
        host = self.host(number)
        behind = self.spans[number + 1 : number + 2] if self.text.language == "zh" and self.target != "user" else []
        for earlier in (*reversed(self.spans[max(0, number - 3) : number]), *behind):  # 沈一舟主设计的项目
            for sense in earlier.fields:
                if self.schema.field(sense.entity, sense.field).kind == "user" and sense.entity == self.target:
                    earlier.used = True
                    return sense.field
        if any(each.func("owned") for each in self.spans[max(0, number - 3) : number]) and host != self.target:
            path = self.routes.path(self.target, host)
            if path is not None and "owner" in self.schema.entity(host).fields:
                return f"{path}.owner" if path else "owner"
        if self.target == "team":
            return None
        name = PERSON.get(self.target, "owner")
        return name if name in self.schema.entity(self.target).fields else self.routes.path(self.target, "user")


def _either(field_: str, values: list[str]) -> Filter:
    return Filter(field=field_, op="eq" if len(values) == 1 else "in", value=values[0] if len(values) == 1 else values)

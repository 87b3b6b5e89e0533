"""For whom, or about what, suggestions are asked: a person's day, a team, an account, a deal, a contact."""

from dataclasses import dataclass, field

from knowledge.actions.rules import Rule
from store.conditions import Filter

_ACCOUNT = {"account": "id"}
_CONTACT = {"contact": "id"}
_DEAL = {"opportunity": "id"}
_WITH_DEAL = frozenset({"task", "activity", "quote", "contract"})
_WITH_CONTACT = frozenset({"task", "activity", "case", "quote"})
_WITH_ACCOUNT = frozenset({"contact", "opportunity", "activity", "task", "case", "quote", "contract", "order"})


@dataclass(frozen=True, slots=True)
class Scope:
    """One of them set; `people` are user ids. Nothing set: everything the asker sees."""

    people: tuple[str, ...] = field(default_factory=tuple)
    teams: tuple[str, ...] = field(default_factory=tuple)
    account: str = ""
    opportunity: str = ""
    contact: str = ""
    lead: str = ""

    @classmethod
    def about(cls, kind: str, record_id: str) -> "Scope":
        """An account, opportunity, contact or lead."""
        match kind:
            case "account":
                return cls(account=record_id)
            case "opportunity":
                return cls(opportunity=record_id)
            case "contact":
                return cls(contact=record_id)
        return cls(lead=record_id)

    def filters(self, rule: Rule) -> list[Filter] | None:
        """The conditions that narrow a rule to this scope; None when the rule has nothing to say about it."""
        if self.account:
            return _at(rule.about, _ACCOUNT, _WITH_ACCOUNT, "account", self.account)
        if self.opportunity:
            return _at(rule.about, _DEAL, _WITH_DEAL, "opportunity", self.opportunity)
        if self.contact:
            return _at(rule.about, _CONTACT, _WITH_CONTACT, "contact", self.contact)
        if self.lead:
            return [Filter(field="id", value=self.lead)] if rule.about == "lead" else None
        if not rule.whose or not (self.people or self.teams):
            return []
        paths = [(f"{path}.id", list(self.people)) if self.people else (f"{path}.team.id", list(self.teams)) for path in rule.whose]
        return [Filter(any=[Filter(field=path, op="in", value=ids) for path, ids in paths])]


def _at(about: str, itself: dict[str, str], beside: frozenset[str], field_name: str, record_id: str) -> list[Filter] | None:
    if about in itself:
        return [Filter(field=itself[about], value=record_id)]
    return [Filter(field=f"{field_name}.id", value=record_id)] if about in beside else None

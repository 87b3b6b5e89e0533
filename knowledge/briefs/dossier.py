"""What a brief is read from: the records around an account, a contact or a deal, as the asker sees them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from knowledge.briefs.evidence import Citing
from knowledge.briefs.keeping import doings
from knowledge.briefs.names import called, names_of
from knowledge.briefs.promise import Promise
from knowledge.briefs.said import WINDOW, found_in
from knowledge.briefs.statements import Statement, Told, activities, statements
from store.conditions import Filter
from store.query import RecordQuery, RecordView, find
from store.unit import Unit

MANY = 500  # records of one kind around one customer; the newest are taken
HISTORY = 730  # days of what was said that are read


@dataclass(slots=True)
class Dossier:
    """`since` is the day changes are told from; `told` is what happened, oldest first."""

    unit: Unit
    citing: Citing
    today: date
    since: date
    account: RecordView | None = None
    contacts: list[RecordView] = field(default_factory=list)
    deals: list[RecordView] = field(default_factory=list)
    cases: list[RecordView] = field(default_factory=list)
    tasks: list[RecordView] = field(default_factory=list)
    orders: list[RecordView] = field(default_factory=list)
    contracts: list[RecordView] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    said: list[Statement] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)

    @property
    def open_deals(self) -> list[RecordView]:
        return [each for each in self.deals if each.fields.get("status") == "open"]

    def lately(self, days: int) -> list[Statement]:
        return [each for each in self.said if (self.today - each.told.day).days <= days]

    @property
    def outside(self) -> bool:
        """Whether words of people outside are in it."""
        return any(each.outside for each in self.told) or any(each.fields.get("description") for each in self.cases)


def of_account(unit: Unit, account: RecordView, since: date) -> Dossier:
    return _filled(unit, since, account, [Filter(field="account", value=account.id)], ("account", [account.id]))


def of_contact(unit: Unit, contact: RecordView, account: RecordView | None, since: date) -> Dossier:
    """What concerns the person: what was said with them, or of them by name; the deals of their account that it was about, else all."""
    made = _filled(unit, since, account, [Filter(field="contact", value=contact.id)], ("contact", [contact.id]))
    made.contacts = [contact]
    if account is not None:
        names = called(contact.name)
        told = activities(unit, among=("account", [account.id]), since=made.today - timedelta(days=HISTORY), until=made.today)
        _tell(made, [each for each in told if each.contact_id == contact.id or any(name in each.body for name in names)])
        deals = _find(unit, "opportunity", [Filter(field="account", value=account.id)], "-close_date")
        named = {each.opportunity_id for each in made.told} - {None}
        made.deals = [each for each in deals if each.id in named] or deals
        made.citing.known(made.deals)
    return made


def of_deal(unit: Unit, deal: RecordView, account: RecordView | None, since: date) -> Dossier:
    """What concerns the deal, with the people of its account who were spoken to about it."""
    made = _filled(unit, since, account, [Filter(field="opportunity", value=deal.id)], ("opportunity", [deal.id]))
    made.deals = [deal]
    people = {each.contact_id for each in made.told}
    if account is not None:
        everybody = _find(unit, "contact", [Filter(field="account", value=account.id)], "name")
        made.contacts = [each for each in everybody if each.id in people] or everybody
    return made


def _filled(unit: Unit, since: date, account: RecordView | None, about: list[Filter], among: tuple[str, list[str]]) -> Dossier:
    today = unit.today()
    made = Dossier(unit, Citing(unit), today, since, account)
    made.contacts = _find(unit, "contact", about, "name") if among[0] == "account" else []
    made.deals = _find(unit, "opportunity", about, "-close_date") if among[0] == "account" else []
    made.orders = _find(unit, "order", about, "-ordered_on") if among[0] == "account" else []
    made.contracts = _find(unit, "contract", about, "ends_on") if among[0] != "contact" else []
    made.cases = _find(unit, "case", about, "-opened_at") if among[0] != "opportunity" else []
    made.tasks = _find(unit, "task", [*about, Filter(field="status", value="open")], "due_at")
    for views in (made.contacts, made.deals, made.orders, made.contracts, made.cases, made.tasks):
        made.citing.known(views)
    _tell(made, activities(unit, among=among, since=today - timedelta(days=HISTORY), until=today))
    return made


def _tell(made: Dossier, told: list[Told]) -> None:
    accounts = [made.account.id] if made.account else []
    made.told, made.said = told, statements(told)
    recent = made.lately(max(WINDOW, (made.today - made.since).days))
    made.promises = found_in(recent, names_of(made.unit, accounts), doings(made.unit, accounts, told), made.today)


def _find(unit: Unit, kind: str, filters: Sequence[Filter], sort: str) -> list[RecordView]:
    """None when the asker's role sees nothing of the kind."""
    if unit.principal.scope(kind) == "none" or not unit.principal.sees(kind, filters[0].field):
        return []
    order = [sort] if unit.principal.sees(kind, sort.lstrip("-")) else []
    return find(unit, RecordQuery(entity=kind, filters=list(filters), sort=order, limit=MANY)).records

"""The brief of an account, a contact or a deal: the evidence, gathered as the asker sees it."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from knowledge.briefs import ahead, dossier, standing, talk
from knowledge.briefs.cues import Kind
from knowledge.briefs.dossier import Dossier
from knowledge.briefs.evidence import Brief, Item
from knowledge.briefs.parts import Part, kinds_of, only
from store.query import RecordView, get, load
from store.unit import Unit

SINCE = 30  # days back that changes are told from, when no day is asked for
KINDS = ("account", "contact", "opportunity")


def subject_brief(
    unit: Unit,
    kind: str,
    record_id: str,
    *,
    since: date | None = None,
    until: date | None = None,
    deep: bool = False,
    parts: Sequence[Part] = (),
) -> Brief:
    """Raises NotFound for a record that is not there or not seen. `deep`: with what takes longer to work out; `parts`: kept to these,
    and then to what was said until a day."""
    view = get(unit, kind, record_id)
    start = since or unit.today() - timedelta(days=SINCE)
    account = view if kind == "account" else _account(unit, view)
    said = kinds_of(parts)
    if kind == "account":
        held, items = _account_items(unit, view, start, deep=deep, said=said)
    elif kind == "contact":
        held = dossier.of_contact(unit, view, account, start)
        items = _talked([*standing.who(held, view), *standing.open_deals(held), *standing.changes(held), *talk.people(held)], held, said)
        items += [*standing.cases(held), *ahead.next_steps(held, None)]
    else:
        held = dossier.of_deal(unit, view, account, start)
        how = ahead.account_health(held)
        stands = [*standing.who(held, view), standing.deal_line(held, view, "open"), *standing.chance(held, [view])]
        items = _talked([*stands, *standing.changes(held), *talk.people(held)], held, said)
        items += [*ahead.risks(held, how, account.name if account else None), *ahead.next_steps(held, None)]
    whole = Brief(kind, view.id, view.name, (start, held.today), [each for each in items if each.citations], held.outside)
    return only(whole, parts, (since, until)) if parts else whole


def _account_items(unit: Unit, view: RecordView, since: date, *, deep: bool, said: Sequence[Kind]) -> tuple[Dossier, list[Item]]:
    held = dossier.of_account(unit, view, since)
    how = ahead.account_health(held)
    items = [*standing.who(held, view), *standing.value(held, view), *standing.worth(held, view, deep=deep)]
    items += [*standing.open_deals(held), *(standing.chance(held, held.deals) if deep else []), *standing.changes(held)]
    items = _talked([*items, *talk.people(held)], held, said)
    items += [*standing.cases(held), *ahead.risks(held, how), *ahead.next_steps(held, how)]
    return held, items


def _talked(items: Iterable[Item], held: Dossier, said: Sequence[Kind]) -> list[Item]:
    return [*items, *talk.promises(held), *talk.said(held, said), *talk.mood(held), *talk.differ(held)]


def _account(unit: Unit, view: RecordView) -> RecordView | None:
    account_id = view.fields.get("account_id")
    found = load(unit, "account", [account_id]) if account_id else []
    return found[0] if found else None

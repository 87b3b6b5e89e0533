"""Whom one may write to or call: what contacts said about each channel, and who asked not to be contacted at all."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select

from store.bulk import pieces
from store.models import Consent, Contact
from store.rights import visible
from store.unit import Unit

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reach:
    """`channels`: the newest word on each channel somebody said anything about (given, withdrawn, refused)."""

    do_not_contact: bool = False
    channels: dict[str, str] = field(default_factory=dict)

    def may(self, channel: str) -> bool:
        """Consent was given for this channel, and not taken back since."""
        return not self.do_not_contact and self.channels.get(channel) == "given"

    def refused(self, channel: str) -> bool:
        """They said no: to this channel, or to any."""
        return self.do_not_contact or self.channels.get(channel) in {"withdrawn", "refused"}


def reach(unit: Unit, contact_ids: Collection[str]) -> dict[str, Reach]:
    """By contact, of those the person sees. Nobody is reachable whose consent the person may not see."""
    found: dict[str, Reach] = {}
    for piece in pieces(sorted(set(contact_ids))):
        flags = select(Contact.id, Contact.do_not_contact).where(Contact.id.in_(piece), visible(unit.principal, "contact", Contact))
        found |= {row.id: Reach(bool(row.do_not_contact)) for row in unit.session.execute(flags)}
        said = select(Consent.contact_id, Consent.channel, Consent.status, Consent.given_at)
        said = said.where(Consent.contact_id.in_(piece), visible(unit.principal, "consent", Consent))
        # Oldest first, so that the newest stays; of two of the same moment the no.
        for row in sorted(unit.session.execute(said), key=lambda each: (each.given_at or _NEVER, each.status != "given")):
            if row.contact_id in found:
                found[row.contact_id].channels[row.channel] = row.status
    return found

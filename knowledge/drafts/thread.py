"""The message a reply answers: the newest the contact wrote, or the one the asker describes."""

from dataclasses import replace

from knowledge.drafts.request import Request
from knowledge.words import words_of
from store.conditions import Filter
from store.query import RecordQuery, find
from store.unit import Unit

LOOKED_AT = 40  # messages back


def message_about(unit: Unit, request: Request) -> Request:
    """The request with the message it answers. `about` chooses among those the contact wrote when its words stand in one of them, and
    is then no topic of its own."""
    paths = {"contact": request.contact, "lead": request.lead, "opportunity": request.opportunity, "account": request.account}
    about = next(((path, record_id) for path, record_id in paths.items() if record_id), None)
    if about is None:
        return request
    written = [
        Filter(field=about[0], value=about[1]), Filter(field="direction", value="inbound"),
        Filter(field="kind", op="in", value=["email", "chat"]), Filter(field="contact.do_not_contact", op="ne", value=True),
    ]  # fmt: skip
    found = find(unit, RecordQuery(entity="activity", filters=written, sort=["-occurred_at"], limit=LOOKED_AT)).records
    if not found:
        return request
    wanted = set(words_of(request.about)) if request.about else set()
    if wanted:
        shares = [len(wanted & set(words_of(f"{each.fields.get('subject')} {each.fields.get('body')}"))) / len(wanted) for each in found]
        best = max(shares)
        if best >= 0.5:
            return replace(request, reply_to=found[shares.index(best)].id, about="")
    return replace(request, reply_to=found[0].id)

"""A draft of one's own: read it, change its words, take it to the mail program, propose to send it, or throw it away."""

from fastapi.responses import Response

from store.mail import drafts, sending
from store.mail.message import mailto
from store.unit import Unit
from tools.cited import source_of
from ui.web.rooms.forms import InForm, go, tried, with_query
from ui.web.rooms.frame import InRoom, draw, rooms
from ui.web.rooms.links import cited_path, record_path
from ui.web.rooms.sheets import sheet_at

router = rooms()
_ABOUT = (("contact", "contact_id"), ("account", "account_id"), ("opportunity", "opportunity_id"), ("lead", "lead_id"))


@router.get("/drafts/{draft_id}")
def shown(draft_id: str, room: InRoom, proposal: str = "") -> Response:
    with room.inside.store.reading(room.user, door="web") as unit:
        draft = drafts.get(unit, draft_id)
        sheet = sheet_at(unit, proposal or draft.proposal_id or "", room.said)
        about = [
            (unit.schema.entity(kind).label(room.said.language), record_path(kind, str(getattr(draft, name))))
            for kind, name in _ABOUT
            if getattr(draft, name)
        ]
        basis = [
            (str(each.get("quote") or ""), cited_path(each), " · ".join(source_of(unit.schema, each, room.said.language)))
            for each in draft.citations
        ]
    link = mailto(draft.recipient or "", draft.subject, draft.body) if draft.channel == "email" else ""
    return draw(room, "draft.html", draft=draft, sheet=sheet, about=about, basis=basis, mailto=link)


@router.get("/drafts/{draft_id}/mail.eml")
def download(draft_id: str, room: InRoom) -> Response:
    """The mail as a file that a mail program opens."""
    with room.inside.store.reading(room.user, door="web") as unit:
        name, content = sending.eml(unit, draft_id)
    return Response(content, media_type="message/rfc822", headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.post("/drafts/{draft_id}")
def saved(draft_id: str, posted: InForm) -> Response:
    """Save the words; with `send`, propose to send them; with `discard`, throw it away."""
    said, version = posted.room.said, posted["version"]

    def work(unit: Unit) -> tuple[str, str]:
        if "discard" in posted.fields:
            drafts.discard(unit, draft_id)
            return "/today", said["draft.discarded"]
        words = {"subject": posted["subject"], "body": posted["body"].replace("\r\n", "\n")}
        kept = drafts.get(unit, draft_id)
        if (kept.subject, kept.body.strip()) != (words["subject"], words["body"]):
            drafts.edit(unit, draft_id, words, version=int(version) if version.isdigit() else None)
        if "send" in posted.fields:
            return with_query(posted.back, "proposal", sending.propose_sending(unit, draft_id).id), said["draft.to_approve"]
        return posted.back, said["draft.saved"]

    run = posted.room.inside.store.run
    return tried(posted, lambda: run(posted.room.user, work, door="web"), lambda told: go(told[0], done=told[1]))

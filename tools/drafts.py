"""READ: write a message. It is kept as the asker's own draft and changes no record; sending it is a proposal that a person approves
(decision 0022)."""

from typing import Any, Literal

from langchain.tools import ToolRuntime, tool

from knowledge.drafts.composing import compose
from knowledge.drafts.request import Request
from knowledge.drafts.thread import message_about
from store.errors import NotFound
from store.mail import drafts
from store.unit import Unit
from store.values import find_named
from tools import naming
from tools.context import Context
from tools.lenient import Text
from tools.results import Drafted

_PEOPLE = ("contact", "lead", "account")


@tool(parse_docstring=True, response_format="content_and_artifact")
def draft_message(
    runtime: ToolRuntime[Context],
    purpose: Literal[
        "first_contact",
        "follow_up",
        "quote",
        "chase",
        "apology",
        "thanks",
        "reactivation",
        "renewal",
        "introduction",
        "meeting_request",
        "reply",
        "message",
    ] = "message",
    to: Text = None,
    contact: Text = None,
    lead: Text = None,
    account: Text = None,
    opportunity: Text = None,
    reply_to: Text = None,
    quote: Text = None,
    contract: Text = None,
    about: Text = None,
    language: Literal["", "en", "zh"] = "",
    tone: Literal["", "formal", "friendly"] = "",
    length: Literal["", "short", "normal", "long", "shorter", "longer"] = "",
    channel: Literal["", "email", "wechat"] = "",
    draft: Text = None,
) -> tuple[str, Any]:
    """Draft an e-mail or WeChat message from what the store holds. Show its text unchanged; [brackets] are for the asker to fill in.

    Args:
        purpose: What it is for.
        to: Whom it is for, a contact, lead or account.
        contact: The contact, when it is known to be one.
        lead: The lead.
        account: The account it concerns.
        opportunity: The deal it concerns.
        reply_to: Id of the activity it answers.
        quote: The quote it concerns.
        contract: The contract it concerns.
        about: The topic in the asker's words.
        language: The contact's own when absent.
        tone: How it sounds.
        length: How long it is.
        channel: How it goes out.
        draft: Id of a draft to write anew with these changes.
    """  # fmt: skip
    context = runtime.context
    with context.reading() as unit:
        style = {"language": language, "tone": tone, "channel": channel}
        if draft:
            held = drafts.get(unit, draft)
            request = Request.from_json(held.request).changed(**style, about=about)
        else:
            named = {"contact": contact, "lead": lead, "account": account, "opportunity": opportunity, "quote": quote, "contract": contract}
            ids = {kind: naming.record_id(unit, kind, name) for kind, name in named.items() if name}
            ids |= _recipient(unit, to) if to else {}
            request = Request(purpose=purpose).changed(**ids, **style, about=about, reply_to=reply_to)
            if purpose == "reply" and not reply_to:
                request = message_about(unit, request)
        if length in {"shorter", "longer"}:
            request = request.longer(1 if length == "longer" else -1)
        elif length:
            request = request.changed(length=length)
        made = compose(unit, request)
        context.external = context.external or any(each.get("trust", "internal") != "internal" for each in made.citations)
    saved = None
    if not context.principal.read_only:
        with context.writing() as unit:
            saved = drafts.save(unit, made.values(), draft_id=draft)
    found = Drafted(made, saved)
    return found.content(), found


def _recipient(unit: Unit, to: str) -> dict[str, str]:
    """A contact, else a lead, else an account of this name."""
    for kind in _PEOPLE:
        if find_named(unit, kind, to):
            return {kind: naming.record_id(unit, kind, to)}
    near = [one for kind in _PEOPLE for one in naming.like(unit, kind, to)]
    if len({record_id for record_id, _ in near}) == 1:
        kind = next(kind for kind in _PEOPLE if naming.like(unit, kind, to))
        return {kind: near[0][0]}
    if not near:
        raise NotFound(f"There is nobody called {to[:80]!r} here.", hint="Name a contact, a lead or an account.")
    raise naming.not_found("contact", to, near[: naming.NEAR])

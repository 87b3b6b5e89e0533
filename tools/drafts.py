"""READ: write a message, kept as the asker's own draft, which changes no record (decision 0022). WRITE: propose to send it."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from langchain.tools import ToolRuntime, tool

from knowledge.drafts.composing import compose
from knowledge.drafts.request import Request
from knowledge.drafts.thread import message_about
from store.mail import drafts
from store.mail.sending import propose_sending
from store.unit import Unit
from store.values import find_named
from tools import naming
from tools.context import Context
from tools.lenient import Text
from tools.results import Drafted, Proposed

NAMED = ("contact", "lead", "account", "opportunity", "quote", "contract", "case")
PEOPLE = ("contact", "lead", "account")
MATTERS = ("opportunity", "quote", "contract", "case")


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
    regarding: Text = None,
    reply_to: Text = None,
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
        to: The contact, lead or account.
        regarding: The deal, quote, contract or case.
        reply_to: Id of the activity it answers.
        about: The topic in the asker's words.
        language: The contact's own when absent.
        tone: How it sounds.
        length: How long.
        channel: How it goes out.
        draft: Id of a draft to write anew.
    """  # fmt: skip
    context = runtime.context
    wanted = {
        "purpose": purpose, "to": to, "regarding": regarding, "reply_to": reply_to, "about": about, "language": language, "tone": tone,
        "length": length, "channel": channel,
    }  # fmt: skip
    with context.reading() as unit:
        made = compose(unit, request_for(unit, {name: value for name, value in wanted.items() if value}, draft))
        context.external = context.external or any(each.get("trust", "internal") != "internal" for each in made.citations)
    saved = None
    if not context.principal.read_only:
        with context.writing() as unit:
            saved = drafts.save(unit, made.values(), draft_id=draft)
    found = Drafted(made, saved)
    return found.content(), found


@tool(parse_docstring=True, response_format="content_and_artifact")
def send_draft(draft: str, runtime: ToolRuntime[Context]) -> tuple[str, Any]:
    """Propose to send a draft as an e-mail. A person approves before anything goes out.

    Args:
        draft: Its id.
    """
    with runtime.context.writing() as unit:
        found = Proposed(propose_sending(unit, draft))
    return found.content(), found


def request_for(unit: Unit, wanted: Mapping[str, Any], draft: str | None = None) -> Request:
    """What is asked of a draft, with names as ids; of an earlier draft anew, with what is said to change."""
    style = {name: wanted.get(name) for name in ("language", "tone", "channel", "about")}
    length = wanted.get("length")
    if draft:
        request = Request.from_json(drafts.get(unit, draft).request).changed(**style)
    else:
        ids = {kind: naming.record_id(unit, kind, str(wanted[kind])) for kind in NAMED if wanted.get(kind)}
        ids |= _one_of(unit, PEOPLE, str(wanted["to"])) if wanted.get("to") else {}
        ids |= _one_of(unit, MATTERS, str(wanted["regarding"])) if wanted.get("regarding") else {}
        request = Request(purpose=wanted.get("purpose", "message")).changed(**ids, **style, reply_to=wanted.get("reply_to"))
        if request.purpose == "reply" and not request.reply_to:
            request = message_about(unit, request)
    if length in {"shorter", "longer"}:
        return request.longer(1 if length == "longer" else -1)
    return request.changed(length=length)


def _one_of(unit: Unit, kinds: Sequence[str], name: str) -> dict[str, str]:
    """The record of the first of these kinds that is called so; else the only one whose name has these words."""
    for kind in kinds:
        if find_named(unit, kind, name):
            return {kind: naming.record_id(unit, kind, name)}
    near = [(kind, *one) for kind in kinds for one in naming.like(unit, kind, name)]
    if len(near) == 1:
        return {near[0][0]: near[0][1]}
    raise naming.not_found(kinds[0], name, [(record_id, called) for _, record_id, called in near[: naming.NEAR]])

"""The chat page, wired and mounted on the server."""

import asyncio
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI, Request
from starlette.routing import Mount

from ui.decisions import Decision
from ui.identity import House
from ui.web.door import GradioDoor
from ui.web.events import Events
from ui.web.layout import Page, make_page
from ui.web.theme import THEME

TURNS_AT_ONCE = 20
_HERE = Path(__file__).parent
_HEAD = f"""<link rel="icon" href="/favicon.ico" type="image/svg+xml"><meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark"><script>{(_HERE / "page.js").read_text("utf-8")}</script>"""


def mount(app: FastAPI, inside: House) -> None:
    """Put the page at `/`. Gradio's own routes answer signed-in people only, and only those the page uses."""
    asyncio.run(_mount(app, inside))  # without a running loop Gradio opens two and closes neither
    last = app.router.routes[-1]
    assert isinstance(last, Mount)
    last.app = GradioDoor(last.app)


async def _mount(app: FastAPI, inside: House) -> None:
    gr.mount_gradio_app(
        app, make_blocks(inside), path="/", auth_dependency=_user_id, footer_links=[], run_history=False, show_error=False, ssr_mode=False,
        pwa=False, mcp_server=False, enable_monitoring=False, max_file_size="1mb", theme=THEME, css_paths=[_HERE / "style.css"], head=_HEAD,
    )  # fmt: skip


def _user_id(request: Request) -> str | None:
    visitor = getattr(request.state, "visitor", None)
    return visitor.principal.user_id if visitor else None


def make_blocks(inside: House) -> gr.Blocks:
    with gr.Blocks(title="Rapport", analytics_enabled=False, fill_height=True, fill_width=True) as blocks:
        page = make_page()
        _wire(blocks, page, Events(inside, page))
    blocks.queue(api_open=False, max_size=200, default_concurrency_limit=TURNS_AT_ONCE, status_update_rate=10)
    return blocks


def _wire(blocks: gr.Blocks, page: Page, events: Events) -> None:
    """Which event calls which handler, and what that may change."""
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    waiting = [page.waiting_head, page.waiting, page.show_waiting]
    chat = [page.chat, page.conversation]
    cards = page.cards()
    turn = [page.ask, page.conversations, *chat, *cards, *waiting]
    dressed = [page.new, page.conversations_head, page.rooms, page.me, page.language, page.sign_out, page.ask, page.conversations]
    dressed += [*chat, *cards, *waiting]
    blocks.load(events.arrive, None, dressed, **quiet)
    turns = [page.ask.submit(events.ask, [page.ask, page.chat, page.conversation], turn, concurrency_id="turn", **quiet)]
    for offered in (page.chat.option_select, page.chat.example_select):
        turns.append(offered(events.option, chat, turn, concurrency_id="turn", **quiet))
    page.ask.stop(events.stop, chat, [page.ask, page.conversations, *chat], cancels=turns, **quiet)
    page.conversations.input(events.open, page.conversations, [*chat, *cards], **quiet)
    page.new.click(events.new, None, [*chat, page.conversations, *cards], **quiet)
    page.waiting.input(events.pick, page.waiting, page.slots[-1].parts(), **quiet)
    page.show_waiting.click(events.show_waiting, None, [page.panel, *waiting], **quiet)
    ids = [slot.id for slot in page.slots]
    for place, slot in enumerate(page.slots):
        buttons: dict[Decision, gr.Button] = {"approve": slot.approve, "reject": slot.reject, "undo": slot.undo}
        for what, button in buttons.items():
            button.click(events.decision(what, place), [slot.table, *ids], [*cards, *waiting], **quiet)

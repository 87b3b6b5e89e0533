"""The chat page, wired and mounted on the server."""

import asyncio
import json
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI, Request
from starlette.routing import Mount

from ui.identity import House
from ui.web.door import GradioDoor
from ui.web.events import Events
from ui.web.layout import Page, make_page
from ui.web.theme import THEME
from ui.web.words import LANGUAGES, words

CLICKS_AT_ONCE, WATCHERS = 20, 200  # a watcher mostly waits
LOOK_S = 0.008  # between two looks for clicks: Gradio's own thousand a second took 25 ms of every idle second
_HERE = Path(__file__).parent
_STYLES = ("colours.css", "sheet.css")  # as they are: Gradio rewrites what it is given as its own style
_SCRIPTS = ("page.js", "recorder.js", "drop.js", "play.js", "tour.js")
_SPOKEN = (
    "chat.lost", "drop.attach", "drop.record", "drop.finish", "drop.discard", "drop.recording", "drop.here", "drop.sending",
    "drop.no_microphone", "drop.failed", "tour.title", "tour.ask", "tour.change", "tour.drop", "tour.rooms", "tour.start", "tour.again",
)  # fmt: skip
# words that the script of the page says itself


def mount(app: FastAPI, inside: House) -> None:
    """Put the page at `/`. Gradio's own routes answer signed-in people only, and only those the page uses."""
    asyncio.run(_mount(app, inside))  # without a running loop Gradio opens two and closes neither
    last = app.router.routes[-1]
    assert isinstance(last, Mount)
    last.app = GradioDoor(last.app)


async def _mount(app: FastAPI, inside: House) -> None:
    gr.mount_gradio_app(
        app, make_blocks(inside), path="/", auth_dependency=_user_id, footer_links=[], run_history=False, show_error=False, ssr_mode=False,
        pwa=False, mcp_server=False, enable_monitoring=False, max_file_size="1mb", theme=THEME, css_paths=[_HERE / "style.css"],
        head=_head(),
    )  # fmt: skip


def _head() -> str:
    spoken = {language: {name: words(language)[name] for name in _SPOKEN} for language in LANGUAGES}
    style = "".join((_HERE / name).read_text("utf-8") for name in _STYLES)
    script = "".join((_HERE / name).read_text("utf-8") for name in _SCRIPTS)
    later = json.dumps(_later())
    return f"""<link rel="icon" href="/favicon.ico" type="image/svg+xml"><meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark"><style>{style}</style><script>window.RAPPORT_WORDS = {json.dumps(spoken)};
window.RAPPORT_LATER = {later};{script}</script>"""


def _later() -> list[str]:
    """The addresses of Gradio's part that draws charts, as its pages name it."""
    assets = Path(gr.__file__).parent / "templates" / "frontend" / "assets"
    return [f"/assets/{each.name}" for each in sorted(assets.glob("PlotlyPlot-*.js"))]


def _user_id(request: Request) -> str | None:
    visitor = getattr(request.state, "visitor", None)
    return visitor.principal.user_id if visitor else None


def make_blocks(inside: House) -> gr.Blocks:
    with gr.Blocks(title="Rapport", analytics_enabled=False, fill_height=True, fill_width=True) as blocks:
        page = make_page()
        _wire(blocks, page, Events(inside, page))
    blocks.queue(api_open=False, max_size=400, default_concurrency_limit=CLICKS_AT_ONCE, status_update_rate=10)
    blocks._queue.sleep_when_free = LOOK_S
    return blocks


def _wire(blocks: gr.Blocks, page: Page, events: Events) -> None:
    """Which event calls which handler, and what that may change."""
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    watching: dict[str, Any] = {**quiet, "concurrency_limit": WATCHERS, "concurrency_id": "watch"}
    turn = [page.busy, page.conversations, page.waiting, page.chat, page.conversation, page.sheets]
    dressed = [page.ask, page.new, page.conversations_head, page.rooms, page.me, page.language, page.sign_out, *turn]
    blocks.load(events.arrive, None, dressed, **watching)
    page.conversations.input(events.open, page.conversations, turn, **watching)
    page.resume.click(events.open, page.came, turn, **watching)
    page.send.click(events.ask, [page.asked, page.conversation], [page.ask, *turn], trigger_mode="multiple", **watching)
    for offered in (page.chat.option_select, page.chat.example_select):
        offered(events.option, page.conversation, [page.ask, *turn], trigger_mode="multiple", **watching)
    page.ask.stop(events.stop, page.conversation, page.busy, **quiet)
    page.new.click(events.new, None, turn, **quiet)

"""What stands on the page, and where. No behaviour: that is in `events`."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from ui.web.slots import Slot, make_slot

CARDS_IN_CHAT = 3


@dataclass(slots=True)
class Page:
    """The components the events speak to."""

    conversation: gr.State
    new: gr.Button
    conversations: gr.Radio
    conversations_head: gr.Markdown
    rooms: gr.Markdown
    me: gr.Markdown
    language: gr.Button
    sign_out: gr.Button
    chat: gr.Chatbot
    slots: list[Slot]
    ask: gr.Textbox
    waiting_head: gr.Markdown
    waiting: gr.Radio
    panel: gr.Sidebar
    show_waiting: gr.Button

    def cards(self) -> list[Any]:
        """Every part of every slot, the panel's last."""
        return [part for slot in self.slots for part in slot.parts()]


def make_page() -> Page:
    """Draw it; to be called inside a Blocks context. The words come when somebody looks: see `events.arrive`."""
    conversation = gr.State("")
    with gr.Sidebar(position="left", width=264, elem_id="left"):
        gr.Markdown("Rapport", elem_id="brand")
        rooms = gr.Markdown("", elem_id="rooms", sanitize_html=True)
        new = gr.Button("New conversation", elem_id="new", variant="secondary", size="md")
        conversations_head = gr.Markdown("Conversations", elem_classes="side-head")
        conversations = gr.Radio(
            choices=[], show_label=False, label="Conversations", container=False, elem_id="conversations", elem_classes="list"
        )
        with gr.Column(elem_id="me"):
            me = gr.Markdown("", sanitize_html=True)
            with gr.Row():
                language = gr.Button("中文", link="/language?to=zh", link_target="_self", size="sm", elem_id="language")
                sign_out = gr.Button("Sign out", link="/logout", link_target="_self", size="sm", elem_id="sign-out")
    with gr.Column(elem_id="centre"):
        with gr.Row(elem_id="top"):
            show_waiting = gr.Button("Waiting for approval", size="sm", elem_id="show-waiting")
        chat = gr.Chatbot(
            label="Conversation", show_label=False, container=False, elem_id="chat", height="100%", layout="bubble", buttons=[],
            sanitize_html=True, allow_tags=False, latex_delimiters=[], feedback_options=None, group_consecutive_messages=False,
            allow_file_downloads=False, line_breaks=True, autoscroll=True,
        )  # fmt: skip
        with gr.Column(elem_id="cards"):
            slots = [make_slot(f"chat-{number}") for number in range(CARDS_IN_CHAT)]
        ask = gr.Textbox(
            show_label=False,
            label="Question",
            container=False,
            submit_btn=True,
            stop_btn=False,
            lines=1,
            max_lines=8,
            autofocus=True,
            elem_id="ask",
        )
    with gr.Sidebar(position="right", width=360, open=False, elem_id="right") as panel:
        waiting_head = gr.Markdown("Waiting for approval", elem_classes="side-head")
        waiting = gr.Radio(choices=[], show_label=False, label="Waiting", container=False, elem_id="waiting", elem_classes="list")
        slots.append(make_slot("panel"))
    return Page(
        conversation, new, conversations, conversations_head, rooms, me, language, sign_out, chat, slots, ask, waiting_head, waiting, panel,
        show_waiting,
    )  # fmt: skip

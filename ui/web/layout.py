"""What stands on the page, and where. No behaviour: that is in `events`."""

from dataclasses import dataclass

import gradio as gr


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
    sheets: gr.Markdown
    ask: gr.Textbox
    waiting: gr.Button
    busy: gr.Markdown
    asked: gr.Textbox
    send: gr.Button
    came: gr.Textbox
    resume: gr.Button


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
            waiting = gr.Button("Waiting for approval", link="/approvals", link_target="_self", size="sm", elem_id="waiting")
        chat = gr.Chatbot(
            label="Conversation", show_label=False, container=False, elem_id="chat", height="100%", layout="bubble", buttons=[],
            sanitize_html=True, allow_tags=False, latex_delimiters=[], feedback_options=None, group_consecutive_messages=False,
            allow_file_downloads=False, line_breaks=True, autoscroll=True,
        )  # fmt: skip
        sheets = gr.Markdown("", elem_id="sheets", sanitize_html=True)  # the ids of proposals; page.js puts their sheets beside it
        ask = gr.Textbox(
            show_label=False, label="Question", container=False, submit_btn=True, stop_btn=True, lines=1, max_lines=8, autofocus=True,
            interactive=True, elem_id="ask",
        )  # fmt: skip
        busy = gr.Markdown("", elem_id="busy", sanitize_html=True)  # something in it: the button that stops is shown
        asked = gr.Textbox("", elem_id="asked", container=False, label="Asked", lines=2)  # the question that is sent, put here by page.js
        send = gr.Button("Send", elem_id="send")
        came = gr.Textbox("", elem_id="came", container=False, label="Came")  # the conversation a dropped file went to, by drop.js
        resume = gr.Button("Resume", elem_id="resume")  # pressed by drop.js, seen by nobody
    return Page(
        conversation, new, conversations, conversations_head, rooms, me, language, sign_out, chat, sheets, ask, waiting, busy, asked, send,
        came, resume,
    )  # fmt: skip

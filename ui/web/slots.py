"""Places on the page where a proposal card can stand. Fixed in number, so that nothing is built while people click."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from ui.web.cards import Card
from ui.web.words import Words

NOTHING: str = ""


@dataclass(slots=True)
class Slot:
    """The parts of one place; `id` keeps which proposal it shows (not whose: rights are checked at every click)."""

    id: gr.State
    box: gr.Group
    head: gr.Markdown
    table: gr.Dataframe
    note: gr.Markdown
    approve: gr.Button
    reject: gr.Button
    undo: gr.Button

    def parts(self) -> list[Any]:
        return [self.id, self.box, self.head, self.table, self.note, self.approve, self.reject, self.undo]


def make_slot(name: str) -> Slot:
    shown = gr.State(NOTHING)
    with gr.Group(visible=False, elem_classes="card", elem_id=f"card-{name}") as box:
        head = gr.Markdown(elem_classes="card-head", sanitize_html=True)
        table = gr.Dataframe(
            type="array", interactive=True, wrap=True, show_label=False, buttons=[], max_height=320, elem_classes="diff",
            static_columns=[0, 1], label="diff",
        )  # fmt: skip
        note = gr.Markdown(visible=False, elem_classes="card-note", sanitize_html=True)
        with gr.Row(elem_classes="card-buttons"):
            approve = gr.Button("Approve", variant="primary", size="sm", elem_classes="approve")
            reject = gr.Button("Reject", variant="secondary", size="sm", elem_classes="reject")
            undo = gr.Button("Undo", variant="secondary", size="sm", elem_classes="undo", visible=False)
    return Slot(shown, box, head, table, note, approve, reject, undo)


def emptied() -> list[Any]:
    """Updates for a place with nothing in it."""
    return [NOTHING, gr.update(visible=False), *(gr.skip() for _ in range(6))]


def filled(card: Card, said: Words, *, note: str = "") -> list[Any]:
    """Updates that show a card, in the order of `Slot.parts`."""
    headers = [said["proposal.record"]] if card.several else []
    headers += [said["proposal.field"], said["proposal.before"], said["proposal.after"]]
    edge = len(headers) - 1
    return [
        card.id,
        gr.update(visible=True, elem_classes=["card", f"is-{card.status}"]),
        gr.update(value=card.head),
        gr.update(value={"headers": headers, "data": card.rows()}, interactive=card.editable, static_columns=list(range(edge))),
        gr.update(value=note, visible=bool(note)),
        gr.update(value=said["proposal.approve"], visible=card.status == "pending"),
        gr.update(value=said["proposal.reject"], visible=card.status == "pending"),
        gr.update(value=said["proposal.undo"], visible=card.status == "applied"),
    ]

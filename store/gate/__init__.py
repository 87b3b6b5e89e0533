"""The write gate: propose, edit, approve, apply, undo. No record changes any other way.

A proposal holds the changes as data, validated when proposed and again when applied. Applying checks every record's
version first: if one moved, the proposal becomes a `conflict` and nothing is written. All of it is applied in the
caller's transaction, or none.

`proposing` takes wishes in, `deciding` approves and rejects, `undoing` takes back, `later` says what has changed since,
`viewing` shows. Merging and handing over (store/merging.py, store/handover.py) make proposals of their own.
"""

from store.gate.deciding import approve, carry_out, reject
from store.gate.proposing import Change, keep, propose
from store.gate.undoing import undo
from store.gate.viewing import Operation, ProposalView, history, pending, show, view

__all__ = [
    "Change",
    "Operation",
    "ProposalView",
    "approve",
    "carry_out",
    "history",
    "keep",
    "pending",
    "propose",
    "reject",
    "show",
    "undo",
    "view",
]

"""what a language model may cost, and what it did: so far that stood only in the kept answers, and went with their conversation"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from store.columns import ExactRate, Money, UtcDateTime, json_type
from store.models.base import new_id

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    uses = op.create_table(
        "model_use",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_model_use_at", "model_use", ["at"])
    op.create_table(
        "model_budget",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tokens", sa.BigInteger()),
        sa.Column("amount", Money()),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("input_price", ExactRate()),
        sa.Column("output_price", ExactRate()),
        sa.PrimaryKeyConstraint("id"),
    )
    _take_over(uses)


def _take_over(uses: Any) -> None:
    message = sa.table(
        "message", sa.column("conversation_id"), sa.column("role"), sa.column("answer", json_type()), sa.column("created_at", UtcDateTime())
    )
    talk = sa.table("conversation", sa.column("id"), sa.column("user_id"))
    calls = message.c.answer["usage"]["model_calls"].as_integer()
    wanted = sa.select(talk.c.user_id, message.c.answer, message.c.created_at).where(
        message.c.conversation_id == talk.c.id, message.c.role == "assistant", calls > 0
    )
    rows = [
        {
            "id": new_id(), "user_id": user, "purpose": "turn", "model": "", "calls": answer["usage"]["model_calls"],
            "input_tokens": answer["usage"]["input_tokens"], "output_tokens": answer["usage"]["output_tokens"], "at": at,
        }
        for user, answer, at in op.get_bind().execute(wanted)
    ]  # fmt: skip
    if rows:
        op.bulk_insert(uses, rows)


def downgrade() -> None:
    op.drop_table("model_budget")
    op.drop_table("model_use")

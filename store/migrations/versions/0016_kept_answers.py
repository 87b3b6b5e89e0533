"""answers kept under idempotency keys: an import that is sent again because its answer was lost is not made twice"""

import sqlalchemy as sa
from alembic import op

from store.columns import UtcDateTime, json_type

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "kept_answer",
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("answer", json_type()),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "key"),
    )
    op.create_index("ix_kept_answer_at", "kept_answer", ["at"])


def downgrade() -> None:
    op.drop_table("kept_answer")

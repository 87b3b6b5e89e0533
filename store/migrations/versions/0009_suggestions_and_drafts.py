"""what people said to suggestions; drafts of messages and what became of them"""

import sqlalchemy as sa
from alembic import op

from store.columns import UtcDateTime, json_type

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "suggestion_verdict",
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"]),
        sa.PrimaryKeyConstraint("user_id", "key"),
    )
    op.create_table(
        "email_draft",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("request", json_type(), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("account_id", sa.String(26), nullable=True),
        sa.Column("contact_id", sa.String(26), nullable=True),
        sa.Column("lead_id", sa.String(26), nullable=True),
        sa.Column("opportunity_id", sa.String(26), nullable=True),
        sa.Column("reply_to_id", sa.String(26), nullable=True),
        sa.Column("subject", sa.String(1000), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("missing", json_type(), nullable=True),
        sa.Column("citations", json_type(), nullable=True),
        sa.Column("proposal_id", sa.String(26), nullable=True),
        sa.Column("recipient", sa.String(320), nullable=True),
        sa.Column("message_id", sa.String(200), nullable=True),
        sa.Column("claimed_by", sa.String(200), nullable=True),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("activity_id", sa.String(26), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_email_draft_user_id", "email_draft", ["user_id"])
    op.create_index("ix_email_draft_status", "email_draft", ["status"])
    op.create_index("ix_email_draft_proposal_id", "email_draft", ["proposal_id"])


def downgrade() -> None:
    op.drop_table("email_draft")
    op.drop_table("suggestion_verdict")

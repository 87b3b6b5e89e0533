"""recordings, the stretches heard in them, their transcripts"""

import sqlalchemy as sa
from alembic import op

from store.columns import UtcDateTime, json_type

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "recording",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("owner_id", sa.String(26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("door", sa.String(20), nullable=False),
        sa.Column("name", sa.String(500), nullable=False),
        sa.Column("media_type", sa.String(80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("file", sa.String(80), nullable=True),
        sa.Column("keep_until", UtcDateTime(), nullable=True),
        sa.Column("consent", sa.String(20), nullable=False),
        sa.Column("account_id", sa.String(26), nullable=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("decoded_s", sa.Float(), nullable=True),
        sa.Column("stated_s", sa.Float(), nullable=True),
        sa.Column("heard_s", sa.Float(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("proposals", json_type(), nullable=True),
        sa.Column("conversation_id", sa.String(26), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_recording_owner_id", "recording", ["owner_id"])
    op.create_index("ix_recording_sha256", "recording", ["sha256"])
    op.create_index("ix_recording_status", "recording", ["status"])
    op.create_table(
        "recording_stretch",
        sa.Column("recording_id", sa.String(26), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("until_s", sa.Float(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("words", json_type(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"]),
        sa.PrimaryKeyConstraint("recording_id", "seq"),
    )
    op.create_table(
        "transcript",
        sa.Column("recording_id", sa.String(26), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("engine", sa.String(200), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("content", json_type(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"]),
        sa.PrimaryKeyConstraint("recording_id"),
    )


def downgrade() -> None:
    op.drop_table("transcript")
    op.drop_table("recording_stretch")
    op.drop_table("recording")

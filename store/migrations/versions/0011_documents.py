"""documents: files with their text"""

import sqlalchemy as sa
from alembic import op

from store.columns import UtcDateTime, json_type
from store.migrations.name_triggers import watch

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("name", sa.String(500), nullable=False),
        sa.Column("kind", sa.String(80)),
        sa.Column("account_id", sa.String(26), sa.ForeignKey("account.id")),
        sa.Column("opportunity_id", sa.String(26), sa.ForeignKey("opportunity.id")),
        sa.Column("file", sa.String(500)),
        sa.Column("media_type", sa.String(120)),
        sa.Column("size", sa.Integer()),
        sa.Column("text", sa.Text()),
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("key", sa.String(200), unique=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tags", json_type()),
        sa.Column("source", sa.String(200)),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(26)),
        sa.Column("updated_by", sa.String(26)),
        sa.Column("deleted_at", UtcDateTime()),
        sa.Column("custom", json_type(), nullable=False),
        sa.Column("owner_id", sa.String(26), sa.ForeignKey("user.id")),
        sa.Column("team_id", sa.String(26), sa.ForeignKey("team.id")),
    )
    for column in ("name", "account_id", "opportunity_id", "owner_id", "team_id"):
        op.create_index(f"ix_document_{column}", "document", [column])
    watch("document", "name")


def downgrade() -> None:
    op.drop_table("document")

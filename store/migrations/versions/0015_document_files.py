"""the files documents came as, beside their text"""

import sqlalchemy as sa
from alembic import op

from store.columns import UtcDateTime

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "document_file",
        sa.Column("document_id", sa.String(26), sa.ForeignKey("document.id"), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("document_file")

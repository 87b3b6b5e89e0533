"""what a state of the firm's own counts as: "In Progress" as open"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("picklist_value", sa.Column("counts_as", sa.String(200), nullable=True))


def downgrade() -> None:
    op.drop_column("picklist_value", "counts_as")

"""roles an administrator changed or added; tokens that only read"""

import sqlalchemy as sa
from alembic import op

import store.columns

revision = '0005'
down_revision = '0004'


def upgrade() -> None:
    op.create_table(
        "role",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("based_on", sa.String(length=40), nullable=False),
        sa.Column("read", store.columns.json_type(), nullable=False),
        sa.Column("write", store.columns.json_type(), nullable=False),
        sa.Column("masks", store.columns.json_type(), nullable=False),
        sa.Column("created_at", store.columns.UtcDateTime(), nullable=False),
        sa.Column("updated_at", store.columns.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.add_column(sa.Column("read_only", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.drop_column("read_only")
    op.drop_table("role")

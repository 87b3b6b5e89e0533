"""exchange rates, saved queries"""

import sqlalchemy as sa
from alembic import op

from store.columns import ExactRate

revision = '0007'
down_revision = '0002'


def upgrade() -> None:
    op.create_table(
        'rate',
        sa.Column('id', sa.String(length=26), nullable=False),
        sa.Column('currency', sa.String(length=3), nullable=False),
        sa.Column('per_unit', ExactRate(), nullable=False),
        sa.Column('valid_from', sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('currency', 'valid_from'),
    )


def downgrade() -> None:
    op.drop_table('rate')

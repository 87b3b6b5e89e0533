"""which classes of change are approved by policy, per role"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0002'


def upgrade() -> None:
    op.create_table(
        'policy',
        sa.Column('role', sa.String(40), nullable=False),
        sa.Column('entity', sa.String(40), nullable=False),
        sa.Column('operation', sa.String(20), nullable=False),
        sa.Column('auto', sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint('role', 'entity', 'operation'),
    )


def downgrade() -> None:
    op.drop_table('policy')

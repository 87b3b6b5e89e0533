"""pairs of records that may be the same, and the keys by which they meet"""

import sqlalchemy as sa
from alembic import op

from store import columns

revision = '0006'
down_revision = '0005'


def upgrade() -> None:
    op.create_table(
        'duplicate_key',
        sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('type', sa.String(40), nullable=False),
        sa.Column('record_id', sa.String(26), nullable=False),
        sa.PrimaryKeyConstraint('key', 'type', 'record_id'),
        sqlite_with_rowid=False,
    )
    op.create_table(
        'duplicate_pending',
        sa.Column('type', sa.String(40), nullable=False),
        sa.Column('record_id', sa.String(26), nullable=False),
        sa.PrimaryKeyConstraint('type', 'record_id'),
    )
    op.create_table(
        'duplicate_candidate',
        sa.Column('id', sa.String(26), primary_key=True),
        sa.Column('a_type', sa.String(40), nullable=False),
        sa.Column('a_id', sa.String(26), nullable=False),
        sa.Column('b_type', sa.String(40), nullable=False),
        sa.Column('b_id', sa.String(26), nullable=False),
        sa.Column('score', sa.Float(), nullable=False),
        sa.Column('reasons', columns.json_type(), nullable=False),
        sa.Column('content', sa.String(32), nullable=False),
        sa.Column('status', sa.String(20), nullable=False),
        sa.Column('found_at', columns.UtcDateTime(), nullable=False),
        sa.Column('decided_by', sa.String(26), nullable=True),
        sa.Column('decided_at', columns.UtcDateTime(), nullable=True),
        sa.Column('proposal_id', sa.String(26), nullable=True),
        sa.UniqueConstraint('a_type', 'a_id', 'b_type', 'b_id'),
    )
    op.create_index('ix_duplicate_candidate_b', 'duplicate_candidate', ['b_type', 'b_id'])
    op.create_index('ix_duplicate_candidate_status', 'duplicate_candidate', ['status', 'score'])


def downgrade() -> None:
    op.drop_table('duplicate_candidate')
    op.drop_table('duplicate_pending')
    op.drop_table('duplicate_key')

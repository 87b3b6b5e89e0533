"""exchange rates, saved queries; on SQLite, JSON of records with its letters unescaped, so that keys in Chinese are found in it"""

import json

import sqlalchemy as sa
from alembic import op

from store.columns import ExactRate

revision = '0007'
down_revision = '0006'

RECORDS = ('account', 'contact', 'lead', 'opportunity', 'activity', 'task', 'case', 'product', 'order', 'user', 'team')


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
    if op.get_bind().dialect.name == 'sqlite':
        for table in RECORDS:
            _unescape(table, 'custom')


def _unescape(name: str, column: str) -> None:
    """PostgreSQL's JSONB holds letters; SQLite holds the text as it was written."""
    table = sa.table(name, sa.column('id', sa.String), sa.column(column, sa.String))
    held = table.c[column]
    rows = op.get_bind().execute(sa.select(table.c.id, held).where(held.contains('\\u'))).all()
    if rows:
        op.get_bind().execute(
            sa.update(table).where(table.c.id == sa.bindparam('row')).values({column: sa.bindparam('written')}),
            [{'row': row_id, 'written': json.dumps(json.loads(text), ensure_ascii=False)} for row_id, text in rows],
        )


def downgrade() -> None:
    op.drop_table('rate')

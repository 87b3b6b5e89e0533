"""the index of names, and indexes for lists and measures at size

Triggers note in `name_pending` which names a transaction changed; `store/name_index.py` makes the words before it commits.
Existing names are noted here and indexed at the end of `Database.migrate`.
"""

import sqlalchemy as sa
from alembic import op

from store.migrations.name_triggers import watch

revision = '0008'
down_revision = '0007'

BYTES = {length: sa.String(length).with_variant(sa.String(length, collation='C'), 'postgresql') for length in (60, 240)}
NAMES = {
    'user': 'name', 'team': 'name', 'account': 'name', 'contact': 'name', 'lead': 'name', 'product': 'name', 'opportunity': 'name',
    'order': 'number', 'case': 'subject', 'task': 'title', 'quote': 'number', 'contract': 'number', 'campaign': 'name',
}
INDEXES = {
    'account': {
        'name': ['name', 'deleted_at'],
        'created_at': ['created_at', 'deleted_at'],
        'owner_id': ['owner_id', 'name', 'deleted_at'],
        'team_id': ['team_id', 'owner_id', 'deleted_at'],
        'industry': ['industry', 'annual_revenue', 'deleted_at'],
    },
    'contact': {
        'name': ['name', 'deleted_at'],
        'created_at': ['created_at', 'deleted_at'],
        'owner_id': ['owner_id', 'name', 'deleted_at'],
        'team_id': ['team_id', 'deleted_at'],
        'account_id': ['account_id', 'deleted_at', 'owner_id', 'team_id'],
    },
    'opportunity': {
        'stage_id': ['stage_id', 'close_date', 'deleted_at', 'owner_id', 'team_id', 'account_id', 'amount', 'currency', 'probability'],
        'owner_id': ['owner_id', 'stage_id', 'close_date', 'deleted_at'],
        'team_id': ['team_id', 'deleted_at'],
        'close_date': ['close_date', 'amount', 'deleted_at'],
    },
    'activity': {
        'account_id': ['account_id', 'occurred_at', 'deleted_at'],
        'contact_id': ['contact_id', 'occurred_at', 'deleted_at'],
        'owner_id': ['owner_id', 'deleted_at'],
        'team_id': ['team_id', 'deleted_at'],
        'author_id': ['author_id', 'deleted_at'],
        'occurred_at': ['occurred_at', 'deleted_at', 'owner_id', 'account_id', 'team_id', 'author_id', 'kind'],
    },
}
NEW = {'ix_account_created_at', 'ix_contact_created_at'}  # the others had their first column only


def upgrade() -> None:
    for table, indexes in INDEXES.items():
        for name, columns in indexes.items():
            if f'ix_{table}_{name}' not in NEW:
                op.drop_index(f'ix_{table}_{name}', table_name=table)
            op.create_index(f'ix_{table}_{name}', table, columns)
    op.create_table(
        'name_word',
        sa.Column('word', BYTES[240], primary_key=True),
        sa.Column('type', sa.String(40), primary_key=True),
        sa.Column('record_id', sa.String(26), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table('name_term', sa.Column('term', BYTES[240], primary_key=True), sqlite_with_rowid=False)
    op.create_table(
        'name_spelling',
        sa.Column('spelling', BYTES[60], primary_key=True),
        sa.Column('term', BYTES[60], primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        'name_pending',
        sa.Column('id', sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column('type', sa.String(40), nullable=False),
        sa.Column('record_id', sa.String(26), nullable=False),
        sa.Column('old', sa.String(1000), nullable=True),
        sa.Column('new', sa.String(1000), nullable=True),
    )
    for table, column in NAMES.items():
        watch(table, column)


def downgrade() -> None:
    raise RuntimeError('the index of names is not taken down: restore a backup instead')

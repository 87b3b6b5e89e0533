"""quotes, contracts, campaigns, consents; the campaign a lead or a deal came from"""

from alembic import op
import sqlalchemy as sa

import store.columns

revision = '0003'
down_revision = '0002'


def _record(name: str, *columns: sa.Column, references: tuple[str, ...] = (), indexed: tuple[str, ...] = ()) -> None:
    """A table of records: what it says of its own, then what every record has."""
    own = list(columns) + [sa.Column(f'{target}_id', sa.String(26), sa.ForeignKey(f'{target}.id')) for target in references]
    op.create_table(
        name,
        *own,
        sa.Column('id', sa.String(26), primary_key=True),
        sa.Column('key', sa.String(200), unique=True),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('tags', store.columns.json_type()),
        sa.Column('source', sa.String(200)),
        sa.Column('created_at', store.columns.UtcDateTime(), nullable=False),
        sa.Column('updated_at', store.columns.UtcDateTime(), nullable=False),
        sa.Column('created_by', sa.String(26)),
        sa.Column('updated_by', sa.String(26)),
        sa.Column('deleted_at', store.columns.UtcDateTime()),
        sa.Column('custom', store.columns.json_type(), nullable=False),
        sa.Column('owner_id', sa.String(26), sa.ForeignKey('user.id')),
        sa.Column('team_id', sa.String(26), sa.ForeignKey('team.id')),
    )
    for column in (*indexed, *(f'{target}_id' for target in references), 'owner_id', 'team_id'):
        op.create_index(f'ix_{name}_{column}', name, [column])


def upgrade() -> None:
    _record(
        'campaign',
        sa.Column('name', sa.String(500), nullable=False),
        sa.Column('kind', sa.String(80)),
        sa.Column('status', sa.String(40), nullable=False),
        sa.Column('starts_on', sa.Date()),
        sa.Column('ends_on', sa.Date()),
        sa.Column('budget', store.columns.Money()),
        sa.Column('currency', sa.String(3)),
        sa.Column('description', sa.Text()),
        indexed=('name',),
    )
    _record(
        'consent',
        sa.Column('channel', sa.String(40), nullable=False),
        sa.Column('status', sa.String(40), nullable=False),
        sa.Column('given_at', store.columns.UtcDateTime()),
        sa.Column('evidence', sa.Text()),
        references=('contact', 'account'),
    )
    _record(
        'contract',
        sa.Column('number', sa.String(200), nullable=False),
        sa.Column('status', sa.String(40), nullable=False),
        sa.Column('amount', store.columns.Money()),
        sa.Column('currency', sa.String(3)),
        sa.Column('starts_on', sa.Date()),
        sa.Column('ends_on', sa.Date()),
        sa.Column('auto_renews', sa.Boolean()),
        sa.Column('description', sa.Text()),
        references=('account', 'opportunity'),
        indexed=('ends_on',),
    )
    _record(
        'quote',
        sa.Column('number', sa.String(200), nullable=False),
        sa.Column('status', sa.String(40), nullable=False),
        sa.Column('amount', store.columns.Money()),
        sa.Column('currency', sa.String(3)),
        sa.Column('issued_on', sa.Date()),
        sa.Column('valid_until', sa.Date()),
        sa.Column('description', sa.Text()),
        references=('account', 'contact', 'opportunity', 'product'),
        indexed=('issued_on',),
    )
    for table in ('lead', 'opportunity'):
        op.execute(f'ALTER TABLE {table} ADD COLUMN campaign_id VARCHAR(26) REFERENCES campaign (id)')
        op.create_index(f'ix_{table}_campaign_id', table, ['campaign_id'])
    op.execute('UPDATE opportunity SET pipeline_id = (SELECT stage.pipeline_id FROM stage WHERE stage.id = opportunity.stage_id)')
    op.add_column('stage', sa.Column('archived', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column('stage', 'archived')
    for table in ('lead', 'opportunity'):
        op.drop_index(f'ix_{table}_campaign_id', table)
        with op.batch_alter_table(table) as batch:
            batch.drop_column('campaign_id')
    for table in ('quote', 'contract', 'consent', 'campaign'):
        op.drop_table(table)

"""which passages have no vector yet: asked every two seconds, and a look at every passage took a second at a million"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    without = sa.text("vector IS NULL")
    op.create_index("ix_passage_bare", "passage", ["id"], sqlite_where=without, postgresql_where=without)


def downgrade() -> None:
    op.drop_index("ix_passage_bare", table_name="passage")

"""the words of passages, for lexical ranking

SQLite: FTS5 over `passage_words` (external content, kept in step by triggers). PostgreSQL: a tsvector with a GIN index.
Words are prepared by `knowledge/words.py`; neither database cuts or stems anything itself. These tables are not in
`models.py` (SQLAlchemy knows neither virtual tables nor tsvector on both sides): `env.py` leaves `passage_*` out of comparisons.
"""

from alembic import op

revision = '0002'
down_revision = '0001'

SQLITE = (
    # AUTOINCREMENT: a number is never given twice, so vectors may be kept in memory under it.
    """CREATE TABLE passage_words (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        passage_id VARCHAR(26) NOT NULL UNIQUE REFERENCES passage (id) ON DELETE CASCADE,
        words TEXT NOT NULL)""",
    # The ascii tokenizer takes every character outside ASCII as part of a word; the others named are those inside our words.
    """CREATE VIRTUAL TABLE passage_fts USING fts5 (
        words, content = 'passage_words', content_rowid = 'id', tokenize = "ascii tokenchars '-_.@+/'")""",
    "CREATE VIRTUAL TABLE passage_vocabulary USING fts5vocab (passage_fts, 'row')",
    """CREATE TRIGGER passage_words_added AFTER INSERT ON passage_words BEGIN
        INSERT INTO passage_fts (rowid, words) VALUES (new.id, new.words); END""",
    """CREATE TRIGGER passage_words_removed AFTER DELETE ON passage_words BEGIN
        INSERT INTO passage_fts (passage_fts, rowid, words) VALUES ('delete', old.id, old.words); END""",
    """CREATE TRIGGER passage_words_changed AFTER UPDATE OF words ON passage_words WHEN old.words <> new.words BEGIN
        INSERT INTO passage_fts (passage_fts, rowid, words) VALUES ('delete', old.id, old.words);
        INSERT INTO passage_fts (rowid, words) VALUES (new.id, new.words); END""",
)
POSTGRESQL = (
    """CREATE TABLE passage_words (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        passage_id VARCHAR(26) NOT NULL UNIQUE REFERENCES passage (id) ON DELETE CASCADE,
        words TSVECTOR NOT NULL)""",
    "CREATE INDEX ix_passage_words_words ON passage_words USING gin (words)",
)


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE passage_vocabulary")
        op.execute("DROP TABLE passage_fts")
    op.execute("DROP TABLE passage_words")

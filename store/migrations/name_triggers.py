"""Triggers that note a changed name in `name_pending`. A migration that adds a kind of record, or makes its table anew, calls `watch`."""

from alembic import op

_FUNCTION = """
CREATE OR REPLACE FUNCTION name_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO name_pending (type, record_id, new) VALUES (TG_TABLE_NAME, NEW.id, to_jsonb(NEW) ->> TG_ARGV[0]);
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO name_pending (type, record_id, old, new)
        VALUES (TG_TABLE_NAME, NEW.id, to_jsonb(OLD) ->> TG_ARGV[0], to_jsonb(NEW) ->> TG_ARGV[0]);
    ELSE
        INSERT INTO name_pending (type, record_id, old) VALUES (TG_TABLE_NAME, OLD.id, to_jsonb(OLD) ->> TG_ARGV[0]);
    END IF;
    RETURN NULL;
END $$"""


def watch(table: str, column: str) -> None:
    """From now on changes of this column are noted; what the table holds is noted at once."""
    kept = "INSERT INTO name_pending (type, record_id, old, new)"
    if op.get_bind().dialect.name == "sqlite":
        for event, when, values in (
            ("INSERT", "", f'new.id, NULL, new."{column}"'),
            (f'UPDATE OF "{column}"', f'WHEN old."{column}" IS NOT new."{column}"', f'new.id, old."{column}", new."{column}"'),
            ("DELETE", "", f'old.id, old."{column}", NULL'),
        ):
            name = f"name_{table}_{event.split()[0].lower()}"
            op.execute(f"CREATE TRIGGER {name} AFTER {event} ON \"{table}\" {when} BEGIN {kept} VALUES ('{table}', {values}); END")
    else:
        op.execute(_FUNCTION)
        for event, when in (
            ("INSERT OR DELETE", ""),
            (f'UPDATE OF "{column}"', f'WHEN (OLD."{column}" IS DISTINCT FROM NEW."{column}")'),
        ):
            name = f"name_{table}_{'changed' if when else 'made'}"
            op.execute(f"CREATE TRIGGER {name} AFTER {event} ON \"{table}\" FOR EACH ROW {when} EXECUTE FUNCTION name_changed('{column}')")
    op.execute(f'{kept} SELECT \'{table}\', id, NULL, "{column}" FROM "{table}"')

"""What a new store starts with."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import custom_values, schema
from store.duplicates import keys as duplicate_keys
from store.models import Meta, PicklistValue, Pipeline
from store.schema import vocabulary
from store.setup.pipelines import set_pipeline
from store.unit import CURRENCY


def prepare(session: Session, *, currency: str | None = None) -> None:
    """The default picklists and pipeline. Safe to run again: a picklist that came with a newer version is added then."""
    held = set(session.scalars(select(PicklistValue.field).distinct()))
    added = False
    for field, values in vocabulary()["picklists"].items():
        if field == "opportunity.status" or field in held:
            continue
        for position, (value, spec) in enumerate(values.items()):
            label, words = (spec or {}).get("zh"), (spec or {}).get("words")
            session.add(PicklistValue(field=field, value=str(value), label_zh=label, words=words, position=position))
            added = True
    if session.scalar(select(Pipeline.id)) is None:
        default = vocabulary()["pipeline"]
        set_pipeline(session, default["name"], [{"name": name, **spec} for name, spec in default["stages"].items()])
        duplicate_keys.mark_current(session)  # no records yet
        added = True
    if added:
        schema.bump(session)
    if currency and session.get(Meta, CURRENCY) is None:
        session.add(Meta(name=CURRENCY, value=currency))
    session.flush()
    custom_values.index_all(session)

"""`vocabulary.yaml` and the models agree, in both languages."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, get_args

import pytest

from store.conditions import Op
from store.measures import catalogue
from store.models import RECORD_MODELS, Record
from store.roles import MASKS, READ, ROLES, WRITE
from store.schema import ENTITY_TYPES, REFERENCE, Field, Kind, static_fields, vocabulary
from store.unit import Store

FIELDS = [field for own in static_fields().values() for field in own.values()]
KEPT_INSIDE = {"id", "created_by", "updated_by", "deleted_at", "custom"}  # of every record; no field of it
AND_OF = {"user": {"active", "password_hash"}}
PYTHON: dict[str, type[Any]] = {
    "text": str, "longtext": str, "email": str, "phone": str, "url": str, "choice": str, "number": float, "integer": int, "money": Decimal,
    "percent": float, "date": date, "datetime": datetime, "bool": bool, "tags": list, "multichoice": list,
}  # fmt: skip


def chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_the_same_entities_everywhere() -> None:
    assert tuple(vocabulary()["entities"]) == ENTITY_TYPES == tuple(RECORD_MODELS)
    assert set(READ) == set(ROLES) == set(WRITE)


@pytest.mark.parametrize("entity", ENTITY_TYPES)
def test_every_column_is_a_field_and_every_field_a_column(entity: str) -> None:
    columns = {column.key for column in RECORD_MODELS[entity].__table__.columns}
    fields = {field.column for field in static_fields()[entity].values() if not field.computed}
    hidden = KEPT_INSIDE | AND_OF.get(entity, set()) | ({"team_id"} if entity == "team" else set())
    assert columns - hidden == fields
    assert issubclass(RECORD_MODELS[entity], Record)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: f"{field.entity}.{field.name}")
def test_a_field_has_a_kind_that_fits_and_a_label_in_both_languages(field: Field) -> None:
    assert field.kind in get_args(Kind)
    assert field.en
    assert not chinese(field.en)
    assert chinese(field.zh)
    assert all(isinstance(word, str) and word.strip() for word in field.words)  # YAML reads a bare `on` as true
    if field.computed:
        return
    column = RECORD_MODELS[field.entity].__table__.c[field.column]
    if field.kind in REFERENCE:
        assert next(iter(column.foreign_keys)).column.table.name == field.refers_to
    else:
        assert issubclass(PYTHON[field.kind], column.type.python_type) or column.type.python_type in {PYTHON[field.kind], dict}
    if field.required:
        assert not column.nullable


@pytest.mark.parametrize("entity", ENTITY_TYPES)
def test_an_entity_has_its_names_its_date_and_its_list(store: Store, entity: str) -> None:
    with store.database.reading() as session:
        spec = store.schema(session).entity(entity)
    assert spec.en
    assert spec.plural
    assert chinese(spec.zh)
    assert any(chinese(word) for word in spec.words)
    assert spec.fields[spec.date].kind in {"date", "datetime"}
    assert spec.name_field in spec.fields
    assert set(spec.list_fields) <= set(spec.fields)


def test_labels_do_not_collide_within_an_entity() -> None:
    for entity, own in static_fields().items():
        for language in ("en", "zh"):
            labels = [field.label(language) for field in own.values() if not field.hidden]
            assert len(labels) == len(set(labels)), (entity, language, sorted(each for each in labels if labels.count(each) > 1))


def test_picklists_belong_to_choice_fields_and_every_choice_has_one() -> None:
    choices = {f"{field.entity}.{field.name}" for field in FIELDS if field.kind == "choice"}
    assert set(vocabulary()["picklists"]) == choices
    for name, values in vocabulary()["picklists"].items():
        for value, spec in values.items():
            assert isinstance(value, str), (name, value)
            assert all(isinstance(word, str) for word in (spec or {}).get("words", ())), (name, value)


def test_every_metric_points_at_fields_that_are_there(store: Store) -> None:
    with store.database.reading() as session:
        schema = store.schema(session)
    for name, metric in catalogue(schema).items():
        fields = schema.entity(metric.entity).fields
        own_date = set() if metric.over_stages else {metric.date}  # the day a stage was entered is no field of the deal
        named = own_date | {
            metric.field,
            metric.first,
            metric.last,
            metric.weight,
            *metric.same,
            *metric.not_by,
            *metric.fallback,
            *metric.where,
            *metric.whole,
            *metric.part,
        } - {None}
        assert named <= set(fields), name
        assert all((metric.en, chinese(metric.zh))), name
        assert all(fields[each].kind in {"date", "datetime"} for each in own_date), name
        for where in (metric.where, metric.whole, metric.part):
            for field, value in where.items():
                if isinstance(value, dict):
                    assert set(value) <= set(get_args(Op)), name
                    continue
                known = {choice.value for choice in schema.choices_of(fields[field])}
                assert set(value if isinstance(value, list) else [value]) <= known, name
    declared = vocabulary()["metrics"]
    assert all(spec["source"] and spec["words"] for spec in declared.values() if "source" in spec)
    assert {name for name, spec in declared.items() if "source" not in spec} == set()


def test_masks_name_fields_that_are_there() -> None:
    assert set(MASKS) <= set(ROLES)
    for masked in MASKS.values():
        assert all(name in static_fields()[entity] for entity, name in masked if name != "commission")  # a custom field, when there is one

"""What a server reads before the first question comes."""

from pathlib import Path

from agent.bootstrap import Rapport, build
from knowledge import bilingual
from store import changed
from store.settings import Settings
from store.unit import Store


def test_the_first_question_finds_everything_read_and_nothing_written(demo: Rapport) -> None:
    boss = demo.store.principal("root@demo.example")
    bilingual._entries.cache_clear()
    with demo.store.reading(boss) as unit:
        before = changed.head(unit)
    demo.warm_up()
    read = bilingual._entries.cache_info().misses
    demo.assistant.answer(boss, "未名镇有多少客户", door="test", brain="embedded")
    assert bilingual._entries.cache_info().misses == read == 1
    with demo.store.reading(boss) as unit:
        assert changed.head(unit) == before


def test_a_store_without_people_waits_for_them(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, today="2026-11-21", _env_file=None)  # type: ignore[call-arg]
    store = Store(settings)
    store.database.migrate()
    store.close()
    empty = build(settings)
    bilingual._entries.cache_clear()
    empty.warm_up()
    assert bilingual._entries.cache_info().misses == 0
    empty.close()

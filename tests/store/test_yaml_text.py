"""The product's YAML says the same whether PyYAML was built with libyaml or not."""

from pathlib import Path

import pytest
import yaml

from store.yaml_text import parse, parse_words

ROOT = Path(__file__).parents[2]
FILES = sorted(file for room in ("store", "knowledge", "tools", "agent", "evals", "ui") for file in (ROOT / room).rglob("*.y*ml"))
SMALL = [file for file in FILES if file.stat().st_size < 2000]


def same_without_libyaml(file: Path) -> None:
    text = file.read_text("utf-8")
    assert repr(parse(text)) == repr(yaml.load(text, yaml.SafeLoader))
    assert repr(parse_words(text)) == repr(yaml.load(text, yaml.BaseLoader))


@pytest.mark.parametrize("file", SMALL, ids=lambda file: str(file.relative_to(ROOT)))
def test_small_files(file: Path) -> None:
    same_without_libyaml(file)


@pytest.mark.slow
def test_every_file() -> None:
    for file in FILES:
        same_without_libyaml(file)


def test_words_stay_words() -> None:
    text = "{no: on, 2017: 1.5, 到期: 2017-01-01}"
    assert parse_words(text) == {"no": "on", "2017": "1.5", "到期": "2017-01-01"}
    assert parse(text) != parse_words(text)

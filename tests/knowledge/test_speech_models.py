"""Weights are found, joined and checked; what is missing is said; nothing is fetched unless somebody asks."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from knowledge.voice import models
from store.errors import InvalidInput, NotFound
from store.settings import Settings


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "rapport" / "models"


def settings(tmp_path: Path, **values: Any) -> Settings:
    return Settings(home=tmp_path / "home", _env_file=None, **values)  # type: ignore[call-arg]


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model in two packages, six bytes of weights."""
    for number, part in ((1, b"abc"), (2, b"def")):
        data = tmp_path / "site" / f"tiny_part{number}" / "data"
        data.mkdir(parents=True)
        (data.parent / "__init__.py").touch()
        (data / f"model.bin.part{number}").write_bytes(part)
    (tmp_path / "site" / "tiny_part1" / "data" / "config.json").write_text("{}")
    spec = {
        "about": "tiny", "licence": "MIT", "packages": ["tiny_part1", "tiny_part2"],
        "parts": [["tiny_part1", "model.bin.part1"], ["tiny_part2", "model.bin.part2"]],
        "beside": [["tiny_part1", "config.json", hashlib.sha256(b"{}").hexdigest()]],
        "sha256": hashlib.sha256(b"abcdef").hexdigest(),
    }  # fmt: skip
    hub = {"about": "large", "licence": "MIT", "hub": "nobody/large"}
    monkeypatch.setattr(models, "_catalogue", lambda: {"tiny": spec, "large": hub})
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return tmp_path / "site"


def test_parts_are_joined_once_and_kept(packaged: Path, tmp_path: Path, own_cache: Path) -> None:
    folder = models.locate(settings(tmp_path), "tiny")
    assert folder == own_cache / "tiny"
    assert ((folder / "model.bin").read_bytes(), (folder / "config.json").read_text()) == (b"abcdef", "{}")
    (packaged / "tiny_part1" / "data" / "model.bin.part1").write_bytes(b"xyz")
    assert models.locate(settings(tmp_path), "tiny") == folder
    assert [path.name for path in own_cache.iterdir()] == ["tiny"]


def test_weights_that_are_not_the_ones_named_are_refused(packaged: Path, tmp_path: Path, own_cache: Path) -> None:
    (packaged / "tiny_part2" / "data" / "model.bin.part2").write_bytes(b"deF")
    with pytest.raises(InvalidInput, match="not those of tiny"):
        models.locate(settings(tmp_path), "tiny")
    assert list(own_cache.iterdir()) == []
    (packaged / "tiny_part2" / "data" / "model.bin.part2").write_bytes(b"def")
    folder = models.locate(settings(tmp_path), "tiny")
    (folder / "model.bin").write_bytes(b"abcdeg")
    with pytest.raises(InvalidInput, match="not the file it should be"):
        models.locate(settings(tmp_path), "tiny")


def test_what_is_missing_is_said_with_what_to_do(packaged: Path, tmp_path: Path) -> None:
    told = {each.name: (each.ready, each.mend) for each in models.states(settings(tmp_path))}
    assert told == {"tiny": (True, ""), "large": (False, "rapport models get large")}
    with pytest.raises(NotFound) as missing:
        models.locate(settings(tmp_path), "large")
    assert "rapport models get large" in missing.value.hint
    assert "rapport models get large" in models.problems(settings(tmp_path, voice_model="large"))[0]
    assert "OPENAI_API_KEY" in models.problems(settings(tmp_path, voice_model="hosted:whisper-1"))[0]
    with pytest.raises(NotFound, match="nobody"):
        models.get(settings(tmp_path), "nobody")


def test_a_folder_takes_the_place_of_a_name(packaged: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    with pytest.raises(NotFound, match=r"model\.bin"):
        models.locate(settings(tmp_path), str(own))
    (own / "model.bin").write_bytes(b"anything")
    assert models.locate(settings(tmp_path, voice_model=str(own)), str(own)) == own
    assert models.problems(settings(tmp_path, voice_model=str(own))) == []

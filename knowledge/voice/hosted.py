"""Transcription by an OpenAI-compatible endpoint: the sound of each piece is sent to `OPENAI_BASE_URL`."""

import importlib
import io
import wave
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from knowledge.sentences import language_of
from knowledge.voice.decoding import RATE, Samples
from knowledge.voice.recogniser import Recognised, Tongue
from knowledge.voice.transcript import Language, Stretch, from_text
from store.errors import Unavailable
from store.settings import Settings

_LANGUAGES: dict[str, Language] = {"english": "en", "en": "en", "chinese": "zh", "zh": "zh", "mandarin": "zh"}


class Hosted:
    def __init__(self, settings: Settings, model: str) -> None:
        self._settings, self._model = settings, model

    @property
    def name(self) -> str:
        return f"hosted:{self._model}"

    @cached_property
    def _openai(self) -> Any:
        return importlib.import_module("openai")  # a second to import

    @cached_property
    def _client(self) -> Any:
        key = self._settings.openai_api_key.get_secret_value() or "none"
        return self._openai.OpenAI(
            api_key=key, base_url=self._settings.openai_base_url or None, timeout=self._settings.model_timeout, max_retries=1
        )

    def tongue(self, samples: Samples) -> Tongue:
        return "unsure"  # a request for each would cost more than it tells

    def recognise(self, samples: Samples) -> Recognised:
        try:
            said = self._client.audio.transcriptions.create(
                model=self._model, file=("note.wav", _wav(samples), "audio/wav"), response_format="verbose_json",
                timestamp_granularities=["word"],
            )  # fmt: skip
        except self._openai.OpenAIError as error:
            raise Unavailable(
                f"The transcription service failed: {type(error).__name__}.",
                hint="Try again; RAPPORT_VOICE_MODEL=whisper-base hears on this machine.",
            ) from error
        text = str(getattr(said, "text", "") or "").strip()
        stated = str(getattr(said, "language", "") or "").lower()
        if stated and stated not in _LANGUAGES:
            return Recognised(Stretch("en", ()), ("other_language",))
        language = _LANGUAGES[stated] if stated else language_of(text)
        return Recognised(Stretch(language, _timed(text, getattr(said, "words", None) or [], len(samples) / RATE)))


def _timed(text: str, words: Sequence[Any], seconds: float) -> tuple[tuple[str, float, float, float], ...]:
    """The words of the text as written; their times from the service where it gives as many, else spread over the piece."""
    plain = from_text(text)
    written = [(" " if word.at and text[word.at - 1].isspace() else "") + word.text for word in plain.words]
    if len(words) == len(written):
        moments = [(float(each.start), float(each.end)) for each in words]
    else:
        scale = seconds / plain.decoded_s if plain.decoded_s else 0.0
        moments = [(word.start * scale, word.end * scale) for word in plain.words]
    return tuple((word, round(start, 2), round(end, 2), 1.0) for word, (start, end) in zip(written, moments, strict=True))


def _wav(samples: Samples) -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(RATE)
        written.writeframes((samples.clip(-1, 1) * 32_767).astype("<i2").tobytes())
    return held.getvalue()

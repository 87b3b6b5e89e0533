"""Which recogniser the settings name. Nothing is loaded before it is needed."""

from knowledge.voice.hosted import Hosted
from knowledge.voice.models import HOSTED
from knowledge.voice.recogniser import Recogniser
from knowledge.voice.whisper import Whisper
from store.settings import Settings


def make_recogniser(settings: Settings) -> Recogniser:
    if settings.voice_model.startswith(HOSTED):
        return Hosted(settings, settings.voice_model.removeprefix(HOSTED))
    return Whisper(settings)

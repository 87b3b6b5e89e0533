"""What went wrong, in the language of whoever asked: by the cookie of the pages, else by Accept-Language."""

from collections.abc import Mapping

from store.errors import RapportError
from store.errors_said import in_language
from store.unit import Store
from ui.web.words import Language, language_of


def in_their_language(store: Store, language: Language, *texts: str) -> tuple[str, ...]:
    """Texts of an error, message or hint; what has no words in the language stays as it is."""
    if language == "en":
        return texts
    try:
        with store.database.reading() as session:
            schema = store.schema(session)
    except RapportError:  # told without the labels, rather than not at all
        return texts
    return tuple(in_language(schema, text, language) for text in texts)


def told(store: Store, language: Language, error: RapportError) -> tuple[str, str]:
    """(message, hint)"""
    message, hint = in_their_language(store, language, error.message, error.hint)
    return message, hint


def sentence(store: Store, language: Language, error: RapportError) -> str:
    """Both in one, as `str(error)` is."""
    return ("" if language == "zh" else " ").join(filter(None, told(store, language, error)))


def asked_in(headers: Mapping[str, str]) -> Language:
    return language_of(headers)

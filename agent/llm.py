"""The language model: any OpenAI-compatible chat endpoint, and what can go wrong with it, in words."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from langchain_core.language_models import BaseChatModel

from store.errors import RapportError
from store.settings import Settings

RETRIES = 2


class ModelFault(RapportError):
    """The model or the way to it failed: no network, a refusal, nonsense."""


def configured(settings: Settings) -> bool:
    return bool(settings.openai_api_key.get_secret_value() or settings.openai_base_url)


def make_model(settings: Settings) -> BaseChatModel:
    """A client for the endpoint in the settings. Imported only here: it takes a second."""
    openai = importlib.import_module("langchain_openai")
    model: BaseChatModel = openai.ChatOpenAI(
        model=settings.model,
        api_key=settings.openai_api_key.get_secret_value() or "none",
        base_url=settings.openai_base_url or None,
        timeout=settings.model_timeout,
        max_retries=RETRIES,
        temperature=0,
        stream_usage=True,
    )
    return model


@contextmanager
def faults() -> Iterator[None]:
    """Turn what the client raises into a ModelFault that says why; everything else passes."""
    try:
        yield
    except httpx.HTTPError as error:
        raise ModelFault("the connection to the model broke") from error
    except Exception as error:  # noqa: BLE001 - re-raised unless it is the client's own kind, known by module: openai is imported lazily
        if type(error).__module__.partition(".")[0] != "openai":
            raise
        raise ModelFault(_why(error)) from error


def _why(error: Exception) -> str:
    name = type(error).__name__
    known = {
        "RateLimitError": "it is over its rate limit or budget (429)",
        "APITimeoutError": "it took too long",
        "APIConnectionError": "it cannot be reached",
        "AuthenticationError": "the key was refused (401)",
        "PermissionDeniedError": "access was refused (403)",
        "NotFoundError": "there is no such model (404)",
        "BadRequestError": "it did not take the request (400)",
        "InternalServerError": "it failed inside (5xx)",
    }
    return known.get(name, f"it failed ({name})")


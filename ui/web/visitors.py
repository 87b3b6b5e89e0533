"""Who clicked: worked out from the request at every event, never from what a component holds."""

import gradio as gr

from store.rights import Principal
from ui.identity import House, visitor_of
from ui.web.words import Words, language_of, words


def person(inside: House, request: gr.Request) -> Principal:
    """The signed-in person behind a Gradio event."""
    found = visitor_of(inside.store, _headers(request))
    if found is None:
        raise gr.Error(reader(request)["error.signed_out"], print_exception=False)
    return found.principal


def reader(request: gr.Request) -> Words:
    """The words in the language of whoever looks."""
    return words(language_of(_headers(request)))


def _headers(request: gr.Request) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in dict(request.headers).items()}

"""Transcription by an endpoint: what is sent, what is read, and what is said when it fails."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import numpy as np
import pytest
from sounds import tone

from knowledge.voice.engines import make_recogniser
from store.errors import Unavailable
from store.settings import Settings


@contextmanager
def serving(status: int, answer: dict[str, Any]) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    asked: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def hosted(address: str) -> Any:
    settings = Settings(voice_model="hosted:whisper-1", openai_base_url=address, openai_api_key="sk-test", _env_file=None)  # type: ignore[call-arg, arg-type]
    return make_recogniser(settings)


def samples() -> Any:
    return (tone(2) / 32_768).astype(np.float32)


def test_the_words_come_with_the_times_of_the_service() -> None:
    words = [{"word": word, "start": n * 0.5, "end": n * 0.5 + 0.4} for n, word in enumerate(("Met", "Globex", "today"))]
    with serving(200, {"text": "Met Globex today.", "language": "english", "words": words, "duration": 2.0}) as (address, asked):
        recogniser = hosted(address)
        found = recogniser.recognise(samples())
    assert found.stretch.language == "en"
    assert found.stretch.words == (("Met", 0.0, 0.4, 1.0), (" Globex", 0.5, 0.9, 1.0), (" today.", 1.0, 1.4, 1.0))
    assert recogniser.name == "hosted:whisper-1"
    (path, body) = asked[0]
    assert path == "/v1/audio/transcriptions"
    assert b"RIFF" in body
    assert b"whisper-1" in body


def test_without_times_the_words_are_spread_over_the_piece() -> None:
    with serving(200, {"text": "今天拜访了澄海电子"}) as (address, _):
        found = hosted(address).recognise(samples())
    assert found.stretch.language == "zh"
    assert "".join(word[0] for word in found.stretch.words) == "今天拜访了澄海电子"
    starts = [word[1] for word in found.stretch.words]
    assert starts == sorted(starts)
    assert found.stretch.words[-1][2] == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_a_service_that_fails_says_what_to_do(status: int) -> None:
    with serving(status, {"error": {"message": "no"}}) as (address, _), pytest.raises(Unavailable) as failed:
        hosted(address).recognise(samples())
    assert "whisper-base" in failed.value.hint
    assert "sk-test" not in str(failed.value)


def test_another_language_has_no_words() -> None:
    with serving(200, {"text": "Ich war beim Kunden.", "language": "german", "words": [], "duration": 2.0}) as (address, _):
        found = hosted(address).recognise(samples())
    assert (found.stretch.words, found.warnings) == ((), ("other_language",))

"""The crowd's own instruments: the model that says back what it is told, and the eye for another's words."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.request import Request, urlopen

import pytest

from evals.crowd import Person, ask_all, word
from evals.serving import NotReady, serving


class _Gossip(BaseHTTPRequestHandler):
    """Tells everybody the first person's word, and the last one nothing at all."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))["text"]
        body = json.dumps({"text": word(0) if asked != "say last" else ""}).encode()
        self.send_response(200 if asked != "say broken" else 503)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def gossip() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Gossip) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_another_s_words_and_missing_ones_are_noticed(gossip: str) -> None:
    somebody = Person("a@b.example", "token")
    found = asyncio.run(ask_all(gossip, [(somebody, f"say {each}", 0.0) for each in ("first", "second", "last", "broken")], said=word))
    assert found.crossed == 1  # the second was told the first's
    assert len(found.failed) == 3
    assert len(found.waited) == 4


def test_words_are_everybody_s_own() -> None:
    words = [word(number) for number in range(200)]
    assert len(set(words)) == 200
    assert not any(one in other for one in words for other in words if one != other)


@pytest.mark.parametrize("stream", [True, False])
def test_the_parrot_says_back_the_last_thing_it_was_asked(stream: bool) -> None:
    command = [sys.executable, "-m", "evals.parrot", "PORT", "0"]
    with serving(command, os.environ, ready="/") as server:
        messages = [{"role": "user", "content": "say one"}, {"role": "assistant", "content": "one"}, {"role": "user", "content": "say two"}]
        body = json.dumps({"messages": messages, "stream": stream}).encode()
        with urlopen(Request(f"{server.address}/v1/chat/completions", body), timeout=20) as answer:
            text = answer.read().decode()
    assert '"two"' in text
    assert '"one"' not in text


def test_what_does_not_start_says_why() -> None:
    with pytest.raises(NotReady, match="no such luck"), serving([sys.executable, "-c", "raise SystemExit('no such luck')"], os.environ):
        pass

"""A small OpenAI-compatible server on loopback: a queue of replies, and what it was asked. Streams like the real ones do."""

import json
import socket
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

USAGE = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}


@dataclass
class Reply:
    """One answer of the model. `calls`: (name, arguments), arguments a dict or raw text; `pieces`: how text is cut when streamed."""

    text: str = ""
    calls: tuple[tuple[str, Any], ...] = ()
    finish: str | None = ""
    status: int = 200
    body: str | None = None  # instead of a completion, as it is
    cut: bool = False  # close the connection in the middle of it
    hang: bool = False  # never answer
    usage: bool = True

    def deltas(self) -> list[dict[str, Any]]:
        """As a streaming server sends them: the name first, the arguments in pieces."""
        found: list[dict[str, Any]] = [{"role": "assistant", "content": None if self.calls and not self.text else ""}]
        found += [{"content": self.text[at : at + 7]} for at in range(0, len(self.text), 7)]
        for index, (name, arguments) in enumerate(self.calls):
            raw = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
            found.append(
                {
                    "tool_calls": [
                        {"index": index, "id": f"call_{index}_{name}", "type": "function", "function": {"name": name, "arguments": ""}}
                    ]
                }
            )
            found += [{"tool_calls": [{"index": index, "function": {"arguments": raw[at : at + 9]}}]} for at in range(0, len(raw), 9)]
        return found

    @property
    def reason(self) -> str | None:
        return ("tool_calls" if self.calls else "stop") if self.finish == "" else self.finish


@dataclass
class Script:
    """What the server will say (the last reply is repeated when `endless`) and what it has been asked."""

    replies: deque[Reply] = field(default_factory=deque)
    requests: list[dict[str, Any]] = field(default_factory=list)
    endless: Reply | None = None
    url: str = ""
    released: Event = field(default_factory=Event)

    def say(self, *replies: Reply | str) -> "Script":
        self.replies.extend(Reply(each) if isinstance(each, str) else each for each in replies)
        return self

    def call(self, name: str, /, **arguments: Any) -> "Script":
        return self.say(Reply(calls=((name, arguments),)))

    def next(self) -> Reply:
        if self.replies:
            return self.replies.popleft()
        return self.endless or Reply(status=500, body='{"error": {"message": "the script is over"}}')

    @property
    def said_by_tools(self) -> list[str]:
        """The tool results of the last request, as the model saw them."""
        return [str(each["content"]) for each in self.requests[-1]["messages"] if each["role"] == "tool"]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: Script

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        body = json.loads(self.rfile.read(length))
        self.script.requests.append(body)
        reply = self.script.next()
        if reply.hang:
            self.script.released.wait(20)
            self.close_connection = True
        elif reply.status != 200 or reply.body is not None:
            self._plain(reply.status, reply.body or json.dumps({"error": {"message": "no", "type": "server_error"}}))
        elif body.get("stream"):
            self._streamed(reply, bool((body.get("stream_options") or {}).get("include_usage")))
        else:
            self._plain(200, json.dumps(_whole(reply)))

    def _plain(self, status: int, text: str) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _streamed(self, reply: Reply, with_usage: bool) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        deltas = reply.deltas()
        for delta in deltas[: len(deltas) // 2 + 1] if reply.cut else deltas:
            self._event({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        if reply.cut:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        if reply.reason:
            self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": reply.reason}]})
        if with_usage and reply.usage:
            self._event({"choices": [], "usage": USAGE})
        self._chunk("data: [DONE]\n\n")
        self._chunk("")

    def _event(self, part: dict[str, Any]) -> None:
        self._chunk(f"data: {json.dumps({'id': 'c', 'object': 'chat.completion.chunk', 'created': 1, 'model': 'scripted', **part})}\n\n")

    def _chunk(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


def _whole(reply: Reply) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
    if reply.calls:
        message["tool_calls"] = [
            {
                "id": f"call_{n}_{name}",
                "type": "function",
                "function": {"name": name, "arguments": raw if isinstance(raw, str) else json.dumps(raw)},
            }
            for n, (name, raw) in enumerate(reply.calls)
        ]
    choice = {"index": 0, "message": message, "finish_reason": reply.reason}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "scripted", "choices": [choice], "usage": USAGE}


@contextmanager
def serving() -> Iterator[Script]:
    script = Script()
    handler = type("Handler", (_Handler,), {"script": script})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    script.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield script
    finally:
        script.released.set()
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)

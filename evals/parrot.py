"""A language model that takes its time and says back what it was asked to say: `python -m evals.parrot PORT SECONDS`.

Speaks as much of OpenAI's chat completions as the bench needs, for hundreds of callers at once.
"""

import asyncio
import json
import re
import sys
from typing import Any

_SAY = re.compile(r"say (\w+)")
_USAGE = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}


def _said(request: dict[str, Any]) -> str:
    """The word of the last thing a person said."""
    for message in reversed(request["messages"]):
        if message["role"] == "user" and (found := _SAY.search(str(message["content"]))):
            return found[1]
    return "nothing"


def _answer(request: dict[str, Any]) -> bytes:
    word, kept = _said(request), {"id": "1", "created": 0, "model": "parrot"}
    if not request.get("stream"):
        choice = {"index": 0, "message": {"role": "assistant", "content": word}, "finish_reason": "stop"}
        return _response("application/json", json.dumps({**kept, "object": "chat.completion", "choices": [choice], "usage": _USAGE}))
    deltas: list[Any] = [({"role": "assistant", "content": ""}, None), ({"content": word}, None), ({}, "stop")]
    chunks = [{**kept, "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": d, "finish_reason": f}]} for d, f in deltas]
    chunks.append({**kept, "object": "chat.completion.chunk", "choices": [], "usage": _USAGE})
    return _response("text/event-stream", "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n")


def _response(kind: str, body: str) -> bytes:
    raw = body.encode()
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(raw)}\r\n\r\n".encode() + raw


async def serve(port: int, seconds: float) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = re.search(rb"(?i)content-length: (\d+)", head)
                body = await reader.readexactly(int(length[1]) if length else 0)
                if head.startswith(b"POST"):
                    await asyncio.sleep(seconds)
                writer.write(_answer(json.loads(body)) if body else _response("text/plain", "ready"))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", port, backlog=1000)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))

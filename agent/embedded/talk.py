"""Greetings, thanks and "what can you do?": answered without a tool."""

from agent.embedded.frames import Frame
from agent.embedded.spans import Spanned

_THANKS = {"thanks", "thank you", "谢谢"}


def small_talk(text: Spanned) -> Frame | None:
    if not any(span.func("help") for span in text.spans):
        return None
    serious = [span for span in text.spans if span.content or (span.func() and not span.func("help", "show", "me"))]
    if serious:
        return None
    thanks = any(span.text.lower() in _THANKS for span in text.spans)
    return Frame("help", reason="thanks" if thanks else "")

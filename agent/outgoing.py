"""What a model's words may carry out: nothing by itself. A picture is fetched by whatever shows it, a link by whoever clicks it, and an
address can hold what a note asked to be told. So pictures and mark-up go, links lose their target, and an address stays only if the
question or a tool result holds it to the letter."""

import re
from collections.abc import Iterable
from typing import Literal

LEFT_OUT = {"en": "(address left out)", "zh": "（网址已略去）"}
_PICTURE = re.compile(r"!\[([^\]]*)\]\s?\([^)]*\)?")
_LINK = re.compile(r"\[([^\]]*)\]\s?\(([^)]*)\)?")
_TAG = re.compile(r"<(?=[a-zA-Z/!?])")
_ADDRESS = re.compile(
    r"(?i)(?:\b[a-z][a-z0-9+.-]{1,15}://|\b(?:data|javascript|mailto|vbscript):(?=\S)|\bwww\.|(?<![:\w/])//(?=[\w-]+\.))[^\s<>\"'“”）)\]，。、；]*"
)
_INVISIBLE = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff\U000e0000-\U000e007f]")

_UNFINISHED = re.compile(r"[!-~]*\Z")  # a Latin word or mark-up that may go on; Chinese needs no wait


def inert(text: str, known: Iterable[str], language: Literal["en", "zh"]) -> str:
    """The text with pictures, links and mark-up made plain, and without addresses that none of `known` holds."""
    sources = list(known)

    def kept(match: re.Match[str]) -> str:
        address = match.group().rstrip(".,;:!?")
        rest = match.group()[len(address) :]
        return f"`{address}`{rest}" if any(address in source for source in sources) else LEFT_OUT[language] + rest

    text = _PICTURE.sub(lambda found: found[1], _INVISIBLE.sub("", text))
    text = _LINK.sub(lambda found: f"{found[1]} {found[2]}".strip(), text)
    return _ADDRESS.sub(kept, _TAG.sub("&lt;", text).replace("](", "] ("))


class Trickle:
    """The same for pieces of text as they stream: whole words go on, what is still being written waits. No address is shown."""

    def __init__(self, language: Literal["en", "zh"]) -> None:
        self._language = language
        self._held = ""

    def feed(self, piece: str) -> str:
        """What may be shown now."""
        self._held += _INVISIBLE.sub("", piece)
        cut = _UNFINISHED.search(self._held).start()  # type: ignore[union-attr]
        ready, self._held = self._held[:cut], self._held[cut:]
        return self._plain(ready)

    def rest(self) -> str:
        """What was waiting, once no more comes."""
        ready, self._held = self._held, ""
        return self._plain(ready)

    def _plain(self, text: str) -> str:
        text = _TAG.sub("&lt;", text).replace("](", "] (").replace("![", "[")
        return _ADDRESS.sub(LEFT_OUT[self._language], text)

"""The patterns of words.yaml, ready for use."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from knowledge.sentences import Language
from store.yaml_text import parse

_COUNTED = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    r"|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|a|half|dozen)"
)
NUMBER = (
    r"(?:\d[\d,]*(?:\.\d+)?(?:\s*(?:k|thousand|million))?"
    rf"|{_COUNTED}(?:[ -](?:and[ -])?{_COUNTED})*|[零一二两三四五六七八九十百千万\d]+)"
)
PERCENT = r"(?:\d+(?:\.\d+)?\s*(?:%|percent|per cent)|[a-z]+(?:[ -][a-z]+)?\s*(?:percent|per cent))"
_SPACE = re.compile(r"(\(\?<[!=][^)]*\))| ")  # what looks back must have one length


class Words:
    """Each kind of words.yaml as one pattern (`words.uncertain`), or as the patterns it lists (`words.each("plan")`)."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self._under = {kind: said for kind, said in raw.items() if isinstance(said, dict)}
        self._raw = {
            kind: [said] if isinstance(said, str) else [str(each) for each in said] for kind, said in raw.items() if kind not in self._under
        }
        roles = "|".join(self._raw.get("role", []))
        self._raw = {kind: [each.replace("{role}", roles) for each in said] for kind, said in self._raw.items()}
        self._kept: dict[tuple[str, str], tuple[re.Pattern[str], ...]] = {}

    def __getattr__(self, kind: str) -> re.Pattern[str]:
        if kind.startswith("_") or kind not in self._raw:
            raise AttributeError(kind)
        key = ("", kind)
        if key not in self._kept:
            self._kept[key] = (_compiled("|".join(f"(?:{each})" for each in self._raw[kind])),)
        return self._kept[key][0]

    def each(self, kind: str, *, who: str = "") -> tuple[re.Pattern[str], ...]:
        """One pattern for each line; `who` is what {who} or {name} stands for."""
        key = (who, kind)
        if key not in self._kept:
            lines = [each.replace("{who}", who.replace("\\ ", " ")).replace("{name}", who) for each in self._raw[kind]]
            made = tuple(_compiled(line) for line in lines)
            if who and len(self._kept) > 500:  # names change from note to note
                return made
            self._kept[key] = made
        return self._kept[key]

    def under(self, kind: str) -> list[tuple[str, re.Pattern[str]]]:
        """The patterns of a kind that has kinds of its own, by their names."""
        if ("under", kind) not in self._kept:
            self._kept["under", kind] = tuple(_compiled(str(line)) for line in self._under[kind].values())
        return list(zip(self._under[kind], self._kept["under", kind], strict=True))

    def listed(self, kind: str) -> list[str]:
        return self._raw[kind]


def _compiled(line: str) -> re.Pattern[str]:
    line = line.replace("{n}", NUMBER).replace("{p}", PERCENT)
    spaced = _SPACE.sub(lambda found: found[1] or r"\s+", line) if line.isascii() else line
    return re.compile(spaced, re.IGNORECASE)


@cache
def words(language: Language) -> Words:
    with Path(__file__).with_name("words.yaml").open(encoding="utf-8") as held:
        return Words(parse(held)[language])

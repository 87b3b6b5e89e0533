"""What a person is told of a recording: how much was heard, the names in it, what was wrong with the file."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.voice.transcript import Mention, Transcript


def told(transcript: Transcript, *, account: str = "") -> str:
    """Paragraphs: what is prepared, the note as heard, names, warnings."""
    words, length = _phrases()[transcript.language], _length(transcript.decoded_s, transcript.language)
    if not transcript.text:
        head = words["nothing"].format(length=length)
    elif account:
        head = words["prepared_for"].format(length=length, account=account)
    else:
        head = words["prepared"].format(length=length)
    quoted = f"> {transcript.text}" if transcript.text else ""
    return "\n\n".join(filter(None, [head, quoted, _names(transcript), warnings(transcript)]))


def asked(transcript: Transcript) -> str:
    return str(_phrases()[transcript.language]["asked"]).format(text=transcript.text)


def warnings(transcript: Transcript) -> str:
    words = _phrases()[transcript.language]["warnings"]
    length = _length(transcript.decoded_s, transcript.language)
    stated = _length(transcript.stated_s or transcript.decoded_s, transcript.language)
    return " ".join(words[each].format(length=length, stated=stated) for each in transcript.warnings)


def _names(transcript: Transcript) -> str:
    words = _phrases()[transcript.language]
    separator = "、" if transcript.language == "zh" else ", "
    respelt = [each for each in transcript.mentions if each.linked and each.heard != (each.spelling or each.linked.name)]
    known = dict.fromkeys(words["heard_as"].format(name=each.linked.name, heard=each.heard) for each in respelt if each.linked)
    new = dict.fromkeys(_new(each, words, separator) for each in transcript.mentions if each.linked is None)
    lines = [words["names"].format(names=separator.join(known))] if known else []
    lines += [words["new"].format(names=separator.join(new))] if new else []
    return "\n\n".join(lines)


def _new(mention: Mention, words: dict[str, Any], separator: str) -> str:
    near = separator.join(dict.fromkeys(each.name for each in mention.candidates))
    return str(words["new_near"]).format(heard=mention.heard, near=near) if near else f"“{mention.heard}”"


def _length(seconds: float, language: str) -> str:
    words = _phrases()[language]
    return str(words["minutes"].format(n=f"{seconds / 60:.1f}") if seconds >= 90 else words["seconds"].format(n=round(seconds)))


@cache
def _phrases() -> dict[str, dict[str, Any]]:
    with Path(__file__).with_name("phrases.yaml").open(encoding="utf-8") as held:
        found: dict[str, dict[str, Any]] = yaml.safe_load(held)
    return found

"""What a person is told of a recording: how much was heard, the names in it, what was wrong with the file."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from knowledge.followups.followup import Question
from knowledge.sentences import split_sentences
from knowledge.voice.transcript import Candidate, Mention, Transcript
from store.yaml_text import parse

Newcomers = Sequence[tuple[str, Sequence[str]]]  # a name, and known ones nearly like it


def told(
    transcript: Transcript,
    *,
    account: str = "",
    newcomers: Newcomers = (),
    questions: Sequence[Question] = (),
    stages: Mapping[str, str],
    firms: Mapping[str, str],
) -> str:
    """Paragraphs: what is prepared, the note as heard, names, what is asked, warnings. `stages`: their names by id; `firms`: those of the
    customers of people, by the person's id."""
    words, length = _phrases()[transcript.language], _length(transcript.decoded_s, transcript.language)
    if not transcript.text and "other_language" in transcript.warnings:
        head = words["other"].format(length=length)
    elif not transcript.text:
        head = words["nothing"].format(length=length)
    elif account:
        head = words["prepared_for"].format(length=length, account=account)
    else:
        head = words["prepared"].format(length=length)
    quoted = f"> {transcript.text}" if transcript.text else ""
    asked = [_question(each, transcript, stages) for each in questions]
    return "\n\n".join(
        filter(None, [head, quoted, _names(transcript, newcomers), *_whose(transcript, firms), *asked, warnings(transcript)])
    )


def _question(asked: Question, transcript: Transcript, stages: Mapping[str, str]) -> str:
    """What was said that may close a deal, and was not clearly about it."""
    words = _phrases()[transcript.language]
    said = transcript.text[asked.stage.at : asked.stage.until].strip()
    at = transcript.text.rfind("\n", 0, asked.stage.at) + 1
    sentence = next((each for each in split_sentences(transcript.text[at:]) if said in each), said)
    deals = words["or"].join(f"“{name}”" for _, name in asked.deals)
    return str(words["may_be"]).format(quote=sentence, deals=deals, stage=stages.get(asked.stage.value, ""))


def asked(transcript: Transcript) -> str:
    return str(_phrases()[transcript.language]["asked"]).format(text=transcript.text)


def warnings(transcript: Transcript) -> str:
    words = _phrases()[transcript.language]["warnings"]
    length = _length(transcript.decoded_s, transcript.language)
    stated = _length(transcript.stated_s or transcript.decoded_s, transcript.language)
    told = [each for each in transcript.warnings if transcript.text or each != "other_language"]
    return " ".join(words[each].format(length=length, stated=stated) for each in told)


def _names(transcript: Transcript, newcomers: Newcomers) -> str:
    words = _phrases()[transcript.language]
    separator = "、" if transcript.language == "zh" else ", "
    respelt = [each for each in transcript.mentions if each.linked and each.heard != (each.spelling or each.linked.name)]
    known = dict.fromkeys(words["heard_as"].format(name=each.linked.name, heard=each.heard) for each in respelt if each.linked)
    new = dict.fromkeys(_new(each, words, separator) for each in transcript.mentions if each.linked is None and not each.shared)
    heard = {each.heard for each in transcript.mentions}
    new |= dict.fromkeys(_near(name, near, words, separator) for name, near in newcomers if name not in heard)
    lines = [words["names"].format(names=separator.join(known))] if known else []
    lines += [words["new"].format(names=separator.join(new))] if new else []
    return "\n\n".join(lines)


def _whose(transcript: Transcript, firms: Mapping[str, str]) -> list[str]:
    """Names that several records have: who is meant is asked, and nobody is put down for it."""
    words = _phrases()[transcript.language]
    shared = {each.heard: each.candidates for each in transcript.mentions if each.shared and not each.linked}
    return [
        str(words["whose"]).format(heard=heard, people=words["or"].join(_at(each, firms, words) for each in people))
        for heard, people in shared.items()
    ]


def _at(person: Candidate, firms: Mapping[str, str], words: dict[str, Any]) -> str:
    return str(words["at"]).format(name=person.name, firm=firms[person.id]) if person.id in firms else person.name


def _new(mention: Mention, words: dict[str, Any], separator: str) -> str:
    return _near(mention.heard, [each.name for each in mention.candidates], words, separator)


def _near(name: str, known: Sequence[str], words: dict[str, Any], separator: str) -> str:
    near = separator.join(dict.fromkeys(known))
    return str(words["new_near"]).format(heard=name, near=near) if near else f"“{name}”"


def _length(seconds: float, language: str) -> str:
    words = _phrases()[language]
    return str(words["minutes"].format(n=f"{seconds / 60:.1f}") if seconds >= 90 else words["seconds"].format(n=round(seconds)))


@cache
def _phrases() -> dict[str, dict[str, Any]]:
    with Path(__file__).with_name("phrases.yaml").open(encoding="utf-8") as held:
        found: dict[str, dict[str, Any]] = parse(held)
    return found

"""Labelled questions and the texts that answer them, in English and Chinese. Public ones are read from packages, never downloaded here.

`notes`: questions of a rep and the visit note that answers them (`evals/data/search`, this project's own).
`faq`: a question of the Debian FAQ and its answer, several passages long (Debian packages `debian-faq` and `debian-faq-zh-cn`; copyright
Software in the Public Interest, verbatim copying allowed).
`everyday`: a sentence and its translation (PyPI package `hsk-sentences-audio`, data under CC-BY-SA-4.0).
`interface`: a message of a program in one wording and in another: the other language's, or that of a second Chinese translator, in
traditional characters (catalogues in the PyPI packages `Django` and `wagtail`, BSD-3-Clause).

Half of the questions, by a hash of their text, are for choosing weights and floors (`tune`); the other half is reported.
"""

import gettext
import hashlib
import html
import importlib.util
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Language = Literal["en", "zh"]
Half = Literal["tune", "report"]
NOTES = Path(__file__).parents[1] / "data" / "search"
FAQ = Path("/usr/share/doc/debian/FAQ")
SENTENCES = 400  # of the everyday collection: each is encoded twice, and more would only narrow the margin of error
_SECTION = re.compile(r'<h2 class="title"><a id="([^"]+)"></a>(.*?)</h2>(.*?)(?=<h2 class="title">|<div class="navfooter">|\Z)', re.DOTALL)
_NUMBERED = re.compile(r"^[\d.\s]+")
_FILLED_IN = re.compile(r"%\(|%s|%d|\{|<|http")


@dataclass(frozen=True, slots=True)
class Document:
    """A text to be found. Documents of one `meaning` say the same, in another language or wording."""

    key: str
    meaning: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question. `answers` are the keys that are right; `aside` are as right but not asked for, and left out of count."""

    text: str
    direction: str
    answers: frozenset[str]
    aside: frozenset[str] = frozenset()

    @property
    def found_in(self) -> str:
        """The language of the answers."""
        return self.direction[-2:]

    @property
    def across(self) -> bool:
        return "→" in self.direction and self.direction[:2] != self.found_in

    @property
    def half(self) -> Half:
        return "tune" if hashlib.sha256(self.text.encode()).digest()[0] % 2 else "report"


@dataclass(frozen=True, slots=True)
class Collection:
    name: str
    documents: tuple[Document, ...]
    questions: tuple[Asked, ...]


def notes() -> Collection:
    """Each note has a twin in the other language that is as right; `cross` asks for the twin, `none` for what no note says."""
    documents = tuple(Document(key, key[1:], account, text) for key, account, text in _table("notes.tsv"))
    keys = {each.key for each in documents}
    questions = []
    for kind, answer, text in _table("questions.tsv"):
        twin = {"e": "z", "z": "e"}.get(answer[:1], "") + answer[1:]
        direction = {"cross": "en→zh" if answer.startswith("z") else "zh→en", "none": "none"}.get(kind, f"{kind}→{kind}")
        questions.append(Asked(text, direction, frozenset({answer}) & keys, frozenset({twin}) & keys))
    return Collection("notes", documents, tuple(questions))


def _table(name: str) -> Iterator[list[str]]:
    return (line.split("\t") for line in (NOTES / name).read_text("utf-8").splitlines() if line)


def faq() -> Collection | str:
    """Sections of the Debian FAQ: the heading is asked, the text below is the answer."""
    sections: dict[str, dict[str, tuple[str, str]]] = {"en": dict(_sections("*.en.html")), "zh": dict(_sections("zh-cn/*.zh-cn.html"))}
    both = [key for key in sections["en"] if key in sections["zh"]]
    if not both:
        return "the Debian packages debian-faq and debian-faq-zh-cn are not installed"
    documents, questions = [], []
    for key in both:
        for language, other in (("en", "zh"), ("zh", "en")):
            heading, answer = sections[language][key]
            documents.append(Document(f"{language}:{key}", key, "", answer))
            questions.append(Asked(heading, f"{language}→{language}", frozenset({f"{language}:{key}"}), frozenset({f"{other}:{key}"})))
            questions.append(Asked(heading, f"{language}→{other}", frozenset({f"{other}:{key}"}), frozenset({f"{language}:{key}"})))
    return Collection("faq", tuple(documents), tuple(questions))


def _sections(pattern: str) -> Iterator[tuple[str, tuple[str, str]]]:
    for path in sorted(FAQ.glob(pattern)):
        for name, heading, body in _SECTION.findall(path.read_text("utf-8")):
            text = _plain(body)
            if len(text) >= 80:
                yield f"{path.name.partition('.')[0]}/{name}", (_NUMBERED.sub("", _plain(heading)), text)


def _plain(markup: str) -> str:
    text = html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"(?s)<div class=\"titlepage\">.*?</div></div></div>", "", markup)))
    lines = " ".join(text.replace("\xa0", " ").split())
    return re.sub(r"(?<=[\u3000-\u9fff]) (?=[\u3000-\u9fff])", "", lines)  # a line break between two characters is no space


def everyday() -> Collection | str:
    """Sentences and their translations, the longer ones: three words say too little to tell one from four hundred."""
    folder = _folder("hsk_sentences_audio")
    if folder is None:
        return "the package hsk-sentences-audio is not installed"
    rows = json.loads((folder / "data" / "sentences.json").read_text("utf-8"))
    long = [row for row in rows if len(row["chinese"]) >= 12]
    chosen = sorted(long, key=lambda row: hashlib.sha256(row["id"].encode()).digest())[:SENTENCES]
    return _translated("everyday", [(row["id"], row["translation"]["en"], row["chinese"]) for row in chosen])


def interface() -> Collection | str:
    """Messages that are sentences and hold nothing to be filled in, where two Chinese translators have put them into words of their own."""
    found: dict[str, dict[str, str]] = {}
    for package in ("django", "wagtail"):
        folder = _folder(package)
        for script in ("zh_Hans", "zh_Hant"):
            for path in sorted(folder.rglob(f"{script}/LC_MESSAGES/*.mo")) if folder else ():
                with path.open("rb") as file:
                    catalogue: dict[object, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
                for said, translated in catalogue.items():
                    if isinstance(said, str) and len(said) >= 30 and translated and not _FILLED_IN.search(said + translated):
                        found.setdefault(" ".join(said.split()), {})[script] = " ".join(translated.split())
    pairs = [(said, each["zh_Hans"], each["zh_Hant"]) for said, each in sorted(found.items()) if len(each) == 2]
    if not pairs:
        return "the packages Django and wagtail are not installed"
    made = _translated("interface", [(said, said, simple) for said, simple, _ in pairs])
    others = tuple(Document(f"hant:{said}", said, "", traditional) for said, _, traditional in pairs)
    questions = [Asked(simple, "zh→zh", frozenset({f"hant:{said}"}), frozenset({f"en:{said}", f"zh:{said}"})) for said, simple, _ in pairs]
    beside = [Asked(each.text, each.direction, _also(each.answers), _also(each.aside)) for each in made.questions]
    return Collection("interface", made.documents + others, (*beside, *questions))


def _also(keys: frozenset[str]) -> frozenset[str]:
    """With the wording in traditional characters, which answers whatever the simplified one does."""
    return keys | {key.replace("zh:", "hant:", 1) for key in keys if key.startswith("zh:")}


def _translated(name: str, rows: list[tuple[str, str, str]]) -> Collection:
    documents, questions = [], []
    for key, english, chinese in rows:
        documents += [Document(f"en:{key}", key, "", english), Document(f"zh:{key}", key, "", chinese)]
        questions += [
            Asked(english, "en→zh", frozenset({f"zh:{key}"}), frozenset({f"en:{key}"})),
            Asked(chinese, "zh→en", frozenset({f"en:{key}"}), frozenset({f"zh:{key}"})),
        ]
    return Collection(name, tuple(documents), tuple(questions))


def _folder(package: str) -> Path | None:
    found = importlib.util.find_spec(package)
    return Path(found.submodule_search_locations[0]) if found and found.submodule_search_locations else None


ALL = {"notes": notes, "faq": faq, "everyday": everyday, "interface": interface}

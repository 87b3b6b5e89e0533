"""How alike two names sound, from 0 to 100. English: letters and double metaphone. Chinese: pinyin without tones, what is often confused made one."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from metaphone import doublemetaphone
from rapidfuzz import fuzz, process

from store.duplicates.letters import folded, tokens
from store.name_words import pinyin

Scores = npt.NDArray[np.float32]  # windows by names
_SHORT_CODE = 3  # letters of a code that tells little
# zh and z, n and ng, l and n, f and h: southern speech, and what recognisers mistake most.
_CONFUSED = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("lv", "lu"), ("nv", "nu"))


def english(windows: Sequence[str], names: Sequence[str]) -> Scores:
    """Of each window with each name."""
    here, there = [letters(each) for each in windows], [letters(each) for each in names]
    spelt = process.cdist(here, there, scorer=fuzz.ratio, dtype=np.float32)
    codes_here, codes_there = [code(each) for each in here], [code(each) for each in there]
    said = process.cdist(codes_here, codes_there, scorer=fuzz.ratio, dtype=np.float32)
    short = np.array([len(each) < _SHORT_CODE for each in codes_there])
    return np.where(short[None, :], spelt, (spelt + said) / 2).astype(np.float32)


def chinese(windows: Sequence[str], names: Sequence[str]) -> Scores:
    """Of each window with each name; 0 where they have another number of characters or a syllable that is nothing like."""
    here, there = [syllables(each) for each in windows], [syllables(each) for each in names]
    scores = process.cdist(["".join(each) for each in here], ["".join(each) for each in there], scorer=fuzz.ratio, dtype=np.float32)
    sizes_here, sizes_there = np.array([len(each) for each in here]), np.array([len(each) for each in there])
    scores = np.where(sizes_here[:, None] == sizes_there[None, :], scores, 0.0).astype(np.float32)
    for row, column in np.argwhere(scores >= 70):
        if any(_syllable(one, other) < 50 for one, other in zip(here[row], there[column], strict=True)):
            scores[row, column] = 0.0
    return np.asarray(scores, dtype=np.float32)


@lru_cache(maxsize=65_536)
def letters(text: str) -> str:
    """Letters and digits, folded, without spaces."""
    return "".join(tokens(folded(text)))


@lru_cache(maxsize=65_536)
def code(plain: str) -> str:
    return str(doublemetaphone(plain)[0])


@lru_cache(maxsize=65_536)
def syllables(characters: str) -> tuple[str, ...]:
    return tuple(_plain(each) for each in pinyin()(characters))


def _plain(syllable: str) -> str:
    for one, other in _CONFUSED:
        syllable = syllable.replace(one, other)
    return syllable.lower()


def _syllable(one: str, other: str) -> float:
    return float(fuzz.ratio(one, other))

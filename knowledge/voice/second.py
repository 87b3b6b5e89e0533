"""A second hearing of the pieces in which names were put right, with those names as hints; kept only where nothing else changed."""

import re
from collections.abc import Sequence

from knowledge.voice.decoding import Sound
from knowledge.voice.listening import Listened, shifted
from knowledge.voice.names import sounds
from knowledge.voice.phantoms import in_circles
from knowledge.voice.recogniser import Recogniser
from knowledge.voice.transcript import Mention, Stretch, Transcript

MOST = {"en": 35, "zh": 24}  # names a second hearing is given
_SHORTEST, _LONGEST = 0.85, 1.2  # of the first hearing's length
_NUMBERS = re.compile(r"\d[\d,.]*|[零〇一二两三四五六七八九十百千万亿半]+")


def hear_again(
    sound: Sound, recogniser: Recogniser, first: Sequence[Listened], transcript: Transcript, mentions: Sequence[Mention]
) -> list[Listened]:
    """The pieces, those with names that were heard otherwise heard once more. Amounts and dates stay those of the first hearing."""
    linked = [each for each in mentions if each.linked]
    hints = list(dict.fromkeys(each.spelling for each in linked))[: MOST[transcript.language]]
    doubtful = [transcript.quote(each.at, each.until).start_s for each in linked if misheard(each)]
    found, begin = list[Listened](), 0.0
    for piece in first:
        words = piece.stretch.words
        if words and any(begin <= moment < piece.until_s for moment in doubtful):
            start = max(begin, words[0][1] - 0.3)
            again = recogniser.recognise(sound.read(start, piece.until_s), hints)
            second = shifted(again.stretch, start)
            found.append(Listened(piece.until_s, second if better(piece.stretch, second) else piece.stretch, piece.warnings))
        else:
            found.append(piece)
        begin = piece.until_s
    return found


def misheard(mention: Mention) -> bool:
    """Whether a linked name was heard in other letters, not only in other capitals."""
    return mention.linked is not None and sounds.letters(mention.spelling) != sounds.letters(mention.heard)


def better(first: Stretch, second: Stretch) -> bool:
    """About as long, the same numbers, nothing going round in circles."""
    one, other = _text(first), _text(second)
    length = len(other) / max(1, len(one))
    return (
        _SHORTEST <= length <= _LONGEST
        and first.language == second.language
        and _NUMBERS.findall(one) == _NUMBERS.findall(other)
        and len(in_circles(second.words)) == len(second.words)
    )


def _text(stretch: Stretch) -> str:
    return "".join(word[0] for word in stretch.words).strip()

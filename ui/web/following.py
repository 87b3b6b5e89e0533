"""What a page shows of the turns under way in its conversation: drawn again whenever something came, until all are answered."""

from collections import OrderedDict
from collections.abc import Iterator

from store.rights import Principal
from ui.identity import House
from ui.turns import Step, Talk, Turn
from ui.web import messages
from ui.web.messages import Message
from ui.web.words import Words

PAGES = 10_000  # open pages remembered


class Watching:
    """Which look at a conversation is the last of each page: an older one stops, so that only one draws."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, object] = OrderedDict()

    def begin(self, page: str) -> object:
        mine = object()
        self._last[page] = mine
        self._last.move_to_end(page)
        if len(self._last) > PAGES:
            self._last.popitem(last=False)
        return mine

    def still(self, page: str, mine: object) -> bool:
        return self._last.get(page) is mine


def followed(inside: House, user: Principal, talk: Talk, said: Words) -> Iterator[tuple[list[Message], list[Turn]]]:
    """The messages of the talk as they are now, and its turns."""
    drawn: dict[int, list[Message]] = {}
    for turns in inside.turns.watch(talk):
        for number, turn in enumerate(turns):
            if turn.over and number not in drawn:
                drawn[number] = finished(inside, user, turn, said)
        yield [each for number, turn in enumerate(turns) for each in drawn.get(number) or under_way(turn, said)], turns


def under_way(turn: Turn, said: Words) -> list[Message]:
    shown = [messages.question(turn.question), *(_step(each, said) for each in turn.steps)]
    if turn.state == "waiting":
        return [*shown, messages.pending(said["chat.in_line"])]
    if turn.text and not turn.doing:
        return [*shown, messages.streaming(turn.text)]
    if turn.heard is not None and turn.heard.total_s:
        share = min(100, round(100 * turn.heard.at_s / turn.heard.total_s))
        return [*shown, messages.pending(said["drop.hearing"].format(share=share))]
    return [*shown, messages.step(said, turn.doing, "", done=False) if turn.doing else messages.pending(said["chat.thinking"])]


def finished(inside: House, user: Principal, turn: Turn, said: Words) -> list[Message]:
    shown = [messages.question(turn.question), *(_step(each, said) for each in turn.steps)]
    if turn.answer is not None:
        with inside.store.reading(user, door="web") as unit:
            return [*shown, messages.answered(unit, turn.answer, said, card=bool(turn.answer["proposals"]))]
    if turn.state == "stopped":
        return [*shown, messages.unanswered(turn.question, said["chat.stopped"], said)]
    return [*shown, messages.failure(str(turn.error or said["error.defect"]))]


def _step(step: Step, said: Words) -> Message:
    return messages.step(said, step.name, step.summary if step.ok else f"{said['tool.failed']}: {step.summary}", done=True)

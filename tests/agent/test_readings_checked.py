"""The check of readings, whoever made them: it says nothing of a frame that is right, and objects when anything is taken out of it."""

from collections.abc import Iterator
from copy import deepcopy
from functools import cache

import pytest
from round_trip import Frames

from agent.bootstrap import Rapport
from agent.embedded import accounting
from agent.embedded.accounting import Objection
from agent.embedded.frames import Frame, Part
from agent.embedded.spans import spanned
from agent.embedded.understanding import Understanding
from agent.embedded.wording import worded
from store.filters import Filter
from store.unit import Unit

COUNT, SEED = 150, 7
SILENT, NOTICED = 0.99, 0.97  # shares that have to hold


@pytest.fixture(scope="module", params=["demo", "larkfield"])
def unit(request: pytest.FixtureRequest) -> Iterator[Unit]:
    firm: Rapport = request.getfixturevalue("demo" if request.param == "demo" else "larkfield_rapport")
    boss = {"demo": "root@demo.example", "larkfield": "nora@larkfield.example"}[request.param]
    with firm.store.reading(firm.store.principal(boss)) as opened:
        yield opened


class Checking:
    """The check on one store. A sentence is cut into spans once, however many frames it is held against."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        words, names = Understanding().words_and_names(unit)
        self.metrics = words.metrics
        self.cut = cache(lambda text, ahead: spanned(text, words, names, unit.today(), future=ahead))

    def objected(self, said: str, *frames: Frame) -> list[Objection]:
        return accounting.objections(said, lambda text, ahead: self.cut(text, ahead).copy(), frames, self.unit.schema, self.metrics)


@pytest.fixture(scope="module")
def checking(unit: Unit) -> Checking:
    return Checking(unit)


def without(frame: Frame) -> Iterator[tuple[str, Frame]]:
    """The frame with one thing less, or one thing turned."""
    for place in range(len(frame.parts)):
        less = deepcopy(frame)
        del less.parts[place]
        yield f"without {frame.parts[place].filter}", less
        if frame.parts[place].filter.op in {"gt", "ge"}:
            turned = deepcopy(frame)
            turned.parts[place].filter = frame.parts[place].filter.model_copy(update={"op": "lt"})
            yield f"turned {frame.parts[place].filter}", turned
        if frame.parts[place].filter.op in {"ne", "is_empty"}:
            plain = deepcopy(frame)
            plain.parts[place].filter = frame.parts[place].filter.model_copy(
                update={"op": "eq" if frame.parts[place].filter.op == "ne" else "is_set"}
            )
            yield f"not denied {frame.parts[place].filter}", plain
    for name in ("period", "top", "limit"):
        if getattr(frame, name):
            less = deepcopy(frame)
            setattr(less, name, None)
            yield f"without {name} {getattr(frame, name)}", less
    if frame.by:
        less = deepcopy(frame)
        less.by = []
        yield f"without by {frame.by}", less


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_right_frame_is_not_objected_to(unit: Unit, checking: Checking, language: str) -> None:
    said = [(worded(unit, frame, language), frame) for frame in Frames(unit, SEED).take(COUNT)]
    wrong = [(text, found) for text, frame in said if (found := checking.objected(text, frame))]
    assert 1 - len(wrong) / COUNT >= SILENT, "\n".join(f"{text}: {[(each.kind, each.text) for each in found]}" for text, found in wrong)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_taken_out_of_a_right_frame_is_noticed(unit: Unit, checking: Checking, language: str) -> None:
    missed, tried = [], 0
    for frame in Frames(unit, SEED).take(COUNT):
        text = worded(unit, frame, language)
        if checking.objected(text, frame):
            continue
        for what, less in without(frame):
            tried += 1
            if not checking.objected(text, less):
                missed.append(f"{text}: {what}")
    assert tried > 150
    assert 1 - len(missed) / tried >= NOTICED, "\n".join(missed)


@pytest.mark.parametrize(
    ("said", "frame", "left"),
    [
        ("total value of quotes still open", Frame("measure", "opportunity", metric="open_amount"), "quotes"),
        ("李娜有多少在谈商机，总金额多少", Frame("measure", "opportunity", metric="open_count"), "多少"),
        ("which customers have complained more than twice this year", Frame("notes", text="complained more than twice"), "customers"),
        ("open deals over 50k", Frame("find", "opportunity"), "open"),
        ("open deals over 50k", Frame("find", "opportunity", parts=[]), "50k"),
    ],
)
def test_what_was_left_out_is_named(demo: Rapport, said: str, frame: Frame, left: str) -> None:
    with demo.store.reading(demo.store.principal("root@demo.example")) as unit:
        found = Checking(unit).objected(said, frame)
    assert left in [each.text for each in found if each.heavy]


def test_a_reading_with_its_parts_is_left_alone(demo: Rapport) -> None:
    parts = [
        Part("opportunity.status", Filter(field="status", value="open")),
        Part("amount", Filter(field="amount", op="gt", value="50000")),
    ]
    with demo.store.reading(demo.store.principal("root@demo.example")) as unit:
        assert Checking(unit).objected("open deals over 50k", Frame("find", "opportunity", parts=parts)) == []

"""A sentence to frames: the built-in brain's whole understanding, one call. No tool is called and nothing is written here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from agent.embedded import (
    acting,
    acts,
    advising,
    amending,
    among,
    announced,
    appending,
    asked_back,
    back_to,
    belief,
    brief_parts,
    compound,
    converting,
    creating,
    deeds,
    drafting_words,
    due_then,
    fewer,
    followup,
    happened,
    judging,
    leaning,
    lexicon,
    once_more,
    parting,
    pending,
    pronouns,
    reasons,
    rephrasing,
    several_new,
    telling,
    two_questions,
    value_first,
    writes,
)
from agent.embedded.acts import Embed
from agent.embedded.ahead import ahead
from agent.embedded.claims import CHANGES
from agent.embedded.clauses import split
from agent.embedded.frames import Frame
from agent.embedded.lexicon import Lexicon
from agent.embedded.names import NameIndex, NameIndexes
from agent.embedded.reading import Reader
from agent.embedded.refigured import fresh
from agent.embedded.repair import repair, respelt
from agent.embedded.routes import Routes
from agent.embedded.rows_shown import that_period
from agent.embedded.scene import Scene
from agent.embedded.spans import Span, Spanned, known_in_part, spanned
from agent.embedded.spoken_of import other_than
from agent.embedded.talk import small_talk
from agent.embedded.told import reports
from agent.embedded.whom import plainly
from store.unit import Unit

DOUBT = 0.1  # below this chance of its act a reading is weighed against others
WORTH_TRYING = 0.3  # an act less likely than this is not tried
_MOST_LEFT = 4  # words without a place; of more, one put right does not help
CERTAIN = frozenset({"several", "name", "date"})


@dataclass(frozen=True, slots=True)
class Understood:
    """The frames of one turn, in order, and the language it was said in."""

    frames: list[Frame]
    language: str


class Understanding:
    """Keeps the dictionary of the store (by schema revision) and the names each person may see."""

    def __init__(self, embed: Embed | None = None) -> None:
        self._embed = embed
        self._lexicon: Lexicon | None = None
        self._routes: Routes | None = None
        self._names = NameIndexes()
        self._lock = Lock()

    def dictionary(self, unit: Unit) -> tuple[Lexicon, Routes]:
        with self._lock:
            if self._lexicon is None or self._routes is None or self._lexicon.schema is not unit.schema:
                self._lexicon, self._routes = lexicon.build(unit.schema), Routes(unit.schema)
            return self._lexicon, self._routes

    def words_and_names(self, unit: Unit) -> tuple[Lexicon, NameIndex]:
        """What a sentence is cut into spans with."""
        return self.dictionary(unit)[0], self._names.of(unit)

    def read(self, unit: Unit, text: str, previous: Sequence[Frame] = (), *, language: str = "", least: float | None = None) -> Understood:
        """Read a turn. `previous` are the frames of the turn before, for "what about Q2?" and "move it to won". A reading whose chance
        to be what was meant is below `least` becomes a question."""
        words, routes = self.dictionary(unit)
        names = self._names.of(unit)
        names.after(previous)
        whole = _spans(unit, text, words, names)
        spoken = language or whole.language
        talk = small_talk(whole)
        if talk:
            return Understood([talk], spoken)
        meant = asked_back.confirmed(text, previous) or asked_back.forgotten(text, previous)
        if meant is not None:
            return Understood(meant, spoken)
        said, previous, agreed = asked_back.taken_up(text, previous)
        said, apart = other_than(that_period(said, previous), previous)
        if apart:
            names.after(previous, apart=apart)
        if said != text:
            text, whole = said, _spans(unit, said, words, names)
        back = back_to.returned(text, previous, lambda said: self._reader(unit, said, words, names, routes))
        if back is not None:
            text, previous = back
            names.after(previous)
            if not text:
                return Understood([fresh(previous[0])], spoken)
            whole = _spans(unit, text, words, names)
        told_of = announced.rewritten(whole, words)
        if told_of is not None:
            whole = _spans(unit, told_of, words, names)
        requested = fewer.rewritten(whole.text) or reasons.rewritten(whole) or due_then.rewritten(whole, words)
        requested = requested or value_first.rewritten(whole)
        if requested is not None:
            whole = _spans(unit, requested, words, names)
        to_do = deeds.rewritten(whole, lambda each: _spans(unit, each, words, names, future=True))
        if to_do is not None:
            whole = _spans(unit, to_do, words, names)
        known = asked_back.answered(unit, text, previous, among.reader(unit, lambda said: self._reader(unit, said, words, names, routes)))
        if known is not None:
            clause, chosen = known
            if chosen.intent == "clarify":
                return Understood([chosen], spoken)
            names.after(previous, chosen.ids)
            before = [*previous[1:], chosen]
            frames = self._sentence(unit, _spans(unit, clause, words, names), words, names, routes, before)
            return Understood(self._weighed(unit, clause, frames, before, words, names, least), spoken)
        for sentence in asked_back.completed(text, previous):
            answered = self._sentence(unit, _spans(unit, sentence, words, names), words, names, routes, previous[1:])
            if asked_back.settles(previous[0], answered):
                return Understood(self._weighed(unit, sentence, answered, previous[1:], words, names, least), spoken)
        frames = self._sentence(unit, whole, words, names, routes, previous)
        frames = self._weighed(unit, whole.text, frames, previous, words, names, least)
        if not acting.settled(frames):
            frames = self._put_right(unit, text, frames, previous, words, names, routes, least)
        frames = once_more.kept(unit, text, frames, previous)
        return Understood([*agreed, *frames] if any(frame.intent in CHANGES for frame in frames) else frames, spoken)

    def _put_right(
        self, unit: Unit, text: str, frames: list[Frame], previous: Sequence[Frame], words: Lexicon, names: NameIndex, routes: Routes,
        least: float | None,
    ) -> list[Frame]:  # fmt: skip
        """What the turn says of the one before, where it could not be read by itself."""
        for sentence, before, replaced in rephrasing.ways(unit, text, previous, lambda said: _spans(unit, said, words, names)):
            read = self._sentence(unit, _spans(unit, sentence, words, names), words, names, routes, before)
            read = self._weighed(unit, sentence, read, before, words, names, least)
            if acting.settled(read) and not any(frame.intent == "refuse" for frame in read):
                for frame in read:
                    frame.replaces = replaced if frame.intent in CHANGES else []
                return read
        return frames

    def judged(self, unit: Unit, text: str, frames: Sequence[Frame], previous: Sequence[Frame] = ()) -> judging.Judged | None:
        """How the reading of a turn stands, whoever read it."""
        words, names = self.words_and_names(unit)
        return judging.judge(
            unit, text, frames, previous, lambda said, ahead: _spans(unit, said, words, names, future=ahead), words.metrics
        )

    def _weighed(
        self, unit: Unit, text: str, frames: list[Frame], previous: Sequence[Frame], words: Lexicon, names: NameIndex, least: float | None
    ) -> list[Frame]:
        changes = any(frame.intent in CHANGES for frame in frames)
        judged = judging.judge(
            unit, text if changes else plainly(text), frames, previous,
            lambda said, ahead: _spans(unit, said, words, names, future=ahead), words.metrics,
        )  # fmt: skip
        return judging.settle(frames, judged, text, belief.model()["ask"] if least is None else least)

    def _sentence(
        self, unit: Unit, whole: Spanned, words: Lexicon, names: NameIndex, routes: Routes, previous: Sequence[Frame]
    ) -> list[Frame]:
        """The frames of all clauses; one that changes what the one before changes becomes part of it."""
        frames: list[Frame] = []
        several = several_new.parted(whole, words)
        clauses = several or split(whole)
        for said in clauses:
            wished = announced.rewritten(_spans(unit, said, words, names), words) if len(clauses) > 1 else None
            clause = wished or said
            read_ = self._clause(unit, clause, words, names, routes, [*reversed(frames), *previous])
            for frame in read_:
                frame.said = said
            frames += read_
        joined = compound.joined(frames)
        if several and acting.settled(joined):
            return asked_back.held_back(whole.text, joined)

        def read(part: str, before: Sequence[Frame]) -> list[Frame]:
            own: list[Frame] = []
            spans = _spans(unit, part, words, names)
            to_do = deeds.rewritten(spans, lambda each: _spans(unit, each, words, names, future=True))
            for clause in split(_spans(unit, to_do, words, names) if to_do else spans):
                own += self._clause(unit, clause, words, names, routes, [*reversed([*before, *own]), *previous])
            return own

        parted = parting.parted(whole.text, joined, read) or two_questions.read(
            whole.text, joined, lambda said: _spans(unit, said, words, names), read
        )
        return asked_back.held_back(whole.text, parted or joined)

    def _clause(self, unit: Unit, clause: str, words: Lexicon, names: NameIndex, routes: Routes, previous: Sequence[Frame]) -> list[Frame]:
        """The likeliest reading that has a place for every word; the rules' own when it is a likely one."""
        clause = amending.named_out(unit, clause, previous)
        coming = _spans(unit, clause, words, names, future=True)
        told = advising.read(unit, coming, previous) or drafting_words.read(unit, coming, names, previous)
        asks = told is not None and told[0].intent == "clarify" and told[0].reason not in CERTAIN
        unsure = asks and acts.likely(coming, later=bool(previous)).get("draft", 1.0) < DOUBT
        if told is not None and not unsure:
            return told  # these open with words of their own: "draft …", "what should I do"
        scene = Scene(unit, coming, words, names, routes, list(previous), -1)
        made = (
            fewer.read(scene, clause)
            or appending.read(scene)
            or converting.read(scene)
            or pending.renamed(scene, clause)
            or creating.asked(scene)
            or happened.noted(scene)
        )
        if made is not None:
            return made
        first = self._by_rules(unit, clause, words, names, routes, previous)
        spans = _spans(unit, clause, words, names)
        act = acts.of_frames(first)
        if acting.settled(first) and act == "log" and reports(clause):
            return first  # "visited … yesterday, they need …": it begins as what took place does
        if acting.settled(first) and all(isinstance(frame.values.get("tags"), dict) for frame in first):
            return first  # "add the tag …", 加个标签: no new record, however much it sounds like one
        if acting.settled(first) and any(frame.replaces for frame in first):
            return first  # what was just proposed, put right: whatever such words are likely to want elsewhere
        if acting.settled(first) and (act in {None, "brief"} or acts.likely(spans, later=bool(previous)).get(act, 1.0) >= DOUBT):
            return first
        if any(frame.intent == "clarify" and frame.reason in CERTAIN for frame in first):
            return first  # several people of one name, a date that does not exist: the question is the right answer
        chances = acts.likely(spans, later=bool(previous), embed=self._embed)
        if acting.settled(first) and act is not None and chances.get(act, 0.0) >= DOUBT:
            return first
        for other in sorted(chances, key=lambda each: -chances[each]):
            if chances[other] < WORTH_TRYING:
                break
            if other == act and acting.settled(first):
                return first
            if other == "task" and _sets_a_field(coming):
                continue
            frames = acting.read_as(other, unit, coming, words, names, routes, previous)
            if frames and acting.settled(frames):
                return frames
        return first

    def _by_rules(
        self, unit: Unit, clause: str, words: Lexicon, names: NameIndex, routes: Routes, previous: Sequence[Frame]
    ) -> list[Frame]:
        coming = _spans(unit, clause, words, names, future=True)
        question = plainly(clause)  # of a question alone: what is written down stays as it was said
        scene = Scene(unit, coming, words, names, routes, list(previous), -1)
        proposed = leaning.answered(previous)
        waiting = proposed is not None and proposed.intent in pending.INTENTS
        if waiting and proposed is not previous[0]:  # a question back, or a refusal, stands between
            scene = replace(scene, previous=list(previous[previous.index(proposed) :]))
        if waiting:  # what was just proposed comes before what was answered earlier
            amended = amending.read(scene, clause, lambda text: _spans(unit, text, words, names, future=True))
            if amended is not None:
                return amended
        changed = once_more.read(scene)
        if changed is not None:
            return [changed]
        seen = followup.view(lambda text: self._reader(unit, text, words, names, routes), question, previous)
        if seen is not None:
            return seen
        amended = None if waiting else amending.read(scene, clause, lambda text: _spans(unit, text, words, names, future=True))
        if amended is not None:
            return amended
        written = None if telling.asks_for_notes(question) else writes.read(unit, coming, words, names, routes, previous)
        if written is not None:
            return written
        spans = _spans(unit, question, words, names)
        fixed, notes = respelt(spans, words, names)
        if notes:  # "chnage the stage …": a verb put right may make a change of it, a new record's own words are never put right
            mended = writes.read(unit, _spans(unit, fixed, words, names, future=True), words, names, routes, previous)
            if mended and mended[0].intent in {"update", "delete", "clarify"}:
                for frame in mended:
                    frame.notes += notes if frame.intent != "clarify" else []
                return mended
        if notes or ahead(spans, names):
            spans = _spans(unit, fixed, words, names, future=ahead(_spans(unit, fixed, words, names), names))
            known_in_part(spans, words, names)
        notes += repair(spans, names)
        wrong = next((span.time for span in spans.spans if span.time and span.time.kind == "invalid"), None)
        if wrong:
            return [Frame("clarify", text=clause, reason="date", options=[], notes=[wrong.error or wrong.text])]
        ambiguous = followup.ambiguous_name(unit, spans, names.meant)
        reader = Reader(words, names, routes, unit.principal, unit.today(), spans)
        pronouns.resolve(unit, reader, previous)
        told = brief_parts.read(reader, followup.whom(previous)) or telling.read(reader) if ambiguous is None else None
        if told is not None:
            return told
        continued = followup.read(reader, previous)
        frames = continued if continued is not None else ([] if ambiguous is not None else reader.read())
        if ambiguous is not None and continued is None:
            return [ambiguous]
        left = reader.unread()
        if not frames or left:
            spoken = {span.entity.entity for span in reader.spans if span.entity}
            unheard = _not_understood(clause, frames, left, names, lambda said: words.labels.either(said, spoken))
            if unheard.intent == "clarify" and any(span.entity for span in reader.spans):
                unheard.values = {**unheard.values, "head": True}  # what is added to it next cannot be answered either
            return [unheard]
        if reader.either and not any(frame.intent in {"clarify", "refuse"} for frame in frames):
            said, labels = reader.either[0]
            return [
                Frame(
                    "clarify",
                    entity=frames[0].entity,
                    text=clause,
                    reason="words",
                    notes=[said],
                    options=labels[:4],
                    values={"either": True},
                )
            ]
        for frame in frames:
            frame.notes += notes
        return frames

    def _reader(self, unit: Unit, text: str, words: Lexicon, names: NameIndex, routes: Routes) -> Reader:
        return Reader(words, names, routes, unit.principal, unit.today(), _spans(unit, text, words, names))


def _sets_a_field(text: Spanned) -> bool:
    """ "set the follow-up date to …": a change, never something to be done."""
    said = [span for span in text.spans if not span.filler]
    return len(said) > 1 and said[0].func("update") and bool(said[1].fields) and not said[1].names


def _spans(unit: Unit, text: str, words: Lexicon, names: NameIndex, *, future: bool = False) -> Spanned:
    return spanned(text, words, names, unit.today(), fiscal_start=unit.settings.fiscal_year_start, future=future)


def _not_understood(
    clause: str, frames: Sequence[Frame], left: Sequence[Span], names: NameIndex, either: Callable[[str], list[str]]
) -> Frame:
    """Out of scope when nothing was recognised; a question back when only some words were not, with the labels one of them may mean."""
    unknown = [span.text for span in left]
    for span in left if len(left) < _MOST_LEFT else ():
        if span.unknown and (labels := either(span.text)):
            kind = frames[0].entity if frames else ""
            return Frame(
                "clarify", entity=kind, text=clause, reason="words", notes=[span.text], options=labels[:4], values={"either": True}
            )
    if not frames:
        return Frame("refuse", text=clause, reason="scope", notes=unknown)
    options = [name.name for span in left if span.unknown for name, _ in names.like(span.text)][:4]
    return Frame("clarify", entity=frames[0].entity, text=clause, reason="words", notes=unknown, options=options)

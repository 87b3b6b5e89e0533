"""Hearing: a recording is taken in, transcribed piece by piece, its names linked, and answered or prepared for approval.

What was heard is kept piece by piece, so that a recording whose hearing broke off goes on where it was. One at a time.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from filelock import FileLock

from agent.answer import Answer
from agent.turn import Assistant
from agent.voice import telling
from agent.voice.asking import is_question
from agent.voice.by_model import Suggest
from agent.voice.follow_ups import follow as follow_up
from agent.voice.typed import TYPED, is_typed, typed
from agent.voice.visit import Prepared
from knowledge.followups.followup import FollowUp
from knowledge.followups.reading import read
from knowledge.followups.suggested import Suggested
from knowledge.followups.told import Embed
from knowledge.voice.decoding import Limits, Sound, decoded
from knowledge.voice.listening import Find, Listened, listen
from knowledge.voice.media import media_of
from knowledge.voice.names.book import book_of
from knowledge.voice.names.linking import link
from knowledge.voice.recogniser import Recogniser
from knowledge.voice.transcript import Stretch, Transcript, assemble, put_right
from store import conversations, recordings, sound_files
from store.drafting import may_write
from store.errors import RapportError
from store.gate import show
from store.models import new_id
from store.query import names_of
from store.recordings import Heard, NewRecording, RecordingView
from store.rights import Principal
from store.rows import rows
from store.unit import Store, Unit

log = logging.getLogger("rapport")
Follow = Callable[[Unit, RecordingView, Transcript, Sequence[FollowUp], Suggested | None], Prepared]


@dataclass(frozen=True, slots=True)
class Progress:
    heard_s: float
    total_s: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """`transcript` has no text when nothing was said; `answer` is as the contract has it."""

    recording: RecordingView
    transcript: Transcript
    answer: Answer

    def to_json(self) -> dict[str, Any]:
        shown = {name: value for name, value in self.transcript.to_json().items() if name != "words"}
        return {**self.answer.to_json(), "recording": self.recording.to_json(), "transcript": shown}


@dataclass(frozen=True, slots=True)
class Sent:
    """What comes with a recording: `account` is the id of the customer it is about, `consent` that of whoever else is heard."""

    name: str = "recording"
    account_id: str | None = None
    consent: str = "own"


class Ear:
    """`follow` makes proposals out of what was read in a transcript, here and by `suggest`, a model; `embed` gives the vectors that weigh what its
    clauses tell; `find` finds speech, where not the built-in way."""

    def __init__(
        self,
        store: Store,
        assistant: Assistant,
        recogniser: Recogniser,
        *,
        follow: Follow = follow_up,
        find: Find | None = None,
        suggest: Suggest | None = None,
        embed: Embed | None = None,
    ) -> None:
        self._store, self._assistant, self._recogniser = store, assistant, recogniser
        self._follow, self._find, self._suggest, self._embed = follow, find, suggest, embed

    @property
    def limits(self) -> Limits:
        settings = self._store.settings
        return Limits(settings.voice_minutes, settings.voice_limit_mb)

    def take_in(self, principal: Principal, content: bytes, sent: Sent, *, door: str = "cli", again: bool = True) -> RecordingView:
        """Keep a recording; the very same one again is the one that is here already, and where nothing was understood it is heard once more
        (not without `again`). Raises InvalidInput for what is none."""
        self.limits.check_size(len(content))
        media_type = TYPED if is_typed(sent.name, content) else media_of(content).media_type
        digest = hashlib.sha256(content).hexdigest()
        with self._store.reading(principal, door=door) as unit:
            may_write(unit)
            known = recordings.known(unit, digest)
            understood = (
                known is not None and known.status in recordings.TRANSCRIBED and not (again and recordings.is_wordless(unit, known.id))
            )
        if known is not None and (known.kept or understood):
            if understood:
                return known
            with self._store.writing(principal, door=door) as unit:
                recordings.forget_words(unit, known.id)
                return recordings.amend(unit, known.id, name=sent.name, consent=sent.consent, account_id=sent.account_id)
        file = sound_files.keep(self._store.settings, content)
        new = NewRecording(sent.name, media_type, len(content), digest, file, sent.consent, sent.account_id)
        try:
            with self._store.writing(principal, door=door) as unit:
                return recordings.add(unit, new)
        except RapportError:
            sound_files.forget(self._store.settings, file)
            raise

    def hear(self, principal: Principal, recording_id: str, *, door: str = "cli", brain: str | None = None) -> Iterator[Progress | Outcome]:
        """Progress, then the outcome. What fails is kept with its reason, for another try."""
        started = time.perf_counter()
        with self._store.reading(principal, door=door) as unit:
            recording = recordings.get(unit, recording_id)
        if recording.status not in recordings.TRANSCRIBED:
            try:
                yield from self._transcribed(principal, recording, door)
            except RapportError as error:
                with self._store.writing(principal, door=door) as unit:
                    recordings.fail(unit, recording_id, str(error))
                raise
        with self._store.reading(principal, door=door) as unit:
            recording = recordings.get(unit, recording_id)
            transcript = Transcript.from_json(recordings.transcript(unit, recording_id))
        yield self._answered(principal, recording, transcript, door=door, brain=brain, started=started)

    def go_on(self) -> int:
        """Hear to the end what a process left behind when it stopped; returns how many. Another process may be at it: then its turn is waited
        for, and what it made is what is shown."""
        heard = 0
        for email, recording_id in recordings.broken_off(self._store):
            try:
                heard += sum(isinstance(each, Outcome) for each in self.hear(self._store.principal(email), recording_id, door="folder"))
            except RapportError as error:
                log.warning("recording %s: %s", recording_id, error)
        return heard

    def _transcribed(self, principal: Principal, recording: RecordingView, door: str) -> Iterator[Progress]:
        content = sound_files.read(self._store.settings, recording.file)
        if recording.media_type == TYPED:
            with self._store.writing(principal, door=door) as unit:
                recordings.begin(unit, recording.id)
                recordings.finish(unit, recording.id, typed(content).to_json(), engine="typed")
            return
        yield Progress(recording.heard_s, recording.decoded_s or 0.0)
        self._store.settings.home.mkdir(parents=True, exist_ok=True)
        with FileLock(str(self._store.settings.home / "hearing.lock"), thread_local=False):
            with self._store.reading(principal, door=door) as unit:
                recording = recordings.get(unit, recording.id)
            if recording.status not in recordings.TRANSCRIBED:  # somebody heard it while this waited
                yield from self._heard(principal, recording, content, door)

    def _heard(self, principal: Principal, recording: RecordingView, content: bytes, door: str) -> Iterator[Progress]:
        with decoded(content, self.limits) as sound:
            with self._store.writing(principal, door=door) as unit:
                recording, kept = recordings.begin(unit, recording.id)
                recordings.decoded(unit, recording.id, decoded_s=sound.seconds, stated_s=sound.stated_s)
            heard = [_again(each) for each in kept]
            for piece in listen(sound, self._recogniser, from_s=heard[-1].until_s if heard else 0.0, find=self._find):
                with self._store.writing(principal, door=door) as unit:
                    recordings.keep_stretch(unit, recording.id, len(heard), _kept(piece))
                heard.append(piece)
                yield Progress(piece.until_s, sound.seconds)
            transcript = self._named(principal, recording, sound, heard, door)
        with self._store.writing(principal, door=door) as unit:
            recordings.finish(unit, recording.id, transcript.to_json(), engine=self._recogniser.name)
        if self._store.settings.voice_keep_days == 0:
            recordings.forget_old_sounds(self._store)

    def _named(self, principal: Principal, recording: RecordingView, sound: Sound, heard: Sequence[Listened], door: str) -> Transcript:
        with self._store.reading(principal, door=door) as unit:
            book = book_of(unit, account_id=recording.account_id)
        first = _assembled(recording, sound, heard)
        return put_right(first, link(first, book))

    def _answered(
        self, principal: Principal, recording: RecordingView, transcript: Transcript, *, door: str, brain: str | None, started: float
    ) -> Outcome:
        """Nothing said, something asked, or a note to follow up. Asked for a second time: what came of it the first time."""
        if transcript.text and not recording.proposals and recording.consent == "own" and is_question(transcript):
            answer = self._assistant.answer(principal, transcript.text, door=door, brain=brain)
            answer.text = f"_{telling.asked(transcript)}_\n\n{answer.text}"
        else:
            answer = self._prepared(principal, recording, transcript, door, started)
        with self._store.writing(principal, door=door) as unit:
            ids = [str(each["id"]) for each in answer.proposals]
            recording = recordings.led_to(unit, recording.id, ids, conversation_id=answer.conversation_id)
        return Outcome(recording, transcript, answer)

    def _prepared(self, principal: Principal, recording: RecordingView, transcript: Transcript, door: str, started: float) -> Answer:
        suggested, found = None, list[FollowUp]()
        if transcript.text and not recording.proposals:  # both take their time: before the store is asked to write
            if self._suggest is not None:
                suggested = self._suggest(principal, transcript, self._store.settings.current_date().isoformat())
            with self._store.reading(principal, door=door) as reading:
                found = read(reading, transcript, account_id=recording.account_id, embed=self._embed)

        def work(unit: Unit) -> Answer:
            made = Prepared([])
            if recording.proposals:
                made = Prepared([show(unit, each) for each in recording.proposals])
            elif transcript.text:
                made = self._follow(unit, recording, transcript, found, suggested)
            conversation = conversations.open_conversation(unit, recording.conversation_id, transcript.text or recording.name)
            answer = Answer(
                conversation, new_id(), transcript.language, "embedded", "proposal" if made.proposals else "chat",
                telling.told(
                    transcript, account=made.account, newcomers=made.newcomers, questions=made.questions,
                    firms=_firms(unit, transcript),
                    stages={each.id: (each.zh if transcript.language == "zh" else None) or each.name for each in unit.schema.stages},
                ), round((time.perf_counter() - started) * 1000),
                proposals=[each.to_json() for each in made.proposals],
            )  # fmt: skip
            conversations.add_message(unit, conversation, "user", transcript.text or recording.name)
            conversations.add_message(unit, conversation, "assistant", answer.text, answer=answer.to_json(), message_id=answer.message_id)
            return answer

        return self._store.run(principal, work, door=door)


def _firms(unit: Unit, transcript: Transcript) -> dict[str, str]:
    """The customers of people whose name others have too: by them they are told apart."""
    people = {each.id for mention in transcript.mentions if mention.shared for each in mention.candidates if each.type == "contact"}
    theirs = (
        {row["id"]: row["account"] for row in rows(unit, "contact", ["account"], among=("id", people)) if row["account"]} if people else {}
    )
    names = names_of(unit, "account", set(theirs.values()))
    return {person: names[account] for person, account in theirs.items() if account in names}


def _assembled(recording: RecordingView, sound: Sound, heard: Sequence[Listened]) -> Transcript:
    warned = [*sound.warnings, *(warning for each in heard for warning in each.warnings)]
    made = assemble([each.stretch for each in heard], decoded_s=sound.seconds, stated_s=sound.stated_s, warnings=warned)
    return replace(made, audio_sha256=recording.sha256)


def _kept(piece: Listened) -> Heard:
    return Heard(piece.until_s, piece.stretch.language, [list(word) for word in piece.stretch.words])


def _again(kept: Heard) -> Listened:
    words = tuple((str(text), float(start), float(end), float(sure)) for text, start, end, sure in kept.words)
    return Listened(kept.until_s, Stretch("zh" if kept.language == "zh" else "en", words))

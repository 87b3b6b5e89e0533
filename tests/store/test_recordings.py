"""Recordings: whose they are, how hearing goes on where it broke off, and that what is deleted is nowhere any more."""

import os
import stat
import time
from datetime import timedelta

import pytest
from gate_firm import As
from sqlalchemy import select

from store import audit, recordings, sound_files
from store.errors import Conflict, InvalidInput, NotAllowed, NotFound
from store.models import AuditEvent
from store.recordings import Heard, NewRecording, RecordingView
from store.rights import Principal
from store.settings import Settings
from store.unit import Store

SOUND = b"RIFFsound of a note" * 40
SAID = "zanzibarwords nobody else says"
TRANSCRIPT = {"text": SAID, "language": "en", "words": [], "heard": SAID}


def taken_in(store: Store, who: Principal, **values: str) -> RecordingView:
    file = sound_files.keep(store.settings, SOUND)
    new = NewRecording("note.wav", "audio/wav", len(SOUND), "ab" * 32, file, **values)  # type: ignore[arg-type]
    with store.writing(who) as unit:
        return recordings.add(unit, new)


def heard(store: Store, who: Principal, recording_id: str) -> None:
    with store.writing(who) as unit:
        recordings.begin(unit, recording_id)
        recordings.decoded(unit, recording_id, decoded_s=61.0, stated_s=61.0)
        recordings.keep_stretch(unit, recording_id, 0, Heard(30.0, "en", [[SAID, 0.0, 29.0, 0.9]]))
    with store.writing(who) as unit:
        recordings.finish(unit, recording_id, TRANSCRIPT, engine="scripted")


def test_a_recording_is_its_owners_and_the_administrators(store: Store, as_: As, boss: Principal) -> None:
    anna, ben, mia = (as_(name).who for name in ("anna", "ben", "mia"))
    made = taken_in(store, anna)
    heard(store, anna, made.id)
    for who in (ben, mia):
        with store.reading(who) as unit:
            assert recordings.listed(unit) == []
            for asked in (recordings.get, recordings.transcript):
                with pytest.raises(NotFound) as hidden:
                    asked(unit, made.id)
                with pytest.raises(NotFound) as missing:
                    asked(unit, "01MISSING")
                assert hidden.value.hint == missing.value.hint
        with pytest.raises(NotFound):
            recordings.delete(store, who, made.id)
    for who in (anna, boss):
        with store.reading(who) as unit:
            assert [each.id for each in recordings.listed(unit)] == [made.id]
            assert recordings.transcript(unit, made.id)["text"] == SAID


def test_hearing_goes_on_where_it_broke_off(store: Store, boss: Principal) -> None:
    made = taken_in(store, boss)
    with store.writing(boss) as unit:
        recordings.begin(unit, made.id)
        recordings.keep_stretch(unit, made.id, 0, Heard(28.5, "en", [[" Hello", 0.0, 0.4, 0.9]]))
    with store.writing(boss) as unit:
        recordings.fail(unit, made.id, "the power went")
    with store.reading(boss) as unit:
        assert (recordings.get(unit, made.id).status, recordings.get(unit, made.id).error) == ("failed", "the power went")
        with pytest.raises(NotFound, match="failed"):
            recordings.transcript(unit, made.id)
    with store.writing(boss) as unit:
        again, stretches = recordings.begin(unit, made.id)
    assert (again.status, again.heard_s, again.error) == ("hearing", 28.5, "")
    assert stretches == [Heard(28.5, "en", [[" Hello", 0.0, 0.4, 0.9]])]
    heard_rest = {**TRANSCRIPT, "language": "zh"}
    with store.writing(boss) as unit:
        assert recordings.finish(unit, made.id, heard_rest, engine="scripted").status == "heard"
        with pytest.raises(Conflict):
            recordings.begin(unit, made.id)


def test_deleting_leaves_nothing_in_the_folder(store: Store, boss: Principal) -> None:
    made = taken_in(store, boss)
    heard(store, boss, made.id)
    kept = [path for path in store.settings.home.rglob("*") if path.is_file()]
    if store.database.dialect == "sqlite":
        assert any(SAID.encode() in path.read_bytes() for path in kept)
    gone = recordings.delete(store, boss, made.id)
    assert gone.id == made.id
    left = [path for path in store.settings.home.rglob("*") if path.is_file()]
    assert not [path for path in left if SAID.encode() in path.read_bytes() or SOUND in path.read_bytes()]
    with store.database.reading() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(2))
        assert [event.action for event in events] == ["recording deleted", "recording taken in"]
        assert audit.verify(session).problem == ""


def test_the_sound_goes_when_its_days_are_over_and_the_transcript_stays(store: Store, boss: Principal) -> None:
    done, waiting = taken_in(store, boss), taken_in(store, boss)
    heard(store, boss, done.id)
    assert recordings.forget_old_sounds(store) == 0
    later = store.settings.now() + timedelta(days=store.settings.voice_keep_days)
    aged = Store(Settings(home=store.settings.home, today=later.isoformat(), _env_file=None), store.database)  # type: ignore[call-arg]
    assert recordings.forget_old_sounds(aged) == 1
    with store.reading(boss) as unit:
        assert not recordings.get(unit, done.id).kept
        assert recordings.get(unit, waiting.id).kept
        assert recordings.transcript(unit, done.id)["text"] == SAID
    with pytest.raises(NotFound, match="not kept"):
        sound_files.read(store.settings, done.file)
    assert sound_files.read(store.settings, waiting.file) == SOUND


def test_files_no_recording_knows_are_swept_after_a_day(store: Store, boss: Principal) -> None:
    known = taken_in(store, boss)
    old, new = (sound_files.keep(store.settings, SOUND) for _ in range(2))
    long_ago = time.time() - 2 * sound_files.STRAY_S
    for name in (old, str(known.file)):
        os.utime(sound_files.where(store.settings, name), (long_ago, long_ago))
    recordings.forget_old_sounds(store)
    assert {path.name for path in sound_files.folder(store.settings).iterdir()} == {new, known.file}


def test_what_is_said_of_a_recording_can_change_until_it_is_heard(store: Store, boss: Principal) -> None:
    made = taken_in(store, boss)
    with store.writing(boss) as unit:
        amended = recordings.amend(unit, made.id, name="call.wav", consent="given", account_id="01X")
        assert (amended.name, amended.consent, amended.account_id) == ("call.wav", "given", "01X")
        with pytest.raises(InvalidInput):
            recordings.amend(unit, made.id, name="x", consent="maybe", account_id=None)


def test_sound_files_are_for_nobody_else_on_the_machine(store: Store, boss: Principal) -> None:
    made = taken_in(store, boss)
    path = sound_files.where(store.settings, made.file)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_consent_is_one_of_three_and_readers_do_not_send(store: Store, boss: Principal) -> None:
    with pytest.raises(InvalidInput, match="maybe"):
        taken_in(store, boss, consent="maybe")
    with pytest.raises(NotAllowed):
        taken_in(store, boss.reading_only())
    assert taken_in(store, boss, consent="given").to_json()["consent"] == "given"

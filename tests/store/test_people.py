"""Users and passwords: hashed slowly on purpose, made up when none is given, the same answer for every wrong one."""

import subprocess
import sys

import pytest

from store import people
from store.errors import InvalidInput, NotAllowed, NotFound
from store.models import User
from store.people import NewUser
from store.rights import Principal
from store.unit import Store


def test_passwords_are_hashed_as_argon2_recommends() -> None:
    """In a process of its own: this suite's hasher is a quick one."""
    code = "from store import people as p; h = p._hasher; print(h.type.name, h.time_cost, h.memory_cost, h.hash_len, h.salt_len)"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert said[0] == "ID"
    assert all(int(found) >= least for found, least in zip(said[1:], (3, 65_536, 32, 16), strict=True))


def test_a_password_is_made_up_and_only_its_hash_is_kept(store: Store) -> None:
    with store.database.writing() as session:
        user, made_up = people.add_user(session, store.settings, NewUser("Ann@Firm.example "))
        assert made_up is not None
        assert made_up not in (user.password_hash or "")
        assert (user.email, user.name, user.role, user.active) == ("ann@firm.example", "ann", "rep", True)
    with store.database.writing() as session:
        assert people.sign_in(session, store.settings, "ANN@firm.example", made_up)
        assert people.sign_in(session, store.settings, "ann@firm.example", made_up + "x") is None
        for nobody in ("nobody@firm.example", "ann\x00@firm.example\ud800", ""):
            assert people.sign_in(session, store.settings, nobody, made_up) is None


@pytest.mark.parametrize(
    ("wanted", "word"),
    [
        (NewUser("nobody"), "e-mail"),
        (NewUser("a@b.example", role="king"), "king"),
        (NewUser("a@b.example", password="short"), "8 characters"),
        (NewUser("boss@firm.example"), "already"),
    ],
)
def test_a_user_that_cannot_be(store: Store, wanted: NewUser, word: str) -> None:
    with pytest.raises(InvalidInput, match=word), store.database.writing() as session:
        people.add_user(session, store.settings, wanted)


def test_a_disabled_user_is_out_at_once(store: Store, boss: Principal) -> None:
    with store.database.writing() as session:
        people.add_user(session, store.settings, NewUser("a@b.example", password="long enough"))
    with store.database.writing() as session:
        secret = people.sign_in(session, store.settings, "a@b.example", "long enough") or ""
        assert people.principal_by_token(session, store.settings, secret, kind="session")
        assert people.principal_by_token(session, store.settings, secret, kind="bearer") is None
        people.disable_user(session, store.settings, "a@b.example", by=boss)
        assert people.principal_by_token(session, store.settings, secret, kind="session") is None
        assert people.sign_in(session, store.settings, "a@b.example", "long enough") is None
    with pytest.raises(NotAllowed, match="disabled"):
        store.principal("a@b.example")
    with pytest.raises(NotFound):
        store.principal("nobody@b.example")
    with store.database.reading() as session, pytest.raises(NotAllowed, match="yourself"):
        people.disable_user(session, store.settings, "boss@firm.example", by=boss)
    with store.database.reading() as session:
        assert session.query(User).count() == 2

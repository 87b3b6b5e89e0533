"""Roles, people, teams and tokens, as an administrator sets them up: what holds, what is refused, and from when on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from gate_firm import As, Hand, change, delete

from agent.embedded.names import NameIndexes
from agent.embedded.tokens import tokenise
from store import audit, gate, people, role_setup, setup
from store.errors import InvalidInput, NotAllowed, NotFound, RapportError
from store.filters import Filter
from store.gate import Change
from store.measures import Measure, measure
from store.models import AuditEvent, Token
from store.query import RecordQuery, find
from store.rights import Principal
from store.roles import READ, ROLES, WRITE, known_roles
from store.schema import ENTITY_TYPES
from store.unit import Store

SetUp = Callable[..., None]


@pytest.fixture
def set_up(store: Store, boss: Principal) -> SetUp:
    """`set_up("set_scope", "rep", "lead", read="team")` as an administrator."""

    def done(what: str, *words: Any, **options: Any) -> None:
        with store.database.writing() as session:
            getattr(role_setup, what)(session, store.settings, *words, by=boss, **options)

    return done


def total(hand: Hand, kind: str, *filters: Filter) -> int:
    with hand.store.reading(hand.store.principal(hand.who.email)) as unit:
        return find(unit, RecordQuery(entity=kind, filters=list(filters))).total


def shown(hand: Hand, kind: str, record_id: str) -> dict[str, Any]:
    with hand.store.reading(hand.store.principal(hand.who.email)) as unit:
        page = find(unit, RecordQuery(entity=kind, filters=[Filter(field="id", value=record_id)]))
        return page.records[0].fields


def test_every_kind_of_record_has_a_scope_in_every_role() -> None:
    """A new kind of record is nobody's until somebody decides: here it fails until they have."""
    records = {each for each in ENTITY_TYPES if each not in ("user", "team", "product", "campaign")}
    for role in ROLES:
        assert set(READ[role]) == records, role
        assert set(WRITE[role]) <= {*records, "product", "campaign", *(("user", "team") if role == "administrator" else ())}


def test_a_role_of_your_own(as_: As, set_up: SetUp, boss: Principal) -> None:
    anna, ben = as_("anna"), as_("ben")
    deal = ben.make("opportunity", name="Pilot", stage="Discovery", amount=100)
    set_up("add_role", "assistant", "rep")
    set_up("set_scope", "assistant", "opportunity", read="all", write="none")
    Hand(anna.store, boss).do(change("user", anna.who.user_id, role="assistant"))
    assert total(anna, "opportunity") == 1
    with pytest.raises(NotAllowed, match="not change"):
        Hand(anna.store, anna.store.principal(anna.who.email)).propose(change("opportunity", deal, name="x"))
    with pytest.raises(InvalidInput, match="1 user"):
        set_up("remove_role", "assistant")
    Hand(anna.store, boss).do(change("user", anna.who.user_id, role="rep"))
    set_up("remove_role", "assistant")
    assert total(anna, "opportunity") == 0
    with anna.store.database.reading() as session:
        assert known_roles(session) == list(ROLES)
        assert audit.verify(session).problem == ""
        said = [each.summary for each in session.query(AuditEvent).filter(AuditEvent.action == "role changed")]
    assert said == [
        "role assistant added, based on rep", "role assistant: opportunity reads all, writes none", "role assistant removed"
    ]  # fmt: skip


def test_a_changed_role_holds_at_once_and_can_be_set_back(as_: As, set_up: SetUp) -> None:
    ben, anna = as_("ben"), as_("anna")
    ben.make("lead", name="Kim")
    assert total(anna, "lead") == 0
    set_up("set_scope", "rep", "lead", read="all")
    assert total(anna, "lead") == 1
    set_up("remove_role", "rep")
    assert total(anna, "lead") == 0


def test_a_field_hidden_on_records_of_others(as_: As, set_up: SetUp, store: Store) -> None:
    """The commission of another is in no row, condition, order, figure or proposal."""
    with store.database.writing() as session:
        setup.add_field(session, "account", "commission", "number")
    set_up("set_scope", "rep", "account", read="all", write="all")
    anna, mia, ben = as_("anna"), as_("mia"), as_("ben")
    own = anna.make("account", name="Own", commission=5)
    other = ben.make("account", name="Other", commission=7)
    assert shown(anna, "account", own)["commission"] == 5
    assert "commission" not in shown(anna, "account", other)
    assert shown(mia, "account", own)["commission"] == 5
    for item, expected in ((Filter(field="commission", value=7), 0), (Filter(field="commission", op="is_set"), 1),
                           (Filter(field="commission", op="gt", value=0), 1), (Filter(field="commission", value=7, negate=True), 2)):  # fmt: skip
        assert total(anna, "account", item) == expected, item
    with store.reading(store.principal(anna.who.email)) as unit:
        assert measure(unit, Measure(metric="sum_account_commission")).rows == [["5.00"]]
        assert measure(unit, Measure(metric="account_count", by=["commission"])).row_count == 2
        order = [each.name for each in find(unit, RecordQuery(entity="account", sort=["-commission"])).records]
        assert order == ["Own", "Other"]
    for guess in (7, 8):  # "nothing would change" would tell
        with pytest.raises(NotAllowed, match="commission"):
            anna.propose(change("account", other, commission=guess))
    made = anna.propose(delete("account", other))
    assert "commission" not in made.changes[0]["before"]
    assert "commission" in anna.propose(delete("account", own)).changes[0]["before"]


def test_a_hidden_field_is_refused_by_name(as_: As, set_up: SetUp) -> None:
    anna = as_("anna")
    account = anna.make("account", name="Acme", city="Oslo")
    anna.make("contact", name="Kim", account=account)
    set_up("set_mask", "rep", "account.city")
    set_up("set_mask", "rep", "contact.account")
    assert "city" not in shown(anna, "account", account)
    for kind, item in (("account", Filter(field="city", value="Oslo")), ("contact", Filter(field="account.name", value="Acme")),
                       ("contact", Filter(field="account", op="is_set")), ("account", Filter(field="contacts", op="has"))):  # fmt: skip
        with pytest.raises(NotAllowed):
            total(anna, kind, item)
    set_up("unmask", "rep", "account.city")
    assert shown(anna, "account", account)["city"] == "Oslo"


@pytest.mark.parametrize(
    ("what", "words", "options", "error", "said"),
    [
        ("add_role", ("rep", "rep"), {}, InvalidInput, "already"),
        ("add_role", ("Rep", "rep"), {}, InvalidInput, "already"),
        ("add_role", ("!", "rep"), {}, InvalidInput, "cannot be the name"),
        ("add_role", ("x" * 41, "rep"), {}, InvalidInput, "cannot be the name"),
        ("add_role", ("aide", "king"), {}, InvalidInput, "king"),
        ("set_scope", ("administrator", "lead"), {"read": "none"}, NotAllowed, "undo any limit"),
        ("set_scope", ("rep", "cars"), {"read": "own"}, InvalidInput, "cars"),
        ("set_scope", ("rep", "lead"), {"read": "some"}, InvalidInput, "some"),
        ("set_scope", ("rep", "lead"), {}, InvalidInput, "Which scope"),
        ("set_scope", ("rep", "lead"), {"write": "all"}, InvalidInput, "more of lead"),
        ("set_scope", ("rep", "lead"), {"read": "none"}, InvalidInput, "more of lead"),
        ("set_scope", ("rep", "user"), {"write": "all"}, NotAllowed, "administrators"),
        ("set_scope", ("rep", "product"), {"read": "none"}, InvalidInput, "Everybody"),
        ("set_scope", ("king", "lead"), {"read": "all"}, NotFound, "king"),
        ("set_mask", ("rep", "account"), {}, InvalidInput, "not a field"),
        ("set_mask", ("rep", "account.colour"), {}, InvalidInput, "colour"),
        ("set_mask", ("rep", "account.name"), {}, InvalidInput, "which record"),
        ("set_mask", ("rep", "user.email"), {}, InvalidInput, "which record"),
        ("unmask", ("rep", "account.city"), {}, NotFound, "not hidden"),
        ("remove_role", ("rep",), {}, InvalidInput, "as delivered"),
        ("remove_role", ("king",), {}, NotFound, "king"),
    ],
)
def test_what_cannot_be_set_up(
    set_up: SetUp, what: str, words: tuple[str, ...], options: dict[str, str], error: type[RapportError], said: str
) -> None:
    with pytest.raises(error, match=said):
        set_up(what, *words, **options)


def test_only_administrators_change_roles(as_: As) -> None:
    mia = as_("mia")
    with pytest.raises(NotAllowed), mia.store.database.writing() as session:
        role_setup.set_mask(session, mia.store.settings, "rep", "account.city", by=mia.who)


def test_a_role_nobody_knows_is_not_given_and_allows_nothing(as_: As, store: Store, boss: Principal) -> None:
    anna, hand = as_("anna"), Hand(store, boss)
    anna.make("account", name="Acme")
    with store.database.writing() as session:
        setup.add_choices(session, "user.role", ["king"])
    with pytest.raises(InvalidInput, match="king"):
        hand.propose(change("user", anna.who.user_id, role="king"))
    with store.database.writing() as session:
        people.find_user(session, anna.who.email).role = "king"
    assert total(anna, "account") == 0


def test_a_move_to_another_team_holds_at_once(as_: As, boss: Principal) -> None:
    """In queries, and in the names the built-in brain keeps."""
    anna, ben, indexes = as_("anna"), as_("ben"), NameIndexes()
    ben.make("account", name="Southern Foods")

    def names() -> set[str]:
        with anna.store.reading(anna.store.principal(anna.who.email)) as unit:
            said = "Southern Foods"
            found = indexes.of(unit).matches(tokenise(said), said)
            return {each.name for _, _, held in found for each in held if each.type == "account"}

    assert (total(anna, "account"), names()) == (0, set())
    with anna.store.database.writing() as session:  # without a trace in the log, which would renew the index by itself
        people.find_user(session, anna.who.email).team_id = people.find_team(session, "South").id
    assert (total(anna, "account"), names()) == (1, {"Southern Foods"})
    Hand(anna.store, boss).do(change("user", anna.who.user_id, team="North"))
    assert (total(anna, "account"), names()) == (0, set())


def test_a_manager_sees_the_teams_below_at_any_depth(as_: As, boss: Principal) -> None:
    ben, mia, hand = as_("ben"), as_("mia"), Hand(as_("ben").store, boss)
    above = "North"
    for number in range(6):
        hand.make("team", name=f"Level {number}", parent=above)
        above = f"Level {number}"
    ben.make("account", name="Deep")
    with ben.store.database.reading() as session:
        south = people.find_team(session, "South").id
        north = people.find_team(session, "North").id
    assert total(mia, "account") == 0
    hand.do(change("team", south, parent=above))
    assert total(mia, "account") == 1
    with pytest.raises(InvalidInput, match="its own parent"):
        hand.propose(change("team", north, parent="South"))
    with pytest.raises(InvalidInput, match="its own parent"):
        hand.propose(change("team", north, parent="North"))


def test_two_changes_that_make_a_circle_only_together(as_: As, boss: Principal) -> None:
    hand = Hand(as_("anna").store, boss)
    a, b = hand.make("account", name="A"), hand.make("account", name="B")
    with pytest.raises(InvalidInput, match="its own parent"):
        hand.propose(change("account", a, parent="B"), change("account", b, parent="A"))
    first, second = hand.propose(change("account", a, parent="B")), hand.propose(change("account", b, parent="A"))
    hand.decide("approve", first.id)
    with pytest.raises(InvalidInput, match="its own parent"):
        hand.decide("approve", second.id)


def test_somebody_always_administers_and_nobody_s_records_stay_without(as_: As, boss: Principal) -> None:
    anna, hand = as_("anna"), Hand(as_("anna").store, boss)
    anna.make("account", name="Acme")
    for wanted in (change("user", boss.user_id, role="rep"), delete("user", boss.user_id)):
        with pytest.raises(InvalidInput, match="administers"):
            hand.propose(wanted)
    hand.propose(change("user", boss.user_id, role="rep"), change("user", anna.who.user_id, role="administrator"))
    with pytest.raises(InvalidInput, match="still owns 1 record"):
        hand.propose(delete("user", anna.who.user_id))
    with anna.store.database.reading() as session:
        north = people.find_team(session, "North").id
    with pytest.raises(InvalidInput, match="still has"):
        hand.propose(delete("team", north))
    empty = hand.make("team", name="Empty")
    assert hand.do(delete("team", empty)).status == "applied"


def test_a_token_that_only_reads(as_: As, store: Store, boss: Principal) -> None:
    anna = as_("anna")
    account = anna.make("account", name="Acme")
    waiting = anna.propose(change("account", account, city="Oslo"))
    with store.database.writing() as session:
        secret = people.issue_token(session, store.settings, anna.who.user_id, kind="bearer", name="bi", days=2, read_only=True, by=boss)
        reader = people.principal_by_token(session, store.settings, secret, kind="bearer")
    assert reader is not None
    hand = Hand(store, reader)
    with store.reading(reader) as unit:
        assert find(unit, RecordQuery(entity="account")).total == 1
    for attempt in (
        lambda: hand.propose(change("account", account, city="Oslo")),
        lambda: hand.propose(delete("account", account)),
        lambda: hand.propose(Change(op="create", type="task", values={"title": "call"})),
        lambda: hand.decide("approve", waiting.id),
        lambda: hand.decide("reject", waiting.id),
    ):
        with pytest.raises(NotAllowed, match="only read"):
            attempt()
    with store.reading(anna.who) as unit:
        assert gate.show(unit, waiting.id).status == "pending"


def test_tokens_are_listed_used_expire_and_are_taken_back(as_: As, store: Store, boss: Principal) -> None:
    anna, email = as_("anna"), "anna@firm.example"
    with store.database.writing() as session:
        secret = people.issue_token(session, store.settings, anna.who.user_id, kind="bearer", name="bi", days=2, by=boss)
    people.note_use(store.database, store.settings, secret)
    people.note_use(store.database, store.settings, "nobody's")
    with store.database.writing() as session:
        [held] = people.tokens_of(session, store.settings, email)
        assert (held.name, held.read_only, held.last_used_at) == ("bi", False, store.settings.now())
        assert secret not in repr(held)
        with pytest.raises(NotFound):
            people.revoke_token_of(session, store.settings, "ben@firm.example", held.id, by=boss)
        assert people.principal_by_token(session, store.settings, secret, kind="bearer")
        session.get_one(Token, held.id).expires_at = store.settings.now() - timedelta(seconds=1)
        session.flush()
        assert people.principal_by_token(session, store.settings, secret, kind="bearer") is None
        assert people.tokens_of(session, store.settings, email) == []
        session.get_one(Token, held.id).expires_at = None
        session.flush()
        people.revoke_token_of(session, store.settings, email, held.id, by=boss)
        assert people.principal_by_token(session, store.settings, secret, kind="bearer") is None


def test_a_busy_database_does_not_keep_a_token_s_owner_waiting(store: Store, boss: Principal) -> None:
    with store.database.writing() as session:
        secret = people.issue_token(session, store.settings, boss.user_id, kind="bearer")
    if store.database.dialect != "sqlite":
        pytest.skip("only SQLite has one writer at a time")
    with store.database.writing() as session:
        people.find_user(session, boss.email)  # takes the writer's place
        people.note_use(store.database, store.settings, secret)
    with store.database.reading() as session:
        assert people.tokens_of(session, store.settings, boss.email)[0].last_used_at is None


def test_a_new_password_ends_the_sessions_of_the_old_one(as_: As, store: Store, boss: Principal) -> None:
    as_("anna")
    email, old = "anna@firm.example", "a long enough password"
    with store.database.writing() as session:
        signed_in = people.sign_in(session, store.settings, email, old) or ""
        made_up = people.reset_password(session, store.settings, email, by=boss) or ""
        assert people.principal_by_token(session, store.settings, signed_in, kind="session") is None
        assert people.sign_in(session, store.settings, email, old) is None
        assert people.sign_in(session, store.settings, email, made_up)


def test_a_disabled_user_comes_back_with_the_rights_of_now(as_: As, store: Store, boss: Principal) -> None:
    anna = as_("anna")
    with store.database.writing() as session:
        people.disable_user(session, store.settings, anna.who.email, by=boss)
    with pytest.raises(NotAllowed):
        store.principal(anna.who.email)
    with store.database.writing() as session:
        _, password = people.enable_user(session, store.settings, anna.who.email, by=boss)
        assert password is None
        with pytest.raises(InvalidInput, match="active"):
            people.enable_user(session, store.settings, anna.who.email, by=boss)
    assert store.principal(anna.who.email).rights == anna.who.rights


def test_proposals_and_history_show_what_is_seen_now(as_: As, boss: Principal) -> None:
    """Anna's account became Ben's: what she proposed about it, and what it is now, she sees no more."""
    anna, mia, ben, hand = as_("anna"), as_("mia"), as_("ben"), Hand(as_("anna").store, boss)
    account = anna.make("account", name="Acme")
    update = anna.do(change("account", account, city="Oslo"))
    hand.do(change("account", account, owner="ben@firm.example", description="secret"))
    for who in (anna, mia):
        with who.store.reading(who.who) as unit:
            seen = gate.show(unit, update.id)
            assert (seen.changes, seen.reason, seen.note) == ([], "", "")
            with pytest.raises(NotFound):
                gate.history(unit, "account", account)
    with ben.store.reading(ben.who) as unit:
        assert len(gate.history(unit, "account", account)) == 3
    hand.do(delete("account", account))
    with ben.store.reading(ben.who) as unit:
        assert len(gate.history(unit, "account", account)) == 4


def test_hidden_records_are_one_group_and_cannot_be_counted(as_: As, boss: Principal) -> None:
    anna, hand = as_("anna"), Hand(as_("anna").store, boss)
    for number in range(3):
        hand.make("account", name=f"Hidden {number}", owner="ben@firm.example")
        hand.make("opportunity", name=f"Deal {number}", account=f"Hidden {number}", stage="Discovery", owner="anna@firm.example")
    hand.make("opportunity", name="Without", stage="Discovery", owner="anna@firm.example")
    with anna.store.reading(anna.who) as unit:
        assert measure(unit, Measure(metric="deal_count", by=["account"])).rows == [[None, "4"]]
        assert find(unit, RecordQuery(entity="opportunity", filters=[Filter(field="account", op="is_empty")])).total == 4
        assert find(unit, RecordQuery(entity="opportunity", filters=[Filter(field="account", op="is_set")])).total == 0

"""The set-up page of the model: what is set, never the key; what was used; the budget of a month."""

from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import SecretStr
from room_forms import page, send
from ui_company import ADMIN, ANNA, BEN, MANAGER, SignedIn

from agent.bootstrap import Rapport
from store.conversations import conversations, delete, open_conversation
from store.errors import NotAllowed
from store.model_budget import Budget, Used, budget, note_use, set_budget, spent, used
from store.models import ModelUse
from ui.web.rooms.setup.model import left, without_credentials

PAGE = "/setup/model"
KEY = "sk-zq-very-secret"


def note(rapport: Rapport, email: str, *, calls: int, read: int, written: int, days_ago: int = 0) -> None:
    """What a turn of this person took."""
    with rapport.store.writing(rapport.store.principal(email)) as unit:
        note_use(unit, "turn", model="m", calls=calls, input_tokens=read, output_tokens=written)
        unit.session.flush()
        made = unit.session.query(ModelUse).order_by(ModelUse.id.desc()).first()
        assert made
        made.at = unit.now() - timedelta(days=days_ago)


def test_what_was_used_is_counted_whoever_asked_and_stays_when_a_conversation_goes(signed_in: SignedIn, rapport: Rapport) -> None:
    admin, anna = signed_in(ADMIN), rapport.store.principal(ANNA)
    assert "No model has been called yet" in page(admin, PAGE)
    with rapport.store.writing(anna) as unit:
        open_conversation(unit, None, "Hello")
    note(rapport, ANNA, calls=3, read=1_200, written=80)
    note(rapport, BEN, calls=2, read=900, written=20)
    note(rapport, BEN, calls=1, read=0, written=0)  # an endpoint that does not count
    note(rapport, BEN, calls=4, read=5_000, written=7, days_ago=40)
    with rapport.store.reading(anna) as unit:
        talk = conversations(unit)[0]["id"]
    delete(rapport.store, anna, talk)
    with rapport.store.reading(rapport.store.principal(ADMIN)) as unit:
        month, ever = used(unit, since=unit.today().replace(day=1)), used(unit)
    assert month == Used(turns=3, calls=6, input_tokens=2_100, output_tokens=100, silent=1)
    assert ever == Used(turns=4, calls=10, input_tokens=7_100, output_tokens=107, silent=1)
    seen = page(admin, PAGE)
    assert ">7,100<" in seen
    assert "Of 1 call(s) the endpoint did not say" in seen
    with rapport.store.reading(rapport.store.principal(MANAGER)) as unit, pytest.raises(NotAllowed):
        used(unit)


def test_an_administrator_sets_the_budget_and_the_page_says_how_much_is_left(signed_in: SignedIn, rapport: Rapport) -> None:
    admin = signed_in(ADMIN)
    assert "No limit is set" in page(admin, PAGE)
    empty = {"action": "budget", "back": PAGE, "tokens": "", "amount": "", "input_price": "", "output_price": ""}
    send(admin, PAGE, **{**empty, "tokens": "2,000"})
    note(rapport, ANNA, calls=1, read=700, written=300)
    assert "50% of this month" in page(admin, PAGE)
    send(admin, PAGE, **{**empty, "amount": "0.02", "input_price": "10.00", "output_price": " 30 "})
    seen = page(admin, PAGE)  # 700 x 10 + 300 x 30 = 16,000 millionths
    assert "20% of this month" in seen
    assert 'value="10"' in seen
    assert "EUR 0.02<" in seen
    note(rapport, BEN, calls=1, read=400, written=0)
    assert "This month's budget is used up" in page(admin, PAGE).replace("&#39;", "'")
    assert "本月预算已用完" in page(admin, PAGE, language="zh")
    send(admin, PAGE, **empty)
    assert "未设上限" in page(admin, PAGE, language="zh")
    assert "budget set" in page(admin, "/setup/audit")


@pytest.mark.parametrize(
    ("wrong", "en", "zh"),
    [
        ({"tokens": "many"}, "is not a number", "不是数字"),
        ({"tokens": "1.5"}, "is not a number of tokens", "不是令牌数"),
        ({"tokens": "-4"}, "is not a number of tokens", "不是令牌数"),
        ({"tokens": "1e400"}, "is not a number of tokens", "不是令牌数"),
        ({"amount": "NaN"}, "is not a number", "不是数字"),
        ({"amount": "1e20"}, "is not an amount", "不是金额"),
        ({"amount": "5"}, "needs both prices", "两个价格"),
        ({"amount": "5", "input_price": "-1", "output_price": "1"}, "is not a price", "不是每百万令牌的价格"),
    ],
)
def test_a_budget_that_is_none_is_refused_in_words(signed_in: SignedIn, wrong: dict[str, str], en: str, zh: str) -> None:
    admin = signed_in(ADMIN)
    fields = {"action": "budget", "back": PAGE, "tokens": "", "amount": "", "input_price": "", "output_price": ""} | wrong
    for language, words in (("en", en), ("zh", zh)):
        admin.cookies.set("rapport_language", language)
        assert words in page(admin, send(admin, PAGE, **fields), language=language)
    assert "未设上限" in page(admin, PAGE, language="zh")


def test_nobody_else_sets_it_and_last_month_does_not_count(rapport: Rapport) -> None:
    store = rapport.store
    for email in (ANNA, MANAGER):
        with store.writing(store.principal(email)) as unit, pytest.raises(NotAllowed, match="administrator"):
            set_budget(unit, Budget(tokens=10))
    with store.writing(store.principal(ADMIN)) as unit:
        set_budget(unit, Budget(tokens=1_000))
    note(rapport, ANNA, calls=1, read=5_000, written=0, days_ago=40)
    with store.database.reading() as session:
        assert not spent(session, store.settings)
        assert budget(session, store.settings).tokens == 1_000
    note(rapport, ANNA, calls=1, read=999, written=1)
    with store.database.reading() as session:
        assert spent(session, store.settings)


def test_what_is_left_is_of_the_nearer_limit() -> None:
    took = Used(calls=1, input_tokens=600_000, output_tokens=100_000)
    prices = {"currency": "EUR", "input_price": Decimal(1), "output_price": Decimal(2)}
    assert left(Budget(), took) is None
    assert left(Budget(tokens=1_000_000, amount=Decimal(8), **prices), took) == 30
    assert left(Budget(tokens=1_000_000, amount=Decimal(1), **prices), took) == 20
    assert left(Budget(tokens=0), Used()) == 0


def test_the_page_says_whether_a_key_is_set_and_never_the_key(
    signed_in: SignedIn, rapport: Rapport, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, settings = signed_in(ADMIN), rapport.store.settings
    seen = page(admin, PAGE)
    assert ">not set<" in seen
    assert "The built-in brain, without" in seen
    assert "https://api.openai.com/v1" in seen
    monkeypatch.setattr(settings, "openai_api_key", SecretStr(KEY))
    monkeypatch.setattr(settings, "openai_base_url", f"https://me:{KEY}@models.firm.example:8443/v1?key={KEY}")
    for language in ("en", "zh"):
        seen = page(admin, PAGE, language=language)
        assert KEY not in seen
        assert "https://models.firm.example:8443/v1<" in seen
    assert "已设置" in seen
    assert "语言模型；" in seen


@pytest.mark.parametrize(
    ("address", "shown"), [("http://h/v1", "http://h/v1"), ("http://a:b@h:1/v1?k=c#d", "http://h:1/v1"), ("nonsense-secret", "")]
)
def test_an_address_is_shown_without_what_may_be_a_key(address: str, shown: str) -> None:
    assert without_credentials(address) == shown

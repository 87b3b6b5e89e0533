"""The set-up page of the model: what is set, never the key; what was used, as the kept answers say."""

from datetime import timedelta

import pytest
from pydantic import SecretStr
from room_forms import page
from ui_company import ADMIN, ANNA, BEN, MANAGER, SignedIn

from agent.bootstrap import Rapport
from store.conversations import add_message, model_use, open_conversation
from store.errors import NotAllowed
from store.models import Message
from ui.web.rooms.setup.model import without_credentials

PAGE = "/setup/model"
KEY = "sk-zq-very-secret"


def kept(rapport: Rapport, email: str, *, calls: int, read: int, written: int, days_ago: int = 0) -> None:
    """An answer of this person's conversation that cost so much."""
    usage = {"model_calls": calls, "input_tokens": read, "output_tokens": written}
    with rapport.store.writing(rapport.store.principal(email)) as unit:
        talk = open_conversation(unit, None, "Hello")
        made = add_message(unit, talk, "assistant", "Hello", answer={"text": "Hello", "usage": usage})
        unit.session.flush()
        message = unit.session.get(Message, made)
        assert message
        message.created_at = unit.now() - timedelta(days=days_ago)


def test_what_was_used_is_the_sum_of_the_kept_answers(signed_in: SignedIn, rapport: Rapport) -> None:
    admin = signed_in(ADMIN)
    assert "No answer that is kept called a model" in page(admin, PAGE)
    kept(rapport, ANNA, calls=3, read=1_200, written=80)
    kept(rapport, BEN, calls=2, read=900, written=20)
    kept(rapport, BEN, calls=4, read=5_000, written=7, days_ago=40)
    kept(rapport, BEN, calls=0, read=0, written=0)  # the built-in brain
    with rapport.store.reading(rapport.store.principal(ADMIN)) as unit:
        month, ever = model_use(unit, since=unit.today().replace(day=1)), model_use(unit)
    assert (month.answers, month.calls, month.input_tokens, month.output_tokens) == (2, 5, 2_100, 100)
    assert (ever.answers, ever.calls, ever.input_tokens, ever.output_tokens) == (3, 9, 7_100, 107)
    assert ">7,100<" in page(admin, PAGE)
    with rapport.store.reading(rapport.store.principal(MANAGER)) as unit, pytest.raises(NotAllowed):
        model_use(unit)


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

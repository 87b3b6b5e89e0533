"""What is asked of a draft. Kept with it, so that "make it shorter" composes it anew from the same."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args

from store.errors import InvalidInput

Purpose = Literal[
    "first_contact", "follow_up", "quote", "chase", "apology", "thanks", "reactivation", "renewal", "introduction", "meeting_request",
    "reply", "message",
]  # fmt: skip
Tone = Literal["formal", "friendly"]
Length = Literal["short", "normal", "long"]
Channel = Literal["email", "wechat"]
LENGTHS: tuple[Length, ...] = get_args(Length)
_CHOICES: dict[str, tuple[str, ...]] = {
    "purpose": get_args(Purpose), "tone": get_args(Tone), "length": LENGTHS, "channel": get_args(Channel), "language": ("", "en", "zh"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """Ids of records the message is about; `language` empty takes the contact's. `about`: the topic in the asker's words."""

    purpose: Purpose = "message"
    contact: str = ""
    lead: str = ""
    account: str = ""
    opportunity: str = ""
    reply_to: str = ""
    quote: str = ""
    contract: str = ""
    case: str = ""
    about: str = ""
    language: str = ""
    tone: Tone = "formal"
    length: Length = "normal"
    channel: Channel = "email"

    def __post_init__(self) -> None:
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                raise InvalidInput(f"{getattr(self, name)!r} is not a {name} of a draft.", hint=f"Use {', '.join(filter(None, allowed))}.")

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "Request":
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in raw.items() if name in known})

    def changed(self, **values: Any) -> "Request":
        return replace(self, **{name: value for name, value in values.items() if value})

    def longer(self, steps: int) -> "Request":
        """Longer by so many steps, shorter when negative, within what there is."""
        place = LENGTHS.index(self.length) + steps
        return replace(self, length=LENGTHS[max(0, min(len(LENGTHS) - 1, place))])

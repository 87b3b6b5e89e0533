"""Which brain answers and with which model, what limits it, and what it has used: read from the settings, changed where the server is started."""

from urllib.parse import urlsplit

from fastapi.responses import Response

from agent.build import MODEL_CALLS, TOOL_CALLS
from agent.llm import configured
from store.conversations import model_use
from ui.web.rooms.frame import draw, rooms
from ui.web.rooms.setup.desk import InSetup

router = rooms()
OPENAI = "https://api.openai.com/v1"  # what an empty address stands for


@router.get("/setup/model")
def shown(room: InSetup) -> Response:
    """No key, and no part of one, is on this page."""
    settings = room.inside.store.settings
    with room.inside.store.reading(room.user, door="web") as unit:
        month = unit.today().replace(day=1)
        used = [("month", model_use(unit, since=month)), ("ever", model_use(unit))]
    limits = [
        ("timeout", f"{settings.model_timeout:g}"), ("calls", f"{MODEL_CALLS}"), ("tools", f"{TOOL_CALLS}"),
        ("question", f"{settings.question_limit:,}"), ("rate", f"{settings.rate_limit:,}" if settings.rate_limit else room.said["model.limit.none"]),
    ]  # fmt: skip
    return draw(
        room, "setup_model.html", modelled=configured(settings) and settings.brain != "embedded", settings=settings,
        address=without_credentials(settings.openai_base_url or OPENAI), has_key=bool(settings.openai_api_key.get_secret_value()),
        limits=limits, used=used,
    )  # fmt: skip


def without_credentials(address: str) -> str:
    """An address as it may be shown: a name and password in it, or what follows a question mark, may be a key."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}" if host else ""

"""The language model: any OpenAI-compatible chat endpoint, and what can go wrong with it, in words."""

import importlib
import logging
from typing import Any

from langchain_core.language_models import BaseChatModel

from store.errors import RapportError
from store.settings import Settings

RETRIES = 1  # of a refused or broken call, by the client, with a pause; then the built-in brain takes over
log = logging.getLogger("rapport")

WHY: dict[str, dict[str, str]] = {
    "spent": {"en": "its budget for this month is used up", "zh": "本月预算已用完"},
    "busy": {"en": "it is over its rate limit or budget (429)", "zh": "超出速率或额度限制（429）"},
    "slow": {"en": "it took too long", "zh": "响应超时"},
    "unreachable": {"en": "it cannot be reached", "zh": "无法连接"},
    "cut": {"en": "its answer broke off", "zh": "回答中断"},
    "key": {"en": "the key was refused (401)", "zh": "密钥被拒绝（401）"},
    "denied": {"en": "access was refused (403)", "zh": "访问被拒绝（403）"},
    "missing": {"en": "there is no such model (404)", "zh": "模型不存在（404）"},
    "request": {"en": "it did not take the request (400)", "zh": "请求未被接受（400）"},
    "broken": {"en": "it failed inside (5xx)", "zh": "服务内部错误（5xx）"},
    "nonsense": {"en": "its answer could not be read", "zh": "回答无法解析"},
    "empty": {"en": "it gave an empty answer", "zh": "回答为空"},
    "unlooked": {"en": "it looked nothing up", "zh": "它没有查询任何数据"},
    "lost": {"en": "none of its tool calls worked", "zh": "工具调用均未成功"},
    "endless": {"en": "it kept calling tools without coming to an answer", "zh": "反复调用工具而没有给出回答"},
}
_KINDS = {  # by class name: the client is imported lazily
    "RateLimitError": "busy",
    "APITimeoutError": "slow",
    "TimeoutException": "slow",
    "StreamChunkTimeoutError": "slow",
    "APIConnectionError": "unreachable",
    "ConnectError": "unreachable",
    "HTTPError": "cut",
    "AuthenticationError": "key",
    "PermissionDeniedError": "denied",
    "NotFoundError": "missing",
    "BadRequestError": "request",
    "UnprocessableEntityError": "request",
    "InternalServerError": "broken",
}


class ModelFault(RapportError):
    """The model or the way to it failed: no network, a refusal, nonsense. `why` words it in either language."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"The language model failed: {WHY[kind]['en']}.")
        self.kind = kind

    def why(self, language: str) -> str:
        return WHY[self.kind][language]


def configured(settings: Settings) -> bool:
    return bool(settings.openai_api_key.get_secret_value() or settings.openai_base_url)


def make_model(settings: Settings) -> BaseChatModel:
    """A client for the endpoint in the settings. Imported only here: it takes a second."""
    openai: Any = importlib.import_module("langchain_openai")
    model: BaseChatModel = openai.ChatOpenAI(
        model=settings.model,
        api_key=settings.openai_api_key.get_secret_value() or "none",
        base_url=settings.openai_base_url or None,
        timeout=settings.model_timeout,
        max_retries=RETRIES,
        temperature=0,
        stream_usage=True,
        use_responses_api=False,  # chat completions are what every compatible endpoint has
    )
    return model


def fault_of(error: Exception) -> ModelFault:
    """What the client raised, as a fault that says why. The log names the kind, never the message: it may hold a part of the key."""
    names = [each.__name__ for each in type(error).__mro__]
    kind = next((_KINDS[name] for name in names if name in _KINDS), "nonsense")
    log.warning("the language model failed: %s (%s)", WHY[kind]["en"], names[0])
    return ModelFault(kind)

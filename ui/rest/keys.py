"""The header under which a request that is sent again is done once."""

from typing import Annotated

from fastapi import Header

IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=200)]

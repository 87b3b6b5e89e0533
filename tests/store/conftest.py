import pytest
from gate_firm import As, Hand, staff

from store.unit import Store


@pytest.fixture
def as_(store: Store) -> As:
    """`as_("anna")` is Anna at the gate of a firm with people in two teams."""
    staff(store)
    return lambda name: Hand(store, store.principal(f"{name}@firm.example"))

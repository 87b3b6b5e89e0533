"""Keeping a store: backing it up, restoring it, moving it to another database."""

from store.keeping.backup import Manifest, back_up
from store.keeping.move import Moved, move
from store.keeping.restore import Restored, restore

__all__ = ["Manifest", "Moved", "Restored", "back_up", "move", "restore"]

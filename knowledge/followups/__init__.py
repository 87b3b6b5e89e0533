"""From the words of a note to what should follow from it: `reading.read`, then `changes.proposed` (docs/decisions/0031-words-to-followups.md)."""

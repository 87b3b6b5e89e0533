"""A recording from the door to the answer: heard, kept, answered or prepared for approval."""

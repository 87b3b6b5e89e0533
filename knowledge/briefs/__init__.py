"""Briefs: who somebody is, what is open, what was promised, and what to do next; every line with where it stands."""

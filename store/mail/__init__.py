"""Messages: drafts as their authors' own, sending them once, by a person's approval."""

"""The built-in brain: answers, writes, briefs and ranks with no language model."""

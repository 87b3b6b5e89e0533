"""The loop: which brain, which tools, which limits, the events it streams."""

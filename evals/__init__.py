"""Questions as data, graders that look at the end state, the runner."""

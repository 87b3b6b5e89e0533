"""What to do next, and why: rules as data over the records a person sees, weighed by what is at stake."""

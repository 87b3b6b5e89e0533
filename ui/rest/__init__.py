"""REST, one router per family. Thin: check, call the room below, shape the result."""

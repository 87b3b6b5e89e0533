"""Companies the cases are asked on beside the demo: generated, each of another trade."""

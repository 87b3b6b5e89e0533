"""The verbs the assistant has, one small file per family."""

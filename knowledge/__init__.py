"""What is known from text and history: the index, search, the encoder."""

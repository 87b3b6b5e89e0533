"""From a recording to words with times, and from words heard to the names the store knows."""

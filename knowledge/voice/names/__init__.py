"""Names heard, linked by their sound to the names the store knows."""

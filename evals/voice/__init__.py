"""Spoken notes: what they say, how they are made to sound, and how well they are heard."""

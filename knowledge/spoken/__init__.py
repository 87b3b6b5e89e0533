"""Dates, periods, lengths and amounts as people say and write them, in English and Chinese."""

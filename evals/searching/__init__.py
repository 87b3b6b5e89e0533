"""How well search finds what it should: labelled collections (`collections.py`), asked leg by leg (`quality.py`)."""

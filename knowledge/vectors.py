"""Vectors as the store keeps them: a passage's row holds its own, 384 dimensions in float16."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def pack(vector: Sequence[float] | Floats) -> bytes:
    """A unit vector as float16, half the space for an error of cosines under 0.001."""
    array = np.asarray(vector, dtype=np.float32)
    return (array / max(float(np.linalg.norm(array)), 1e-12)).astype("<f2").tobytes()


def unpack(data: bytes) -> Floats:
    return np.frombuffer(data, dtype="<f2").astype(np.float32)

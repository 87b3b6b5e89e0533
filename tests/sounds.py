"""Small recordings the tests make themselves: tones as WAV by the standard library, other formats by the decoder's own encoders."""

import io
import wave
from typing import Any

import av
import numpy as np
import numpy.typing as npt

Tone = npt.NDArray[np.int16]
FORMATS = {  # file ending: container, codec, the sampling rate it takes
    "mp3": ("mp3", "libmp3lame", 44_100),
    "m4a": ("mp4", "aac", 44_100),
    "opus": ("ogg", "libopus", 48_000),
    "webm": ("webm", "libopus", 48_000),
    "flac": ("flac", "flac", 48_000),
}


def tone(seconds: float, *, rate: int = 16_000, pitch: float = 220.0, loudness: float = 0.5) -> Tone:
    moments = np.arange(round(seconds * rate)) / rate
    return np.asarray(np.sin(2 * np.pi * pitch * moments) * loudness * 32_000, dtype=np.int16)


def wav(*channels: Tone, rate: int = 16_000) -> bytes:
    """One or more channels as a WAV file."""
    held = io.BytesIO()
    with wave.open(held, "wb") as written:
        written.setnchannels(len(channels))
        written.setsampwidth(2)
        written.setframerate(rate)
        written.writeframes(np.stack(channels, axis=1).tobytes())
    return held.getvalue()


def encoded(ending: str, seconds: float, *, pitch: float = 220.0, silent: bool = False) -> bytes:
    container, codec, rate = FORMATS[ending]
    sound = tone(seconds, rate=rate, pitch=pitch) if not silent else np.zeros(round(seconds * rate), dtype=np.int16)
    held = io.BytesIO()
    with av.open(held, "w", format=container) as output:
        stream: Any = output.add_stream(codec, rate=rate, layout="mono")
        for at in range(0, len(sound), 8192):
            frame = av.AudioFrame.from_ndarray(sound[None, at : at + 8192], format="s16", layout="mono")
            frame.rate, frame.pts = rate, at
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return held.getvalue()


def silent_film(seconds: float = 1.0) -> bytes:
    """A video that has no sound track."""
    held = io.BytesIO()
    with av.open(held, "w", format="mp4") as output:
        stream: Any = output.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(round(seconds * 10)):
            output.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), dtype=np.uint8), format="rgb24")))
        output.mux(stream.encode(None))
    return held.getvalue()

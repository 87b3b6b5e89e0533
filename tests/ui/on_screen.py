"""How long from Enter until a built-in answer stands in the chat: real Chromium, measured in the page itself.

python tests/ui/on_screen.py [HOME]      asks `QUESTIONS` of the demo company in the data folder HOME (made and encoded first when absent:
                                         some minutes), prints each wait, then median and 95th percentile
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import sleep

import yaml
from browser import Browser, chromium

from evals.figures import percentile
from evals.serving import serving

QUESTIONS = tuple(yaml.safe_load((Path(__file__).resolve().parents[2] / "evals" / "bench.yaml").read_text("utf-8"))["questions"])
EMAIL, PASSWORD = "anna.berg@demo.example", "demo-rapport"
RAPPORT = (sys.executable, "-c", "from ui.cli import main; main()")
REST_S = 0.6  # after an answer: what follows it is done by then
_WARM = ("my open deals", "win rate", "我的商机")

# From the press of Enter: the first frame in which words of the answer stand, and the last change of the chat before it was done.
_WATCH = """(() => {
  const asked = { at: 0, first: 0, whole: 0, own: 0 };
  window.RAPPORT_WAIT = asked;
  const bots = () => [...document.querySelectorAll("#chat .message.bot")].filter((each) => !each.querySelector(".thought-group") && each.textContent.trim());
  let before = 0, told = "";
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.closest?.("#ask")) return;
    before = bots().length;
    Object.assign(asked, { at: performance.now(), first: 0, whole: 0 });
  }, true);
  const painted = (name) => requestAnimationFrame(() => setTimeout(() => { asked[name] = performance.now(); }));
  new MutationObserver(() => {
    if (!asked.at) return;
    const now = bots();
    if (now.length <= before) return;
    const text = now.at(-1).textContent;
    if (!asked.first) { asked.first = 1; painted("first"); }
    if (text !== told) { told = text; painted("whole"); }
  }).observe(document.querySelector("#chat"), { childList: true, subtree: true, characterData: true });
})()"""


@dataclass(frozen=True, slots=True)
class Wait:
    """Milliseconds from Enter until words of the answer were painted, and until its last change was; processor time of the server, and of
    the page's main thread, until everything had come to rest."""

    question: str
    first: float
    whole: float
    server: float
    page: float


def waits(browser: Browser, questions: Sequence[str], *, busy: Callable[[], float]) -> list[Wait]:
    """Ask them one after the other in the chat that is open. `busy` gives the seconds the server has worked."""
    browser.call("Performance.enable", timeDomain="threadTicks")
    browser.run(_WATCH)
    found = []
    for question in questions:
        worked, drawn = busy(), _drawn(browser)
        browser.write("#ask textarea", question)
        browser.press("Enter", 13)
        browser.until("window.RAPPORT_WAIT.whole && !document.querySelector('#busy strong')")
        sleep(REST_S)
        told: dict[str, float] = browser.run("({...window.RAPPORT_WAIT})")
        server, page = busy() - worked, _drawn(browser) - drawn
        found.append(Wait(question, told["first"] - told["at"], told["whole"] - told["at"], 1000 * server, 1000 * page))
    return found


def _drawn(browser: Browser) -> float:
    """Seconds of processor time that the page's main thread has worked."""
    metrics = {each["name"]: float(each["value"]) for each in browser.call("Performance.getMetrics")["metrics"]}
    return metrics["TaskDuration"]


def told(found: Sequence[Wait]) -> str:
    parts = []
    for name in ("first", "whole", "server", "page"):
        times = [getattr(each, name) for each in found]
        parts.append(f"{name} {percentile(times, 0.5):.0f} / {percentile(times, 0.95):.0f} ms")
    return f"{len(found)} questions, median / 95th percentile: " + ", ".join(parts)


def main(home: str = "") -> None:
    with tempfile.TemporaryDirectory(prefix="rapport-screen-") as fresh:
        environment = {**os.environ, "RAPPORT_HOME": home or fresh}
        if not home:
            for words in (("demo",), ("index", "drain")):
                subprocess.run([*RAPPORT, *words], check=True, env=environment)
        with serving([*RAPPORT, "serve", "--port", "PORT"], environment) as server, chromium() as browser:
            browser.size(1440, 900)
            browser.sign_in(server.address, EMAIL, PASSWORD)
            waits(browser, _WARM, busy=server.busy)
            browser.click("#new")
            browser.until("!document.querySelector('#chat .message')")
            before = os.getloadavg()[0]
            found = waits(browser, QUESTIONS, busy=server.busy)
            for each in found:
                print(f"{each.first:6.0f} {each.whole:6.0f} {each.server:6.0f} {each.page:6.0f}  {each.question}")
            print(told(found), f"load {before:.1f} to {os.getloadavg()[0]:.1f}", sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:2])

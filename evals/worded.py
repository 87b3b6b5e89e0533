"""Questions put together from wordings, each with its gold: what single wordings mean is known, so any number of their combinations can be graded.

`data/worded/*.yaml` lists, for each kind of record of a store, the ways people say its conditions and what they ask of it. `sentences()` draws
from them; `python -m evals.worded` asks what it draws and says which wordings are read wrong most often. A wording is written once and
meets every other one, which cases written by hand never do.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from evals import runner
from evals.cases import Case, Turn
from evals.gold import World
from evals.stores import copperline_world, demo_world, larkfield_world

HERE = Path(__file__).parent / "data" / "worded"
WORLDS = {"demo": demo_world, "larkfield": larkfield_world, "copperline": copperline_world}


@dataclass(frozen=True)
class Part:
    """One condition as it was said: where it stands, its words, what it means, and what it is called in the report."""

    place: str  # before | after
    said: str
    where: Mapping[str, Any]
    name: str


@dataclass
class Grammar:
    """The wordings of one language over one store."""

    language: str
    store: str
    who: str
    kinds: Mapping[str, Any]
    asks: Sequence[Mapping[str, Any]]
    values: Mapping[str, Any] = field(default_factory=dict)


def grammars(folder: Path = HERE) -> list[Grammar]:
    found = []
    for path in sorted(folder.glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for each in content["stores"]:
            own = {**content["values"], **each.get("values", {})}
            found.append(Grammar(content["language"], each["store"], each["who"], each["kinds"], content["asks"], own))
    return found


def sentences(grammar: Grammar, world: World, count: int, chance: random.Random) -> Iterator[Case]:
    """Cases, the same for the same `chance`. There is always something that matches, and conditions always leave something out."""
    number = 0
    seen: set[str] = set()
    for _ in range(60 * count):
        if number == count:
            break
        drawn = _drawn(grammar, world, chance)
        if drawn is None:
            continue
        say, expect, names = drawn
        if say in seen:
            continue
        seen.add(say)
        number += 1
        yield Case(
            f"w-{grammar.language}-{grammar.store}-{number:04}", grammar.store, grammar.language, names[0].split(":")[0], grammar.who, "dev",
            (Turn(say, tuple(expect)),), tags=tuple(names),
        )  # fmt: skip


def _drawn(grammar: Grammar, world: World, chance: random.Random) -> tuple[str, list[dict[str, Any]], list[str]] | None:
    kind = chance.choice([name for name, held in grammar.kinds.items() for _ in range(held.get("weight", 1))])
    held = grammar.kinds[kind]
    parts: list[Part] = []
    used: set[str] = set()
    for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 2, 3))):
        part = part_of(grammar, kind, chance.choice(held["conditions"]), chance)
        fields = {name.split(".")[-1] for name in part.where if name not in {"any", "not"}} | {part.name}
        if used & fields or (_tight(part) and any(_tight(each) for each in parts)):
            continue
        used |= fields
        parts.append(part)
    ask = chance.choice(
        [each for each in grammar.asks if all(need in held for need in each.get("needs", [])) for _ in range(each.get("weight", 1))]
    )
    wheres: dict[str, Any] = {}
    for part in parts:
        wheres |= part.where
    query = {"of": kind, "where": wheres}
    rows = world.rows(query)
    if not rows or (len(rows) == len(world.tables[kind]) and parts):
        return None
    expect, fill, name = _expected(ask, held, query, world, chance)
    if expect is None:
        return None
    pattern = chance.choice(ask["say"])
    phrases = _phrases(grammar.language, parts, chance.choice(held["nouns"]), "{pred}" in pattern, chance)
    if phrases is None:
        return None
    say = pattern.format(**phrases, **fill, m=chance.choice(held.get("counters", [""])))
    say = " ".join(say.replace("的的", "的").split())
    return say, [expect], [f"{ask['kind']}:{pattern}", *(f"{kind}.{part.name}" for part in parts), *([name] if name else [])]


def part_of(grammar: Grammar, kind: str, made: Mapping[str, Any], chance: random.Random) -> Part:
    """One of the ways to say a condition of the grammar."""
    place = chance.choice([each for each in ("before", "after") if made.get(each)])
    pattern = str(chance.choice(made[place]))
    where, fill = made["where"], {}
    for slot in ("v", "n", "p", "d"):
        if slot in made:
            listed = made[slot]
            options = grammar.values[listed] if isinstance(listed, str) else listed
            given, words = chance.choice(list(options.items()) if isinstance(options, Mapping) else [(each, each) for each in options])
            fill[slot] = str(chance.choice(words) if isinstance(words, list) else words)
            where = _put(where, "{" + slot + "}", given)
    return Part(place, pattern.format(**fill), where, f"{made['name']}:{pattern}")


def _put(value: Any, slot: str, given: Any) -> Any:
    if value == slot:
        return given
    if isinstance(value, Mapping):
        return {name: _put(each, slot, given) for name, each in value.items()}
    if isinstance(value, list):
        return [_put(each, slot, given) for each in value]
    return value


def _expected(
    ask: Mapping[str, Any], held: Mapping[str, Any], query: dict[str, Any], world: World, chance: random.Random
) -> tuple[dict[str, Any] | None, dict[str, str], str]:
    """What must come of it, what fills the pattern, and the name of what was chosen."""
    match ask["kind"]:
        case "find":
            return {"records": query}, {}, ""
        case "count":
            return {"figure": {**query, "agg": "count"}}, {}, ""
        case "sum" | "avg" as how:
            name, words = chance.choice(list(held[ask["needs"][0]].items()))
            known = [row for row in world.rows(query) if row.get(name) is not None]
            if not known:
                return None, {}, ""
            said = chance.choice(words)
            return {"figure": {**query, "agg": how, "field": name}}, {"field": said}, f"{query['of']}.{name}:{said}"
        case "top":
            name, words = chance.choice(list(held[ask["needs"][0]].items()))
            path, options = name.lstrip("-"), ask.get("n", [1])
            number = chance.choice(list(options))
            how_many = str(chance.choice(options[number]) if isinstance(options, Mapping) else number)
            filled = {**query, "where": {**query["where"], path: {**_compared(query["where"].get(path)), "empty": False}}}
            if len(world.rows(filled)) < number:
                return None, {}, ""
            said = chance.choice(words)
            return {"first": {**filled, "sort": [name], "take": number}}, {"n": how_many, "most": said}, f"{query['of']}{name}:{said}"
        case "group":
            path, words = chance.choice(list(held["groups"].items()))
            said = chance.choice(words)
            return {"rows": {**query, "agg": "count", "by": path}}, {"by": said}, f"{query['of']} by {path}:{said}"
    raise ValueError(ask["kind"])


def _compared(wanted: Any) -> Mapping[str, Any]:
    """A condition as comparisons, so that another can stand beside it."""
    return wanted if isinstance(wanted, Mapping) else {} if wanted is None else {"in": wanted if isinstance(wanted, list) else [wanted]}


def _tight(part: Part) -> bool:
    """Whether it stands right before the noun: one may. What ends in 的 is no such word."""
    return part.place == "before" and not part.said.endswith("的")


def _phrases(language: str, parts: Sequence[Part], noun: str, told: bool, chance: random.Random) -> dict[str, str] | None:
    """What stands for {np} in a pattern; when something is `told` of it, {noun} and {pred}. None: there is nothing to tell."""
    before = [part.said for part in parts if part.place == "before"]
    after = [part.said for part in parts if part.place == "after"]
    if language != "zh":
        behind = [part for part in parts if part.place == "after"]
        last = sorted(behind, key=lambda part: "has" in part.where or "has_no" in part.where)  # what follows would be said of those
        return {"np": " ".join([*before, noun, *(part.said for part in last)])}
    if told and not after:
        return None
    clauses = after[:-1] if told else after
    linked = [each for each in before if each.endswith("的")]
    clause = chance.choice(["的", "、", "且", "，"]).join(clauses) + "的" if clauses else ""
    whole = "".join([*linked, clause, *(each for each in before if each not in linked), noun])
    return {"noun": whole, "pred": after[-1]} if told else {"np": whole}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=100, help="sentences for each language and store")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--language", choices=("en", "zh"))
    parser.add_argument("--store", choices=sorted(WORLDS))
    parser.add_argument("--show", action="store_true", help="print every sentence that was not read right")
    chosen = parser.parse_args()
    cases: list[Case] = []
    for grammar in grammars():
        if chosen.language in (None, grammar.language) and chosen.store in (None, grammar.store):
            cases += sentences(grammar, WORLDS[grammar.store](), chosen.count, random.Random(chosen.seed))
    said, wrong, confident = Counter[str](), Counter[str](), Counter[str]()
    for result in runner.run("embedded", cases=cases).results:
        for name in result.case.tags:
            said[name] += 1
            wrong[name] += not result.right
            confident[name] += result.confident
        if chosen.show and not result.right:
            turn = result.turns[0]
            print(
                f"{'WRONG' if result.confident else 'asked'}  {turn.say}\n       {'; '.join(turn.problems)[:160]}\n       {turn.text[:200]!r}"
            )
        said["all"] += 1
        wrong["all"] += not result.right
        confident["all"] += result.confident
    for name, count in sorted(wrong.items(), key=lambda pair: -pair[1] / (said[pair[0]] + 1)):
        if count > 1:
            print(f"{count:4} of {said[name]:4} not right, {confident[name]:3} confident  {name}")


if __name__ == "__main__":
    main()

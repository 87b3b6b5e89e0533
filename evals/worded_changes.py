"""Requests that write, put together from wordings, each with the end state it must come to: the companion of `evals.worded`.

`data/worded_changes/*.yaml` lists for each store the records people create and the ways to say each field, the changes they ask for, and
single requests (delete, log, task) with slots. `sentences()` draws from them; `python -m evals.worded_changes` asks what it draws.
"""

import argparse
import random
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from evals import worded
from evals.cases import Case, Turn
from evals.gold import World
from evals.grading import same
from evals.taken_back import asked

HERE = Path(__file__).parent / "data" / "worded_changes"
KINDS = ("create", "update", "bulk", "delete", "log", "task")
MOST = 60  # records of one bulk change: more take long to apply and say nothing new
_ALONE = re.compile(r"\{([\w.]+)\}")

Drawn = tuple[str, list[dict[str, Any]], list[str]]


@dataclass
class Grammar:
    """The wordings of one language over one store. `conditions` are those questions are put together from."""

    language: str
    store: str
    who: str
    shared: Mapping[str, Any]
    own: Mapping[str, Any]
    conditions: worded.Grammar | None
    values: Mapping[str, Any] = field(default_factory=dict)


def grammars(folder: Path = HERE) -> list[Grammar]:
    found = []
    questions = {(each.language, each.store): each for each in worded.grammars()}
    for path in sorted(folder.glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        language = content["language"]
        for each in content["stores"]:
            own = {**content["values"], **each.get("values", {})}
            conditions = questions.get((language, each["store"]))
            if "kinds" in each:
                conditions = worded.Grammar(language, each["store"], each["who"], each["kinds"], [], own)
            found.append(Grammar(language, each["store"], each["who"], content, each, conditions, own))
    return found


def sentences(grammar: Grammar, world: World, kind: str, count: int, chance: random.Random) -> Iterator[Case]:
    """Cases of one kind, the same for the same `chance`; every one changes something."""
    seen: set[str] = set()
    for _ in range(60 * count):
        if len(seen) == count:
            return
        drawn = _DRAW[kind](grammar, world, kind, chance)
        if drawn is None or drawn[0] in seen:
            continue
        say, changes, names = drawn
        seen.add(say)
        turn = Turn(say, ({"changes": changes},))
        name = f"w-{grammar.language}-{grammar.store}-{kind}-{len(seen):04}"
        yield Case(name, grammar.store, grammar.language, kind, grammar.who, "dev", (turn,), tags=(kind, *names))


# --- new records


def _created(grammar: Grammar, world: World, kind: str, chance: random.Random) -> Drawn | None:
    """A new record: how it is opened, its name, and two to six of its fields in any order, as labels or as prose."""
    made = chance.choice(grammar.own["create"])
    type_, noun = made["type"], chance.choice(made["nouns"])
    filled = {"noun": noun, "a": "an" if noun[0] in "aeiou" else "a"}
    wanted: dict[str, Any] = dict(made.get("filled", {}))  # what the store may fill in itself
    rows: dict[str, tuple[str, Any]] = {}
    for slot, options in made.get("slots", {}).items():
        gold, words = _value(grammar, world, options, chance, rows, slot)
        filled[slot] = words
        wanted |= _settled(made["set"].get(slot, {}), {slot: gold}, world, rows)
    styles = grammar.shared["create"]
    style = chance.choice(
        [each for each in styles if each["name"] in made.get("styles", [each["name"]]) for _ in range(each.get("weight", 1))]
    )
    chosen = chance.sample(made["fields"], min(len(made["fields"]), chance.choice((1, 2, 2, 3, 3, 4, 5))))
    pattern = chance.choice(style["label"])
    said, names = [], [f"{style['name']}:{type_}"]
    for each in chosen:
        gold, words = _value(grammar, world, each["v"], chance, rows, "v")
        forms = each.get("said", []) if style["prose"] else [pattern.replace("{f}", label) for label in each["f"]]
        if not forms:
            continue
        form = chance.choice(forms)
        said.append(form.format(v=words))
        names.append(f"{type_}:{form}")
        wanted |= _settled(each["set"], {"v": gold}, world, rows)
    if not said:
        return None
    openers = made.get("openers") or style["openers"]
    opener = chance.choice(openers)
    names.append(opener)
    text = chance.choice(made.get("between", style["between"])).join(
        [opener.format(**filled), _joined(said, chance.choice(style["joins"]), style)]
    )
    if style.get("lower"):
        text = text.lower()
    return text, [{"op": "create", "type": type_, "set": wanted}], names


def _joined(said: Sequence[str], join: str, style: Mapping[str, Any]) -> str:
    last = style.get("last")
    if last and len(said) > 1 and join.strip() == ",":
        return join.join(said[:-1]) + str(last) + said[-1]
    return join.join(said)


# --- changes of one record, or of those of a condition


def _changed(grammar: Grammar, world: World, kind: str, chance: random.Random) -> Drawn | None:
    """One field, or two, of one record by its name, or of all a condition holds for."""
    made = chance.choice([each for each in grammar.own["change"] for _ in range(each.get("weight", 1))])
    type_ = made["type"]
    found = _one(world, made, chance) if kind == "update" else _many(grammar, world, type_, chance)
    if found is None:
        return None
    rows, target, names = found
    two = chance.random() < 0.25
    picked = chance.sample([each for each in made["fields"] if not each.get("only")] if two else made["fields"], 2 if two else 1)
    values = [(each, *_value(grammar, world, each["v"], chance, {}, "v")) for each in picked]
    if two:
        pattern = chance.choice(grammar.shared["two"])
        (one, _, v), (other, _, w) = values
        say = pattern.format(t=target, f=chance.choice(one["f"]), g=chance.choice(other["f"]), v=v, w=w)
    else:
        each, _, words = values[0]
        patterns = [*(() if each.get("only") else grammar.shared["change"]), *each.get("also", [])]
        if kind == "update":
            patterns += [*(() if each.get("only") else grammar.shared["change_one"]), *each.get("also_one", [])]
        pattern = chance.choice(patterns)
        say = pattern.format(t=target, f=chance.choice(each.get("f", [""])), v=words)
    changes = list(_changes(world, type_, rows, values))
    told_twice = ":" in target and pattern.startswith("{t}:")  # "Rheintal: cooling: stage Won" is nobody's way to say it
    if not changes or len(changes) > MOST or told_twice:
        return None
    return " ".join(say.split()), changes, [f"{type_}:{pattern}", *names]


def _changes(world: World, type_: str, rows: Sequence[Mapping[str, Any]], values: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """What each record must become; a record that is so already is left alone."""
    for row in rows:
        new: dict[str, Any] = {}
        for each, gold, _ in values:
            if "step" in each:
                held = row.get(each["step"])
                new |= {} if held is None else {each["step"]: round(float(held) * (100 + gold) / 100, 2)}
                continue
            settled = _settled(each["set"], {"v": gold}, world, {})
            new |= {name: value for name, value in settled.items() if not same(_held(world, type_, row, name), value, world.today)}
        if new:
            yield {"op": "update", "type": type_, "keys": [world.identity(type_, row)], "set": new}


def _held(world: World, type_: str, row: Mapping[str, Any], name: str) -> Any:
    value = world.value(type_, row, name)
    shown = world.value(type_, row, f"{name}.name") if isinstance(value, str) and name in {"account", "product", "contact"} else None
    return shown or value


def _one(world: World, made: Mapping[str, Any], chance: random.Random) -> tuple[list[Any], str, list[str]] | None:
    row = _unique(world, made["type"], made.get("where", {}), made["show"], chance)
    if row is None:
        return None
    pattern = chance.choice(made["targets"])
    return [row], pattern.format(name=row[made["show"]]), [f"{made['type']}:{pattern}"]


def _many(grammar: Grammar, world: World, type_: str, chance: random.Random) -> tuple[list[Any], str, list[str]] | None:
    """The records of one condition or two, and how they are called."""
    if grammar.conditions is None or type_ not in grammar.conditions.kinds:
        return None
    phrase = worded.condition_of(grammar.conditions, type_, chance, (1, 1, 2))
    if phrase is None:
        return None
    said, where, names = phrase
    if len(names) > 1 and {"has", "has_no"} & set(where):
        return None  # "venues without an open deal Ann looks after": whose she looks after has two readings
    rows = world.rows({"of": type_, "where": where})
    if not rows or len(rows) == len(world.tables[type_]):
        return None
    pattern = chance.choice(grammar.shared["all"] if "'s " not in said.split(" that ")[0] else grammar.shared["all_of"])
    return rows, pattern.format(np=said), names


# --- single requests with slots


def _asked(grammar: Grammar, world: World, kind: str, chance: random.Random) -> Drawn | None:
    """A request whose pattern has slots: deleting, logging, tasks."""
    made = chance.choice([each for each in grammar.own.get(kind, []) for _ in range(each.get("weight", 1))])
    pattern, filled, golds = chance.choice(made["say"]), {}, {}
    if "noun" in made:
        filled["noun"] = chance.choice(made["noun"])
    rows: dict[str, tuple[str, Any]] = {}
    names = [f"{kind}:{pattern}"]
    if "np" in made:
        found = _many(grammar, world, made["np"], chance)
        if found is None or len(found[0]) > MOST:
            return None
        filled["np"], names = found[1], [*names, *found[2]]
        keys = [world.identity(made["np"], row) for row in found[0]]
        return pattern.format(**filled), [{"op": made["op"], "type": made["np"], "keys": keys}], names
    for slot, listed in made["slots"].items():
        if f"{{{slot}}}" in pattern:
            golds[slot], filled[slot] = _value(grammar, world, listed, chance, rows, slot)
            if golds[slot] is None:
                return None
    changes = []
    for each in made["changes"]:
        wanted = dict(each)
        if "set" in each:
            wanted["set"] = {name: _settled(value, golds, world, rows) for name, value in each["set"].items() if _spoken(value, pattern)}
        if "key_of" in wanted:
            type_, row = rows[wanted.pop("key_of")]
            wanted |= {"type": type_, "keys": [world.identity(type_, row)]}
        changes.append(wanted)
    return pattern.format(**filled), changes, names


def _spoken(value: Any, pattern: str) -> bool:
    """Whether every slot a value needs is in the pattern."""
    return all(f"{{{slot.split('.')[0]}}}" in pattern for slot in _ALONE.findall(str(value)))


# --- slots and values


def _value(
    grammar: Grammar, world: World, listed: Any, chance: random.Random, rows: dict[str, tuple[str, Any]], slot: str
) -> tuple[Any, str]:
    """What a slot means and how it is said. `listed`: a list, gold -> words, the name of such in `values`, or a query for a record."""
    options = grammar.values[listed] if isinstance(listed, str) else listed
    if isinstance(options, Mapping) and "of" in options:
        row = _unique(world, options["of"], options.get("where", {}), options["show"], chance)
        if row is None:
            return None, ""
        rows[slot] = (options["of"], row)
        return row[options["show"]], str(row[options["show"]])
    if isinstance(options, Mapping) and "make" in options:
        parts = [str(chance.choice(grammar.values[each])) for each in options["make"]]
        text = options.get("join", " ").join(parts)
        return text, text
    gold, words = chance.choice(list(options.items()) if isinstance(options, Mapping) else [(each, each) for each in options])
    return gold, str(chance.choice(words) if isinstance(words, list) else words)


def _unique(world: World, type_: str, where: Mapping[str, Any], show: str, chance: random.Random) -> Any:
    """A record whose name nothing else has."""
    rows = world.rows({"of": type_, "where": where})
    named = [str(row.get(name)) for each in world.tables.values() for row in each for name in ("name", "title", "subject", "number")]
    for _ in range(20):
        row = chance.choice(rows)
        if row.get(show) and named.count(str(row[show])) == 1:
            return row
    return None


def _settled(value: Any, golds: Mapping[str, Any], world: World, rows: Mapping[str, tuple[str, Any]]) -> Any:
    """`{slot}` replaced by what it means, `{slot.path}` by that value of its record."""
    if isinstance(value, Mapping):
        return {name: _settled(each, golds, world, rows) for name, each in value.items()}
    if isinstance(value, list):
        return [_settled(each, golds, world, rows) for each in value]
    found = _ALONE.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return value
    slot, _, path = found[1].partition(".")
    return world.value(*rows[slot], path) if path else golds[slot]


_DRAW = {"create": _created, "update": _changed, "bulk": _changed, "delete": _asked, "log": _asked, "task": _asked}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=40, help="requests of each kind for each language and store")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--language", choices=("en", "zh"))
    parser.add_argument("--store", choices=sorted(worded.WORLDS))
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--show", action="store_true", help="print every request that was not read right")
    chosen = parser.parse_args()
    cases: list[Case] = []
    for grammar in grammars():
        if chosen.language in (None, grammar.language) and chosen.store in (None, grammar.store):
            world = worded.WORLDS[grammar.store]()
            for kind in KINDS if chosen.kind is None else (chosen.kind,):
                cases += sentences(grammar, world, kind, chosen.count, random.Random(f"{chosen.seed} {kind}"))
    with tempfile.TemporaryDirectory(prefix="rapport-worded-") as folder:
        worded.tell(asked(cases, Path(folder)), show=chosen.show)


if __name__ == "__main__":
    main()

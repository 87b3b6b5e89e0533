"""The index of names answers as a plain scan of every name the person sees, on random names and sentences."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import data_folders
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz
from sqlalchemy import insert, select

from agent.embedded.name_forms import LATE, forms, spellings
from agent.embedded.names import FUZZY_CUT, NameIndexes
from agent.embedded.tokens import is_chinese, normalise, phrase, tokenise
from evals.scale.words import companies
from evals.scale.words import people as called
from store import people, setup
from store.models import RECORD_MODELS, Stage, Team, User
from store.name_lookup import BY_WHOLE, FIRMS, PERSONS
from store.schema import name_field
from store.settings import Settings
from store.unit import Store, Unit

ODD = (
    "The Data Group Ltd", "Data Soft", "Datasoft Inc", "Wendy's Diner", "José Müller", "Nestlé S.A.", "3M", "100% Juice Ltd",
    "A", "Target", "Will", "May", "Bio-Tech B.V.", "上海", "上海明远医疗科技有限公司", "明远", "GSP温湿度项目", "约翰·史密斯", "欧阳娜娜", "李伟", "曾小明",
    "Company X", "Group", "north / south", "  spaced   name ", "Smith, John", "John Smith", "John Smith Jr", "ＡＣＭＥ　Ｃｏ", "北京市明远餐饮公司",
    "Renewal: phase 2", "Call back on Friday", "Call", "Follow up with customer", "Product 7", "renewal", "de la Cruz Maria",
)  # fmt: skip
TIES = (" ", " ", " ", ", ", "'s ", "的", "", " and ", "? ", " (", "和")
COMMON = (
    "open deals of",
    "call",
    "of",
    "the",
    "for",
    "in Q3",
    "over 50k",
    "最近",
    "电话",
    "总",
    "经理",
    "mr",
    "Ms.",
    "K-7",
    "sku-3",
    "the group",
    "2026",
)


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    home: Path = tmp_path_factory.mktemp("scan")
    store = Store(Settings(home=home, today="2026-11-21", _env_file=None))  # type: ignore[call-arg]
    store.database.migrate()
    now = store.settings.now()
    base = {"created_at": now, "updated_at": now, "version": 1, "custom": {}}
    random = np.random.default_rng(11)
    with store.database.writing() as session:
        setup.prepare(session)
        session.add(Team(id="T1", name="North", **base))
        session.flush()
        for name, role in (("boss", "administrator"), ("rep", "rep"), ("mia", "manager")):
            new = people.NewUser(f"{name}@x.example", name.title(), role, None if name == "boss" else "North", "a long enough password")
            people.add_user(session, store.settings, new)
        users, stage = list(session.scalars(select(User.id))), session.scalar(select(Stage.id).limit(1))
        for kind in BY_WHOLE:
            names = [*ODD, *(called(random, 30) if kind in PERSONS else companies(random, 30))]
            rows = [
                {
                    **base, "id": f"{kind.upper()}{n:04d}", "key": f"{kind[0].upper()}-{n}", name_field(kind): name,
                    "owner_id": [None, *users][n % (len(users) + 1)], "team_id": "T1" if n % 3 else None,
                    **({"sku": f"SKU-{n}", "price": None} if kind == "product" else {}),
                    **({"stage_id": stage} if kind == "opportunity" else {}),
                }
                for n, name in enumerate(names)
            ]  # fmt: skip
            session.execute(insert(RECORD_MODELS[kind]), rows)
    yield store
    store.close()
    if data_folders.server is not None:
        data_folders.server.drop_below(home)


@st.composite
def sentences(draw: st.DrawFn) -> str:
    """Names, parts of names and other words, tied in one way or another."""
    random = np.random.default_rng(11)
    names = [*ODD]
    for kind in BY_WHOLE:
        names += called(random, 30) if kind in PERSONS else companies(random, 30)
    said = ""
    for _ in range(draw(st.integers(1, 4))):
        piece = draw(st.sampled_from(names) | st.sampled_from(COMMON))
        match draw(st.integers(0, 5)):
            case 0:
                piece = piece[: draw(st.integers(1, len(piece)))]
            case 1:
                piece = " ".join(piece.split()[draw(st.integers(0, 1)) :])
            case 2:
                piece = draw(st.sampled_from([piece.lower(), piece.upper()]))
            case _:
                pass
        said += piece + draw(st.sampled_from(TIES))
    return said


def everything(unit: Unit) -> list[tuple[str, str, str, list[str | None]]]:
    """Kind, id, name and codes of every record this person sees, by the plain rules: all; their own; or their team's or nobody's too."""
    who = unit.principal
    found = []
    for kind in BY_WHOLE:
        model = RECORD_MODELS[kind]
        for row in unit.session.scalars(select(model).order_by(model.id)):
            match who.scope(kind):
                case "all":
                    seen = True
                case "team":
                    seen = row.owner_id == who.user_id or row.team_id in who.team_ids or (row.owner_id is None and row.team_id is None)
                case _:
                    seen = row.owner_id == who.user_id
            if seen:
                found.append((kind, row.id, getattr(row, name_field(kind)), [row.key, getattr(row, "sku", None)]))
    return found


def scanned(unit: Unit, text: str) -> dict[tuple[int, int], set[tuple[str, str, float]]]:
    words = [token.word for token in tokenise(text)]
    places = defaultdict(list)
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            places[tuple(words[start:end])].append((start, end))
    colleagues: set[tuple[str, ...]] = set()
    for kind in ("user", "team"):
        for row in unit.session.scalars(select(RECORD_MODELS[kind])):
            colleagues |= {form.words for form in forms(kind, row.name, [row.key, getattr(row, "email", None)])}
    found: dict[tuple[str, ...], dict[tuple[str, str], float]] = defaultdict(dict)
    seen = everything(unit)
    named_with = Counter(word for kind, _, name, _ in seen if kind in {*PERSONS, *FIRMS} for word in set(phrase(name)))
    for kind, record_id, name, codes in seen:
        for form in forms(kind, name, codes):
            if form.score == LATE and (form.words in colleagues or found[form.words] or named_with[form.words[0]] > 1):
                continue  # a later word of a name is it only where no other name has it
            taken = form.words in colleagues or any(other != "opportunity" for other, _ in found[form.words])
            if form.words and not (kind == "opportunity" and form.kind == "name" and taken):
                found[form.words].setdefault((kind, record_id), form.score)
    return {
        place: {(*record, score) for record, score in held.items()} for words_, held in found.items() if held for place in places[words_]
    }


@given(text=sentences(), email=st.sampled_from(["boss@x.example", "rep@x.example", "mia@x.example"]))
def test_names_in_a_sentence(firm: Store, text: str, email: str) -> None:
    plain = normalise(text)
    with firm.reading(firm.principal(email)) as unit:
        index = NameIndexes().of(unit)
        found: dict[tuple[int, int], set[tuple[str, str, float]]] = {}
        for start, end, names in index.matches(tokenise(plain), plain):
            here = {(name.type, name.id, name.score) for name in names if name.type in BY_WHOLE}
            if here:
                found[start, end] = here
        assert found == scanned(unit, plain)


@given(data=st.data(), email=st.sampled_from(["boss@x.example", "rep@x.example", "mia@x.example"]))
def test_names_spelt_nearly_so(firm: Store, data: st.DataObject, email: str) -> None:
    """One slip in a word: what the scan finds nearest is found, and nothing a scan of what the person sees would not find."""
    with firm.reading(firm.principal(email)) as unit:
        index = NameIndexes().of(unit)
        seen = [each for each in everything(unit) if each[0] in {*PERSONS, *FIRMS}]
        words = sorted({word for _, _, name, _ in seen for word in phrase(name) if len(word) >= 6 and word.isascii() and word.isalpha()})
        word = data.draw(st.sampled_from(words))
        place = data.draw(st.integers(1, len(word) - 1))
        slip = word[:place] + data.draw(st.sampled_from(["", "e", "z"])) + word[place + data.draw(st.integers(0, 1)) :]
        by_form = defaultdict(set)
        for kind, record_id, name, _ in seen:
            for form in spellings(kind, name):
                by_form[form].add(record_id)
        near = {form: fuzz.ratio(slip, form) for form in by_form if fuzz.ratio(slip, form) >= FUZZY_CUT}
        found = {name.id for name, _ in index.like(slip, limit=50) if name.type not in {"user", "team"}}
        assert found <= {each for form in near for each in by_form[form]}
        best = max(near.values(), default=0.0)
        assert {each for form, score in near.items() if score == best for each in by_form[form]} <= found


@given(data=st.data(), email=st.sampled_from(["boss@x.example", "rep@x.example"]))
def test_pieces_of_chinese_names(firm: Store, data: st.DataObject, email: str) -> None:
    with firm.reading(firm.principal(email)) as unit:
        seen = [(record_id, name) for kind, record_id, name, _ in everything(unit) if kind in {*PERSONS, *FIRMS} and is_chinese(name)]
        name = data.draw(st.sampled_from(sorted({each for _, each in seen})))
        start = data.draw(st.integers(0, max(0, len(name) - 2)))
        part = name[start : start + data.draw(st.integers(2, 4))].strip()
        if len(part) < 2 or not all(is_chinese(each) for each in part):
            return
        wanted = {record_id for record_id, each in seen if part in each}
        found = {each.id for each in NameIndexes().of(unit).containing(part)}
        assert found == wanted if len(wanted) <= 20 else found <= wanted


def test_a_name_knows_its_place_in_the_firm(firm: Store) -> None:
    """The scan above is worth something: different people see different names."""
    counts = {}
    for email in ("boss@x.example", "rep@x.example", "mia@x.example"):
        with firm.reading(firm.principal(email)) as unit:
            counts[email] = len(everything(unit))
    assert counts["boss@x.example"] > counts["mia@x.example"] >= counts["rep@x.example"] > 0

"""What was said of people: new ones, another title, address or number, gone, who decides, who does not want to hear from us."""

import re
from collections.abc import Iterator, Sequence

from knowledge.followups.followup import Person, PersonNews, Said
from knowledge.followups.note import Clause, Note
from knowledge.followups.outlook import rivals_in
from knowledge.followups.sections import Section
from knowledge.followups.words import words
from knowledge.followups.world import World
from knowledge.sentences import HAN
from knowledge.voice.names.ordinary import is_ordinary
from store.schema import Choice

_HONORIFIC = re.compile(r"(?:Monsieur|Madame|Mr|Mrs|Ms|Dr|Herr|Frau)\.?\s+")
_PRESENTS = re.compile(
    r"(?:named|called|new (?:guy|girl|man|woman|lady|person|face|contact|colleague|boss)\b[^.!?]{0,30},)\s*$", re.IGNORECASE
)
_SPELT = re.compile(r"^,?\s*(?:[A-Z][ ,.-]+){2,}[A-Z]\b(?=\W)")  # "Frost, F R O S T, …"
_DECIDER = re.compile(r"的(?:人)?是|(?:decision[- ]maker|decides|call|say|word) (?:is|would be|'s)\b", re.IGNORECASE)
_SOUGHT = re.compile(r"\b(?:need|want|look|find)\w*\b", re.IGNORECASE)
ANY = "any"  # no channel was said
_LATIN_NAME = re.compile(r"(?<![\w@.-])[A-ZÀ-Þ][\w'’-]+(?:\s+(?:van|von|de|der|den|la|le|del|di|da|bin|al)\b)*(?:\s+[A-ZÀ-Þ][\w'’-]+){1,2}")
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    "卜戈殷项倪巫童莫梅巴娄卓闵鄂尉仇麻宓封费岑卞齐伍穆狄臧伏茅纪闻窦席幽祖符詹束司韶郜蓟宿索籍蔺蒙胥苍莘翟贡劳姬郦雍璩桑濮扈冀浦尚农晏柴瞿慕茹宦艾容慎暨居衡寇禄阙沃蔚夔厍晁敖訾阚饶鞠巢蒯查荆游竺逯益桓干"
    "覃翁佟冉关靳虞辛柯祝左涂管池屈游詹苗凌柳甘骆申耿盛桂滕符阮麦庞聂章鲁葛韦倪俞颜牛温季鲍华殷施欧曲舒邢樊兰乐连裴沙严闫骆佘甄褚"
)
_HAN_NAME = re.compile(
    rf"(?P<surname>[{''.join(sorted(_SURNAMES))}])[\u4e00-\u9fff]{{1,2}}(?<![的他她是了在和跟说])"
    r"(?=$|[,，。、!！]|电话|手机|邮箱|微信|他|她|是|负责|的|最后|才|(?P=surname)(?:总|经理|主任|工|老师|[院厂校科处部]长))"
)


def news_in(section: Section, note: Note, world: World) -> list[PersonNews]:
    """In the order they are named; a person of whom nothing was said but that they were there is not among them."""
    found: dict[str, PersonNews] = {}
    for person in section.people(note):
        found[str(person.value.id)] = PersonNews(person)
    for person, values in _new(section, note, world):
        found[person.value.name] = PersonNews(person, values)
    everybody = sorted(found.values(), key=lambda each: each.person.at)
    for clause in section.clauses:
        about = _subject(clause, everybody, note)
        if about is not None:
            _told(about, clause, note, world)
    return [each for each in everybody if each.tells]


def _subject(clause: Clause, people: Sequence[PersonNews], note: Note) -> PersonNews | None:
    """Who the clause speaks of: the first it names, else the last named before it."""
    said = words(clause.language)
    cue = next((found for pattern in (said.leaves, said.decides, said.refuses) if (found := pattern.search(clause.text))), None)
    inside = sorted(
        (place, number) for number, each in enumerate(people) for place in _places(each, note) if clause.at <= place < clause.until
    )
    if inside and said.decides.search(clause.text) and (told := _DECIDER.search(clause.text)):
        late = [number for place, number in inside if place >= clause.at + told.end()]
        if late:
            return people[late[0]]  # 最后拍板的是她们董事长吴泽林
    if said.decides.search(clause.text) and said.kin.search(clause.text):
        return None  # 叶老板说他儿子才是拍板的: somebody of theirs, not they
    if inside and cue is not None and (aimed := _aimed_at(clause, inside, cue)) is not None:
        return people[aimed]
    if inside:
        early = [number for place, number in inside if cue is not None and place < clause.at + cue.start()]
        if early and cue is not None and _of_another(clause, people[early[-1]], cue.start()):
            return None
        return people[early[-1] if early else inside[0][1]]
    before = [(place, each) for each in people for place in _places(each, note) if place < clause.at and not _told_of(place, note)] or [
        (place, each) for each in people for place in _places(each, note) if place < clause.at
    ]
    return max(before, key=lambda pair: pair[0])[1] if before else None


def _aimed_at(clause: Clause, inside: Sequence[tuple[int, int]], cue: re.Match[str]) -> int | None:
    """ "Asked us to stop phoning Hank": whom the words after a refusal name."""
    if words(clause.language).refuses.search(clause.text) is None or clause.language == "zh":
        return None
    after = clause.at + cue.end()
    near = [
        number
        for place, number in inside
        if place >= after and re.fullmatch(r"\s*(?:to|at|with)?\s*", clause.text[cue.end() : place - clause.at])
    ]
    return near[0] if near else None


def _told_of(place: int, note: Note) -> bool:
    """ "She said Alan's been off sick": who is told of by another is not who speaks on."""
    clause = next((each for each in note.clauses if each.at <= place < each.until), None)
    return clause is not None and re.search(r"\b(?:said|says|told me)\b|说", note.text[clause.at : place]) is not None


def _places(news: PersonNews, note: Note) -> list[int]:
    known = news.person.value.id
    if known is None:
        first = news.person.value.name.split()[0] if " " in news.person.value.name else news.person.value.name
        return [found.start() for found in re.finditer(re.escape(first), note.text)]
    return [each.at for each in note.names if each.record is not None and each.record.id == known]


def _of_another(clause: Clause, news: PersonNews, cue: int) -> bool:
    """孙振华说他们李总拍板: what he says is about somebody else."""
    return bool(re.search(r"说(?!自己|[他她](?!们))", clause.text[:cue])) and news.person.value.id is not None


def _told(about: PersonNews, clause: Clause, note: Note, world: World) -> None:
    said = words(clause.language)
    for kind, spelt in (("email", note.addresses), ("phone", note.telephones)):
        for each in spelt:
            if clause.at <= each.at < clause.until and (kind != "email" or _may_be_of(each.value, about.person.value)):
                if about.person.value.id is not None and _somebody_else_came(about, each.at, note):
                    continue
                about.values[kind] = each
    if (said.refuses.search(clause.text) and "refuses" not in clause.tells.never) or "refuses" in clause.tells.sure:
        channel = _channel(clause, world)
        if about.refuses is None or about.refuses.value == ANY:
            about.refuses = Said(channel, clause.at, clause.until)
        return
    if clause.uncertain:
        return
    left = said.leaves.search(clause.text) if "left" not in clause.tells.never else None
    if (left and not clause.negated) or ("left" in clause.tells.sure and not said.away.search(clause.text)):
        about.left = Said(clause.text.strip(), clause.at, clause.until)
        return
    role = _role(clause, world)
    if role and not clause.negated:
        about.values["role"] = role
    if about.person.value.id is not None:
        title = _entitled(clause)
        if title and not note.times_in(title.at, title.until):
            about.values["title"] = title


def _somebody_else_came(about: PersonNews, place: int, note: Note) -> bool:
    """茹静只管讲解,展陈换成谷雨负责,手机…: between the one known and the number somebody takes over, whose name was not made out."""
    last = max((at for at in _places(about, note) if at < place), default=place)
    start = next((at for at, until in note.sentences if at <= place < until), place)
    text = note.text[max(last, start) : place]
    return bool(words("zh" if HAN.search(text) else "en").takes_over.search(text))


def _may_be_of(address: str, person: Person) -> bool:
    """Whether an address may be this person's: a known one gets none that has nothing of their name."""
    if person.id is None or not person.name.isascii():
        return True
    local = address.partition("@")[0]
    return any(word.lower() in local for word in person.name.split() if len(word) > 2)


def _entitled(clause: Clause) -> Said[str] | None:
    """A title somebody has now, said as new; what they have been all along is not."""
    said = words(clause.language)
    if not said.now.search(clause.text):
        return None
    for pattern in said.each("entitled"):
        for found in pattern.finditer(clause.text):
            what = re.sub(r"^(?:their|the|an?|new|our)\s+", "", found["what"].strip(), flags=re.IGNORECASE)
            if len(what) > 1 and not what.isdigit():
                at = clause.at + found.end("what") - len(what)
                return Said(what, at, clause.at + found.end("what"))
    return None


def _role(clause: Clause, world: World) -> Said[str] | None:
    """A buying role by its words in the vocabulary, or as people tell who decides."""
    decides = words(clause.language).decides.search(clause.text) if "decides" not in clause.tells.never else None
    roles: tuple[Choice, ...] = world.schema.choices_of(world.schema.field("contact", "role"))
    for choice in roles:
        for word in (choice.value, choice.zh or "", *choice.words):
            pattern = rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word)
            found = re.search(pattern, clause.text, re.IGNORECASE) if len(word) > 3 or (word and not word.isascii()) else None
            if (
                found
                and not _SOUGHT.search(clause.text[: found.start()])
                and (
                    clause.language == "zh"
                    or re.search(r"(?:'s|\bis|\bas|\bour|\bthe|\ba)\s+(?:\w+\s+)?$", clause.text[: found.start()], re.IGNORECASE)
                )
            ):
                return Said(choice.value, clause.at + found.start(), clause.at + found.end())
    if (decides or "decides" in clause.tells.sure) and roles:
        first = next((each for each in roles if "decid" in " ".join(each.words) or "decision" in each.value), None)
        at, until = decides.span() if decides else (0, len(clause.text))
        return Said(first.value, clause.at + at, clause.at + until) if first else None
    return None


def _channel(clause: Clause, world: World) -> str:
    """The channel they do not want to be reached on, else "any"."""
    text = clause.text
    kept = re.search(r"\b(\w[\w-]*) only\b", text, re.IGNORECASE)
    text = text[: kept.start()] if kept else text
    for choice in world.schema.choices_of(world.schema.field("consent", "channel")):
        for word in (choice.value, choice.zh or "", *choice.words):
            stem = word.rstrip("s")
            if stem and re.search(rf"\b{re.escape(stem)}(?:s|ed|ing)?\b" if stem.isascii() else re.escape(stem), text, re.IGNORECASE):
                return choice.value
    for channel, pattern in (
        ("phone", r"\bcall|\bphon|\bring|打(?:过|他|她)?|来电"),
        ("email", r"e-?mail|\bwrit|newsletter|mailing|邮件"),
        ("sms", r"\btext"),
    ):
        if re.search(pattern, text, re.IGNORECASE):
            return channel
    return ANY


def _new(section: Section, note: Note, world: World) -> Iterator[tuple[Said[Person], dict[str, Said[str]]]]:
    """People said to be there whom the store does not know, with their titles."""
    if not section.of_somebody:
        return
    for at, until in _stretches(section):
        text = note.text[at:until]
        for pattern in (_LATIN_NAME, _HAN_NAME):
            for found in pattern.finditer(text):
                bare = _HONORIFIC.match(found[0])
                verb = 0 if bare else _verb(found[0], text[: found.start()])
                shift = bare.end() if bare else verb
                name, place = found[0][shift:], at + found.start() + shift
                if shift and " " not in name:
                    continue
                if any(each.at <= place < each.until for each in note.newcomers):
                    continue
                said = words("zh" if pattern is _HAN_NAME else "en")
                start = found.start() + verb
                lead = text[max(0, start - 90) : start]
                title = _title_of(lead, at + start - len(lead), text[found.end() :], at + found.end(), said)
                presented = title is not None and _PRESENTS.search(lead) is not None
                if (
                    _is_rival(place, section, note)
                    or _of_value(place, note)
                    or not (presented or _is_new(name, place, note))
                    or any(each.at <= place < each.until for each in note.names if each.record is not None)
                ):
                    continue
                if title is not None and note.times_in(title.at, title.until):
                    title = None  # "starts the first of January"
                if said.kin.search(lead[-30:]) and not said.decides.search(lead[-30:]):
                    continue  # her sister at the council is nobody of theirs
                if said.called.search(lead) or title is not None:
                    yield Said(Person(None, name), place, place + len(name)), ({"title": title} if title else {})


def _is_rival(place: int, section: Section, note: Note) -> bool:
    """ "They're staying with Colorado Inks": a firm, and nobody of theirs."""
    return any(each.at <= place < each.until for each in rivals_in(section, note))


def _of_value(place: int, note: Note) -> bool:
    return any(each.at <= place < each.until for each in note.amounts) or any(each.at <= place < each.until for each in note.times)


def _verb(name: str, before: str) -> int:
    """How much of "Met Tim Penhale" is the word a sentence begins with."""
    first, _, rest = name.partition(" ")
    begins = not before.strip() or before.rstrip()[-1] in ".!?:"
    return len(first) + 1 if begins and " " in rest and is_ordinary(first) else 0


def _is_new(name: str, place: int, note: Note) -> bool:
    if name.isascii() or " " in name:
        return (not is_ordinary(name) or _addressed(name, note)) and not re.search(
            r"\b(?:Ltd|GmbH|Inc|plc|AG|BV|LLP|Monday|Tuesday|Wednesday|Thursday|Friday|January|March|July)\b", name
        )
    return name[0] in _SURNAMES


def _addressed(name: str, note: Note) -> bool:
    """A name of plain words (Wendy Sharp) is one where an address has it."""
    return any(name.split()[-1].lower() in each.value.partition("@")[0] for each in note.addresses)


def _title_of(lead: str, lead_at: int, rest: str, rest_at: int, said: object) -> Said[str] | None:
    cues = said if hasattr(said, "each") else words("en")
    for pattern in cues.each("title_before"):
        found = pattern.search(lead)
        if found and not re.search(r"\bcolleague|(?-i:\b[A-Z][a-z])", found["what"]):
            return Said(found["what"].strip(), lead_at + found.start("what"), lead_at + found.end("what"))
    if spelt := _SPELT.match(rest):
        rest, rest_at = rest[spelt.end() :], rest_at + spelt.end()
    for pattern in cues.each("title_after"):
        found = pattern.search(rest[:70])
        if found and re.match(r"^\W*(?:,|(?:he|she|who|is|their|the)\b|他|她|是|，)", rest, re.IGNORECASE):
            return Said(found["what"].strip(), rest_at + found.start("what"), rest_at + found.end("what"))
    return None


def _stretches(section: Section) -> list[tuple[int, int]]:
    """The section's clauses, neighbours joined."""
    found: list[tuple[int, int]] = []
    for clause in section.clauses:
        if found and clause.at - found[-1][1] <= 4:
            found[-1] = (found[-1][0], clause.until)
        else:
            found.append((clause.at, clause.until))
    return found

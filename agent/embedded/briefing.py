"""Questions for a brief or a report: on a customer, a person or a deal; on a colleague's week, a team's quarter, the pipeline, a day."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from agent.embedded.frames import Frame, Part
from agent.embedded.names import Name
from agent.embedded.reading import Reader
from agent.embedded.spans import Span
from knowledge.bilingual import glosses
from knowledge.spoken.times import TimeSpan
from store.filters import Filter

BRIEF = "brief"  # the reason of a frame that is a brief
_REPORTS = {"report_day": "day", "report_week": "rep", "report_pipeline": "pipeline", "report_quarter": "team"}
_ORDER = ("account", "contact", "opportunity", "user", "team")
_PURPOSE_EN = re.compile(r"\b(?:before|ahead of|prior to|for|ready for|so that)\b", re.IGNORECASE)
_PURPOSE_ZH = re.compile(r"之前|以前|前,|前，|准备")


def read(reader: Reader) -> list[Frame] | None:
    """The frame of such a question; None when it is another kind."""
    report = next((about for word, about in _REPORTS.items() if reader.said(word)), None)
    report = report or _of_a_time(reader)
    _teams_of_places(reader)
    name = _meant(reader)
    if report is None and not _asks(reader, name):
        return None
    if any(span.unknown and not _on_the_way(reader, span) for span in reader.spans):
        return None
    if report is None and name is None:
        report = "team" if _own_team(reader) else None
    if report is None and (name is None or _others(reader, name)):
        return None
    if report is not None and (name is None or name.type in {"user", "team"}) and _conditions(reader, whole=True):
        return None  # 华东团队的季报, where there is no such team: of whom is not known
    frame = _report(reader, report, name) if report is not None or name is None or name.type in {"user", "team"} else _subject(reader, name)
    if frame is not None:
        for span in reader.spans:
            span.used = True
    return [frame] if frame is not None else None


def again(reader: Reader, previous: Sequence[Frame]) -> Frame | None:
    """ "what about Q2?", "and Ben?" right after a report: the same for another time or somebody else; None for anything else."""
    before = previous[0] if previous else None
    said = [span for span in reader.spans if not span.filler and not span.func("about", "it", "on", "compare", "faring")]
    if before is None or before.intent != "brief" or "name" not in before.values or not said:
        return None
    values = dict(before.values)
    for span in said:
        name = _best([each for each in span.names if each.type in {"user", "team"}]) if span.names else None
        when = span.time if span.time and span.time.kind == "period" and span.time.first and span.time.last else None
        if name is not None:
            values |= {"about": "rep" if name.type == "user" else "team", "name": name.id}
        elif when is not None and when.first and when.last:
            values |= _a_year_back(reader, before, when) or {"first_day": when.first.isoformat(), "last_day": when.last.isoformat()}
        else:
            return None
    for span in reader.spans:
        span.used = True
    return Frame("brief", reason=BRIEF, values=values)


def _a_year_back(reader: Reader, before: Frame, when: TimeSpan) -> dict[str, str]:
    """ "how does that compare with last year": the same stretch of the year said."""
    days = [date.fromisoformat(str(before.values[key])) for key in ("first_day", "last_day") if key in before.values]
    if not reader.said("compare") or when.grain != "year" or len(days) != 2 or when.first is None:
        return {}
    moved = [
        day.replace(year=when.first.year + day.year - days[0].year, day=min(day.day, 28 if day.month == 2 else day.day)) for day in days
    ]
    return {"first_day": moved[0].isoformat(), "last_day": moved[1].isoformat()}


def says_team(text: str) -> bool:
    return bool(re.search(r"\bteam|\breps\b|\bpeople\b|团队|我们组|我组", text, re.IGNORECASE))


def _of_a_time(reader: Reader) -> str | None:
    """ "summary of yesterday", 这周总结, of a time and of nothing else: the report of that day, of the asker's own week, month or quarter."""
    if not reader.said(BRIEF):
        return None
    rest = [span for span in reader.spans if not (span.filler or span.time or span.func(BRIEF, "on", "me", "for", "faring", "show"))]
    times = [span.time for span in reader.spans if span.time and not span.filler]
    if rest or len(times) != 1 or times[0].kind != "period" or times[0].first is None or times[0].first > reader.today:
        return None
    return "day" if times[0].first == times[0].last else "rep"


def _teams_of_places(reader: Reader) -> None:
    """中国团队, where the team is called China: a value before the word for a team stands for the team of that name."""
    spans = [span for span in reader.spans if not span.filler and not span.func("on")]
    for span, after in pairwise(spans):
        if after.entity and after.entity.entity == "team" and (span.choices or span.unknown) and not span.names:
            called = {span.text, *glosses(span.text)}
            team = next((found for each in called if (found := reader.names.team_called(each))), None)
            if team is not None:
                span.names, span.senses, span.unknown = [team], [], False


def _asks(reader: Reader, name: Name | None) -> bool:
    """Whether a brief is asked for: by a word for it, or by a colleague's or a team's week, month or quarter and nothing else."""
    if reader._metrics():
        return False
    if reader.said(BRIEF):
        return True
    rest = [
        span for span in reader.spans
        if not (span.names or span.filler or span.grain or span.time or span.func("faring", "it", "on") or _the_team(span, name))
    ]  # fmt: skip
    when = bool(_grain(reader))
    return name is not None and name.type in {"user", "team"} and when and not rest


def _subject(reader: Reader, name: Name) -> Frame:
    """A record: a later turn can ask on about it, as after any other look at one record."""
    is_it = Part(f"is:{name.type}", Filter(field="id", value=name.id))
    return Frame(
        "get",
        entity=name.type,
        parts=[is_it],
        results=[name.id],
        reason=BRIEF,
        values={"about": name.type, "name": name.id, **_more(reader)},
    )


def _report(reader: Reader, report: str | None, name: Name | None) -> Frame | None:
    if name is not None and name.type not in {"user", "team"}:
        return None
    about = report or ("rep" if name is not None and name.type == "user" else "team")
    values = {"about": about, **_more(reader)}
    if name is not None and about in {"rep", "team"}:
        values["about"] = "rep" if name.type == "user" else "team"
        values.setdefault("first_day", _start(reader, _grain(reader) or {"rep": "week", "team": "quarter"}[about]))
    if name is not None:
        values["name"] = name.id
    return Frame("brief", reason=BRIEF, values=values)


def _more(reader: Reader) -> dict[str, str]:
    """Period and length, as far as they are said."""
    more: dict[str, str] = {}
    when = next(
        (
            span.time for span in reader.spans if span.time and span.time.kind == "period"
            and not (_on_the_way(reader, span) and (span.time.first is None or span.time.first > reader.today))
        ), None
    )  # fmt: skip
    if when is not None:
        more |= {key: day.isoformat() for key, day in (("first_day", when.first), ("last_day", when.last)) if day}
    if reader.said("in_detail", "in_short"):
        more["length"] = "long" if reader.said("in_detail") else "short"
    return more


def _grain(reader: Reader) -> str:
    """week, month or quarter, as it is said: "Anna's week", 李娜这个月."""
    said = [span.grain or (span.time.grain if span.time and span.time.kind == "period" else "") for span in reader.spans]
    return next((grain for grain in said if grain in {"week", "month", "quarter"}), "")


def _start(reader: Reader, grain: str) -> str:
    today = reader.today
    if grain == "week":
        return (today - timedelta(days=today.weekday())).isoformat()
    return today.replace(month=3 * ((today.month - 1) // 3) + 1 if grain == "quarter" else today.month, day=1).isoformat()


def _the_team(span: Span, name: Name | None) -> bool:
    """ "the China team": the word that says what the name is."""
    return name is not None and span.entity is not None and span.entity.entity == name.type == "team"


def _own_team(reader: Reader) -> bool:
    """ "how is my team doing", 团队表现怎么样: nobody is named, and nothing else is asked for."""
    whose = reader.said("my_team") or (_grain(reader) and reader.said(BRIEF))
    named = any((span.entity and span.entity.entity == "team") or (span.func("my_team") and says_team(span.text)) for span in reader.spans)
    return bool(whose) and named and not _conditions(reader)


def _others(reader: Reader, name: Name) -> bool:
    """Whether other records are asked for: "the status of the open cases of …" is a list."""
    asked = {span.entity.entity for span in reader.spans if span.entity and not _on_the_way(reader, span)}
    return bool(asked - {name.type, "account", "contact", "activity"}) or _conditions(reader)


def _conditions(reader: Reader, *, whole: bool = False) -> bool:
    """Whether records of some kind only are meant. `whole`: what a briefing is for counts too."""
    said = [span for span in reader.spans if span.choices and not (span.names or span.entity or span.func(BRIEF))]
    return any(whole or not _on_the_way(reader, span) for span in said)


def _on_the_way(reader: Reader, span: Span) -> bool:
    """ "… before my call with them", 去见他们之前: what the briefing is for, which changes nothing in it."""
    text = reader.text
    if text.language == "en":
        purpose = _PURPOSE_EN.search(text.text)
        return purpose is not None and span.first >= purpose.start()
    purposes = list(_PURPOSE_ZH.finditer(text.text))
    return bool(purposes) and span.last <= purposes[-1].end()


def _meant(reader: Reader) -> Name | None:
    """The first one named; of a customer and somebody or something of theirs, the latter: 上海明远的周海燕, "the depot deal of Hollander"."""
    named = [span for span in reader.spans if span.names and not _on_the_way(reader, span)]
    first = _best(named[0].names) if named else next((_best(span.names) for span in reader.spans if span.names), None)
    if first is None or first.type != "account":
        return first
    for span in named[1:]:
        best = max(name.score for name in span.names)
        fits = [name for name in span.names if name.score == best and name.type in {"contact", "opportunity"}]
        theirs = reader.names.belonging(first.id, fits)
        if len(theirs) == 1:
            return theirs[0]
    return first


def _best(names: Sequence[Name]) -> Name | None:
    if not names:
        return None
    best = max(name.score for name in names)
    fits = [name for name in names if name.score == best and name.type in _ORDER]
    return min(fits, key=lambda name: _ORDER.index(name.type)) if fits else None

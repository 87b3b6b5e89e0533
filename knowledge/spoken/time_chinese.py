"""Rules for Chinese times."""

from __future__ import annotations

import re
from datetime import date, time

from knowledge.spoken.time_words import (
    CN_DAY,
    CN_DIGITS,
    CN_LENGTH,
    CN_NUMBER,
    DAYPART,
    PART_TIME,
    UNITS,
    Atom,
    Base,
    Clock,
    Part,
    Rules,
    Unit,
    add,
    ahead,
    at_hour,
    count_of,
    fiscal_year,
    past_point,
    rolling,
    shifted,
    unit_of,
    whole,
    year_of,
)

CHINESE = Rules()


@CHINESE("c", r"[去上]年(?:的?(同期)|的?今[天日])|(现在|此刻)")
def _cn_same_time(m: re.Match[str], clock: Clock) -> Atom | None:
    day = clock.today if m[2] else add(clock.today, -1, "year")
    if not m[1]:
        return Atom(m.start(), m.end(), base=whole("day", day), relative=True, weak="now" if m[2] else "")
    return Atom(m.start(), m.end(), base=Base(whole("year", day).first, day, "range"), relative=True, name="same")


@CHINESE(
    "c",
    rf"({DAYPART})?\s?({CN_DAY}|二十[一二三四]?)(?:点(?![数击名心评])|时(?!候|间))(钟|整|正|半|一刻|三刻|(?:{CN_DAY}"
    rf"|[二三四五]十[一二三四五六七八九]?|零[一二三四五六七八九])分?)?",
)
def _cn_clock(m: re.Match[str], clock: Clock) -> Atom | None:
    hour, tail = count_of(m[2]), m[3] or ""
    if hour is None or ("时" in m[0] and not m[1] and m.string[m.start() - 1 : m.start()] not in ("日", "号", "天")):
        return None
    fixed = {"": 0, "钟": 0, "整": 0, "正": 0, "半": 30, "一刻": 15, "三刻": 45}
    minute = fixed[tail] if tail in fixed else count_of(tail.rstrip("分").lstrip("零")) or 0
    atom = at_hour(m, hour, minute, part=m[1] or "", weak="" if m[1] or tail else "clock")
    if atom and not m[1]:
        atom.name = "bare"
    return atom


@CHINESE("c", rf"({DAYPART})(?!好|安|[\d{CN_DIGITS}]|期|退|就|已|日|餐|班)")
def _cn_daypart(m: re.Match[str], clock: Clock) -> Atom | None:
    hour = PART_TIME[m[1]]
    return Atom(m.start(), m.end(), kind="clock", at=time(hour), afternoon=hour >= 12, weak="merge" if len(m[1]) == 1 else "", name="part")


# --- Chinese dates and periods -------------------------------------------------------------------------------------------
_CN_REL = {"本": 0, "这": 0, "当": 0, "今": 0, "上": -1, "前": -1, "上上": -2, "下": 1, "次": 1, "明": 1, "来": 1, "下下": 2, "去": -1}


@CHINESE(
    "c",
    rf"(?<![\d{CN_DIGITS}第])(\d{{4}}|\d\d|[〇零一二三四五六七八九]{{4}}|[〇零一二三四五六七八九]{{2}})\s?(?:(财)年?"
    rf"|年)度?(?![级代龄限多半])",
)
def _cn_year(m: re.Match[str], clock: Clock) -> Atom | None:
    year = year_of(m[1])
    if year is None:
        return None
    if len(m[1]) == 2 and not m[1].startswith(("0", "零", "〇")):
        inside = re.match(
            r"的?(?:第|[一二三四1-4]季|[上下]半年|\d{1,2}月|[一二三四五六七八九十]+月|[初底末中]|q[1-4]|h[12])", m.string[m.end() :]
        )
        length = re.match(r"之?[内前后来]|以[内前后]|没|未", m.string[m.end() :])
        if not inside and not m[2] and (length or not m[1].isdigit() or not 13 <= int(m[1]) <= 39):
            return None
    base = fiscal_year(year, clock.fiscal) if m[2] else Base(date(year, 1, 1), date(year, 12, 31), "year", year)
    return Atom(m.start(), m.end(), base=base)


@CHINESE(
    "c",
    rf"(?<![\d{CN_DIGITS}第.])(\d{{1,2}}|十[一二]?|[一二三四五六七八九]|元)\s?月?\s?(?:(?:-|–|~|到|至)\s?(\d{{1,2}}|十[一二]?"
    rf"|[一二三四五六七八九])\s?)?月(?!饼|亮|球|度|.次)份?",
)
def _cn_month(m: re.Match[str], clock: Clock) -> Atom | None:
    first, last = (1 if m[1] == "元" else count_of(m[1]) or 0), count_of(m[2]) or 99 if m[2] else 0
    if not 1 <= first <= 12 or last > 12:
        bad = first if not 1 <= first <= 12 else last
        return Atom(m.start(), m.end(), kind="invalid", error=f"There is no month {bad}.")
    end = m.end()
    return Atom(m.start(), end, (Part("month", first, last),))


@CHINESE(
    "c",
    rf"(?<![\d{CN_DIGITS}第今明昨生])(?:[-–~])?(?<!\d[-~])({CN_DAY})\s?(?:([日号])|(?=[-–~到至]\s?{CN_DAY}[日号]))(?:\s?(?:-|–"
    rf"|~|到|至)\s?({CN_DAY})\s?[日号])?(?![码楼线机店门馆厅库位会客仓员房桌院街文令单合同])",
)
def _cn_day(m: re.Match[str], clock: Clock) -> Atom | None:
    day = count_of(m[1])
    return Atom(m.start(1), m.end(), (Part("day", day, count_of(m[3]) or 0 if m[3] else 0),)) if day else None


@CHINESE(
    "c",
    r"(?<![\d每各上下这本])(第|前)?([一二三四1-4])(?:季度?)?(?:\s?(?:-|–|~|到|至)\s?第?([一二三四1-4]))?季(度?)|(?<![个])(上|下)半年度?",
)
def _cn_quarter(m: re.Match[str], clock: Clock) -> Atom | None:
    if m[5]:
        return Atom(m.start(), m.end(), (Part("half", 1 if m[5] == "上" else 2),))
    if not m[4] and m[1] != "第" and m.string[m.start() - 1 : m.start()] != "年":
        return None
    n = count_of(m[2]) or 1
    if m[1] == "前":
        return Atom(m.start(), m.end(), (Part("quarter", 1, n),))
    return Atom(m.start(), m.end(), (Part("quarter", n, count_of(m[3]) or 0 if m[3] else 0),))


_CN_DAYS = {"大前": -3, "前": -2, "昨": -1, "今": 0, "当": 0, "本": 0, "明": 1, "后": 2, "大后": 3}


@CHINESE(
    "c",
    rf"(大前|大后|前|昨|今|当|明|后)(?:天|儿(?!子)|日)|(本)日|([昨今明当后])(?=[早晚]上?{CN_DAY}[点:])|([昨今明当])(早|晚"
    rf"|夜)(?!上|餐|报|间|会|期)|([昨今明当后])(早|晚)上",
)
def _cn_today(m: re.Match[str], clock: Clock) -> Atom | None:
    word = m[1] or m[2] or m[3] or m[4] or m[6]
    if word in ("前", "后") and m[0].endswith(("日", "儿")):
        return None
    if m[0] in ("前天", "后天") and m.string[max(0, m.start() - 1) : m.start()] in ("之", "以"):
        return None
    day, part = add(clock.today, _CN_DAYS[word], "day"), m[5] or m[7]
    at = None if part is None else time(9) if part == "早" else time(18)
    return Atom(m.start(), m.end(), base=Base(day, day, "day"), relative=True, at=at, afternoon=None if at is None else at.hour > 12)


@CHINESE(
    "c",
    r"(上上一?个?|上一?个?|下下一?个?|下一?个?|这一?个?|本|当|次|前一个?)(周末|周(?![期边转年岁密全])|星期|礼拜|月(?!份?报)"
    r"|季度|季(?!节)|财年|半年)份?",
)
def _cn_rel(m: re.Match[str], clock: Clock) -> Atom | None:
    unit = {"周末": "weekend", "财年": "fiscal", "半年": "half"}.get(m[2]) or UNITS[m[2]]
    if unit == "half" and not m[1].endswith("个"):
        return None if m[1] in ("上", "下", "当", "次") else Atom(m.start(), m.end(), base=shifted("half", 0, clock), relative=True)
    return Atom(m.start(), m.end(), base=shifted(unit, _CN_REL[m[1].rstrip("个").rstrip("一")], clock), relative=True)


@CHINESE("c", r"(?<![\d一二两三四五六七八九十])(大前|大后|今|去|明|来|前|后|本|当|这一|上一|下一|上|下)年(?!半|级|轻|龄|会|货|月)度?")
def _cn_rel_year(m: re.Match[str], clock: Clock) -> Atom | None:
    k = {"大前": -3, "前": -2, "后": 2, "大后": 3, "去": -1, "明": 1, "来": 1}.get(m[1], _CN_REL.get(m[1].rstrip("一"), 0))
    return Atom(m.start(), m.end(), base=shifted("year", k, clock), relative=True)


@CHINESE(
    "c",
    r"(?<![每\d一二两三四五六七八九十])(上上一?个?|上一?个?|下下一?个?|下一?个?|这一?个?|本)?(?:周|星期"
    r"|礼拜)([二三四五六日天1-6](?!报)|一(?![共起个些直样致定般]|下(?!午)))|(?<![每])(周末)",
)
def _cn_weekday(m: re.Match[str], clock: Clock) -> Atom | None:
    if m[3]:
        base = shifted("weekend", 0, clock)
        base = shifted("weekend", -1, clock) if not clock.future and base.first > clock.today else base
        return Atom(m.start(), m.end(), base=base, relative=True)
    weekday = 6 if m[2] in "日天" else (count_of(m[2]) or 1) - 1
    if not m[1]:
        return Atom(m.start(), m.end(), (Part("weekday", weekday),))
    monday = shifted("week", _CN_REL[m[1].rstrip("个").rstrip("一")], clock).first
    return Atom(m.start(), m.end(), base=whole("day", add(monday, weekday, "day")), relative=True)


@CHINESE(
    "c",
    r"(?:(?<=月)|(?<=月份))(初|中旬|上旬|下旬|中(?![国心文央型小间等秋午期])|底|末|结束(?=之?前|以前))|(?<=[度季年周])(初"
    r"|结束(?=之?前|以前)"
    r"|中(?![国心文央型小间等秋午期])|底|末)|(?<![\d一二三四五六七八九十两个上下本这今明去前后])(月|季度?|年)(初"
    r"|中(?![国心文央型小间等秋午期])|底|末|终)",
)
def _cn_edge(m: re.Match[str], clock: Clock) -> Atom | None:
    word = m[1] or m[2] or m[4]
    if word.endswith("旬"):
        return Atom(m.start(), m.end(), (Part("third", "上中下".index(word[0]) + 1),), weak="merge")
    n = {"初": 1, "中": 0}.get(word, -1)
    if m[3]:
        return Atom(m.start(), m.end(), (Part("edge", n, unit=UNITS[m[3]]),), relative=True)
    return Atom(m.start(), m.end(), (Part("edge", n),), weak="merge")


@CHINESE(
    "c",
    rf"(?<![以之])(最近|近|过去|未来|接下来|今后|往后|此后|后续|随后|(?<!售)前|(?<![售背幕])后|上|下|头|这|再过|(?<![超经不没通])过)(?:的"
    rf"|这)?(半个?|几|{CN_NUMBER})\s?(天|日|个?周|个?星期|个?礼拜|个?月|个?季度|个?季|年|个?工作日|(?:个?小时))(?:以后|之后"
    rf"|后)?(?:之内|以内|内|里|中(?!国)|间|以来|来)?",
)
def _cn_window(m: re.Match[str], clock: Clock) -> Atom | None:
    word, back = m[1], m[1] in ("最近", "近", "过去", "前", "上", "这", "头")
    unit = "day" if "小时" in m[3] else unit_of(m[3])
    if m[2].startswith("半"):
        if unit not in ("year", "month") or word in ("上", "下", "前", "后"):
            return None
        count, unit = {"year": (6, "month"), "month": (15, "day")}[unit]  # type: ignore[assignment]
    else:
        value = count_of(m[2])
        if value is None or (
            word in ("前", "后", "上", "下", "头", "这") and (m[2] == "一" or (unit in ("month", "quarter") and "个" not in m[3]))
        ):
            return None
        count = -(-value // 24) if "小时" in m[3] else value
        if unit == "year" and count > 100:
            return None
    if word.endswith("过"):
        day = add(clock.today, count, unit)
        return Atom(m.start(), m.end(), base=whole("day", day), relative=True)
    atom = rolling(m, clock, count, unit, back=back and not (word == "这" and clock.future))
    if word in ("前", "头") and unit != "day":
        atom.more = [Atom(m.start(), m.end(), (Part("first", count, unit=unit),))]
    return atom


@CHINESE(
    "c",
    rf"(?<![第每哪那某同另隔\d.{CN_DIGITS}百几])(半年|半个月|({CN_NUMBER})\s?({CN_LENGTH})(半)?|({CN_NUMBER})个半月)(?:(以前"
    rf"|之前|前(?![台端景面]))|(以后|之后|过后|后(?![台端面续]))|(之内|以内|内|里(?![程面]))"
    rf"|(?=日))?(?!\s?[\d一二两三四五六七八九十]{{1,2}}次|级|轻|一度)",
)
def _cn_duration(m: re.Match[str], clock: Clock) -> Atom | None:
    count, unit = _cn_length(m)
    if count is None or (m.string[m.start() - 1 : m.start()] in ("上", "下") and m[1] == "半年"):
        return None
    if unit == "year" and m[2] and len(m[2]) == 4:
        return None
    if unit == "year" and m[2] and (m[2].isdigit() and 13 <= int(m[2]) <= 39) and not (m[6] or m[7] or m[8]):
        return None
    if m[6]:
        return past_point(m, clock, count, unit)
    if m[7]:
        return Atom(m.start(), m.end(), base=whole("day", add(clock.today, count, unit)), relative=True)
    if m[8]:
        return rolling(m, clock, count, unit, back=not ahead(m.string, clock))
    return Atom(m.start(), m.end(), kind="duration", count=count, unit=unit)


def _cn_length(m: re.Match[str]) -> tuple[int | None, Unit]:
    if m[1] in ("半年", "半个月"):
        return (6, "month") if m[1] == "半年" else (15, "day")
    if m[5]:
        whole_months = count_of(m[5])
        return (None if whole_months is None else 30 * whole_months + 15), "day"
    count, unit = count_of(m[2]), unit_of(m[3])
    if count and m[4]:
        return (12 * count + 6, "month") if unit == "year" else (None, unit)
    return count, unit


@CHINESE("c", r"第([一二三四五六七八九十\d]{1,3})(周|个?星期|个?礼拜)|最后一?(?:个)?(周|星期|天|个?月|季度)|第一(天)")
def _cn_week(m: re.Match[str], clock: Clock) -> Atom | None:
    if m[4]:
        return Atom(m.start(), m.end(), (Part("nth", 1, unit="day"),), weak="merge")
    if m[3]:
        return Atom(m.start(), m.end(), (Part("nth", -1, unit=unit_of(m[3])),), weak="merge")
    n = count_of(m[1])
    return Atom(m.start(), m.end(), (Part("week", n),), weak="" if "周" in m[0] else "merge") if n and n <= 53 else None


@CHINESE(
    "c",
    r"([本今当]年度?|这?个?本月|这个月|本月|当月|本季度?|这个?季度|本周|这周|年初)(?:以来|至今|迄今|到现在|到目前(?:为止)?"
    r"|到今天|截至目前|截止目前)",
)
def _cn_to_date(m: re.Match[str], clock: Clock) -> Atom | None:
    unit = "year" if "年" in m[1] else "quarter" if "季" in m[1] else "month" if "月" in m[1] else "week"
    last = clock.today
    return Atom(m.start(), m.end(), base=Base(shifted(unit, 0, clock).first, last, "range"), relative=True)

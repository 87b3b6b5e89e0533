"""Names of people and companies in English and Chinese, many thousands of them, from short lists of syllables and characters."""

import numpy as np
from numpy.typing import NDArray

FIRST = (
    "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica Thomas Sarah Carlos "
    "Karen Daniel Lisa Matthew Nancy Anthony Sandra Mark Betty Donald Ashley Steven Emily Andrew Kimberly Paul Margaret Joshua Donna Kenneth "
    "Michelle Kevin Carol Brian Amanda Timothy Melissa Ronald Deborah Jason Stephanie George Rebecca Edward Laura Jeffrey Helen Ryan Sharon "
    "Jacob Cynthia Nicholas Kathleen Gary Amy Eric Angela Jonathan Shirley Stephen Brenda Larry Emma Justin Anna Scott Pamela Brandon Nicole "
    "Benjamin Samantha Samuel Katherine Gregory Christine Alexander Debra Patrick Rachel Frank Carolyn Raymond Janet Jack Maria Dennis Olivia "
    "Jerry Heather Tyler Diane Aaron Julie Jose Joyce Adam Victoria Nathan Ruth Henry Virginia Zachary Lauren Douglas Kelly Peter Christina "
    "Kyle Joan Noah Evelyn Ethan Judith Jeremy Andrea Walter Hannah Christian Megan Keith Cheryl Roger Jacqueline Terry Martha Austin Madison "
    "Sean Teresa Gerald Gloria Carl Sara Harold Janice Dylan Ann Arthur Kathryn Lawrence Abigail Jordan Sophia Jesse Frances Bryan Jean Billy "
    "Alice Bruce Judy Gabriel Isabella Joe Julia Logan Grace Alan Amber Juan Denise Albert Danielle Willie Marilyn Elijah Beverly Wayne "
    "Charlotte Randy Natalie Vincent Theresa Mason Diana Roy Brittany Ralph Doris Bobby Kayla Russell Alexis Bradley Lori Philip Marie"
).split()
_STARTS = "Ash Bar Bell Black Brad Brom Cald Carl Chat Clay Crom Dal Den Dun Eld Elm Fair Far Fen Gar Glen Gran Had Hal Har Haw Hol Hunt Ken Kirk Lang Lin Lock Mal Mar Mer Mil Nor Oak Old Pem Pren Quin Rad Rock Rose Row Sal Sed Shel Stan Sut Tem Thorn Wal War Wes Whit Win Wood York".split()
_MIDDLES = ["", "", "", "er", "ing", "en", "a", "is", "o"]
_ENDS = "ton ford ley man son field worth well burn wood by ham more land shaw dale ridge brook wick den stone bury gate smith ward court".split()
_COINED = "ar bel cor dex el fin gal hex in jor kal lum mer nov or pax quan rix sol tek ul vex wyn xen yor zen alt bri cyn dor".split()
_TRADES = (
    "Systems Logistics Foods Energy Partners Software Medical Textiles Motors Dynamics Analytics Robotics Materials Packaging Insurance "
    "Capital Studios Media Retail Supplies Engineering Chemicals Optics Marine Aviation Hotels Farms Mining Networks Labs"
).split()
_SUFFIXES = ("Inc", "Ltd", "LLC", "GmbH", "Group", "Co", "")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志晓春梅海燕飞鹏宇浩欣怡嘉佳俊雅思雨晨阳子轩梓涵一诺博文睿哲瑞雪婷婉清云天翔若曦泽凯鑫龙辉斌彬旭东宁乐安琪悦彤琳颖慧莹洁倩楠柏松林森岩峰岚波江河"
_PLACES = "北京 上海 广州 深圳 杭州 南京 苏州 成都 武汉 西安 长沙 青岛 厦门 宁波 天津 重庆 合肥 郑州 佛山 东莞".split()
_MARKS = "明远华瑞中恒天泰鼎盛宏达金诚安信德润海纳博创新联科同方正嘉禾东岳永兴长城星辰云帆启航百川万象九州四维汇丰"
_LINES = "医疗科技 电子科技 网络技术 机械制造 生物医药 食品 物流 能源 新材料 建筑工程 教育咨询 汽车零部件 化工 服装 环保科技 智能装备".split()
_FORMS = ("有限公司", "股份有限公司", "集团有限公司", "有限责任公司")

Numbers = NDArray[np.int64]


def surnames() -> list[str]:
    """Some eleven thousand English surnames; the first ones are meant to be drawn more often."""
    made = [f"{start}{middle}{end}" for middle in dict.fromkeys(_MIDDLES) for end in _ENDS for start in _STARTS]
    return list(dict.fromkeys(made))


def people(random: np.random.Generator, count: int, chinese: float = 0.3) -> list[str]:
    """Names of persons: common ones often, most of them rare, as in life."""
    last = surnames()
    first_of, last_of = _skewed(random, len(FIRST), count), _skewed(random, len(last), count)
    family, one, two = _skewed(random, len(SURNAMES), count), _skewed(random, len(_GIVEN), count), _skewed(random, len(_GIVEN), count)
    is_chinese, short = (random.random(count) < chinese).tolist(), (random.random(count) < 0.2).tolist()
    return [
        f"{SURNAMES[f]}{_GIVEN[a]}{'' if s else _GIVEN[b]}" if zh else f"{FIRST[n]} {last[m]}"
        for zh, s, f, a, b, n, m in zip(is_chinese, short, family, one, two, first_of, last_of, strict=True)
    ]


def companies(random: np.random.Generator, count: int, chinese: float = 0.3) -> list[str]:
    coined = [f"{a}{b}{c}".capitalize() for a in _COINED for b in _COINED for c in ("", "a", "ix", "o", "on")]
    draw = [random.integers(0, size, count).tolist() for size in (len(coined), len(_TRADES), len(_SUFFIXES))]
    marks = [random.integers(0, size, count).tolist() for size in (len(_PLACES), len(_MARKS), len(_MARKS), len(_LINES), len(_FORMS))]
    is_chinese = (random.random(count) < chinese).tolist()
    return [
        f"{_PLACES[p]}{_MARKS[a]}{_MARKS[b]}{_LINES[k]}{_FORMS[f]}" if zh else f"{coined[n]} {_TRADES[t]} {_SUFFIXES[s]}".rstrip()
        for zh, n, t, s, p, a, b, k, f in zip(is_chinese, *draw, *marks, strict=True)
    ]


def _skewed(random: np.random.Generator, size: int, count: int) -> list[int]:
    """Places in a list of `size`, the early ones more often."""
    found: list[int] = (random.random(count) ** 2.2 * size).astype(int).tolist()
    return found

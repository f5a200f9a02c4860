"""Every number of a text: what is a number there, and what only looks like one."""

import re
from decimal import Decimal
from typing import NamedTuple

from bot.understand.figures import POWER, POWER_VALUE, fraction_at, number_at
from bot.understand.numerals_en import STARTS, read_en
from bot.understand.numerals_zh import Numeral, read_zh

MEASURES = frozenset(
    "个只把箱件套台瓶罐袋包盒桶卷条张片根支枝米吨斤克升里块元角分毛层次回遍趟批单份打对双副组队人位名天月年周秒岁倍"
    "折间家辆头匹棵朵颗粒座幅幢栋本册页篇首句字门尺寸亩平度杯碗盘串捆摞板托筐车船台顶听扎匝筒排列届期股票箩坛缸壶"
    "员厘毫公英海立方千克小点刻钟时日号款种类样项条场步圈声口滴枚发艘架封盏厅室户楼成笔轮代辈段节课盆束丈两钱"
)
_LONE_AFTER = frozenset(
    "从负买送是为有剩来要共到等于加减乘除乘以比约出差第约达至和与及或、,:(=>< \t\n多少得近超满"
)
# Words that begin with 一 and count nothing (一下, 一起 ...), and words in which another numeral counts nothing
_AFTER_ONE = (
    "下 样 起 定 共 些 直 般 会 旦 边 致 切 律 手 流 向 再 方面 路 时 体 贯 带 心 概 字 次性 把手 口气 口价 回事 头 面 组合"
    " 条龙 家人 门心思 层 点(?![零一二两三四五六七八九0-9]) 度(?!电) 号(?!机|楼) 块(?:儿)?(?=[去来走])"
)
_WORDS = (
    "万一 千万(?=[别不要记]) 十字 十分(?![之钟]) 四通 三通 五金 四角 六角 八角 五角(?=星) 三角(?!钱) [三两二四五六七八九]方(?!米|面)"
    " 百货 百叶 百搭 百分(?!之) 千斤顶 千分尺 千层 万能 万向 一一 七七八八 三三两两 一五一十 四季 三无 两者 两用 两侧 两端"
    " [五六八]一(?=[节放假劳儿建]) 三八(?=[节妇]) 十一(?=[放假节])"
)
_FIXED = re.compile(f"一(?:{'|'.join(_AFTER_ONE.split())})|{'|'.join(_WORDS.split())}")
_BEFORE_LONE = frozenset("第周期拜初统唯单合之某每")
_ZH_NUMERALS = re.compile("[零一二三四五六七八九十百千万亿兆壹贰叁肆伍陆柒捌玖拾佰仟廿卅卌]+")
_OVER = re.compile(r"\s+over\s+")
_SAID = "(?<=[是为到约概等于了出差])"  # after these a sign or a point begins a number
_TOKEN = re.compile(
    rf"(?:(?<![\w.])|{_SAID})\.\d|\d|[a-z]+"
    "|[零一二两三四五六七八九十百千万亿俩仨幺半壹贰叁参肆伍陆柒捌玖拾佰仟廿卅卌兆]"
)
_GLUED = re.compile(
    r"\d+-[a-z]+(?:-[a-z]+)*"  # 24-pack
    r"|\d+(?:\.\d+){2,}"  # 1.2.3
    r"|[a-z0-9.,]{0,20}?(?:(?<=\d)(?:st|nd|rd|th)(?![a-z])|(?<=[0-9])[a-z])[a-z0-9.*-]*"  # 5th, 29km, 5g
    r"|\d+(?:\.\d+)?(?:\*\d+(?:\.\d+)?)+"  # 10*20
)
_POINT = re.compile(r"\.(\d{1,15})")
_DOZEN = re.compile("打(?![折开电击印包算听扰款车交工])")
_SHARE = re.compile("成(?![品本人员立为])|折(?![叠扣合])")
_CODE_BEFORE = re.compile(r"第$|[a-z]-$")
_PERCENT = re.compile(r"\s*(?:%|percent\b|per\s+cent\b|个?百分点|pct\b)")
_MINUS = re.compile(rf"(?:(?:(?<![\w)\]])|{_SAID})-|负的?|\bminus\s+|\bnegative\s+)$")
_ORDINAL_TAIL = re.compile(
    r"[ -](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)\b|-(?!\d)[a-z]"
)
_INSIDE_WORD = re.compile(r"\d$|[a-z]-$")
_NO_PART = re.compile(  # half price, a third party
    r"half[ -](?:price|past|time|way|term|year|yearly|marathon)\b"
    r"|an?\s+(?:third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)\s+(?!(?:of|or|and|off|less|more)\b)[a-z]"
)
_NOT_ONE = re.compile(
    r"\b(?:this|that|the|which|no|any|every|each|another|other|same|last|next|wrong|right|new|old|big|small)\s+$"
)
_ONE_NUMERAL, _NO_NUMERAL = "[一二两三四五六七八九十百千万]", r"[^\W\d_]"
_IDIOM = re.compile(  # 五花八门, but not 七喜两瓶
    rf"{_ONE_NUMERAL}{_NO_NUMERAL}{_ONE_NUMERAL}(?![个只箱件把套台瓶罐袋包盒桶卷条支打双托块元]){_NO_NUMERAL}"
)
_HALF_WORD = re.compile(r"半(?:成品|自动|导体|价|夜|路|截|晌|边|数|途|圆)")


class Number(NamedTuple):
    """A number of a text. kind: cardinal | percent."""

    value: Decimal
    start: int
    end: int
    approximate: bool = False
    kind: str = "cardinal"


def scan_numbers(text: str) -> list[Number]:
    """Every number of a normal text, in order; digits glued to a measure and numerals inside a word are none."""
    found: list[Number] = []
    pos = 0
    while match := _TOKEN.search(text, pos):
        number, pos = _number_from(text, match.start(), match.group())
        if number is None:
            continue
        low = found[-1] if found else None
        if low and low.value < number.value and _OVER.fullmatch(text, low.end, number.start):
            found[-1] = number._replace(value=low.value / number.value, start=low.start)
        else:
            found.append(number)
    return found


def _number_from(text: str, at: int, word: str) -> tuple[Number | None, int]:
    """The number at a word, and where to go on from."""
    if word[0].isascii() and word[0].isalpha():
        return _word_number(text, at, word)
    if point := _POINT.match(text, at):
        return _finished(text, at, Numeral(Decimal(f"0.{point[1]}"), point.end()))
    if word.isdecimal():
        return _figure_number(text, at)
    return _zh_number(text, at)


def _word_number(text: str, at: int, word: str) -> tuple[Number | None, int]:
    end = at + len(word)
    if text[end : end + 1].isdigit():  # M8, PH2*100, SKU numbers
        while end < len(text) and ((text[end].isascii() and text[end].isalnum()) or text[end] in "*-./"):
            end += 1
        return None, end
    if word not in STARTS or _INSIDE_WORD.search(text, max(0, at - 2), at) or _NO_PART.match(text, at):
        return None, end
    numeral = read_en(text, at)
    if numeral is None:
        return None, end
    if _ORDINAL_TAIL.match(text, numeral.end):
        return None, numeral.end
    if numeral.value == 1 and word == "one" and _NOT_ONE.search(text, max(0, at - 12), at):
        return None, numeral.end
    return _finished(text, at, numeral)


def _figure_number(text: str, at: int) -> tuple[Number | None, int]:
    numeral = _fraction_of_power(text, at) or number_at(text, at)
    glued = _GLUED.match(text, at)
    if (
        numeral is None
        or (glued and glued.end() > numeral.end)
        or text[numeral.end : numeral.end + 1].isdigit()
    ):
        end = max(glued.end() if glued else at, at + 1)
        while end < len(text) and text[end].isdigit():
            end += 1
        return None, end
    if _CODE_BEFORE.search(text, max(0, at - 3), at):
        return None, numeral.end
    return _finished(text, at, numeral)


def _fraction_of_power(text: str, at: int) -> Numeral | None:
    """A fraction in figures, and of what: "4 1/2 dozen", "1/2 million"."""
    part = fraction_at(text, at)
    if part and (power := POWER.match(text, part.end)):
        return Numeral(part.value * POWER_VALUE[power[1]], power.end())
    return part


def _zh_number(text: str, at: int) -> tuple[Number | None, int]:
    if (fixed := _FIXED.match(text, at)) or (fixed := _HALF_WORD.match(text, at)):
        return None, fixed.end()
    numeral = read_zh(text, at)
    if numeral is None:
        unread = _ZH_NUMERALS.match(text, at)
        return None, unread.end() if unread else at + 1
    before = text[max(0, at - 1) : at]
    run = text[at : numeral.end]
    if before and before in "第周期拜几数双":
        return None, numeral.end
    if all(c in "万亿百千兆佰仟" for c in run):
        return None, numeral.end
    if len(run) == 1 and not _stands_alone(text, at, numeral.end, before):
        idiom = _IDIOM.match(text, at)  # 五花八门
        return None, idiom.end() if idiom else numeral.end
    return _finished(text, at, numeral)


def _stands_alone(text: str, at: int, end: int, before: str) -> bool:
    """Whether a single numeral character is a number: before a measure word, or by itself."""
    after = text[end : end + 1]
    if text[at] == "半":
        return before == "一" or (bool(after) and after in MEASURES)
    if before in _BEFORE_LONE:
        return False
    if after and after in MEASURES:
        return True
    ends = (
        not after.isalnum()
        or after in "到至和与或加减乘除"
        or text.startswith(("等于", "送一", "送二", "送两"), end)
    )
    return ends and (before in _LONE_AFTER or not before.isalnum())


def _finished(text: str, at: int, numeral: Numeral) -> tuple[Number, int]:
    """A numeral with its sign, its half after a measure, its dozen or its per cent."""
    value, end, approximate = numeral
    kind = "cardinal"
    if percent := _PERCENT.match(text, end):
        kind, end = "percent", percent.end()
    elif text.startswith("百分之", at):
        kind, value = "percent", value * 100
    elif dozen := _DOZEN.match(text, end):
        value, end = value * 12, dozen.end()
        if text.startswith("半", end) and not _HALF_WORD.match(text, end):  # 一打半
            value, end = value + 6, end + 1
    elif (share := _SHARE.match(text, end)) and value < 100:
        value, kind, end = value * (10 if value < 10 else 1), "percent", share.end()
        if text.startswith("半", end):
            value, end = value + 5, end + 1
    elif text[end : end + 1] in MEASURES and text.startswith("半", end + 1) and value == int(value):
        value, end = value + Decimal("0.5"), end + 2
    if minus := _MINUS.search(text, max(0, at - 10), at):
        value, at = -value, minus.start()
    return Number(value, at, end, approximate, kind), end

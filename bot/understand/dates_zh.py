"""How Chinese says days: 3月8号, 下周三, 月底, 过去三天, 两周后, 上季度."""

from bot.understand import dates_zh_read as read
from bot.understand.date_rule import rule
from bot.understand.holidays import NAMES

_DIGIT = "零一二三四五六七八九十百两"
_HEAD = rf"(?:(?<![\d.{_DIGIT}第路街巷弄])|(?<=[周期拜][一二三四五六日天]))"
_YEAR = (
    r"(?:(?P<y>(?:19|20)\d\d|两千零[一二三四五六七八九]|[两二]千零?[一二]十[一二三四五六七八九]?|\d\d|[一二][零九][零一二三四五六七八九]{2}|[零一二三四五六七八九]{2})\s*年度?"
    r"|(?P<ry>今|去|明|大前|前|大后|后|本|当|[上下]一?)年度?|(?P<ago>\d{1,2}|[一二两三四五六七八九十]{1,3})年前)的?\s*"
)
_MONTH = r"(?P<m>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九元])"
_DAY = r"(?P<d>3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九])"
_DAY2 = _DAY.replace("<d>", "<d2>")
_REL = r"(?P<rel>上+|下+|这|本|当|今)\s*一?个?"
_TO = r"\s*(?:-+|~+|到|至|/)\s*"
_PART = r"(?P<part>上旬|中旬|下旬|上半月|下半月|初|中|底|末|尾|头(?![盔部等条]|发(?!货|车|出)))"
_WEEK = r"(?:周|星期|礼拜)"
_N = r"(?P<n>\d{1,4}|[一二两三四五六七八九十百]{1,5}|半)"
_UNIT = r"\s*个?(?P<half>半)?(?P<u>工作日|天|日|周|星期|礼拜|(?<=[个半])月|年|季度|世纪)(?P<half2>半)?"  # 四月前 is before April
# 8号 is a day only where what follows speaks of days, not of goods or numbers: never 5号电池, 3号仓, 12号单
_NUMBER_END = (
    r"(?:日(?![一二三四五六七八九元本币用常化程期租均光])|号(?=$|[^\u4e00-\u9fff]|[之以前后到至发送要交给我有就能可左右那早上下午晚中的"
    r"和与或跟及起再来开需得是收提用装出吧吗呢啊了没帮内当这周星过拿取为报付花买打拉运走派去回约入进退换完截结先就还也都才会凌傍夜半])(?!单|前台))"
)
_BARE_END = r"(?![\d.:/%]|\s*[个箱件把套台瓶罐袋包盒桶卷条张片根支块元米打双付副托板层吨斤次回])"
_QUARTER = rf"(?:(?:{_YEAR})?(?:{_HEAD}第?(?P<q>[一二三四1-4])\s*(?:个?季度)|(?<![a-z\d])q(?P<q2>[1-4])(?![a-z\d]))|{_REL}季度?)"
RULES = (
    rule(rf"{_HEAD}{_YEAR}{_MONTH}\s*月份?的?\s*{_DAY}(?:[日号]|{_BARE_END})", read.month_day),
    rule(rf"{_HEAD}{_MONTH}\s*月份?的?\s*{_DAY}(?:[日号]|{_BARE_END})", read.month_day, partial=True),
    rule(rf"{_REL}月的?\s*{_DAY}\s*[日号]?(?![\d.])", read.relative_month_day),
    rule(rf"{_HEAD}(?:(?:{_YEAR})?{_MONTH}月|{_REL}月)?{_DAY}[日号]?{_TO}{_DAY2}{_NUMBER_END}", read.day_to_day, partial=True),
    rule(rf"{_HEAD}{_DAY}\s*{_NUMBER_END}", read.day_number, partial=True),
    rule(rf"{_HEAD}(?:(?:{_YEAR})?{_MONTH}月份?的?|{_REL}月的?)月?{_PART}(?!国|心|间)", read.month_part),
    rule(rf"(?:(?<![个{_DIGIT}\d])月(?!月)|(?<!月)(?=[上下][半旬]|中旬)){_PART}(?!国|心|间)", read.bare_month_part),
    rule(rf"{_HEAD}{_YEAR}{_MONTH}月?{_TO}(?P<m2>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月份?", read.month_to_month),
    rule(rf"{_HEAD}{_MONTH}月?{_TO}(?P<m2>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月份?", read.month_to_month, partial=True),
    rule(rf"{_HEAD}(?P<m>[一二三四五六七八])(?P<m2>[二三四五六七八九])月份?", read.month_to_month, partial=True),
    rule(rf"{_HEAD}{_YEAR}{_MONTH}月份?", read.whole_month),
    rule(rf"{_HEAD}{_MONTH}月份?", read.whole_month, partial=True),
    rule(rf"{_REL}月份?", read.whole_month),
    rule(rf"(?:{_HEAD}{_YEAR}年?|(?<![\d今大])年)(?P<part>[初中底末尾])(?!级|国|[一二三四五六七八九十])", read.year_part),
    rule(rf"(?:{_REL}(?:{_WEEK}的)?)?{_WEEK}(?P<w>[一二三四五日天]|六(?!日)|[1-7](?!\d))", read.weekday, partial=True),
    rule(rf"(?P<rel>next|last|this)\s*{_WEEK}(?P<w>[一二三四五六日天])", read.weekday),
    rule(rf"{_REL}{_WEEK}\s*(?P<w>(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*)", read.weekday),
    rule(rf"(?:{_REL})?{_WEEK}(?P<part>末|初|中|六日|底)", read.week_part),
    rule(rf"{_REL}(?P<part>){_WEEK}(?![一二三四五六日天末初中底\d])", read.week_part),
    rule(r"(?P<near>大*[前后]|[昨今明当]|[次翌隔](?=天|日))(?:天|日(?!期)|儿|早|晚|晨|夜)(?!元|币)", read.near_day),
    rule(r"(?P<a>[今明昨前后])[、和]?(?P<b>[明后前今昨])(?:两?天|日)", read.two_days),
    rule(rf"{_HEAD}{_N}{_UNIT}\s*(?:[之以])?(?P<dir>[后前内])", read.from_now),
    rule(rf"{_HEAD}{_YEAR}的?前{_N}{_UNIT}", read.first_of_year),
    rule(rf"(?:再?过){_N}{_UNIT}(?!的)", read.after_passing),
    rule(rf"{_HEAD}(?:{_YEAR}|(?P<y4>(?:19|20)\d\d)(?=全年))(?:全年|一整年|整年)?", read.year),
    rule(rf"(?P<dir>刚过去|过去|最近|往前|之前|未来|将来|接下来|今后|往后|之后|随后|近|前|后|下|上|这)的?这?{_N}{_UNIT}(?![前后])", read.span_of),
    rule(r"(?<![\d零一二三四五六七八九今去明前后本])(?:年度(?=[任目指返销])|全年(?=[^,。]|$))", read.this_year),
    rule(rf"{_HEAD}(?P<y>(?:19|20)\d\d)年?{_TO}(?P<y2>(?:19|20)\d\d)年", read.years),
    rule(rf"{_HEAD}(?:上个?世纪|(?P<century>19|20)(?=\d0))?(?P<dec>[1-9]0|[二三四五六七八九]十)年代", read.decade),
    rule(rf"{_QUARTER}", read.quarter, partial=True),
    rule(rf"{_QUARTER}(?P<part>[初末底])", read.quarter_part, partial=True),
    rule(rf"(?:{_YEAR})?(?:(?P<h>[上下前后])半年(?!前|后|内)|(?<![a-z\d])h(?P<h2>[12])(?![a-z\d]))", read.half_year),
    rule(rf"(?:{_HEAD}(?:{_YEAR})?{_MONTH}月份?|{_REL}月)的?(?:(?P<last>最后一?)|第(?P<k>[一二三四五1-5]))个?(?:(?P<u>周(?![一二三四五六日天末])|星期(?![一二三四五六日天])|天)|{_WEEK}(?P<w>[一二三四五六日天]))", read.week_of_month),
    rule(rf"(?:{_YEAR})?(?P<holiday>{'|'.join(sorted((n for n in NAMES if not n.isascii()), key=len, reverse=True))})(?!路|广场|[一二三四五六七八九十]|北路|南路)", read.holiday, partial=True),
)  # fmt: skip

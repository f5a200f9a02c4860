"""Words and signs for money, with their ISO currency and how much of its main unit one is worth."""

import re
from decimal import Decimal
from typing import NamedTuple

LOCAL = ""  # the word leaves the country open: 块, yuan in a normal text is the local currency's own

_ONE, _TENTH, _HUNDREDTH = Decimal(1), Decimal("0.1"), Decimal("0.01")
_WORDS: dict[str, str] = {
    "CNY": "元人民币 人民币 软妹币 renminbi rmb cny yuan kuai 大洋",
    LOCAL: "块钱 块 蚊 元钱 元整 元 圆整 圆 块大洋 ¥",
    "USD": "美元 美金 美刀 刀 us_dollars us_dollar american_dollars american_dollar dollars dollar bucks buck usd us$ $",
    "EUR": "欧元 欧 euros euro eur €",
    "GBP": "英镑 镑 pounds_sterling pound_sterling british_pounds british_pound pounds pound quid gbp £",
    "JPY": "日元 日币 日圆 円 japanese_yen yens yen jpy",
    "HKD": "港币 港元 港纸 港圆 hong_kong_dollars hong_kong_dollar hkd hk$",
    "TWD": "新台币 台币 新台币元 new_taiwan_dollars taiwan_dollars taiwan_dollar ntd twd nt$",
    "MOP": "澳门元 澳门币 葡币 mop",
    "KRW": "韩元 韩币 韩圆 korean_won won krw",
    "SGD": "新加坡元 新币 坡币 singapore_dollars singapore_dollar sgd s$",
    "AUD": "澳元 澳币 澳大利亚元 australian_dollars australian_dollar aud a$",
    "CAD": "加元 加币 加拿大元 canadian_dollars canadian_dollar cad c$",
    "NZD": "纽币 新西兰元 纽元 new_zealand_dollars new_zealand_dollar nzd",
    "CHF": "瑞士法郎 瑞郎 法郎 swiss_francs swiss_franc francs franc chf",
    "RUB": "卢布 russian_rubles rubles ruble roubles rouble rub",
    "INR": "印度卢比 卢比 indian_rupees rupees rupee inr",
    "THB": "泰铢 铢 thai_baht baht thb",
    "VND": "越南盾 越盾 dong vnd",
    "IDR": "印尼盾 印尼卢比 rupiah idr",
    "MYR": "林吉特 马币 令吉 ringgit myr",
    "PHP": "菲律宾比索 philippine_pesos",
    "MXN": "墨西哥比索 比索 mexican_pesos pesos peso mxn",
    "BRL": "雷亚尔 巴西雷亚尔 reais brl",
    "ZAR": "兰特 南非兰特 south_african_rand rands rand zar",
    "TRY": "土耳其里拉 里拉 turkish_lira liras lira",
    "AED": "迪拉姆 dirhams dirham aed",
    "SAR": "沙特里亚尔 里亚尔 saudi_riyals riyals riyal sar",
    "SEK": "瑞典克朗 克朗 swedish_kronor kronor krona sek",
    "NOK": "挪威克朗 norwegian_kroner nok",
    "DKK": "丹麦克朗 danish_kroner kroner krone dkk",
    "NGN": "奈拉 尼日利亚奈拉 naira ngn",
    "EGP": "埃及镑 egyptian_pounds egyptian_pound egp",
    "KWD": "科威特第纳尔 第纳尔 kuwaiti_dinars dinars dinar kwd",
    "PLN": "兹罗提 zlotys zloty pln",
    "ILS": "以色列谢克尔 谢克尔 shekels shekel ils",
    "CZK": "捷克克朗 korunas koruna czk",
    "HUF": "福林 forints forint huf",
    "IRR": "伊朗里亚尔 rials rial irr",
    "PKR": "巴基斯坦卢比 pkr",
    "KES": "肯尼亚先令 先令 shillings shilling kes",
    "JOD": "约旦第纳尔 jod",
    "QAR": "卡塔尔里亚尔 qar",
    "ARS": "阿根廷比索 ars",
    "CLP": "智利比索 clp",
    "PEN": "索尔",
    "UAH": "格里夫纳 hryvnia uah",
    "KZT": "坚戈 tenge kzt",
    "BDT": "塔卡 taka bdt",
    "LKR": "斯里兰卡卢比 lkr",
    "KHR": "瑞尔 riel khr",
    "LAK": "基普 kip",
    "MNT": "图格里克 tugrik mnt",
    "MMK": "缅币 缅元 kyats kyat",
}
_SMALL_WORDS: dict[str, tuple[str, Decimal]] = {
    "毛钱 毛 角钱 角": (LOCAL, _TENTH),
    "分钱 分": (LOCAL, _HUNDREDTH),
    "jiao mao": ("CNY", _TENTH),
    "fen": ("CNY", _HUNDREDTH),
    "美分 cents cent ¢": ("USD", _HUNDREDTH),
    "欧分": ("EUR", _HUNDREDTH),
    "便士 pence pennies penny p": ("GBP", _HUNDREDTH),
    "港仙": ("HKD", _HUNDREDTH),
}
_SIGNS = {
    "us$": "USD", "hk$": "HKD", "nt$": "TWD", "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD", "s$": "SGD",
    "r$": "BRL", "nz$": "NZD", "$": "USD", "¥": LOCAL, "€": "EUR", "£": "GBP", "₩": "KRW", "₹": "INR", "₽": "RUB",
    "฿": "THB", "¢": "USD", "₫": "VND", "rs.": "INR", "rs": "INR",
}  # fmt: skip
_CODES = "rmb cny usd eur gbp jpy hkd twd ntd krw sgd aud cad nzd chf rub inr thb vnd idr myr mxn brl zar aed sar sek nok dkk ngn ils czk huf pkr kes jod qar ars clp uah kzt bdt lkr pln egp kwd"


def _spoken(words: str) -> list[str]:
    return [w.replace("_", " ") for w in words.split()]


UNITS: dict[str, tuple[str, Decimal]] = {
    word: (iso, _ONE) for iso, words in _WORDS.items() for word in _spoken(words)
}
UNITS |= {word: worth for words, worth in _SMALL_WORDS.items() for word in _spoken(words)}
SIGNS: dict[str, str] = _SIGNS | {code: UNITS[code][0] for code in _CODES.split()} | {
    word: iso for iso, words in _WORDS.items() if iso for word in _spoken(words) if not word.isascii() and len(word) > 1
}  # fmt: skip


def _either(words: dict[str, object]) -> str:
    """Any of the words, the longest first; Latin words whole."""
    return "|".join(
        re.escape(w).replace(r"\ ", r"\s+") + (r"(?![a-z])" if w[-1].isalpha() and w.isascii() else "")
        for w in sorted(words, key=len, reverse=True)
    )


# 3块砖, 元旦, 4分管, 五分钟 and 内六角 are no money
_UNIT = re.compile(
    rf"(?!块(?:[砖板布肉糖豆石瓷玻木铁电表巧蛋肥抹饼地]|电池)|元[旦件素月宵]|[圆刀][片头锯盘管孔钉形具]|欧[姆洲美]|毛[巾刷毯笔线坯]|分(?!钱)|角(?=[钢铁磨阀形尺码落度膜线接头架件色螺带星楼板球]))"
    rf"(?![$¥€£]\s*[\d.])(?:{_either(dict(UNITS))})"
)
_NATION = re.compile(
    r"(?:u\.s\.|united states|american|canadian|australian|british|english|chinese|japanese|korean|south korean|swiss|french|german"
    r"|russian|indian|pakistani|thai|vietnamese|indonesian|malaysian|philippine|mexican|brazilian|south african|nigerian|kenyan"
    r"|egyptian|turkish|swedish|norwegian|danish|polish|czech|hungarian|israeli|saudi|kuwaiti|new zealand|hong kong|singapore"
    r"|taiwan)\s+"
)
SMALL_UNIT = re.compile(rf"(?:{_either({w: 0 for w, (_, worth) in UNITS.items() if worth != _ONE})})")
SIGN = re.compile(rf"(?:{_either(dict(SIGNS))})")


class Unit(NamedTuple):
    """A currency word in a text: its surface, ISO currency ("" for the local one), worth in main units, and its end."""

    surface: str
    currency: str
    worth: Decimal
    end: int


def unit_at(text: str, pos: int) -> Unit | None:
    """The currency word that starts here."""
    match = _UNIT.match(text, pos)
    if match is None and (nation := _NATION.match(text, pos)):
        match = _UNIT.match(text, nation.end())
    if match is None:
        return None
    surface = " ".join(match.group().split())
    return Unit(surface, *UNITS[surface], match.end())

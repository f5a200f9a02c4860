"""How English says days: March 2nd, next Wednesday, end of the month, past five days, in two weeks, Q1."""

from bot.understand import dates_en_read as read
from bot.understand import dates_en_words as words
from bot.understand.date_rule import rule
from bot.understand.holidays import NAMES

_B = r"(?<![a-z\d.])"  # a word begins
_E = r"(?![a-z\d])"  # a word ends
_MON = r"(?P<m>" + "|".join(sorted(words.MONTHS, key=len, reverse=True)) + r")(?![a-z])\.?"
_WD = r"(?P<w>" + "|".join(sorted(words.WEEKDAYS, key=len, reverse=True)) + r")"
_FULL_WD = (
    r"(?P<w>"
    + "|".join(sorted((k for k in words.WEEKDAYS if k not in ("sat", "sun")), key=len, reverse=True))
    + r")"
)
_ORD = "|".join(sorted(words.ORDINALS, key=len, reverse=True))
_D = rf"(?P<d>(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?|{_ORD}){_E}(?!:|\s*(?:am|pm)\b)"
_DTH = rf"(?P<d>(?:3[01]|[12]\d|[1-9])(?:st|nd|rd|th)|{_ORD}){_E}"
_Y = r"(?P<y>(?:19|20)\d\d)(?!\d)"
_N = rf"(?P<n>\d{{1,4}}(?:\.5)?|an?(?:\s+(?:couple|few)(?:\s+of)?)?|(?:{'|'.join(words.NUMBER_WORDS.split())})(?:-[a-z]+)?|half\s+an?|couple(?:\s+of)?)(?:\s+and\s+a\s+(?P<half>half))?"
_U = r"(?P<u>decade|business\s+day|working\s+day|weekday|fortnight|quarter|month|week|year|night|mth|day|wk|yr)s?"
_REL = r"(?P<rel>the\s+(?:following|coming|previous|past|current)|next|last|this|coming|previous|past|current|upcoming|following)"
_TO = r"\s*(?:-+|to|through|thru|until|till|~)\s*"
_D2 = _D.replace("<d>", "<d2>")
_PART = r"(?P<part>(?:the\s+)?(?:very\s+)?(?:beginning|start|early|middle|mid|end|late|close|(?:first|second|latter)\s+half)(?:\s*-\s*|\s+)(?:(?:part\s+)?(?:of|in)\s+)?)"
RULES = (
    rule(rf"{_B}(?:the\s+)?(?P<u>weekend|week|month|year|{_WD.replace('(?P<w>', '(?:')})\s+(?P<way>after\s+next|before\s+last){_E}(?!\s+(?:week|month|year|{_WD.replace('(?P<w>', '(?:')}))", read.after_next),
    rule(rf"{_B}{_N}\s+{_WD}s\s+(?P<way>ago|from\s+now|later|hence){_E}", read.weekdays_away),
    rule(rf"{_B}{_MON}\s*(?:the\s+)?{_D}(?:\s*,?\s*{_Y})?", read.month_day, partial=True),
    rule(rf"{_B}(?:the\s+)?{_D}\s*(?:of\s+)?[-/]?{_MON}(?:\s*[,/-]?\s*{_Y})?", read.month_day, partial=True),
    rule(rf"{_B}{_MON}\s*{_D}{_TO}{_D2}(?:\s*,?\s*{_Y})?", read.days_of_month, partial=True),
    rule(rf"{_B}{_D}{_TO}(?:the\s+)?{_D2}\s*(?:of\s+)?{_MON}(?:\s*,?\s*{_Y})?", read.days_of_month, partial=True),
    rule(r"(?:(?<=\bon )|(?<=\bby )|(?<=before )|(?<=until ))the\s+(?P<d>3[01]|[12]\d|[1-9])(?=\s*(?:$|[,.;!?]))", read.day_number, partial=True),
    rule(rf"{_B}(?P<d>3[01]|[12]\d|[1-9])(?=[a-z]){_MON}(?:\s*,?\s*{_Y})?", read.month_day, partial=True),
    rule(rf"{_B}(?:the\s+)?{_DTH}", read.day_number, partial=True),
    rule(rf"{_B}{_D}{_TO}(?:the\s+)?{_D2}\s+(?:of\s+)?{_REL}\s+month", read.days_of_month),
    rule(rf"{_B}(?:the\s+)?{_DTH}\s+(?:day\s+)?of\s+{_REL}\s+month", read.day_of_month),
    rule(rf"{_B}(?:the\s+)?{_DTH}\s+{_REL}\s+month", read.day_of_month),
    rule(rf"{_B}{_MON}\s*(?:,|\bof\b|\bin\b|-)?\s*{_Y}", read.month_of),
    rule(rf"{_B}{_MON}\s+(?:of\s+)?(?P<ry>last|this|next)\s+year", read.month_of),
    rule(rf"{_B}{_REL}\s+{_MON}", read.month_of),
    rule(rf"{_B}{_MON}{_E}", read.bare_month, partial=True),
    rule(rf"{_B}{_PART}(?:{_REL}\s+)?{_MON}(?:\s*,?\s*{_Y})?", read.month_part),
    rule(rf"{_B}{_PART}(?:{_REL}|the)?\s*(?P<u>week|month|quarter|year){_E}", read.unit_part),
    rule(rf"{_B}{_PART}{_Y}", read.year_part),
    rule(rf"{_B}(?:eo(?P<u>[mwy])|(?P<u2>month|year|week)[ -]end){_E}", read.end_of),
    rule(rf"{_B}{_REL}\s+{_WD}{_E}", read.weekday),
    rule(rf"{_B}(?P<rel>){_FULL_WD}{_E}\.?", read.weekday, partial=True),
    rule(rf"{_B}(?P<rel>)(?P<w>sat|sun){_E}", read.short_weekend_day, partial=True),
    rule(rf"{_B}{_WD}\s+(?:of\s+)?(?P<rel>next|last|this|the\s+following)\s+week{_E}", read.weekday_of_week),
    rule(rf"{_B}(?P<rel>next|last|this)\s+week(?:'s)?\s+(?:on\s+)?{_WD}{_E}", read.weekday_of_week),
    rule(rf"{_B}{_REL}\s+(?P<u>weekend|week|wk|month|quarter|year){_E}", read.relative_unit),
    rule(rf"{_B}(?:(?:over |at |on )?the\s+)?weekend{_E}", read.weekend),
    rule(rf"{_B}(?:the\s+)?day\s+(?:after\s+(?:tomm?orr?ow|tmrw?)|before\s+yesterday){_E}|{_B}(?:today|tonight|yesterday|tomm?orr?ow|tmrw?){_E}", read.near_day),
    rule(rf"{_B}(?P<rel>this|last)\s+(?:morning|afternoon|evening|night){_E}", read.part_of_day),
    rule(rf"{_B}(?:eod|cob|close\s+of\s+business|end\s+of\s+(?:the\s+|this\s+)?day){_E}(?!\s+(?:on\s+)?(?:{_WD}|tomorrow))", read.near_day),
    rule(rf"{_B}in\s+{_N}\s*(?:-|to|or)\s*{_N.replace('<n>', '<n2>').replace('<half>', '<half2>')}\s*{_U}{_E}", read.in_days),
    rule(rf"{_B}(?:the\s+)?(?P<edge>first|last|final)\s+{_N}\s*{_U}\s+(?:of|in)\s+(?:{_REL}\s+|the\s+)?(?:{_MON}(?:\s*,?\s*{_Y})?|month)", read.start_or_end_of),
    rule(rf"{_B}in\s+(?:the\s+next\s+)?{_N}\s*{_U}(?:'|'s)?(?:\s+time)?{_E}", read.from_now),
    rule(rf"{_B}{_N}\s*{_U}\s+(?:from\s+(?:now|today)|later|hence|time|out){_E}", read.from_now),
    rule(rf"{_B}(?P<n>an?|one)\s+{_U}\s+and\s+a\s+(?P<half>half)\s+ago{_E}", read.ago),
    rule(rf"{_B}{_N}\s*{_U}\s+(?:ago|back|earlier|before\s+(?:now|today)){_E}", read.ago),
    rule(rf"{_B}(?:within|inside)\s+(?:the\s+next\s+)?{_N}\s*{_U}{_E}", read.next_span),
    rule(rf"{_B}(?:(?:in|over|for|during)\s+)?(?:the\s+)?(?:past|last|previous|preceding|recent)\s+{_N}\s*{_U}{_E}", read.past_span),
    rule(rf"{_B}the\s+past\s+(?P<n>){_U}{_E}", read.past_span),
    rule(rf"{_B}(?:(?:over|for|during)\s+)?(?:the\s+)?(?:next|coming|following|upcoming)\s+{_N}\s*{_U}{_E}", read.next_span),
    rule(rf"{_B}(?:(?P<y2>(?:19|20)\d\d)[\s-]*)?q(?P<q>[1-4]){_E}(?:(?:\s*of)?[\s,]*(?:{_Y}|(?P<ry>last|this|next)\s+year))?(?P<q2>)(?P<q3>)", read.quarter, partial=True),
    rule(rf"{_B}(?:the\s+)?(?P<q2>first|second|third|fourth|1st|2nd|3rd|4th)\s+quarter{_E}(?:(?:\s+of)?[\s,]*(?:{_Y}|(?P<ry>last|this|next)\s+year))?(?P<q>)(?P<q3>)(?P<y2>)", read.quarter, partial=True),
    rule(rf"{_B}(?:(?:the\s+)?(?P<h>first|second)\s+half(?!-)|h(?P<h2>[12]){_E})(?:(?:\s+of)?[\s,]*(?:{_Y}|(?P<ry>last|this|next|the)\s+year))?", read.half_year),
    rule(rf"{_B}{_Y}(?![-/.,]?\d)(?!\s*(?:pcs|pieces|units|cases|boxes|yuan|rmb|dollars|usd|cny|cartons|bucks|%))", read.year),
    rule(rf"{_B}(?:the\s+)?'?(?P<dec>(?:19|20)?[1-9]0)'?s{_E}", read.decade),
    rule(rf"{_B}(?:the\s+)?(?P<k>first|second|third|fourth|fifth|last|final|1st|2nd|3rd|4th|5th)\s+(?:(?P<u2>weekend|week|day)|{_WD})\s+(?:of|in)\s+(?:{_REL}\s+|the\s+)?(?:{_MON}(?:\s*,?\s*{_Y})?|month)", read.nth_of_month),
    rule(rf"{_B}(?:the\s+)?week\s+of\s+(?:the\s+)?{_MON}\s*{_D}(?:\s*,?\s*{_Y})?", read.week_of),
    rule(rf"{_B}(?P<u>week|month|year)[ -]to[ -]date{_E}", read.to_date),
    rule(rf"{_B}(?:the\s+)?rest\s+of\s+(?:the|this)\s+(?P<u>week|month|year){_E}", read.rest_of),
    rule(rf"{_B}(?P<holiday>{'|'.join(sorted((n for n in NAMES if n.isascii()), key=len, reverse=True))}){_E}(?:\s*,?\s*{_Y})?", read.holiday, partial=True),
)  # fmt: skip

"""Replies to the open question: by number, by what sets an option apart, by name, or by quantity."""

import re
from decimal import Decimal

from bot.understand.context import Asking, Question
from bot.understand.index import figures, has_size
from bot.understand.items import find_all, measured, said
from bot.understand.lexicon import Role
from bot.understand.mentions import Mention
from bot.understand.numerals import number_at
from bot.understand.phrases import says
from bot.understand.places import Place, option_in, options_in
from bot.understand.reading import Reading
from bot.understand.resolve import Found
from bot.understand.sizes import measure_at
from bot.understand.targets import among, last_line
from bot.understand.tokens import Kind, Token, is_pronoun
from bot.understand.types import Add, Answer, Move, No, Tier, Yes

_CHOSEN = re.compile(
    r"^(?:我?(?:选|要|就|那|就要|来|拿|是|取|用|点)*)\s*(?:第|no\.?|option|number|#)?\s*([0-9]{1,2}|[一二三四五六七八九十])\s*(?:个|号|种|款|样|项)?(?:吧|的|那个|就行|please|,|。|!| )*$"
)
_NUMBERS = re.compile(
    r"^[0-9一二三四五六七八九](?:\s*(?:和|跟|and|,|、|&|\s)\s*[0-9一二三四五六七八九]){1,4}$"
)
_AS_MUCH = re.compile(
    r"^(?:也|就|都)?(?:来|要)?(?:一样多|同样多|一样的?(?:数量)?|同样(?:的)?数量)|^the same\b|^same\b"
)
_BACK_REFERENCE = re.compile(
    r"(前者|前面那个|前一个|上面那个|the former)|(后者|后面那个|后一个|下面那个|the latter)"
)


def answer_moves(reading: Reading) -> tuple[Move, ...]:
    """The answer in a message to the question on the screen, if it is one."""
    question = reading.context.questions[0]
    read = {
        Asking.PRODUCT: _product,
        Asking.QUANTITY: _quantity,
        Asking.UNIT: _unit,
        Asking.CHOICE: _choice,
        Asking.YES_NO: _yes_no,
    }[question.asking]
    return read(reading, question)


def _number(reading: Reading, most: int) -> int | None:
    """An option by its number or place; None if there is no such option."""
    text = reading.text
    if match := _CHOSEN.match(text):
        numeral = number_at(match[1], 0)
        option = int(numeral.value) if numeral else 0
        return option if 1 <= option <= most else None
    if match := _BACK_REFERENCE.search(text):
        return 1 if match[1] else most
    found = option_in(text)
    if found and len(text) - (found.end - found.start) <= 24:
        option = found.lines[0]
        return option if option == -1 or 1 <= option <= most else None
    return None


def _amount(reading: Reading, skip: Place | None = None) -> Token | None:
    amounts = [
        t
        for t in reading.tokens
        if t.kind is Kind.QUANTITY
        and not is_pronoun(t)
        and not (skip and t.start < skip.end and t.end > skip.start)
    ]
    return amounts[-1] if len(amounts) == 1 or (amounts and reading.has_word(Role.REPAIR)) else None


def _several(reading: Reading, options: tuple[str, ...]) -> tuple[str, ...]:
    """As in "第一个和第三个", "1和3"."""
    places = options_in(reading.text)
    if len(places) < 2 and (match := _NUMBERS.match(reading.text)):
        places = [
            int(n.value) for g in re.findall(r"[0-9一二三四五六七八九]", match[0]) if (n := number_at(g, 0))
        ]
    chosen = [options[p - 1 if p > 0 else p] for p in places if p == -1 or 1 <= p <= len(options)]
    return tuple(dict.fromkeys(chosen)) if len(places) >= 2 and len(chosen) == len(places) else ()


def _by_figure(reading: Reading, options: tuple[str, ...]) -> tuple[str, ...]:
    """A number that is no option but the size of one, or its figure: 5米的, 26的, size 41."""
    said = [t for t in reading.tokens if t.kind is not Kind.BREAK and not t.is_word(Role.FILLER, Role.VERB)]
    said = [t for t in said if not is_pronoun(t) and t.text not in ("size", "no", "型号", "号", "码")]
    if len(said) != 1 or said[0].kind not in (Kind.QUANTITY, Kind.DATE):  # 1.8 is no day here
        return ()
    if size := measure_at(said[0].text, 0):
        fit = tuple(s for s in options if has_size(reading.index.entries[s], size, ""))
        if fit and len(fit) < len(options) and size.end == len(said[0].text):
            return fit
    numeral = number_at(said[0].text, 0)
    if numeral is None or numeral.end != len(said[0].text):
        return ()
    figure = f"{numeral.value.normalize():f}"
    fit = tuple(s for s in options if figure in figures(reading.index.entries[s]))
    return fit if len(fit) < len(options) else ()


def _product(reading: Reading, question: Question) -> tuple[Move, ...]:
    text, options = reading.text, question.candidates
    if several := _several(reading, options):
        return (Answer(skus=several, text=text),)
    option = _number(reading, len(options))
    if option is not None:
        place = option_in(text)
        amount = _amount(reading, place) if place else None
        qty, unit = _said(amount, (options[option - 1 if option > 0 else -1],), reading)
        return (Answer(option=option, qty=qty, unit=unit, text=text),)
    if says("all_options", text):
        return (Answer(skus=options, text=text),)
    if reading.has_word(Role.EACH) and _amount(reading) and not reading.mentions():
        qty, unit = _said(_amount(reading), options, reading)
        return (Answer(skus=options, qty=qty, unit=unit, text=text),)
    if fit := _by_figure(reading, options):
        return (Answer(skus=fit, text=text),)
    if says("none_of_them", text):
        return (No(),)
    return _by_attribute(reading, question)


def _by_attribute(reading: Reading, question: Question) -> tuple[Move, ...]:
    options = question.candidates
    mentions = reading.mentions()
    if not mentions or len(mentions) > 3:
        return _by_packing(reading, question) or _amount_only(reading, question)
    chosen: list[str] = []
    loose: list[str] = []  # of words that fit every option
    found = find_all(mentions, reading.index, reading.context.assortment)
    negated = {id(p.mention) for p in reading.pairs if p.negated}
    left = options
    for mention in mentions:
        named = found[id(mention)].skus
        fit = tuple(s for s in options if s in named) or among(mention, options, reading)
        if not fit:
            return ()
        if named and not set(named) <= set(options) and len(fit) == len(options) and len(mentions) == 1:
            return ()
        if id(mention) in negated:
            left = tuple(s for s in left if s not in fit)
        elif len(fit) == len(options):
            loose += fit
        else:
            chosen += fit
    skus = tuple(dict.fromkeys(chosen)) or (left if left != options else tuple(dict.fromkeys(loose)))
    if not skus or (len(skus) == len(options) and len(mentions) == 1):
        return ()
    qty, unit = _said(_amount(reading), skus, reading)
    if split := _each_its_own(reading, options):
        return split
    answer = Answer(skus=skus, qty=qty, unit=unit, text=reading.text)
    if reading.has_word(Role.EACH, Role.ALL):
        return (answer, *_for_the_others(mentions, reading))
    return (answer,)


def _each_its_own(reading: Reading, options: tuple[str, ...]) -> tuple[Move, ...]:
    """As in "330的10箱500的5箱": the first answers, the others are further lines."""
    pairs = [
        (p, among(p.mention, options, reading))
        for p in reading.pairs
        if p.mention and p.amount and not p.negated
    ]
    if len(pairs) < 2 or any(len(fit) != 1 for _, fit in pairs):
        return ()
    first, fit = pairs[0]
    qty, unit = _said(first.amount, fit, reading)
    rest = [
        measured(
            reading.original(p.mention.start, p.mention.end),
            Found(f, Tier.WORDS),
            p.amount.quantity,
            reading.index,
            (reading.span(p.mention),),
        )
        for p, f in pairs[1:]
        if p.mention and p.amount
    ]
    return (Answer(skus=fit, qty=qty, unit=unit, text=reading.text), Add(items=tuple(rest)))


def _for_the_others(mentions: list[Mention], reading: Reading) -> tuple[Move, ...]:
    """As in "都要20的": what sets one option apart answers the other open questions too."""
    answers: list[Move] = []
    for question in reading.context.questions[1:]:
        fit = question.candidates
        for mention in mentions:
            fit = among(mention, fit, reading)
        if question.asking is Asking.PRODUCT and fit:
            answers.append(Answer(skus=fit, text=reading.text))
    return tuple(answers)


def _by_packing(reading: Reading, question: Question) -> tuple[Move, ...]:
    """As in "罐的": the options sold in that packing."""
    units = [t for t in reading.tokens if t.kind is Kind.UNIT]
    if len(units) != 1 or _amount(reading) is not None:
        return ()
    fit = tuple(
        s
        for s in question.candidates
        if reading.index.units.fits(reading.index.entries[s].product, units[0].text)
    )
    if not fit or len(fit) == len(question.candidates):
        return ()
    return (Answer(skus=fit, text=reading.text),)


def _amount_only(reading: Reading, question: Question) -> tuple[Move, ...]:
    """A quantity alone changes how much of the asked product; a bare number that is no option says nothing."""
    amount = _amount(reading)
    if amount is None or amount.quantity is None or amount.quantity.parts[0].unit is None:
        return ()
    if reading.has_word(Role.AGAIN, Role.MORE, Role.LESS):
        return ()
    qty, unit = _said(amount, question.candidates, reading)
    return (Answer(qty=qty, unit=unit, text=reading.text),)


def _said(amount: Token | None, skus: tuple[str, ...], reading: Reading) -> tuple[Decimal | None, str | None]:
    if amount is None or amount.quantity is None:
        return None, None
    qty, unit = said(amount.quantity, skus, reading.index)
    return qty, unit


def _quantity(reading: Reading, question: Question) -> tuple[Move, ...]:
    if several := _to_each(reading):
        return several
    amount = _amount(reading)
    talked = last_line(reading)
    if amount is None and talked is not None and _AS_MUCH.search(reading.text):
        return (Answer(qty=talked.qty, unit=talked.unit, text=reading.text),)
    if amount is None or amount.quantity is None:
        return (No(),) if says("none_of_them", reading.text) or says("no", reading.text) else ()
    if reading.mentions():
        found = find_all(reading.mentions(), reading.index, reading.context.assortment)
        if not all(set(f.skus) & set(question.candidates) for f in found.values()):
            return ()
    qty, unit = said(amount.quantity, question.candidates, reading.index)
    if amount.quantity.parts[0].unit is None:
        unit = question.unit or unit
    return (Answer(qty=qty, unit=unit, text=reading.text),)


def _to_each(reading: Reading) -> tuple[Move, ...]:
    """As in "各5箱", "5箱和3箱": quantities for all products that were named without one."""
    asked = [q for q in reading.context.questions if q.asking is Asking.QUANTITY and q.candidates]
    amounts = [t for t in reading.tokens if t.kind is Kind.QUANTITY and not is_pronoun(t)]
    if len(asked) < 2 or reading.mentions() or not amounts:
        return ()
    if len(amounts) == 1 and reading.has_word(Role.EACH, Role.ALL):
        amounts *= len(asked)
    if len(amounts) != len(asked) or reading.has_word(Role.REPAIR, Role.SET):
        return ()
    answers = []
    for question, amount in zip(asked, amounts, strict=True):
        qty, unit = _said(amount, question.candidates, reading)
        answers.append(Answer(skus=question.candidates, qty=qty, unit=unit, text=reading.text))
    return tuple(answers)


def _unit(reading: Reading, question: Question) -> tuple[Move, ...]:
    amount = _amount(reading)
    if amount is not None and amount.quantity and amount.quantity.parts[0].unit:
        qty, unit = said(amount.quantity, question.candidates, reading.index)
        return (Answer(qty=qty, unit=unit, text=reading.text),)
    units = [t for t in reading.tokens if t.kind is Kind.UNIT]
    if len(units) == 1:
        entry = reading.index.entries.get(question.candidates[0]) if question.candidates else None
        fits = reading.index.units.fits(entry.product, units[0].text) if entry else ()
        return (Answer(unit=fits[0].key, text=reading.text),) if fits else ()
    option = _number(reading, question.choices or 9)
    return (Answer(option=option, text=reading.text),) if option else ()


def _choice(reading: Reading, question: Question) -> tuple[Move, ...]:
    option = _number(reading, question.choices or len(question.candidates))
    if option is not None:
        return (Answer(option=option, text=reading.text),)
    return _yes_no(reading, question)


def _yes_no(reading: Reading, question: Question) -> tuple[Move, ...]:
    if says("no", reading.text):
        return (No(),)
    if says("yes", reading.text) or says("sure", reading.text):
        return (Yes(),)
    option = _number(reading, question.choices or 2)
    return (Answer(option=option, text=reading.text),) if option else ()

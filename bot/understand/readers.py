"""The readers of a message in the order of their say: each gives an understanding, or None to pass on."""

import re
from collections.abc import Callable
from dataclasses import replace

from bot.understand.answers import answer_moves
from bot.understand.beside import CLAUSE, claim_beside, ordered_if_there, question_beside
from bot.understand.changes import change_moves, of_that
from bot.understand.claims import read_claim
from bot.understand.idle import each_line, is_idle
from bot.understand.intents import scores
from bot.understand.lexicon import Role
from bot.understand.likened import likened
from bot.understand.moved_day import read_any_day
from bot.understand.normalise import normalise
from bot.understand.orders import order_details, order_items, order_moves, without_delivery
from bot.understand.phrases import part, says
from bot.understand.queries import (
    TOPICS,
    ask,
    cancel_order,
    human,
    received,
    repeat,
    return_goods,
)
from bot.understand.reading import Reading
from bot.understand.rebates import read_rebate, use_in
from bot.understand.shape import table_items
from bot.understand.targets import among
from bot.understand.tokens import Kind
from bot.understand.types import (
    Add,
    Ask,
    Clear,
    Confirm,
    Help,
    Intent,
    Language,
    Move,
    No,
    Repeat,
    Social,
    Stop,
    Switch,
    Topic,
    Understanding,
    Undo,
    Yes,
)

Reader = Callable[[Reading], Understanding | None]
MARGIN = 1.0
_SIDE = frozenset(
    {
        Intent.STOCK_QUERY,
        Intent.PRICE_QUERY,
        Intent.PROMO_QUERY,
        Intent.ORDER_STATUS,
        Intent.REBATE_QUERY,
        Intent.ACCOUNT_QUERY,
    }
)
_ASKS = re.compile(r"(?:[吗么没不嘛]|没有|[?])[? ]*$")
_SHORT = 24
_MISTAKEN = re.compile(r"(?:数量?|[报写说记打搞弄])错|数量?不对")
_LANGUAGES = {"language_zh_hant": "zh-Hant", "language_zh_hans": "zh-Hans", "language_en": "en"}


def read_table(reading: Reading) -> Understanding | None:
    """A pasted table is an order."""
    if "\n" not in reading.text:
        return None
    items = table_items(reading)
    if not items:
        return None
    return _order(reading, order_moves(reading, items))


def read_setting(reading: Reading) -> Understanding | None:
    """Language and dealer."""
    if len(reading.text) > 40:
        return None
    if any(i.candidates for i in reading.every_item):
        return None
    for name, locale in _LANGUAGES.items():
        if says(name, reading.text):
            return Understanding(intent=Intent.SETTING, moves=(Language(locale=locale),))
    if found := part("switch", reading.text):
        return Understanding(intent=Intent.SETTING, moves=(Switch(text=found[0]),))
    return None


def read_use_of_rebate(reading: Reading) -> Understanding | None:
    """Rebate used on the order, beside whatever else is said: goods come before it, a confirm after."""
    use = use_in(reading.normal.text)
    if use is None:
        return None
    rest = f"{reading.original(0, use.start)}\n{reading.original(use.end, len(reading.normal.text))}"
    moves: tuple[Move, ...] = ()
    if any(letter.isalnum() for letter in rest):
        moves = read(Reading(normalise(rest.strip()), reading.context, reading.index)).moves
        moves = tuple(move for move in moves if not isinstance(move, Social))
    confirms = tuple(move for move in moves if isinstance(move, Confirm | Yes))
    goods = tuple(move for move in moves if move not in confirms)
    return Understanding(intent=Intent.ORDER_MODIFY, moves=(*goods, use.move, *confirms))


def read_answer(reading: Reading) -> Understanding | None:
    """A reply to the open question."""
    if not reading.context.questions or len(reading.text) > 60 or "\n" in reading.text:
        return None
    if _top(reading)[1] >= 4 and _top(reading)[0] not in (Intent.ORDER_CONFIRM, Intent.CHITCHAT):
        return None
    moves = answer_moves(reading)
    if moves:
        return Understanding(intent=Intent.ORDER_MODIFY, moves=moves + order_details(reading))
    return _answer_and_more(reading)


def _answer_and_more(reading: Reading) -> Understanding | None:
    """An answer in the first clause and something else in the others: "500ml的，再来2箱绿茶"."""
    match = CLAUSE.match(reading.normal.text)
    if match is None or match.end() >= len(reading.text):
        return None
    head, rest = (
        reading.original(a, b) for a, b in ((0, match.end()), (match.end() + 1, len(reading.normal.text)))
    )
    context = reading.context
    answer = answer_moves(Reading(normalise(head), context, reading.index))
    if not answer or not rest:
        return None
    more = read(Reading(normalise(rest), replace(context, questions=context.questions[1:]), reading.index))
    return Understanding(intent=Intent.ORDER_MODIFY, moves=answer + more.moves)


def read_small(reading: Reading) -> Understanding | None:
    """Undo, clear, stop, yes, no and a look at the draft."""
    text = reading.text
    if len(text) > 60:
        return None
    goods = bool(reading.lines)
    if says("redo", text):
        return Understanding(intent=Intent.ORDER_MODIFY, moves=(Undo(redo=True),))
    if says("undo", text) and not goods and not reading.refs:
        return Understanding(intent=Intent.ORDER_MODIFY, moves=(Undo(),))
    if (
        says("clear", text)
        and not reading.refs
        and not _of_some(reading)
        and not any(i.candidates for i in reading.every_item)
    ):
        return Understanding(intent=Intent.ORDER_MODIFY, moves=(Clear(),))
    if says("stop", text) and not goods:
        what = "claim" if reading.context.claim and reading.context.claim_on_top else ""
        return Understanding(intent=Intent.ORDER_CANCEL, moves=(Stop(what=what),))
    known = any(item.candidates for item in reading.loose_items)
    asks_sum = _top(reading)[0] is Intent.PRICE_QUERY and bool(reading.context.draft) and not known
    if says("draft", text) and not goods and (asks_sum or _top(reading)[1] < 4):
        return Understanding(intent=None, moves=(Ask(topic=Topic.DRAFT),))
    if says("original", text):
        return Understanding(
            intent=Intent.ORDER_STATUS, moves=(Ask(topic=Topic.ORIGINAL, refs=reading.refs or ("last",)),)
        )
    if says("why", text) and not goods and _top(reading)[1] < 4:
        return Understanding(intent=None, moves=(Ask(topic=Topic.WHY, items=tuple(reading.loose_items)),))
    return None


def _of_some(reading: Reading) -> bool:
    """Whether what goes is not everything: 除了..., 其他的, 前两个."""
    places = any(t.kind is Kind.PLACE for t in reading.tokens)
    return places or reading.has_word(Role.EXCEPT, Role.REST, Role.ONLY)


def read_yes_no(reading: Reading) -> Understanding | None:
    """A bare yes or no answers whatever is open; with nothing open it is only a courtesy."""
    open_ = bool(reading.context.draft or reading.context.questions or reading.context.claim)
    if open_ and says("sure", reading.text):
        return Understanding(intent=Intent.ORDER_CONFIRM, moves=(Confirm(),))
    if open_ and says("yes", reading.text):
        return Understanding(intent=Intent.ORDER_CONFIRM, moves=(Yes(),))
    if open_ and says("no", reading.text):
        return Understanding(intent=Intent.ORDER_CANCEL, moves=(No(),))
    return None


def _top(reading: Reading) -> tuple[Intent | None, float, float]:
    """The strongest intent of the rule tables, its score, and the next one's."""
    ranked = sorted(reading.scores.items(), key=lambda kv: -kv[1])
    if not ranked:
        return None, 0.0, 0.0
    if ranked[0][0] is Intent.HELP and Intent.OUT_OF_SCOPE in reading.scores:
        return Intent.OUT_OF_SCOPE, ranked[0][1], 0.0
    return ranked[0][0], ranked[0][1], ranked[1][1] if len(ranked) > 1 else 0.0


def read_intent(reading: Reading) -> Understanding | None:
    """What the rule tables are sure of: questions, cancelling, returns, repeats, people."""
    top, score, second = _top(reading)
    if top is None or score < 3:
        return _confirm_with_details(reading)
    unsure = score - second < MARGIN
    if top is not Intent.ORDER_CONFIRM and (confirmed := _confirm_with_details(reading)):
        return confirmed
    if top is Intent.ORDER_CONFIRM:
        if reading.lines:
            return None
        return Understanding(intent=top, moves=(*order_details(reading), Confirm()))
    if top in (Intent.CHITCHAT, Intent.OUT_OF_SCOPE):
        goods = reading.lines or order_items(reading) or _of_a_line(reading)
        return None if goods else Understanding(intent=top, moves=(Social(intent=top),))
    if top is Intent.COMPLAINT:
        corrects = reading.has_word(Role.REPAIR, Role.SET) and (reading.lines or _of_a_line_so_much(reading))
        ordered = len(reading.lines) > 1 or corrects or _says_wrong(reading)
        return None if ordered else Understanding(intent=top, moves=(Social(intent=top),))
    if top is Intent.ORDER_CANCEL and _of_a_line(reading):
        return None
    if top in (Intent.ORDER_REPEAT, Intent.RETURN_REQUEST) and reading.context.draft and likened(reading):
        return None
    if (
        top is Intent.PRICE_QUERY
        and reading.context.draft
        and not reading.loose_items
        and len(reading.text) <= 24
    ):
        return Understanding(
            intent=top, moves=(Ask(topic=Topic.PRICE if reading.context.last_skus else Topic.DRAFT),)
        )
    if (reading.lines or reading.context.draft) and top in _SIDE and (order := question_beside(top, reading)):
        return _order(reading, order)
    move = _move_for(top, reading)
    if move is None:
        return None
    if top in TOPICS and reading.context.draft and _confirms_in_a_clause(reading):
        return Understanding(intent=Intent.ORDER_CONFIRM, moves=(Confirm(), move))
    details = order_details(reading) if isinstance(move, Repeat) else ()
    return Understanding(intent=top, moves=(move, *details), unsure=unsure)


def _of_a_line(reading: Reading) -> bool:
    """Whether what is cancelled is a line of the draft, not an order."""
    drafted = tuple(line.sku for line in reading.context.draft)
    if not drafted or reading.refs:
        return False
    named = any(set(i.candidates) & set(drafted) for i in reading.every_item)
    return named or any(among(mention, drafted, reading) for mention in reading.mentions())


def _says_wrong(reading: Reading) -> bool:
    """Whether a figure of the draft is said to be wrong, with another in its place."""
    return bool(reading.context.draft and _MISTAKEN.search(reading.text)) and any(
        t.kind is Kind.QUANTITY for t in reading.tokens
    )


def _of_a_line_so_much(reading: Reading) -> bool:
    """Whether another quantity or size is said for a line of the draft."""
    kinds = {t.kind for t in reading.tokens}
    return bool(reading.context.draft) and (Kind.SIZE in kinds or Kind.QUANTITY in kinds)


def _confirm_with_details(reading: Reading) -> Understanding | None:
    """As in "就这样下单吧，明天送": a clause that confirms beside the day, the place or a note, and nothing else."""
    details = order_details(reading)
    if not details or reading.known:
        return None
    if not _confirms_in_a_clause(reading):
        return None
    return Understanding(intent=Intent.ORDER_CONFIRM, moves=(*details, Confirm()))


def _confirms_in_a_clause(reading: Reading) -> bool:
    clauses_ = CLAUSE.finditer(without_delivery(reading))
    return any(scores(m[0].strip(" ,")).get(Intent.ORDER_CONFIRM, 0) >= 4 for m in clauses_)


def _move_for(top: Intent, reading: Reading) -> Move | None:
    if top in TOPICS:
        return ask(top, reading)
    makers: dict[Intent, Callable[[Reading], Move]] = {
        Intent.ORDER_CANCEL: cancel_order,
        Intent.ORDER_REPEAT: repeat,
        Intent.RETURN_REQUEST: return_goods,
        Intent.HUMAN_AGENT: human,
        Intent.RECEIPT: received,
        Intent.HELP: lambda _: Help(),
    }
    return makers[top](reading) if top in makers else None


def read_question(reading: Reading) -> Understanding | None:
    """As in "虾滑到了没": goods named in a question that speaks of nothing else are asked after in stock."""
    text = reading.text
    if len(text) > _SHORT or reading.lines or not _ASKS.search(text) or _top(reading)[1] >= MARGIN:
        return None
    commands = (Role.VERB, Role.AGAIN, Role.SET, Role.MORE, Role.LESS, Role.REMOVE, Role.REPLACE, Role.NOT)
    if reading.has_word(*commands) or says("personal", text):
        return None
    named = any(i.candidates for i in reading.loose_items)
    if not named or not all(mention.known for mention in reading.mentions()):
        return None
    return Understanding(intent=Intent.STOCK_QUERY, moves=(ask(Intent.STOCK_QUERY, reading),))


def read_changes(reading: Reading) -> Understanding | None:
    """Changes to the draft; without a draft, plain additions are a new order."""
    drafted = bool(reading.context.draft)
    if (that := of_that(reading)) is not None:
        return _order(reading, (that, *order_details(reading)))
    if not drafted and not _speaks_of_draft(reading):
        return None
    moves = tuple(
        one for m in change_moves(reading) if not is_idle(m, reading) for one in each_line(m, reading)
    )
    if not moves:
        return None
    if not drafted and all(isinstance(m, Add) for m in moves):
        return None
    return Understanding(intent=Intent.ORDER_MODIFY, moves=moves + order_details(reading))


def _speaks_of_draft(reading: Reading) -> bool:
    """Whether a text without a draft still changes something: 改成, 去掉, the second one."""
    return bool(reading.context.last_skus) and (
        reading.has_word(Role.SET, Role.LESS, Role.REMOVE)
        or any(t.kind is Kind.PLACE for t in reading.tokens)
    )


def read_order(reading: Reading) -> Understanding | None:
    """Goods with quantities, or goods asked for without."""
    items = order_items(reading)
    if not items:
        details = order_details(reading)
        if details and (reading.context.draft or _only_a_place(reading)):
            return Understanding(intent=Intent.ORDER_MODIFY, moves=details)
        return None
    return _order(reading, order_moves(reading, items))


def _only_a_place(reading: Reading) -> bool:
    """As in "送城南店": a ship-to place is all the text says."""
    place = reading.ship_to
    says_address = reading.text.startswith(("地址", "address", "my address"))
    return place is not None and not says_address and len(reading.text) - (place[2] - place[1]) <= 2


def _order(reading: Reading, moves: tuple[Move, ...]) -> Understanding:
    intent = Intent.ORDER_MODIFY if reading.context.draft else Intent.ORDER_CREATE
    return Understanding(intent=intent, moves=moves)


def read_rest(reading: Reading) -> Understanding | None:
    """What no other reader took: an order number asks after the order, small talk is small talk, the rest is outside."""
    top, score, _ = _top(reading)
    if reading.refs and len(reading.text) <= 40:
        return Understanding(intent=Intent.ORDER_STATUS, moves=(ask(Intent.ORDER_STATUS, reading),))
    if top is Intent.CHITCHAT and score > 0:
        return Understanding(intent=top, moves=(Social(intent=top),))
    if top is Intent.COMPLAINT:
        return Understanding(intent=top, moves=(Social(intent=top),))
    if reading.context.draft or reading.context.questions:
        return Understanding(intent=None)
    return Understanding(intent=Intent.OUT_OF_SCOPE, moves=(Social(intent=Intent.OUT_OF_SCOPE),))


def read(reading: Reading) -> Understanding:
    """The first understanding a reader gives."""
    return next((u for r in READERS if (u := r(reading)) is not None), Understanding(intent=None))


READERS: tuple[Reader, ...] = (
    read_table,
    read_setting,
    read_use_of_rebate,
    read_rebate,
    read_any_day,
    read_answer,
    read_small,
    lambda reading: claim_beside(reading, read) or ordered_if_there(reading, read),
    read_claim,
    read_yes_no,
    read_intent,
    read_question,
    read_changes,
    read_order,
    read_rest,
)

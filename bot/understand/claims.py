"""Expense claims: started by a text that speaks of an expense, filled by amounts, days and categories."""

from bot.understand.phrases import says
from bot.understand.queries import category_of, claim
from bot.understand.reading import Reading
from bot.understand.tokens import Kind
from bot.understand.types import Claim, Intent, Move, SubmitClaim, Understanding

_OTHERS = (
    Intent.REBATE_QUERY, Intent.STOCK_QUERY, Intent.PRICE_QUERY, Intent.ORDER_STATUS, Intent.TARGET_QUERY,
    Intent.PROMO_QUERY, Intent.HUMAN_AGENT, Intent.CLAIM_STATUS, Intent.RETURN_REQUEST, Intent.ORDER_CANCEL,
    Intent.ORDER_REPEAT, Intent.HELP,
)  # fmt: skip


_MONEY_WORDS = (
    "元",
    "块",
    "¥",
    "yuan",
    "rmb",
    "费",
    "$",
    "fee",
    "cost",
    "paid",
    "spent",
    "花了",
    "垫",
    "付了",
)
_NAMES = ("那笔", "这笔", "报销", "费用", "报账", "claim", "expense", "reimbursement")
SMALL = 10  # nothing cheaper is claimed by a bare number
SURE = 100  # a bare number this large beside an expense word is its amount


def read_claim(reading: Reading) -> Understanding | None:
    """A new claim, more of the one in hand, or its submission."""
    if reading.lines:
        return None
    in_hand = reading.context.claim is not None
    if in_hand and says("submit", reading.text) and any(w in reading.text for w in _NAMES):
        return _understood(SubmitClaim())
    if in_hand and reading.context.claim_on_top:
        if says("submit", reading.text) or says("yes", reading.text):
            return _understood(SubmitClaim())
        if found := _more(reading):
            return found
    return _new(reading)


def _more(reading: Reading) -> Understanding | None:
    """Amount, day or category for the claim in hand, in a text that asks nothing else."""
    if any(reading.scores.get(i, 0) >= 4 for i in _OTHERS) or reading.known:
        return None
    said = claim(reading)
    if said.amount is None and said.day is None and said.category is None and not said.attachment:
        return None
    return _understood(said)


def _new(reading: Reading) -> Understanding | None:
    scores = reading.scores
    category = category_of(reading)
    said = claim(reading)
    strength = scores.get(Intent.CLAIM_SUBMIT, 0.0)
    dated = said.day is not None or said.period is not None
    money = said.amount is not None and (strength > 0 or _spent(reading) or said.amount >= SURE or (dated and said.amount >= SMALL))  # fmt: skip
    if category and money and not _packed(reading):
        strength += 4
    status = scores.get(Intent.CLAIM_STATUS, 0.0)
    rivals = max((scores.get(i, 0.0) for i in _OTHERS if i is not Intent.CLAIM_STATUS), default=0.0)
    if strength < 4 or (status >= 4 and said.amount is None) or rivals > strength:
        return None
    return _understood(said)


def _packed(reading: Reading) -> bool:
    """Whether a quantity has a packing unit, as goods have and money has not."""
    return any(
        t.quantity and t.quantity.parts[0].unit in reading.index.units.real
        for t in reading.tokens
        if t.kind is Kind.QUANTITY
    )


def _spent(reading: Reading) -> bool:
    return any(m in reading.normal.text for m in _MONEY_WORDS)


def _understood(move: Move) -> Understanding:
    return Understanding(intent=Intent.CLAIM_SUBMIT, moves=(move,))


def holds(said: Claim) -> bool:
    return said.amount is not None

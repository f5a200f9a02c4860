"""An order written for a dealer from pasted text. It stays a draft until the dealer's own person confirms it."""

from dataclasses import replace

import msgspec

from bot.dialog.api import Says, Turn, quantity, say
from bot.dialog.commands import Values, Verb, staff_flow
from bot.dialog.messages import Say
from bot.dialog.slots import Slot, SlotKind, goods_of
from core.dealers.queries import dealer_by_code
from core.kit.errors import DealerError
from core.orders.drafts import Draft, DraftLine, draft_of, save_draft
from core.people.queries import Member, members_of


class NobodyToConfirmError(DealerError):
    """The dealer has nobody who may order. Fields: dealer."""

    code = "behalf.nobody_to_confirm"


def preparing(turn: Turn, values: Values) -> Say:
    """What will be put before whom."""
    dealer = dealer_by_code(turn.session, values["dealer"])
    member = _buyer(turn, dealer.id, dealer.name)
    lines = tuple(
        say("behalf.line", product=turn.name(line.sku), qty=quantity(line.qty, line.unit))
        for line in goods_of(values["goods"])
    )
    return Say(key="behalf.preparing", params={"dealer": dealer.name, "name": member.name}, lines=lines)


def prepare(turn: Turn, values: Values) -> Says:
    """Into the dealer's draft; the person is told and confirms or changes it."""
    dealer = dealer_by_code(turn.session, values["dealer"])
    member = _buyer(turn, dealer.id, dealer.name)
    at_dealer = turn.session.for_dealer(dealer.id)
    draft = draft_of(at_dealer, member_id=member.id)
    goods = [DraftLine(line.sku, line.base_qty, line.unit, line.qty) for line in goods_of(values["goods"])]
    kept = save_draft(at_dealer, turn.actor, _with(draft, goods))
    at_dealer.report(
        "drafts.prepared", draft_id=kept.id, member_id=member.id, name=turn.actor.name, count=len(goods)
    )
    return (say("behalf.prepared", dealer=dealer.name, name=member.name),)


def _with(draft: Draft, goods: list[DraftLine]) -> Draft:
    """The draft with these goods: named again, a product is as the colleague wrote it."""
    named = {line.sku for line in goods}
    lines = (*(line for line in draft.lines if line.sku not in named), *goods)
    text = msgspec.json.encode([f"{line.sku} {line.qty}{line.unit}" for line in goods]).decode()
    return replace(draft, lines=lines, texts=(*draft.texts, text))


def _buyer(turn: Turn, dealer_id: int, dealer: str) -> Member:
    """Who confirms: a buyer, else the owner."""
    active = [member for member in members_of(turn.session.for_dealer(dealer_id)) if member.state == "active"]
    for role in ("buyer", "owner"):
        found = next((member for member in active if member.role == role), None)
        if found is not None:
            return found
    raise NobodyToConfirmError(dealer=dealer)


VERBS = (
    Verb(
        name="preparing",
        policy="orders.prepare",
        slots=(Slot("dealer", SlotKind.DEALER), Slot("goods", SlotKind.GOODS)),
        run=prepare,
        preview=preparing,
    ),
)

FLOW = staff_flow("behalf", VERBS)

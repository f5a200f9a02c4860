"""Confirming: what was shown becomes an order, or the reason why not with the next steps."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from bot.dialog.api import Says, Turn, ask_yes_no, capped, quantity, say, stored
from bot.dialog.messages import Say
from bot.dialog.packs import factor_of, line_of
from bot.dialog.questions import habit_of, open_question
from bot.dialog.refusals import refusal
from bot.flows.orders import show
from bot.understand.context import DraftLine
from core.credit.errors import RebateShortError
from core.orders.drafts import Draft, save_draft
from core.orders.errors import (
    DraftChangedError,
    LinesRefusedError,
    OverCreditError,
    PriceChangedError,
    SameOrderTodayError,
    ShortageError,
)
from core.orders.place import OrderPlaced, place_order
from core.orders.quote import quote
from core.orders.waits import wait_for_stock

PARTIAL, BACKORDER, REVIEW, AGAIN = (
    "p",
    "b",
    "r",
    "a",
)  # what the person has agreed to, kept in the confirm's handle


def confirm(turn: Turn, arg: str = "") -> Says:
    """Place the draft as this person last saw it. arg: "version" or "version-flags" of a button; "" when said in words."""
    version, _, flags = arg.partition("-")
    if not turn.private:
        return (say("dialog.group.private"),)
    if habit_of(turn) is not None and turn.state.fresh:
        return as_said(turn)
    question = open_question(turn)
    if question is not None:
        return (say("orders.question_first"), question)
    if not turn.lines or turn.draft is None:
        return (say("orders.empty"),)
    shown = turn.state.shown
    if shown is None:
        return show.read_back(turn)
    if shown.version != turn.draft.version or (version and version != str(turn.draft.version)):
        return show.difference(turn, shown)
    return _place(turn, turn.draft, flags)


def as_said(turn: Turn, _arg: str = "") -> Says:
    """The doubted quantity is meant as it was said."""
    if habit_of(turn) is not None:
        turn.state.questions = turn.state.questions[1:]
        turn.state.serial += 1
    return show.read_back(turn)


def _place(turn: Turn, draft: Draft, flags: str) -> Says:
    shown = turn.state.shown_partial if PARTIAL in flags else turn.state.shown
    assert shown is not None
    shortage: Literal["refuse", "partial", "backorder"] = "refuse"
    if PARTIAL in flags:
        shortage = "partial"
    elif BACKORDER in flags:
        shortage = "backorder"
    try:
        with turn.session.savepoint():
            placed = place_order(
                turn.session,
                turn.actor,
                draft_id=draft.id,
                shown=shown,
                shortage=shortage,
                over_credit="review" if REVIEW in flags else "refuse",
                again=AGAIN in flags,
                rebate=turn.state.rebate,
            )
    except SameOrderTodayError as error:
        again = say("orders.same_order_today", number=error.fields["number"])
        return (ask_yes_no(turn, again, "confirm", f"{draft.version}-{flags}{AGAIN}"),)
    except OverCreditError as error:
        return _over_credit(turn, error, flags)
    except RebateShortError as error:
        turn.state.rebate = error.fields["balance"]
        return (refusal(turn, error), *show.read_back(turn))
    except (ShortageError, PriceChangedError, DraftChangedError, LinesRefusedError):
        assert turn.state.shown is not None
        return show.difference(turn, turn.state.shown)
    return _placed(turn, draft, placed)


def _placed(turn: Turn, draft: Draft, placed: OrderPlaced) -> Says:
    where = show.ship_to(turn)
    turn.draft = Draft(id=draft.id, member_id=draft.member_id, place=draft.place, version=draft.version + 1)
    turn.state.forget_draft()
    turn.state.last_order = placed.number
    total = turn.money(placed.total)
    lines: list[Say] = []
    if placed.review_until is not None:
        head = "orders.in_review"
        lines.append(say("orders.review_held", until=placed.review_until, excess=turn.money(placed.excess)))
    else:
        head = "orders.placed"
        parts = [say("orders.deliver", day=draft.deliver_on)] if draft.deliver_on else []
        parts += [say("orders.to", address=where)] if where else []
        lines.append(say("orders.will_tell_where", parts=tuple(parts)) if parts else say("orders.will_tell"))
    if placed.rebate:
        used, left = turn.money(placed.rebate), turn.money(placed.rebate_left)
        lines.append(say("orders.rebate_used", amount=used, left=left))
    lines += [
        say("orders.follows", product=turn.name(sku), qty=quantity(str(qty), turn.product(sku).base_unit))
        for sku, qty in placed.backordered.items()
    ]
    return (Say(key=head, params={"number": placed.number, "total": total}, lines=capped(lines)),)


def _over_credit(turn: Turn, error: OverCreditError, flags: str) -> Says:
    fields = error.fields
    arithmetic = [
        say(
            "orders.beyond_why",
            limit=turn.money(fields["credit_limit"]),
            balance=turn.money(fields["balance"]),
            exposure=turn.money(fields["exposure"]),
        )
    ]
    if fields["overdue"]:
        arithmetic.append(
            say(
                "orders.beyond_overdue",
                overdue=turn.money(fields["overdue"]),
                number=fields["oldest_overdue"],
            )
        )
    if turn.state.rebate:
        arithmetic.append(say("orders.beyond_rebate", used=turn.money(turn.state.rebate)))
    choices = show.over_credit(turn, fields["excess"], fields["available"], fields["total"], flags)
    return (Say(key=choices.key, params=choices.params, lines=tuple(arithmetic), choices=choices.choices),)


def wait(turn: Turn, _arg: str) -> Says:
    """Keep the draft and tell once when all of it can be had."""
    assert turn.draft is not None
    count = wait_for_stock(turn.session, turn.actor, draft_id=turn.draft.id)
    return (say("orders.waiting", count=count),)


def leave(_turn: Turn, _arg: str) -> Says:
    """Not now; the draft stays."""
    return (say("dialog.kept"),)


def reduce(turn: Turn, _arg: str) -> Says:
    """Cut the draft to what the credit still allows: whole ordered units, from the last line up."""
    if turn.draft is None or not turn.lines:
        return (say("orders.empty"),)
    quoted = show.with_rebate(turn, quote(turn.session, turn.actor, turn.draft.lines))
    totals = [line.total for line in quoted.lines]
    kept = _fitting(turn, totals, quoted.excess)
    if not kept:
        return (say("orders.nothing_fits", available=turn.money(max(0, quoted.account.available))),)
    turn.draft = save_draft(turn.session, turn.actor, replace(turn.draft, lines=stored(kept)))
    return (say("orders.reduced"), *show.read_back(turn))


def _fitting(turn: Turn, totals: Sequence[int], excess: int) -> list[DraftLine]:
    """The lines without what is too much: whole ordered units, taken from the last line up."""
    kept = []
    for line, total in zip(reversed(turn.lines), reversed(totals), strict=True):
        factor = factor_of(turn.product(line.sku), line.unit) or 1
        wanted = -(-excess * line.base_qty // total) if excess > 0 and total else 0
        cut = min(line.base_qty, -(-wanted // factor) * factor)
        excess -= total * cut // line.base_qty
        if cut < line.base_qty:
            kept.append(line_of(turn.product(line.sku), line.base_qty - cut, line.unit))
    return kept[::-1]


def open_draft(turn: Turn, _arg: str = "") -> Says:
    """The whole list, asked for."""
    return show.read_back(turn, everything=True)


def ask_draft(turn: Turn, _moves: Sequence[object]) -> Says:
    """The same, asked in words."""
    return show.read_back(turn, everything=True)


def how(_turn: Turn, _arg: str) -> Says:
    """How to order."""
    return (say("dialog.option.order.how"),)

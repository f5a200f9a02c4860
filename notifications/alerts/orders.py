"""Orders: the brand hears of new ones and of what waits for a yes, the dealer of every change he did not make himself."""

from collections.abc import Iterable, Sequence

from core.db.session import Session
from core.kit.money import Money
from core.kit.say import Param, Say
from core.orders.staff import Punctuality, Review, review_card
from notifications.alerts.happened import Happened, Rule, button, tell
from notifications.outbox.write import Notice
from notifications.recipients import Recipient, dealer_label, members_of, staff_of

BUYERS = ("owner", "buyer")
PAYERS = ("owner", "finance")


def _region(session: Session, fact: Happened) -> tuple[str, str]:
    label = dealer_label(session, fact.dealer())
    return label.name, label.region


def _others(recipients: list[Recipient], fact: Happened) -> list[Recipient]:
    """Whoever did it knows already."""
    return [recipient for recipient in recipients if recipient.subject != fact.data.get("by")]


def placed(session: Session, fact: Happened) -> Iterable[Notice]:
    """A new order: sales of the region, and the warehouse with its next step."""
    name, region = _region(session, fact)
    params: dict[str, Param] = {"dealer": name, "number": fact.data["number"], "total": fact.money("total")}
    see = button("see_order", "order", str(fact.data["number"]))
    say = Say(key="alerts.order_placed", params=params, choices=(see,))
    yield from tell(fact, staff_of(session, "sales", "admin", region=region), say)
    yield from _to_ship(session, fact)


def _to_ship(session: Session, fact: Happened) -> Iterable[Notice]:
    """The warehouse gets what may now leave."""
    name, region = _region(session, fact)
    number = str(fact.data["number"])
    params: dict[str, Param] = {"dealer": name, "number": number, "total": fact.money("total")}
    choices = (button("ship", "ship", number), button("see_order", "order", number))
    say = Say(key="alerts.order_to_ship", params=params, choices=choices)
    yield from tell(fact, staff_of(session, "warehouse", region=region), say, kind="money")


def approved(session: Session, fact: Happened) -> Iterable[Notice]:
    """The dealer hears the yes; the warehouse may ship."""
    yield from _to_dealer("approved", "total", number="number")(session, fact)
    yield from _to_ship(session, fact)


def review_asked(session: Session, fact: Happened) -> Iterable[Notice]:
    """Over credit: whoever may decide gets the arithmetic and the buttons; the buyer is answered in his own turn."""
    name, region = _region(session, fact)
    review = review_card(session.for_dealer(fact.dealer()), str(fact.data["number"]), zone=fact.zone)
    say = approval_card(name, review, fact.currency)
    yield from tell(fact, staff_of(session, "sales", "finance", "admin", region=region), say, kind="money")


def approval_card(dealer: str, review: Review, currency: str) -> Say:
    """The arithmetic behind a yes. The button carries the excess that was shown: a larger one asks again."""
    account, number = review.account, review.order.number

    def money(minor: int) -> Money:
        return Money(minor, currency)

    lines = [
        Say(
            key="alerts.review_account",
            params={
                "limit": money(account.credit_limit),
                "balance": money(account.balance),
                "exposure": money(account.exposure),
            },
        )
    ]
    if account.overdue:
        overdue: dict[str, Param] = {"overdue": money(account.overdue), "days": account.oldest_overdue_days}
        lines.append(Say(key="alerts.review_overdue", params=overdue))
    lines += paid_before(review.last_orders)
    after: dict[str, Param] = {
        "exposure": money(review.exposure_after),
        "available": money(review.available_after),
    }
    lines.append(Say(key="alerts.review_after", params=after))
    return Say(
        key="alerts.review_asked",
        params={
            "dealer": dealer,
            "number": number,
            "total": money(review.order.total),
            "excess": money(review.excess),
            "until": review.until,
        },
        lines=tuple(lines),
        choices=(
            button("approve", "approve", f"{number}~{review.excess}"),
            button("reject", "reject", number),
            button("see_order", "order", number),
        ),
    )


def paid_before(last_orders: Sequence[Punctuality]) -> list[Say]:
    """How the last orders were paid, in a line; none where nothing was shipped yet."""
    history = tuple(_punctual(order) for order in last_orders)
    return (
        [Say(key="alerts.review_history", params={"count": len(history), "history": history})]
        if history
        else []
    )


def _punctual(order: Punctuality) -> Say:
    if order.days_late == 0:
        return Say(key="alerts.paid_in_time" if order.paid else "alerts.not_due")
    key = "alerts.paid_late" if order.paid else "alerts.still_unpaid"
    return Say(key=key, params={"days": order.days_late})


def _to_dealer(
    key: str, *amounts: str, roles: tuple[str, ...] = BUYERS, kind: str = "money", **plain: str
) -> Rule:
    """A rule that tells the dealer's people with these roles. plain: parameter -> name in the fact."""

    def rule(session: Session, fact: Happened) -> Iterable[Notice]:
        recipients = _others(members_of(session, fact.dealer(), roles), fact)
        params: dict[str, Param] = {name: fact.money(name) for name in amounts} | {
            name: fact.data[at] for name, at in plain.items()
        }
        dealer = dealer_label(session, fact.dealer()).name
        yield from tell(
            fact, recipients, Say(key=f"alerts.{key}", params={**params, "dealer": dealer}), kind=kind
        )

    return rule


def shipped(session: Session, fact: Happened) -> Iterable[Notice]:
    """On its way, with carrier and number, and the button for when it has arrived."""
    number = str(fact.data["number"])
    key = "alerts.shipped_part" if fact.data["rest"] else "alerts.shipped"
    lines: tuple[Say, ...] = ()
    if fact.data["carrier"] or fact.data["tracking"]:
        way: dict[str, Param] = {"carrier": fact.data["carrier"], "tracking": fact.data["tracking"]}
        lines = (Say(key="alerts.shipped_way", params=way),)
    params: dict[str, Param] = {"number": number, "value": fact.money("value")}
    choices = (button("received_button", "received", number), button("see_order", "order", number))
    say = Say(key=key, params=params, lines=lines, choices=choices)
    yield from tell(fact, _others(members_of(session, fact.dealer(), BUYERS), fact), say, kind="money")


def received(session: Session, fact: Happened) -> Iterable[Notice]:
    """Arrived: sales of the region hear it; the dealer too when staff wrote it down."""
    name, region = _region(session, fact)
    params: dict[str, Param] = {"dealer": name, "number": fact.data["number"]}
    key = "alerts.received_part" if fact.data["delivery"] == "partial" else "alerts.received"
    say = Say(key=key, params={**params, "value": fact.money("value")})
    yield from tell(fact, _others(staff_of(session, "sales", region=region), fact), say)
    if not str(fact.data["by"]).startswith("m:"):
        yield from tell(
            fact,
            members_of(session, fact.dealer(), BUYERS),
            Say(key="alerts.received_for_you", params=params),
        )


def cancelled(session: Session, fact: Happened) -> Iterable[Notice]:
    """Cancelled: the other side hears it."""
    name, region = _region(session, fact)
    params: dict[str, Param] = {
        "dealer": name,
        "number": fact.data["number"],
        "total": fact.money("total"),
        "reason": fact.data["reason"],
    }
    by_dealer = str(fact.data["by"]).startswith("m:")
    recipients = (
        staff_of(session, "sales", "warehouse", region=region)
        if by_dealer
        else members_of(session, fact.dealer(), BUYERS)
    )
    key = "alerts.cancelled" if fact.data["reason"] else "alerts.cancelled_plain"
    yield from tell(fact, _others(recipients, fact), Say(key=key, params=params))


def can_be_filled(session: Session, fact: Happened) -> Iterable[Notice]:
    """What a draft waited for is there: one notice to who waits."""
    waiting = [
        recipient
        for recipient in members_of(session, fact.dealer(), ("owner", "buyer", "finance"))
        if recipient.subject == f"m:{fact.data['member_id']}"
    ]
    say = Say(key="alerts.can_be_filled", choices=(button("see_draft", "draft", "0"),))
    yield from tell(fact, waiting, say)


def prepared(session: Session, fact: Happened) -> Iterable[Notice]:
    """A colleague wrote an order for the dealer's person, who confirms it."""
    waiting = [
        recipient
        for recipient in members_of(session, fact.dealer(), BUYERS)
        if recipient.subject == f"m:{fact.data['member_id']}"
    ]
    params: dict[str, Param] = {"name": str(fact.data["name"]), "count": int(fact.data["count"])}
    say = Say(key="alerts.prepared", params=params, choices=(button("see_draft", "draft", "0"),))
    yield from tell(fact, waiting, say, kind="money")


RULES: dict[str, Rule] = {
    "drafts.prepared": prepared,
    "orders.placed": placed,
    "orders.review_asked": review_asked,
    "orders.approved": approved,
    "orders.rejected": _to_dealer("rejected", "total", number="number", reason="reason"),
    "orders.review_expired": _to_dealer("review_expired", "total", number="number"),
    "orders.shipped": shipped,
    "orders.received": received,
    "orders.cancelled": cancelled,
    "orders.backorder_filled": _to_dealer("backorder_filled", number="number", kind="alert"),
    "orders.returned": _to_dealer(
        "returned", "value", number="number", reason="reason", roles=("owner", "buyer", "finance")
    ),
    "payments.recorded": _to_dealer("payment", "amount", "balance", roles=PAYERS),
    "account.limit_changed": _to_dealer("limit_changed", "credit_limit", roles=PAYERS),
    "account.adjusted": _to_dealer("account_adjusted", "amount", "balance", reason="reason", roles=PAYERS),
    "drafts.can_be_filled": can_be_filled,
}

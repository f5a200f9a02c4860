"""Any sequence of the trade's verbs keeps the books: a small model says what must be, the check finds nothing."""

import os
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from core.credit.queries import standing
from core.credit.service import set_credit_limit
from core.kit.errors import DealerError
from core.kit.money import share
from core.orders.cancel import cancel_order
from core.orders.errors import OverCreditError, ShortageError
from core.orders.payments import adjust_balance, record_payment
from core.orders.receive import confirm_receipt
from core.orders.returns import record_return
from core.orders.review import approve_order, expire_reviews, reject_order
from core.orders.ship import ship_order
from core.orders.supply import adjust_stock, receive_stock
from core.pricing.service import set_price
from core.stock.queries import stock_of
from tests.core.shop import TODAY, Shop, open_shop
from tests.databases import Database

WALKS = int(os.environ.get("WALKS", "2"))
SKUS = ("A", "B", "C")
DEALERS = ("D1", "D2")
START = 25
STEPS = 120


@dataclass
class Line:
    sku: str
    qty: int
    total: int
    reserved: int
    shipped: int = 0
    returned: int = 0

    @property
    def waiting(self) -> int:
        return self.qty - self.reserved - self.shipped


@dataclass
class Order:
    number: str
    dealer: str
    lines: list[Line]
    state: str

    @property
    def total(self) -> int:
        return sum(line.total for line in self.lines)

    @property
    def exposed(self) -> int:
        if self.state != "confirmed":
            return 0
        return sum(line.total - share(line.total, line.shipped, line.qty) for line in self.lines)


@dataclass
class Books:
    """What must be, kept without a database."""

    on_hand: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SKUS, START))
    limit: dict[str, int] = field(default_factory=lambda: dict.fromkeys(DEALERS, 3000))
    balance: dict[str, int] = field(default_factory=lambda: dict.fromkeys(DEALERS, 0))
    orders: list[Order] = field(default_factory=list)
    money: int = 0

    def reserved(self, sku: str) -> int:
        return sum(line.reserved for order in self.orders for line in order.lines if line.sku == sku)

    def free(self, sku: str) -> int:
        return self.on_hand[sku] - self.reserved(sku)

    def exposure(self, dealer: str) -> int:
        return sum(order.exposed for order in self.orders if order.dealer == dealer)

    def fill(self) -> None:
        """Free stock goes to confirmed back-orders, first come first."""
        for order in self.orders:
            for line in order.lines:
                take = min(line.waiting, self.free(line.sku)) if order.state == "confirmed" else 0
                line.reserved += take

    def pick(self, index: int, *states: str) -> Order | None:
        found = [order for order in self.orders if order.state in states]
        return found[index % len(found)] if found else None


class Trade:
    """The verbs, each done in the shop and in the books."""

    def __init__(self, database: Database) -> None:
        self.shop: Shop = open_shop(database)
        for number, sku in enumerate(SKUS):
            self.shop.product(sku, stock=START, price=(1000, 333, 7)[number])
        for dealer in DEALERS:
            self.shop.dealer(dealer, credit_limit=3000, payment_days=7)
        self.books = Books()

    def receive(self, index: int, base_qty: int) -> None:
        sku = SKUS[index % 3]
        self.shop.as_("warehouse", receive_stock, sku=sku, base_qty=base_qty, source=self.shop.source())
        self.books.on_hand[sku] += base_qty
        self.books.fill()

    def adjust(self, index: int, change: int) -> None:
        sku = SKUS[index % 3]
        fits = self.books.free(sku) + change >= 0
        done = self.attempt(
            "warehouse", adjust_stock, sku=sku, change=change, reason="", source=self.shop.source()
        )
        assert done == fits
        if fits:
            self.books.on_hand[sku] += change
            self.books.fill()

    def place(self, who: int, wanted: list[tuple[str, int]], shortage: str, review: bool) -> None:
        dealer = DEALERS[who % 2]
        left = {sku: self.books.free(sku) for sku in SKUS}
        have = []
        for sku, qty in wanted:
            have.append(min(qty, left[sku]))
            left[sku] -= have[-1]
        short = any(got < qty for got, (_, qty) in zip(have, wanted, strict=True))
        over_credit = "review" if review else "refuse"
        refused: OverCreditError | None = None
        try:
            placed = self.shop.order(f"buyer {dealer}", *wanted, shortage=shortage, over_credit=over_credit)
        except ShortageError:
            assert short
            assert shortage == "refuse" or not any(have)
            return
        except OverCreditError as error:
            refused = error
        if refused is not None:
            assert not review
            assert refused.fields["total"] > self.available(dealer)
            return
        assert not (short and shortage == "refuse")
        assert (placed.state == "pending_review") == (placed.total > self.available(dealer))
        kept = [
            (sku, got if shortage == "partial" else qty, got)
            for (sku, qty), got in zip(wanted, have, strict=True)
        ]
        lines = [
            Line(sku, qty, line.total, got)
            for (sku, qty, got), line in zip([each for each in kept if each[1]], placed.lines, strict=True)
        ]
        self.books.orders.append(Order(placed.number, dealer, lines, placed.state))

    def decide(self, index: int, approve: bool) -> None:
        order = self.books.pick(index, "pending_review")
        if order is None:
            return
        self.shop.as_("sales", approve_order if approve else reject_order, number=order.number)
        self.end(order, "confirmed" if approve else "cancelled")

    def cancel(self, index: int) -> None:
        order = self.books.pick(index, "pending_review", "confirmed")
        if order is None:
            return
        untouched = not any(line.shipped for line in order.lines)
        assert self.attempt(f"owner {order.dealer}", cancel_order, number=order.number) == untouched
        if untouched:
            self.end(order, "cancelled")

    def ship(self, index: int, line: int, part: int, whole: bool) -> None:
        order = self.books.pick(index, "confirmed")
        if order is None or not any(each.reserved for each in order.lines):
            return
        ready: dict[str, int] = {}
        for each in order.lines:
            ready[each.sku] = ready.get(each.sku, 0) + each.reserved
        ready = {sku: qty for sku, qty in ready.items() if qty}
        sku = sorted(ready)[line % len(ready)]
        sent = ready if whole else {sku: min(part, ready[sku])}
        shipped = self.shop.as_("warehouse", ship_order, number=order.number, source=self.shop.source(),
                                lines=None if whole else sent)  # fmt: skip
        before = order.exposed
        for sku, qty in sent.items():
            self.books.on_hand[sku] -= qty
            left = qty
            for each in order.lines:
                take = min(left, each.reserved) if each.sku == sku else 0
                each.reserved -= take
                each.shipped += take
                left -= take
        assert shipped.value == before - order.exposed
        self.move(order.dealer, -shipped.value)

    def arrive(self, index: int) -> None:
        order = self.books.pick(index, "confirmed")
        if order is None or not any(line.shipped for line in order.lines):
            return
        self.shop.as_(f"buyer {order.dealer}", confirm_receipt, number=order.number)
        if all(line.shipped == line.qty for line in order.lines):
            order.state = "closed"

    def pay(self, who: int, amount: int, index: int, named: bool) -> None:
        order = self.books.pick(index, "pending_review", "confirmed", "closed") if named else None
        dealer = order.dealer if order else DEALERS[who % 2]
        paid = self.shop.as_("finance", record_payment, amount=amount, source=self.shop.source(), dealer=dealer,
                             order_number=order.number if order else None)  # fmt: skip
        assert sum(paid.settled.values()) <= amount
        self.move(dealer, amount)

    def correct(self, who: int, amount: int) -> None:
        dealer = DEALERS[who % 2]
        self.shop.as_(
            "finance", adjust_balance, amount=amount, source=self.shop.source(), reason="", dealer=dealer
        )
        self.move(dealer, amount)

    def limit(self, who: int, amount: int) -> None:
        dealer = DEALERS[who % 2]
        self.shop.as_("finance", set_credit_limit, credit_limit=amount, dealer=dealer)
        self.books.limit[dealer] = amount

    def give_back(self, index: int, line: int, part: int, restock: bool) -> None:
        order = self.books.pick(index, "confirmed", "closed")
        gone = [each for each in order.lines if each.shipped > each.returned] if order else []
        if order is None or not gone:
            return
        sku = gone[line % len(gone)].sku
        qty = min(part, sum(each.shipped - each.returned for each in gone if each.sku == sku))
        back = self.shop.as_("finance", record_return, number=order.number, lines={sku: qty}, reason="",
                             source=self.shop.source(), restock=restock)  # fmt: skip
        value, left = 0, qty
        for each in gone:
            take = min(left, each.shipped - each.returned) if each.sku == sku else 0
            value -= share(each.total, each.returned, each.qty)
            each.returned += take
            value += share(each.total, each.returned, each.qty)
            left -= take
        assert back.value == value
        self.move(order.dealer, value)
        if restock:
            self.books.on_hand[sku] += qty
            self.books.fill()

    def wait(self, hours: int) -> None:
        self.shop.later(hours=hours)
        for ended in self.shop.system(expire_reviews):
            order = next(each for each in self.books.orders if each.number == ended.number)
            assert order.state == "pending_review"
            self.end(order, "cancelled")

    def reprice(self, index: int, price: int) -> None:
        self.shop.as_("admin", set_price, sku=SKUS[index % 3], unit="case", price=price, valid_from=TODAY)

    def books_agree(self) -> None:
        for dealer in DEALERS:
            account = self.shop.see(f"owner {dealer}", standing)
            kept = (account.credit_limit, account.balance, account.exposure)
            books = self.books
            assert kept == (books.limit[dealer], books.balance[dealer], books.exposure(dealer))
        for sku, item in self.shop.see("warehouse", stock_of, SKUS).items():
            assert (item.on_hand, item.reserved) == (self.books.on_hand[sku], self.books.reserved(sku))

    def money_is_conserved(self) -> None:
        assert sum(self.books.balance.values()) == self.books.money

    def check_finds_nothing(self) -> None:
        assert self.shop.violations() == []

    def attempt(self, who: str, verb: Any, **kwargs: Any) -> bool:
        try:
            self.shop.as_(who, verb, **kwargs)
        except DealerError:
            return False
        return True

    def available(self, dealer: str) -> int:
        return self.books.limit[dealer] + self.books.balance[dealer] - self.books.exposure(dealer)

    def move(self, dealer: str, amount: int) -> None:
        self.books.balance[dealer] += amount
        self.books.money += amount

    def end(self, order: Order, state: str) -> None:
        order.state = state
        if state == "cancelled":
            for line in order.lines:
                line.qty = line.shipped = line.reserved = 0
        self.books.fill()


def steps(random: Random) -> list[tuple[int, str, dict[str, Any]]]:
    """What may happen next: how likely, which verb, with what."""
    picks = {"index": random.randrange(8)}
    part = {"line": random.randrange(8), "part": random.randint(1, 12)}
    who = {"who": random.randrange(2)}
    wanted = [(random.choice(SKUS), random.randint(1, 30)) for _ in range(random.randint(1, 4))]
    shortage = random.choice(["refuse", "partial", "backorder", "backorder"])
    return [
        (6, "place", {**who, "wanted": wanted, "shortage": shortage, "review": random.random() < 0.7}),
        (6, "ship", {**picks, **part, "whole": random.random() < 0.2}),
        (3, "receive", {**picks, "base_qty": random.randint(1, 40)}),
        (3, "pay", {**who, **picks, "amount": random.randint(1, 3000), "named": random.random() < 0.5}),
        (3, "decide", {**picks, "approve": random.random() < 0.7}),
        (2, "give_back", {**picks, **part, "restock": random.random() < 0.7}),
        (2, "arrive", picks),
        (1, "cancel", picks),
        (1, "adjust", {**picks, "change": random.choice([-20, -7, 5, 11])}),
        (1, "correct", {**who, "amount": random.choice([-900, -50, 70, 1200])}),
        (1, "limit", {**who, "amount": random.randint(1000, 9000)}),
        (1, "wait", {"hours": random.randint(1, 30)}),
        (1, "reprice", {**picks, "price": random.randint(1, 2000)}),
    ]


@pytest.mark.parametrize("seed", range(WALKS))
def test_any_walk_keeps_the_books(database: Database, seed: int) -> None:
    random = Random(seed)
    trade = Trade(database)
    taken = []
    for _ in range(STEPS):
        choices = steps(random)
        _, verb, how = random.choices(choices, [weight for weight, _, _ in choices])[0]
        taken.append((verb, how))
        getattr(trade, verb)(**how)
        try:
            trade.books_agree()
            trade.money_is_conserved()
            trade.check_finds_nothing()
        except AssertionError:
            print(*taken, sep="\n")
            raise
    done = [order for order in trade.books.orders if any(line.shipped for line in order.lines)]
    assert len(trade.books.orders) > 5
    assert len(done) > 2

"""The month's own books: what every total must be, reckoned from what was said and decided, without the product's code.

Money in minor units, goods in whole cases.
"""

from collections import Counter
from dataclasses import dataclass, field

from tests.scenarios.brand import BUDGET, DEALERS, GOODS, LIMIT, PLENTY, STOCK_CASES, TIERS

Goods = dict[str, int]


@dataclass
class Order:
    """What a dealer ordered at which prices, and how far it is."""

    number: str
    dealer: str
    lines: Goods
    prices: Goods
    state: str = "placed"  # placed | review | cancelled
    reserved: Goods = field(default_factory=dict)
    shipped: Counter[str] = field(default_factory=Counter)
    returned: Counter[str] = field(default_factory=Counter)
    late: bool = False  # something left after the rebates' period

    @property
    def total(self) -> int:
        return self.worth(self.lines)

    @property
    def unshipped(self) -> int:
        return self.total - self.worth(self.shipped)

    @property
    def done(self) -> bool:
        return self.unshipped == 0

    def worth(self, goods: Goods) -> int:
        return sum(self.prices[sku] * cases for sku, cases in goods.items())


@dataclass
class Claim:
    """What a dealer asked for, and what was decided. approved None: not yet."""

    number: str
    dealer: str
    amount: int
    approved: int | None = None


@dataclass
class Books:
    """Prices, stock, orders, accounts, claims and rebates of everybody."""

    prices: Goods = field(default_factory=lambda: {sku: yuan * 100 for sku, _, _, yuan in GOODS})
    on_hand: Goods = field(default_factory=lambda: {sku: STOCK_CASES.get(sku, PLENTY) for sku, *_ in GOODS})
    orders: dict[str, Order] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    balances: Counter[str] = field(default_factory=Counter)
    bought: Counter[str] = field(default_factory=Counter)
    rebates: Counter[str] = field(default_factory=Counter)
    rebates_paid: Counter[str] = field(default_factory=Counter)
    period_over: bool = False
    dealers: tuple[str, ...] = tuple(code for code, _ in DEALERS)

    def worth(self, goods: Goods) -> int:
        """What goods cost today."""
        return sum(self.prices[sku] * cases for sku, cases in goods.items())

    def of(self, dealer: str, *states: str) -> list[Order]:
        return [order for order in self.orders.values() if order.dealer == dealer and order.state in states]

    def exposure(self, dealer: str) -> int:
        """What is ordered and not yet shipped; an order in review does not count."""
        return sum(order.unshipped for order in self.of(dealer, "placed"))

    def available(self, dealer: str) -> int:
        return LIMIT + self.balances[dealer] - self.exposure(dealer)

    def held(self, sku: str) -> int:
        return sum(order.reserved.get(sku, 0) for order in self.orders.values())

    def free(self, sku: str) -> int:
        return self.on_hand[sku] - self.held(sku)

    def short(self, goods: Goods) -> list[str]:
        return [sku for sku, cases in goods.items() if cases > self.free(sku)]

    def place(self, number: str, dealer: str, goods: Goods, state: str = "placed") -> Order:
        assert number not in self.orders
        reserved = {sku: min(cases, self.free(sku)) for sku, cases in goods.items()}
        prices = {sku: self.prices[sku] for sku in goods}
        self.orders[number] = Order(number, dealer, dict(goods), prices, state, reserved)
        return self.orders[number]

    def cancel(self, order: Order) -> None:
        order.state = "cancelled"
        order.reserved = {}

    def ship(self, order: Order, goods: Goods) -> int:
        """What leaves is worth so much; it comes off the account and counts as bought."""
        for sku, cases in goods.items():
            order.reserved[sku] -= cases
            order.shipped[sku] += cases
            self.on_hand[sku] -= cases
            assert order.reserved[sku] >= 0
        value = order.worth(goods)
        self.balances[order.dealer] -= value
        if self.period_over:
            order.late = True
        else:
            self.bought[order.dealer] += value
        return value

    def take_back(self, order: Order, sku: str, cases: int) -> int:
        order.returned[sku] += cases
        self.on_hand[sku] += cases
        value = order.prices[sku] * cases
        self.balances[order.dealer] += value
        self.bought[order.dealer] -= value
        self.fill(sku)
        return value

    def receive(self, sku: str, cases: int) -> None:
        self.on_hand[sku] += cases
        self.fill(sku)

    def fill(self, sku: str) -> None:
        """Goods in hand go to who has waited longest."""
        for order in self.orders.values():
            if order.state == "placed" and sku in order.lines:
                waiting = order.lines[sku] - order.shipped[sku] - order.reserved[sku]
                order.reserved[sku] += min(waiting, max(self.free(sku), 0))

    def budget_left(self) -> int:
        used = (claim.amount if claim.approved is None else claim.approved for claim in self.claims.values())
        return BUDGET - sum(used)

    def decide(self, claim: Claim, approved: int) -> None:
        claim.approved = approved
        self.balances[claim.dealer] += approved

    def earned(self, dealer: str) -> int:
        """What all of the month's purchases earn at the highest rate they are above."""
        bought = self.bought[dealer]
        rate = max((rate for above, rate in TIERS.items() if bought > above), default=0)
        return bought * rate // 100_000

    def settle(self, dealer: str) -> int:
        """Pay what is earned and not yet paid."""
        due = self.earned(dealer) - self.rebates_paid[dealer]
        amount = max(due, -self.rebates[dealer])
        self.rebates_paid[dealer] += amount
        self.rebates[dealer] += amount
        return amount


NAMES = dict(DEALERS)

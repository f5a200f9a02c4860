"""The script of the month: what dealers and staff do on a day, each printed figure compared with the books."""

from dataclasses import dataclass

from tests.scenarios.books import NAMES
from tests.scenarios.brand import DAYS, LOW, PIECES
from tests.scenarios.money import Money
from tests.scenarios.people import printed
from tests.scenarios.trade import PLAIN, SPELT, owner

NEW_PRICE_DAY, SETTLE_DAY = 14, 19


@dataclass
class Month(Money):
    """All of it, day by day."""

    def play(self) -> None:
        """All days, the last being the one after the rebates' period; then one night for what the last day changed."""
        self.people.jobs()
        self.people.listen()
        for day in range(DAYS):
            if day:
                self.people.until(9)
            if day == DAYS - 1:
                self.close()
            self.morning(day)
            if day == DAYS - 1:
                self.use_rebate(max(NAMES, key=self.books.available))
            self.people.until(14)
            self.afternoon(day)
            self.people.until(18)
        self.people.until(9)
        self.people.until(14)
        self.expire()
        self.take_back_rebates()

    def morning(self, day: int) -> None:
        """Dealers ask and order."""
        if day == NEW_PRICE_DAY:
            self.people.asks("admin", "改价 可乐 50", "✅")
            self.books.prices["C-1"] = 50_00
        for code in NAMES:
            if self.chance.random() < 0.45:
                self.order(code)
            if self.chance.random() < 0.5:
                self.query(code)
            if self.chance.random() < 0.12:
                self.claim(code)

    def afternoon(self, day: int) -> None:
        """Staff decide, ship, receive and book; dealers confirm what came."""
        self.expire()
        self.decide_orders()
        self.decide_claims()
        self.receive_stock()
        self.ship_all()
        self.people.listen()
        self.confirm_receipts()
        self.returns()
        self.payments()
        if day == SETTLE_DAY:
            self.settle_early("D03")
        self.count()

    def ship_all(self) -> None:
        for order in list(self.books.orders.values()):
            if order.state != "placed" or order.done or self.chance.random() < 0.25:
                continue
            goods = {sku: cases for sku, cases in order.reserved.items() if cases}
            way = f"顺丰 SF{self.chance.randrange(10**6, 10**7)}"
            if not goods:
                continue
            words = f"发货 {order.number} {way}"
            if self.chance.random() < 0.25:
                sku = self.chance.choice(list(goods))
                goods = {sku: self.chance.randint(1, goods[sku])}
                words = f"发货 {order.number} {PLAIN[sku]} {goods[sku]}箱 {way}"
            answer = self.people.asks("warehouse", words, "✅")
            assert printed(answer, "货值") == self.books.ship(order, goods), answer
            assert ("已发完" in answer) == order.done, answer
            self.happened("shipped" if order.done else "shipped in part")
            if order not in self.unreceived:
                self.unreceived.append(order)

    def confirm_receipts(self) -> None:
        for order in self.unreceived:
            if self.chance.random() < 0.8:
                answer = self.people.says(owner(order.dealer), f"{order.number}收到了")
                assert ("已收货" in answer) == order.done, answer
                assert order.done or "这批收到了" in answer, answer
                self.happened("received")
        self.unreceived = []

    def returns(self) -> None:
        for order in list(self.books.orders.values()):
            if not order.done or order.returned or order.late or self.chance.random() > 0.03:
                continue
            sku = self.chance.choice(list(order.lines))
            answer = self.people.asks("warehouse", f"退货 {order.number} {PLAIN[sku]} 1箱 破损", "✅")
            assert printed(answer, "，退") == self.books.take_back(order, sku, 1), answer
            self.happened("returned")

    def receive_stock(self) -> None:
        """Some days after it ran low, goods come in."""
        if self.restock_in is None and any(
            who == "warehouse" and "下限" in text and LOW in text for who, text in self.people.today
        ):
            self.happened("low")
            self.restock_in = 3
        if self.restock_in is not None:
            self.restock_in -= 1
        if self.restock_in == 0:
            self.restock_in = None
            answer = self.people.asks("warehouse", f"入库 {PLAIN[LOW]} 150箱", "✅ 已入库")
            self.books.receive(LOW, 150)
            assert f"在库 {self.books.on_hand[LOW] * PIECES:,}瓶" in answer, answer
            assert f"可卖 {self.books.free(LOW) * PIECES:,}瓶" in answer, answer
            self.happened("restocked")

    def count(self) -> None:
        """The warehouse looks at one product."""
        sku = self.chance.choice(list(SPELT))
        answer = self.people.says("warehouse", f"库存 {PLAIN[sku]}")
        assert f"在库 {self.books.on_hand[sku] * PIECES:,}瓶" in answer, answer
        assert f"可卖 {self.books.free(sku) * PIECES:,}瓶" in answer, answer

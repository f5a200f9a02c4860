"""Dealers order, with mistakes, corrections and changes of mind; what goes beyond their credit is decided."""

from dataclasses import dataclass

from tests.scenarios.books import Goods, Order
from tests.scenarios.brand import LOW
from tests.scenarios.people import number, printed
from tests.scenarios.trade import PLAIN, SPELT, Trade, owner


@dataclass
class Ordering(Trade):
    """From the first words to an order that can be shipped."""

    def order(self, code: str) -> None:
        """Words, corrections, then a yes, a change of mind or a cancellation."""
        goods = self.said_goods(code)
        while self.chance.random() < 0.35:
            goods = self.correct(code, goods)
        if self.chance.random() < 0.08:
            assert "购物单空了" in self.people.says(owner(code), "清空购物单")
            self.happened("changed mind")
            return
        order = self.confirm(code, goods)
        if order is not None and order.state == "placed" and self.chance.random() < 0.08:
            self.say_again(code, order)
        if order is not None and order.state == "placed" and self.chance.random() < 0.12 and LOW not in goods:
            answer = self.people.asks(owner(code), f"取消 {order.number}", "已取消")
            assert order.number in answer
            self.books.cancel(order)
            self.happened("cancelled")

    def say_again(self, code: str, order: Order) -> None:
        """The same order said a second time is asked about, and not made."""
        said = "，".join(f"{PLAIN[sku]} {cases}箱" for sku, cases in order.lines.items())
        answer = self.people.says(owner(code), said)
        if self.books.short(order.lines) or self.books.available(code) < order.total:
            self.people.says(owner(code), "清空购物单")
            return
        assert printed(answer, "合计") == self.books.worth(order.lines), answer
        answer = self.people.says(owner(code), "下单")
        assert f"一样的单 {order.number}" in answer, answer
        self.people.says(owner(code), "不用了")
        self.people.says(owner(code), "清空购物单")
        self.happened("said twice")

    def said_goods(self, code: str) -> Goods:
        goods = {}
        for sku in self.chance.sample(list(SPELT), self.chance.choice((1, 2, 2, 3))):
            goods[sku] = self.chance.randint(2, 9)
        if self.chance.random() < 0.09:
            goods["T-101"] = 100
        if self.chance.random() < 0.04:
            goods = {LOW: 50}
        said = [
            f"{self.chance.choice(SPELT[sku])} {cases}{self.chance.choice('箱箱件')}"
            for sku, cases in goods.items()
        ]
        if self.chance.random() < 0.2 and "T-100" not in goods and "T-101" not in goods:
            return self.ambiguous(code, goods, said)
        self.shows(self.people.says(owner(code), self.chance.choice("，、 ").join(said)), goods)
        return goods

    def ambiguous(self, code: str, goods: Goods, said: list[str]) -> Goods:
        answer = self.people.says(owner(code), "，".join([*said, "茉莉花茶2箱"]))
        assert "茉莉花茶有2种" in answer, answer
        words, sku = self.chance.choice(
            (("500的", "T-100"), ("1L的", "T-101"), ("1", "T-100"), ("大的", "T-101"))
        )
        goods = {**goods, sku: 2}
        self.happened("ambiguous")
        self.shows(self.people.says(owner(code), words), goods)
        return goods

    def correct(self, code: str, goods: Goods) -> Goods:
        """One change of what was said."""
        sku = self.chance.choice(list(goods))
        cases = self.chance.randint(2, 9)
        kind = self.chance.choice(("set", "set", "drop", "more", "undo"))
        self.happened("corrected")
        if kind == "drop" and len(goods) > 1:
            answer = self.people.says(owner(code), f"{PLAIN[sku]}不要了")
            goods = {one: qty for one, qty in goods.items() if one != sku}
        elif kind == "more":
            sku = self.chance.choice(list(SPELT))
            answer = self.people.says(owner(code), f"再加{cases}箱{PLAIN[sku]}")
            goods = {**goods, sku: goods.get(sku, 0) + cases}
        elif kind == "undo" and goods[sku] != cases:
            self.people.says(owner(code), f"{PLAIN[sku]}改成{cases}箱")
            answer = self.people.says(owner(code), "撤销")
        else:
            answer = self.people.says(owner(code), f"{PLAIN[sku]}改成{cases}箱")
            goods = {**goods, sku: cases}
        self.shows(answer, goods)
        return goods

    def shows(self, answer: str, goods: Goods) -> None:
        """The draft's total is the books'."""
        assert printed(answer, "合计") == self.books.worth(goods), (answer, goods)

    def confirm(self, code: str, goods: Goods) -> Order | None:
        total, left, short = self.books.worth(goods), self.books.available(code), self.books.short(goods)
        answer = self.people.says(owner(code), self.chance.choice(("下单", "确认下单", "确认")))
        for _ in range(5):
            if "已下单" in answer or "已送去审批" in answer:
                break
            if "还差 ¥" in answer and "怎么下单" not in answer:
                assert printed(answer, "还差") == total - left > 0, answer
                assert printed(answer, "可用") == left
                if self.chance.random() < 0.3:
                    assert "购物单空了" in self.people.says(owner(code), "清空购物单")
                    return None
                answer = self.people.says(owner(code), "送去审批")
            elif "怎么下单" in answer:
                assert short, answer
                answer = self.people.says(owner(code), "1")
            else:
                self.happened("asked again")
                answer = self.people.says(owner(code), "1")
        review = "已送去审批" in answer
        assert review == (total > left), (answer, total, left)
        assert f"（¥{total // 100:,}）" in answer if review else printed(answer, "，") == total, answer
        order = self.books.place(number(answer), code, goods, "review" if review else "placed")
        self.happened("review" if review else "placed")
        if short:
            self.happened("backordered")
        if review:
            self.undecided.append(order)
        return order

    def expire(self) -> None:
        """What nobody decided within a day is gone, and its dealer was told."""
        for order in self.left:
            self.people.heard(owner(order.dealer), order.number, "一天内没有批")
            self.books.cancel(order)
            self.happened("expired")
        self.left = []

    def decide_orders(self) -> None:
        for order in self.undecided:
            fate = self.chance.choice(("approve", "approve", "reject", "leave"))
            if fate == "approve":
                self.people.asks(self.chance.choice(("sales", "finance")), f"批准 {order.number}", "✅ 已批")
                order.state = "placed"
            elif fate == "reject":
                self.people.asks("sales", f"驳回 {order.number} 先付款", "已驳回")
                self.books.cancel(order)
            else:
                self.left.append(order)
            self.happened(fate)
        self.undecided = []

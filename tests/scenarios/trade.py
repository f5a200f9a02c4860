"""Who takes part in the month and what they ask: each answer is compared with the books."""

from dataclasses import dataclass, field
from random import Random

from tests.scenarios.books import Books, Order
from tests.scenarios.people import People, printed

SPELT = {
    "G-200": ("绿茶", "绿茶", "绿茶500ml"),
    "C-1": ("可乐", "可乐", "可了"),
    "S-1": ("苏打水", "苏打水", "苏达水"),
    "J-1": ("橙汁", "橙汁"),
    "M-1": ("椰奶", "椰奶", "椰耐"),
    "T-100": ("茉莉花茶500ml", "茉莉花茶 500ml"),
    "T-101": ("茉莉花茶1L", "1L的茉莉花茶"),
}
"""How dealers write what they order, with and without mistakes; the first way is the right one."""
PLAIN = {sku: names[0] for sku, names in SPELT.items()}
CHAT = ("你好", "帮助", "谢谢", "今天天气不错", "asdf", "我要退货", "老板在吗", "在吗")


def owner(code: str) -> str:
    """Who orders for a dealer."""
    return f"owner {code}"


@dataclass
class Trade:
    """The people, the books, and what is still to be done. left: in review since yesterday."""

    people: People
    books: Books = field(default_factory=Books)
    undecided: list[Order] = field(default_factory=list)
    left: list[Order] = field(default_factory=list)
    unreceived: list[Order] = field(default_factory=list)
    restock_in: int | None = None

    @property
    def chance(self) -> Random:
        return self.people.chance

    def happened(self, what: str) -> None:
        self.people.did[what] += 1

    def query(self, code: str) -> None:
        kind = self.chance.choice(("account", "account", "rebate", "stock", "status", "contract", "chat"))
        who = owner(code)
        orders = self.books.of(code, "placed", "cancelled")
        if kind == "account":
            self.account(code)
        elif kind == "rebate":
            self.rebate(code)
        elif kind == "stock":
            sku = self.chance.choice(list(SPELT))
            answer = self.people.says(who, f"{PLAIN[sku]}有货吗")
            free = self.books.free(sku)
            assert free <= 0 or f"现有 {free:,}箱" in answer, (answer, free)
        elif kind == "status" and orders:
            order = self.chance.choice(orders)
            answer = self.people.says(who, f"{order.number}到哪了")
            assert order.number in answer
            assert f"¥{order.total // 100:,}" in answer, (answer, order)
            assert ("已取消" in answer) == (order.state == "cancelled"), answer
        elif kind == "contract":
            assert "合同" in self.people.says(who, "合同什么时候到期")
        else:
            self.people.says(who, self.chance.choice(CHAT))

    def account(self, code: str) -> None:
        answer = self.people.says(
            owner(code), self.chance.choice(("还可以下多少", "账上还有多少", "额度还有多少"))
        )
        balance = self.books.balances[code]
        assert printed(answer, "还可以下单") == self.books.available(code), answer
        assert printed(answer, "欠款" if balance < 0 else "账上余额") == abs(balance), answer
        assert printed(answer, "已下单未发货") == self.books.exposure(code), answer

    def rebate(self, code: str) -> None:
        answer = self.people.says(owner(code), "返利")
        assert printed(answer, "返利余额") == self.books.rebates[code], answer
        if "已赚" in answer:
            assert printed(answer, "已赚") == self.books.earned(code), answer
            assert printed(answer, "进货") == self.books.bought[code], answer

"""Payments, expenses and rebates, and the notices that tell of them."""

from dataclasses import dataclass

from tests.core.shop import ZONE
from tests.scenarios.books import NAMES, Claim
from tests.scenarios.ordering import Ordering
from tests.scenarios.people import CLAIM, number, printed
from tests.scenarios.trade import PLAIN, owner


@dataclass
class Money(Ordering):
    """What moves a dealer's account besides goods."""

    def payments(self) -> None:
        for code, name in NAMES.items():
            owed = -self.books.balances[code]
            if owed <= 0 or self.chance.random() > 0.2:
                continue
            amount = owed if self.chance.random() < 0.5 else self.chance.randint(1, owed // 100) * 100
            if self.chance.random() < 0.2:
                self.people.says("finance", f"收款 {name} {amount // 100 + 1}")
                self.people.says("finance", "算了")
            shown = self.people.says("finance", f"收款 {name} {amount / 100:.2f}")
            assert printed(shown, "账上") == -owed, shown
            assert printed(shown, "→") == amount - owed, shown
            answer = self.people.says("finance", "确认")
            self.books.balances[code] += amount
            assert printed(answer, "账上") == self.books.balances[code], answer
            self.people.listen()
            told = self.people.heard(owner(code), "收到货款")
            assert printed(told, "收到货款") == amount, told
            assert printed(told, "账上现在") == self.books.balances[code], told
            self.happened("paid")

    def claim(self, code: str) -> None:
        """An expense, sometimes with the amount said wrong first, sometimes given up."""
        amount = self.chance.randint(50, 400) * 100 + len(self.books.claims)
        day = self.people.now.astimezone(ZONE)
        spoken = f"{amount / 100:.2f}"
        kind = self.chance.choice(("运费", "陈列费"))
        self.people.says(owner(code), f"报{kind}{spoken}，{day.month}月{day.day}号")
        if self.chance.random() < 0.15:
            self.people.says(owner(code), "不报了")
            self.happened("claim dropped")
            return
        answer = self.people.says(owner(code), "提交")
        assert printed(answer, kind) == amount, answer
        made = Claim(number(answer, CLAIM), code, amount)
        self.books.claims[made.number] = made
        assert printed(answer, "预算还剩") == self.books.budget_left(), answer
        self.happened("claimed")

    def decide_claims(self) -> None:
        for claim in self.books.claims.values():
            if claim.approved is not None or self.chance.random() < 0.2:
                continue
            fate = self.chance.choice(("claim paid", "claim paid", "claim part paid", "claim rejected"))
            before = self.books.balances[claim.dealer]
            if fate == "claim paid":
                answer = self.people.asks("finance", f"批准费用 {claim.number}", "✅ 已批")
                self.books.decide(claim, claim.amount)
            elif fate == "claim rejected":
                answer = self.people.asks("finance", f"驳回费用 {claim.number} 没有票据", "已驳回")
                self.books.decide(claim, 0)
            else:
                self.people.says("finance", f"费用单 {claim.number}")
                self.people.presses("finance", "part-expense")
                self.people.says("finance", "30")
                self.people.says("finance", "超出标准")
                answer = self.people.says("finance", "确认")
                self.books.decide(claim, 30_00)
            assert claim.number in answer, answer
            self.people.listen()
            told = self.people.heard(owner(claim.dealer), claim.number)
            if claim.approved:
                assert printed(told, "现在") == before + claim.approved, told
            self.happened(fate)

    def settle_early(self, code: str) -> None:
        shown = self.people.says("finance", f"结算返利 {NAMES[code]} M3")
        amount = self.books.settle(code)
        assert amount > 0
        assert printed(shown, "付") == amount, shown
        assert printed(self.people.says("finance", "确认"), "结算") == amount
        self.happened("settled early")

    def close(self) -> None:
        """The period ended last night: everybody's rebate is paid, and told once."""
        self.books.period_over = True
        for code in NAMES:
            self.rebate_told(code)
            answer = self.people.says(owner(code), "返利余额")
            assert printed(answer, "返利余额") == self.books.rebates[code], answer
            self.happened("closed")

    def use_rebate(self, code: str) -> None:
        """What was earned pays a part of an order."""
        goods = {"G-200": 4}
        self.shows(self.people.says(owner(code), f"{PLAIN['G-200']} 4箱"), goods)
        answer = self.people.says(owner(code), "用返利抵20")
        self.books.rebates[code] -= 20_00
        assert printed(answer, "返利抵") == 20_00, answer
        assert printed(answer, "还要付") == self.books.worth(goods) - 20_00, answer
        assert printed(answer, "返利余") == self.books.rebates[code], answer
        answer = self.people.says(owner(code), "下单")
        self.books.place(number(answer), code, goods)
        self.books.balances[code] += 20_00
        self.account(code)
        assert printed(answer, "返利余") == self.books.rebates[code], answer
        self.happened("rebate used")

    def take_back_rebates(self) -> None:
        """Returns of the day after the period's end cost a part of the rebate."""
        for code in NAMES:
            if self.rebate_told(code) < 0:
                self.happened("rebate taken back")

    def rebate_told(self, code: str) -> int:
        """What was paid or taken back in the night, as the dealer was told it."""
        amount = self.books.settle(code)
        if amount:
            told = self.people.heard(owner(code), "三月返利", "进货", "扣回" if amount < 0 else "已结算")
            assert printed(told, "返利") == abs(amount), told
            assert printed(told, "进货") == self.books.bought[code], told
            assert printed(told, "返利余额") == self.books.rebates[code], told
        return amount

"""Days, amounts of money, order numbers and periods, each as written and as meant."""

import calendar
import random
from datetime import date, timedelta

from tests.eval import noise
from tests.eval.goods import Goods

WEEKDAYS = {
    "zh": "一二三四五六日",
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


class Asides:
    """What stands in a message beside its lines, by the calendar of the trade's reference day."""

    def __init__(self, goods: Goods, rng: random.Random) -> None:
        self.goods, self.rng = goods, rng
        self.today = date.fromisoformat(goods.file["reference_date"])

    def monday(self) -> date:
        """The first day of this week."""
        return self.today - timedelta(days=self.today.weekday())

    def delivery(self, lang: str) -> tuple[str, str]:
        """A day to come."""
        ahead = self.rng.randint(3, 25)
        day = self.today + timedelta(days=ahead)
        weekday = self.rng.choice([i for i in range(7) if i != self.today.weekday()])
        coming = self.today + timedelta(days=(weekday - self.today.weekday()) % 7)
        following = self.monday() + timedelta(days=7 + weekday)
        name = WEEKDAYS[lang][weekday]
        last = date(
            self.today.year, self.today.month, calendar.monthrange(self.today.year, self.today.month)[1]
        )
        if lang == "en":
            forms = [
                ("tomorrow", self.today + timedelta(days=1)),
                (name, coming),
                (f"next {name}", following),
            ]
            forms.append((f"{day.strftime('%B')} {day.day}", day))
        else:
            forms = [
                ("明天", self.today + timedelta(days=1)),
                ("后天", self.today + timedelta(days=2)),
                ("大后天", self.today + timedelta(days=3)),
                (f"周{name}", coming),
                (f"下周{name}", following),
                (f"{day.month}月{day.day}号", day),
                (f"{day.month}/{day.day}", day),
                (f"{day.day}号", day),
                ("月底", last),
            ]
            if self.today.day > 24:
                forms.pop()
        text, when = self.rng.choice(forms)
        return text, when.isoformat()

    def spent_on(self, lang: str) -> tuple[str, str]:
        """A day gone by, for a claim."""
        day = self.today - timedelta(days=self.rng.randint(4, 40))
        weekday = self.rng.randrange(7)
        before = self.monday() - timedelta(days=7 - weekday)
        if lang == "en":
            forms = [
                ("yesterday", self.today - timedelta(days=1)),
                (f"last {WEEKDAYS['en'][weekday]}", before),
                (f"{day.strftime('%B')} {day.day}", day),
                (f"{day.day} {day.strftime('%b')}", day),
            ]
        else:
            forms = [
                ("昨天", self.today - timedelta(days=1)),
                ("前天", self.today - timedelta(days=2)),
                ("大前天", self.today - timedelta(days=3)),
                (f"上周{WEEKDAYS['zh'][weekday]}", before),
                (f"{day.month}月{day.day}号", day),
                (f"{day.month}月{day.day}日", day),
            ]
        text, when = self.rng.choice(forms)
        return text, when.isoformat()

    def money(self, lang: str) -> tuple[str, float]:
        """An amount the way dealers write one."""
        n = self.rng.choice(
            (self.rng.randint(60, 999), self.rng.randint(10, 99) * 10, self.rng.randint(11, 98) * 100)
        )
        if lang == "en":
            return self.rng.choice((f"{n:,} yuan", f"¥{n}", f"{n} RMB", f"{n}")), float(n)
        forms = [f"{n}元", f"{n}块", f"{n}块钱", noise.spoken(n) + "块", noise.spoken(n) + "元", f"¥{n}"]
        if n > 1000 and n % 1000 and n % 100 == 0:
            forms += [
                noise.DIGITS[n // 1000] + "千" + noise.DIGITS[n // 100 % 10],
                f"{n // 1000}k{n // 100 % 10}",
            ]
        cents = self.rng.randint(1, 9)
        text, value = self.rng.choice([*((f, float(n)) for f in forms), (f"{n}块{cents}", n + cents / 10)])
        return text, value

    def expense(self, lang: str) -> tuple[str, str]:
        """A kind of expense, as written and as the catalogue calls it."""
        skipped = {"请客", "促销员", "导购", "promoter wages", "staff"}
        kinds = [
            (word, category)
            for category, words in self.goods.file["expense_categories"].items()
            for word in words
            if word.isascii() == (lang == "en") and word not in skipped
        ]
        word, category = self.rng.choice(kinds)
        return (word if lang == "en" or word.endswith("费") else word + "费"), category

    def order_number(self, lang: str) -> tuple[str, str]:
        """An order number and its last four characters."""
        tail = f"{self.rng.randint(1, 9999):04d}"
        forms = [tail, f"{self.today:%m%d}-{tail}", f"{self.today:%Y%m%d}-{tail}"]
        if lang == "zh":
            forms.append(f"尾号{tail}")
        return self.rng.choice(forms), tail

    def period(self, lang: str) -> tuple[str, str]:
        """A month, a quarter, a half or a year, none of them to come."""
        year, month = self.today.year, self.today.month
        before = f"{year - (month == 1)}-{(month - 2) % 12 + 1:02d}"
        chosen = self.rng.randint(1, month)
        named = date(year, chosen, 1).strftime("%B") if lang == "en" else f"{chosen}月份"
        quarter = self.rng.randint(1, (month + 2) // 3)
        if lang == "en":
            forms = [("this month", f"{year}-{month:02d}"), ("last month", before), ("this year", f"{year}")]
            forms += [("last year", f"{year - 1}"), (f"Q{quarter}", f"{year}-Q{quarter}")]
        else:
            forms = [
                ("这个月", f"{year}-{month:02d}"),
                ("上个月", before),
                ("今年", f"{year}"),
                ("去年", f"{year - 1}"),
            ]
            forms += [(f"{'一二三四'[quarter - 1]}季度", f"{year}-Q{quarter}"), ("上半年", f"{year}-H1")]
        return self.rng.choice([*forms, (named, f"{year}-{chosen:02d}")])

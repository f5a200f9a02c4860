"""Whatever people, staff, files and the clock do, in any order: a small model says what must be, and no invariant breaks.

Everything goes through public surfaces: chat over two channels, the commands of `dealer`, files and the scheduler's jobs.
`make faults` walks 100 times 50 steps on SQLite and 30 times 50 on PostgreSQL; the suite a short form. Seen to fail: with the
lines of a draft doubled by a redelivered message, and with stock of a confirmed order left unreserved.
"""

import asyncio
import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import insert, select

from bot.commands import Place
from bot.commands.run import perform
from bot.dialog.messages import Inbound, Outcome
from bot.invariants import violations
from bot.settings import Settings
from bot.turn import handle
from core.credit.models import accounts
from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.clock import business_day
from core.orders.models import drafts, orders
from core.people.models import identities
from core.products.models import products
from core.stock.models import stock_items
from notifications.address import address_facts
from notifications.outbox.post import Post
from notifications.outbox.sender import Address, Result, Sent
from notifications.schedule import JOBS, fire_due
from tests.core.shop import ZONE, open_shop
from tests.databases import Database, Databases
from tests.world import SECRET, open_world

RUNS = {
    "sqlite": int(os.environ.get("MACHINE_RUNS", "3")),
    "postgresql": int(os.environ.get("MACHINE_RUNS_PG", "2")),
}
STEPS = int(os.environ.get("MACHINE_STEPS", "25"))
CASE = 12
NAMES = {"T-1": "红茶", "T-2": "绿茶"}
DEALERS = ("D0", "D1")
CHANNELS = {"web": "web", "telegram": "42"}
"""Each with its account."""

dealer = st.sampled_from(DEALERS)
sku = st.sampled_from(tuple(NAMES))
channel = st.sampled_from(tuple(CHANNELS))


@dataclass
class Order:
    number: str
    dealer: str
    cases: dict[str, int]
    total: int
    shipped: bool = False


@dataclass
class Books:
    """What must be. Money in minor units, goods in cases; `shown` is the total a dealer saw last."""

    on_hand: dict[str, int] = field(default_factory=lambda: dict.fromkeys(NAMES, 40))
    price: dict[str, int] = field(default_factory=lambda: dict.fromkeys(NAMES, 60_00))
    limit: dict[str, int] = field(default_factory=lambda: dict.fromkeys(DEALERS, 1000_00))
    balance: dict[str, int] = field(default_factory=lambda: dict.fromkeys(DEALERS, 0))
    draft: dict[str, dict[str, int]] = field(default_factory=lambda: {each: {} for each in DEALERS})
    shown: dict[str, int | None] = field(default_factory=lambda: dict.fromkeys(DEALERS))
    orders: list[Order] = field(default_factory=list)

    def exposure(self, dealer: str) -> int:
        return sum(order.total for order in self.orders if order.dealer == dealer and not order.shipped)

    def reserved(self, sku: str) -> int:
        return sum(order.cases.get(sku, 0) for order in self.orders if not order.shipped)

    def total(self, dealer: str) -> int:
        return sum(self.price[sku] * cases for sku, cases in self.draft[dealer].items())

    def fits(self, dealer: str) -> bool:
        in_stock = all(self.on_hand[sku] - self.reserved(sku) >= n for sku, n in self.draft[dealer].items())
        return in_stock and self.total(dealer) <= self.limit[dealer] + self.balance[dealer] - self.exposure(
            dealer
        )


class Trade(RuleBasedStateMachine):
    """Two dealers, a staff, a clock."""

    databases: Databases
    kind: str
    folder: Path
    done: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        url = self.databases.sqlite_url() if self.kind == "sqlite" else self.databases.postgresql_url()
        self.database = Database(url)
        self.shop = open_shop(self.database)
        for each, name in NAMES.items():
            self.shop.product(each, stock=40 * CASE, price=60_00, name_zh=name, base_unit="瓶", default_unit="箱",
                              units={"瓶": {"factor": 1, "names": []}, "箱": {"factor": CASE, "names": []}, "case": {"factor": CASE, "names": []}})  # fmt: skip
        self.world = open_world(self.database, self.shop)
        for code in DEALERS:
            self.shop.dealer(code, credit_limit=1000_00)
            self.world.bind(f"buyer {code}")
            self.world.bind(f"finance {code}")
            self.world.bind(f"owner {code}")
        for role in ("admin", "sales", "finance", "warehouse"):
            self.world.bind(role)
        self.shop.system(self._bind_telegram)
        self.place = Place(
            lane=self.database.lane, reader=self.database.reader, clock=lambda: self.shop.now,
            settings=Settings(database_url=url, secret_key=SECRET, public_url="https://a.example", _env_file=None),
        )  # fmt: skip
        senders = dict.fromkeys(CHANNELS, self)
        self.post = Post(
            lane=self.database.lane, senders=senders, process="test", clock=lambda: self.shop.now
        )
        self.books = Books()
        self.heard: list[tuple[Inbound, Outcome]] = []
        self.sent: Counter[int] = Counter()
        self.numbers = 0

    def _bind_telegram(self, session: Session) -> None:
        for row in session.execute(select(identities)).all():
            other = {"channel": "telegram", "account": "42", "external_id": row.external_id, "chat": row.chat,
                     "person_id": row.person_id, "bound_at": self.shop.now, "last_seen_at": self.shop.now}  # fmt: skip
            session.execute(insert(identities), other)

    def teardown(self) -> None:
        self.database.close()
        self.databases.drop(self.database.url)

    # ---- the surfaces

    def says(self, dealer: str, channel: str, text: str) -> str:
        """A buyer writes; the answer in words."""
        self.shop.later(seconds=2)
        self.numbers += 1
        who = f"buyer {dealer}"
        inbound = Inbound(channel=channel, account=CHANNELS[channel], sender=who, chat=who, text=text, at=self.shop.now,
                          message_id=str(self.numbers))  # fmt: skip
        outcome = handle(self.world.office, inbound)
        assert outcome.status == "done", (text, outcome)
        self.heard.append((inbound, outcome))
        asyncio.run(self.post.send_now(outcome.outbox_ids))
        return self.world.words(who, outcome.says)

    def does(self, command: str, *, refused: bool = False, **args: Any) -> None:
        """A command of `dealer`."""
        said = perform(self.place, command, args)
        assert ("refused" in said) == refused, (command, args, said)
        assert "failed" not in said, said

    def brings(self, kind: str, row: Mapping[str, Any]) -> None:
        """A file, imported twice: the second time changes nothing."""
        path = self.folder / f"{kind}.jsonl"
        path.write_text(json.dumps(row), encoding="utf-8")
        for _ in range(2):
            self.does("import", kind=kind, path=str(path))

    async def send(self, address: Address, _payload: Mapping[str, Any]) -> Result:
        self.sent[address.ref] += 1
        return Sent(str(address.ref))

    # ---- a dealer's day

    @rule(dealer=dealer, channel=channel, sku=sku, cases=st.integers(1, 9))
    def writes_a_line(self, dealer: str, channel: str, sku: str, cases: int) -> None:
        draft = self.books.draft[dealer]
        self.says(dealer, channel, f"{NAMES[sku]}{'改成' if sku in draft else ''}{cases}箱")
        draft[sku] = cases
        self.books.shown[dealer] = self.books.total(dealer)

    @precondition(lambda self: any(len(draft) > 1 for draft in self.books.draft.values()))
    @rule(channel=channel, sku=sku)
    def takes_a_line_off(self, channel: str, sku: str) -> None:
        code = next(code for code, draft in self.books.draft.items() if len(draft) > 1)
        self.says(code, channel, f"不要{NAMES[sku]}了")
        del self.books.draft[code][sku]
        self.books.shown[code] = self.books.total(code)

    @initialize(channel=channel, cases=st.integers(1, 4))
    def begins(self, channel: str, cases: int) -> None:
        self.orders("D0", channel, "T-1", cases)
        self.orders("D1", channel, "T-2", cases)

    @rule(dealer=dealer, channel=channel, sku=sku, cases=st.integers(1, 6))
    def orders(self, dealer: str, channel: str, sku: str, cases: int) -> None:
        self.writes_a_line(dealer, channel, sku, cases)
        self.confirms(dealer, channel)

    @rule(dealer=dealer, channel=channel)
    def confirms(self, dealer: str, channel: str) -> None:
        """What was shown is ordered if it can be had; else nothing happens."""
        books, code = self.books, dealer
        draft = books.draft[code]
        if not draft:
            return
        if any(order.dealer == code and order.cases == draft for order in books.orders):
            return  # the same again is asked about; that conversation has its own tests
        if books.shown[code] == books.total(code) and not books.fits(code):
            return  # so have the ways out of a shortage or a limit
        before = {row.number for row in self.rows(select(orders.c.number))}
        said = self.says(code, channel, "确认")
        new = {row.number for row in self.rows(select(orders.c.number))} - before
        if books.shown[code] != books.total(code):
            assert not new, said
            books.shown[code] = books.total(code)
            return
        if not new:  # a quantity far from the usual is asked about first; the yes shows the draft again
            said = self.says(code, channel, "确认")
            new = {row.number for row in self.rows(select(orders.c.number))} - before
        assert len(new) == 1, (said, draft)
        (number,) = new
        assert number in said
        books.orders.append(Order(number, code, dict(draft), books.total(code)))
        self.done["ordered"] += 1
        draft.clear()
        assert number in self.says(code, "web" if channel == "telegram" else "telegram", "我的订单")

    @rule(
        dealer=dealer,
        channel=channel,
        what=st.sampled_from(["我的账户", "红茶有货吗", "帮助", "你好", "🍵", "我的订单"]),
    )
    def asks(self, dealer: str, channel: str, what: str) -> None:
        self.says(dealer, channel, what)

    @precondition(lambda self: self.heard)
    @rule(which=st.integers(0, 10**6))
    def is_delivered_again(self, which: int) -> None:
        inbound, outcome = self.heard[which % len(self.heard)]
        again = handle(self.world.office, inbound)
        assert (again.status, again.says) == ("duplicate", outcome.says)
        self.done["delivered again"] += 1

    # ---- the staff's day

    @precondition(lambda self: any(not order.shipped for order in self.books.orders))
    @rule(which=st.integers(0, 10**6))
    def is_shipped(self, which: int) -> None:
        waiting = [order for order in self.books.orders if not order.shipped]
        order = waiting[which % len(waiting)]
        self.does("ship", staff="warehouse", number=order.number)
        order.shipped = True
        self.done["shipped"] += 1
        self.books.balance[order.dealer] -= order.total
        for each, cases in order.cases.items():
            self.books.on_hand[each] -= cases

    @rule(dealer=dealer, amount=st.integers(1, 500), twice=st.booleans())
    def pays(self, dealer: str, amount: int, twice: bool) -> None:
        self.numbers += 1
        for _ in range(1 + twice):
            self.does(
                "pay", staff="finance", dealer=dealer, amount=str(amount), source=f"bank:{self.numbers}"
            )
        self.books.balance[dealer] += amount * 100

    @rule(sku=sku, cases=st.integers(1, 20), twice=st.booleans())
    def is_received(self, sku: str, cases: int, twice: bool) -> None:
        self.numbers += 1
        for _ in range(1 + twice):
            self.does(
                "receive", staff="warehouse", sku=sku, quantity=f"{cases}箱", source=f"slip:{self.numbers}"
            )
        self.books.on_hand[sku] += cases

    @rule(sku=sku, cases=st.integers(1, 30))
    def is_lost(self, sku: str, cases: int) -> None:
        fits = self.books.on_hand[sku] - self.books.reserved(sku) >= cases
        self.does(
            "adjust", staff="warehouse", sku=sku, by=str(-cases * CASE), reason="broken", refused=not fits
        )
        if fits:
            self.books.on_hand[sku] -= cases

    @rule(dealer=dealer, limit=st.integers(0, 3000))
    def gets_a_limit(self, dealer: str, limit: int) -> None:
        self.does("credit", staff="finance", dealer=dealer, limit=str(limit))
        self.books.limit[dealer] = limit * 100

    @rule(staff=st.sampled_from(["warehouse", "sales"]), dealer=dealer)
    def oversteps(self, staff: str, dealer: str) -> None:
        self.does("credit", staff=staff, dealer=dealer, limit="9999999", refused=True)

    # ---- files and the clock

    @rule(sku=sku, price=st.integers(1, 99))
    def has_a_new_price(self, sku: str, price: int) -> None:
        today = business_day(self.shop.now, ZONE).isoformat()
        self.brings("prices", {"sku": sku, "unit": "case", "price": str(price), "from": today})
        self.books.price[sku] = price * 100

    @rule(sku=sku, more=st.integers(0, 10))
    def is_counted(self, sku: str, more: int) -> None:
        cases = self.books.reserved(sku) + more
        self.brings("stock", {"sku": sku, "on_hand": cases * CASE})
        self.books.on_hand[sku] = cases

    @rule(minutes=st.sampled_from([1, 20, 300, 1500]))
    def passes_time(self, minutes: int) -> None:
        self.shop.later(minutes=minutes)
        for job in JOBS:
            for process in ("a", "b"):
                fire_due(self.database.lane, job, process=process, clock=lambda: self.shop.now, zone=ZONE)
        self._tell()

    @rule()
    def is_told(self) -> None:
        """Facts are addressed and messages sent, each once."""
        self._tell()

    def _tell(self) -> None:
        while self.database.lane.run(lambda c: address_facts(
            Session(c, SystemScope("test"), self.shop.now), ZONE, "CNY")):  # fmt: skip
            pass
        while asyncio.run(self.post.sweep(50)):
            pass

    # ---- what must hold after every step

    def rows(self, query: Any) -> list[Any]:
        return self.shop.rows(query)

    @invariant()
    def nothing_is_broken(self) -> None:
        with self.database.reader.begin() as connection:
            session = Session(connection, SystemScope("check"), self.shop.now)
            assert list(violations(session)) == []

    @invariant()
    def the_books_are_the_models(self) -> None:
        books = self.books
        of = {row.dealer_id: code for code in DEALERS for row in [self.shop.people[f"owner {code}"]]}
        kept = {
            of[row.dealer_id]: (row.credit_limit, row.balance, row.exposure)
            for row in self.rows(select(accounts))
        }
        assert kept == {
            code: (books.limit[code], books.balance[code], books.exposure(code)) for code in DEALERS
        }
        skus = {row.id: row.sku for row in self.rows(select(products.c.id, products.c.sku))}
        stock = {skus[row.product_id]: (row.on_hand, row.reserved) for row in self.rows(select(stock_items))}
        assert stock == {sku: (books.on_hand[sku] * CASE, books.reserved(sku) * CASE) for sku in NAMES}
        placed = {row.number: (of[row.dealer_id], row.total) for row in self.rows(select(orders))}
        assert placed == {order.number: (order.dealer, order.total) for order in books.orders}
        written = {code: {} for code in DEALERS}
        for row in self.rows(select(drafts)):
            written[of[row.dealer_id]] = {line["sku"]: line["base_qty"] // CASE for line in row.lines}
        assert written == books.draft

    @invariant()
    def nothing_is_sent_twice(self) -> None:
        assert set(self.sent.values()) <= {1}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_sequence_of_public_acts_breaks_the_books(
    all_databases: Databases, tmp_path: Path, kind: str
) -> None:
    machine = type(
        "Walk", (Trade,), {"databases": all_databases, "kind": kind, "folder": tmp_path, "done": Counter()}
    )
    how = settings(max_examples=RUNS[kind], stateful_step_count=STEPS, deadline=None, database=None, derandomize=True,
                   suppress_health_check=list(HealthCheck), phases=(Phase.generate,))  # fmt: skip
    run_state_machine_as_test(machine, settings=how)
    done: Counter[str] = machine.done  # type: ignore[attr-defined]
    assert done["ordered"] >= 2 * RUNS[kind], done
    print(dict(done))

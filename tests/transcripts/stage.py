"""Plays a conversation written as data through the real turn, and looks at what became of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import insert, select

from bot.dialog.messages import Kind, Say
from bot.dialog.render import render
from bot.dialog.state import Dialogue
from bot.dialog.texts import LOCALES
from bot.store.models import conversations
from core.claims.models import approval_levels, budgets, claims
from core.contracts.service import put_contract
from core.corrections.models import corrections
from core.db.scope import system
from core.db.session import Session
from core.dealers.models import addresses
from core.dealers.queries import dealer_by_code
from core.orders.drafts import draft_of
from core.orders.models import orders
from core.orders.queries import last_order
from core.orders.supply import receive_stock
from core.people.actor import Actor
from core.pricing.service import set_price
from core.products.models import catalogue
from core.rebates.service import Terms, put_programme, put_tiers
from core.rebates.spend import state_opening
from core.stock.service import plan_stock
from notifications.outbox.models import facts
from notifications.outbox.write import write_facts
from tests.core.shop import ZONE, Shop, open_shop
from tests.databases import Database
from tests.world import World, open_world

FOLDER = Path(__file__).parent
_COLUMNS = ("name_zh", "name_en", "size", "base_unit", "default_unit", "aliases", "aliases_en")
SINCE = date(2026, 1, 1)
WHO = "owner north"


def keys_of(says: Sequence[Say]) -> Iterator[str]:
    """Every key that was said, at any depth."""
    for say in says:
        if say.key:
            yield say.key
        inner = [value for value in say.params.values() if isinstance(value, Say)]
        several = [each for value in say.params.values() if isinstance(value, tuple) for each in value]
        yield from keys_of([*say.lines, *inner, *several])


@dataclass
class Stage:
    """One shop and one dealer's people, for one transcript."""

    world: World
    who: str = WHO
    seen: list[str] = field(default_factory=list)

    @property
    def shop(self) -> Shop:
        return self.world.shop

    def play(self, turn: dict[str, Any]) -> None:
        """One line of the talk: do it, and check what it says of the answer and the state."""
        if "wait" in turn:
            self.shop.now += timedelta(minutes=turn["wait"])
        for change in ("price", "stock"):
            if change in turn:
                self.change(change, turn[change])
        for colleague in ("sales", "warehouse"):
            if colleague in turn:
                self.order_about(colleague, turn[colleague])
        says = self.act(turn)
        if says is not None:
            self.check(turn, says)
        if "draft" in turn:
            assert self.draft() == turn["draft"], (turn, self.seen)
        state = self.state()
        if "asks" in turn:
            asked = [list(question.candidates) for question in state.questions]
            assert (asked[0] if asked else []) == turn["asks"], (turn, asked)
        if "deliver" in turn:
            assert self.deliver() == turn["deliver"], turn

    def order_about(self, colleague: str, words: str) -> None:
        """Staff say something and confirm what they are shown; LAST is the newest order's number, CLAIM the newest claim's."""
        for word, table in (("LAST", orders), ("CLAIM", claims)):
            newest = self.shop.rows(select(table.c.number).order_by(table.c.id.desc()).limit(1))
            words = words.replace(word, newest[0].number if newest else "")
        self.world.says(colleague, words)
        offered = [choice for say in self.world.last[colleague] for choice in say.choices]
        if offered and offered[0].action.startswith("do-"):
            self.world.presses(colleague, offered[0].action)

    def act(self, turn: dict[str, Any]) -> tuple[Say, ...] | None:
        if "user" in turn:
            return self.world.hears(self.who, str(turn["user"])).says
        if "press" in turn:
            self.world.presses(self.who, *turn["press"].split(" "))
            return self.world.last[self.who]
        if "sends" in turn:
            return self.world.hears(self.who, kind=Kind(turn["sends"])).says
        if "hears" in turn:
            notices = self.world.notices(self.who)
            assert any(turn["hears"] in text for text in notices), notices
        return None

    def check(self, turn: dict[str, Any], says: tuple[Say, ...]) -> None:
        keys = list(keys_of(says))
        self.seen += keys
        for wanted in _several(turn.get("bot")):
            assert wanted in keys, f"{turn}: said {keys}"
        for unwanted in _several(turn.get("not")):
            assert unwanted not in keys, f"{turn}: said {keys}"
        if turn.get("silent"):
            assert says == (), turn
        shown = ""
        for locale in LOCALES:
            for say in says:
                for numbered in (False, True):
                    words = render(
                        say,
                        locale,
                        now=self.world.now,
                        zone=ZONE,
                        sign=lambda a, b: f"{a}.{b}",
                        numbered=numbered,
                    )
                    assert "{" not in words.text, words.text
                    shown += words.text if locale == self.world.locales[self.who] else ""
        for part in _several(turn.get("shows")):
            assert part in shown, f"{turn}: {shown}"

    def finish(self, then: dict[str, Any]) -> None:
        """What the whole conversation came to."""
        made = self.shop.rows(select(orders.c.number, orders.c.state).order_by(orders.c.id))
        if "orders" in then:
            assert [row.state for row in made] == then["orders"], made
        if "draft" in then:
            assert self.draft() == then["draft"]
        if "claims" in then:
            held = self.shop.rows(select(claims.c.state, claims.c.approved).order_by(claims.c.id))
            assert [f"{row.state} {row.approved}" for row in held] == then["claims"], held
        if "lines" in then:
            order = self.shop.see(self.who, last_order)
            assert order is not None
            assert {line.sku: line.base_qty for line in order.lines} == then["lines"]
        if "corrections" in then:
            kept = self.shop.rows(select(corrections.c.kind).order_by(corrections.c.id))
            assert [row.kind for row in kept] == then["corrections"], kept
        if "said" in then:
            assert set(_several(then["said"])) <= set(self.seen)
        if "facts" in then:
            kinds = [row.kind for row in self.shop.rows(_FACTS)]
            for kind in _several(then["facts"]):
                assert kind in kinds, kinds
        if self.shop.database.name == "sqlite":
            assert self.shop.violations() == []

    def change(self, what: str, values: dict[str, int]) -> None:
        """The brand sets a price per default unit, or counts its stock."""
        for sku, value in values.items():
            if what == "price":
                unit = next(p["default_unit"] for p in GOODS["products"] if p["sku"] == sku)
                self.shop.as_(
                    "import", set_price, sku=sku, unit=unit, price=value, valid_from=self.shop.now.date()
                )
            else:
                self.shop.as_("import", receive_stock, sku=sku, base_qty=value, source=self.shop.source())
        told = tuple(self.shop.facts)
        self.shop.facts.clear()
        self.shop.system(lambda session: write_facts(session, told))

    def draft(self) -> dict[str, int]:
        member = self.shop.people[self.who].member_id
        assert member is not None
        return {line.sku: line.base_qty for line in self.shop.see(self.who, draft_of, member_id=member).lines}

    def deliver(self) -> date | None:
        member = self.shop.people[self.who].member_id
        assert member is not None
        return self.shop.see(self.who, draft_of, member_id=member).deliver_on

    def state(self) -> Dialogue:
        subject = self.shop.people[self.who].subject
        rows = self.shop.rows(select(conversations.c.state).where(conversations.c.subject == subject))
        return Dialogue.load(rows[0].state if rows else None)


def _several(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


GOODS: dict[str, Any] = yaml.safe_load((FOLDER / "shop.yaml").read_text(encoding="utf-8"))


def set_stage(database: Database, given: dict[str, Any]) -> Stage:
    """The shop with its goods, or those given, and one dealer. given: language, role, staff (instead of a dealer's person), credit (minor units), stock {sku: base units}, prices."""
    shop = open_shop(database)
    stock = given.get("stock", {})
    goods = given.get("goods", GOODS["products"])
    for row in goods:
        _put(shop, row, stock.get(row["sku"], row["stock"]))
    words = {name: given.get(name, GOODS[name]) for name in ("unit_synonyms", "expense_categories")}
    brand = {"id": 1, "brand": "Test", "revision": 1, **words}
    shop.system(lambda session: session.execute(insert(catalogue), brand))
    dealer_id = shop.dealer(
        "north", credit_limit=given.get("credit", 10_000_000), balance=given.get("balance", 0)
    )
    for address in GOODS["addresses"] if given.get("addresses", True) else ():
        row = {
            "dealer_id": dealer_id,
            "name": address["name"],
            "address": address["address"],
            "is_default": address.get("default", False),
        }
        shop.system(lambda session, row=row: session.execute(system(insert(addresses)), row))
    _agree(shop, given)
    world = open_world(database, shop)
    if "budget" in given:
        row = {"whose": "all", "category": "", "first_day": SINCE, "last_day": date(2026, 12, 31)}
        row |= {"amount": given["budget"], "pay_to": given.get("pay_to", "account")}
        shop.system(lambda session: session.execute(insert(budgets), row))
    if "sales_decides" in given:
        level = {"kind": "claim", "role": "sales", "up_to": given["sales_decides"]}
        shop.system(lambda session: session.execute(insert(approval_levels), level))
    if given.get("banded"):
        world.office = replace(world.office, banded_stock=True)
    if given.get("web"):
        world.office = replace(world.office, public_url="http://localhost:8000")
    if given.get("wechat"):
        world.office.names.update(wechat="wx1")
    who = given.get("staff", f"{given.get('role', 'owner')} north")
    for colleague in sorted({"sales", "warehouse"} - {who}):
        world.bind(colleague)
    world.bind(who, given.get("language", "zh-Hans"))
    return Stage(world, who)


def _put_contract(session: Session, actor: Actor, **terms: Any) -> None:
    put_contract(session.for_dealer(dealer_by_code(session, "north").id), actor, **terms)


def _agree(shop: Shop, given: dict[str, Any]) -> None:
    """Rebate programmes of the first quarter {code, name, kind, tiers {above: thousandths of a percent}}, and the balance there is;
    contracts {number, start, end: days from today, file: its reference}.
    """
    for row in given.get("programmes", ()):
        terms = {name: row[name] for name in ("code", "name", "sku", "category") if name in row}
        days = {"first_day": SINCE, "last_day": date(2026, 3, 31)}
        stated = Terms(**terms, whose="all", kind=row.get("kind", "whole"), **days)
        shop.as_("import", put_programme, terms=stated)
        shop.as_("import", put_tiers, programme=row["code"], wanted=row["tiers"])
    for row in given.get("contracts", ()):
        paper = {"number": row["number"], "file": row.get("file", ""), "file_name": "contract.pdf"}
        days = [shop.now.date() + timedelta(days=row[name]) for name in ("start", "end")]
        shop.as_("import", _put_contract, start=days[0], end=days[1], **paper)
    if "rebate" in given:
        shop.as_("import", state_opening, amount=given["rebate"], dealer="north")


def _put(shop: Shop, row: dict[str, Any], stock: int) -> None:
    columns = {name: row[name] for name in _COLUMNS if name in row}
    units = {unit: {"factor": factor, "names": []} for unit, factor in row["units"].items()}
    shop.product(row["sku"], stock=stock, units=units, **columns)
    if "price" in row:
        shop.as_(
            "import",
            set_price,
            sku=row["sku"],
            unit=row["default_unit"],
            price=row["price"],
            valid_from=SINCE,
        )
    if "inbound_on" in row:
        day = shop.now.date() + timedelta(days=row["inbound_on"])
        shop.as_("import", plan_stock, sku=row["sku"], inbound_on=day, inbound_qty=row["inbound_qty"])


_FACTS = select(facts.c.kind).order_by(facts.c.id)

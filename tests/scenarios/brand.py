"""The brand of the scripted month: what it sells, to whom, under what terms, and everybody's chat."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert

from core.claims.models import approval_levels, budgets
from core.contracts.service import put_contract
from core.db.scope import system
from core.db.session import Session
from core.dealers.models import addresses
from core.dealers.queries import dealer_by_code
from core.people.actor import Actor
from core.pricing.service import set_price
from core.products.models import catalogue
from core.rebates.service import Terms, put_programme, put_tiers
from core.stock.service import plan_stock
from tests.core.shop import IMPORT, Shop
from tests.databases import Database
from tests.world import World, open_world

FIRST = datetime(2026, 3, 3, 1, 5, tzinfo=UTC)
"""The Tuesday the month begins, at 9:05 in Shanghai."""
DAYS = 30
SINCE, MONTH_END = date(2026, 3, 1), date(2026, 3, 31)
PIECES = 12
"""Bottles in a case, of everything."""
TIERS = {0: 1_000, 3_000_00: 2_000, 6_000_00: 3_000}
"""Above which purchase (minor units) which rate (thousandths of a percent), on the whole amount."""
LIMIT = 8_000_00
BUDGET = 20_000_00
LOW, LOW_FLOOR = "J-1", 20 * PIECES

GOODS = (
    ("T-100", "茉莉花茶", "500ml", 60),
    ("T-101", "茉莉花茶", "1L", 90),
    ("G-200", "绿茶", "500ml", 55),
    ("C-1", "可乐", "330ml", 48),
    ("S-1", "苏打水", "350ml", 36),
    ("J-1", "橙汁", "1L", 120),
    ("M-1", "椰奶", "245ml", 84),
)
"""Number, name, size, and the price of a case in yuan on the first day."""
STOCK_CASES = {"J-1": 60}
PLENTY = 3000

DEALERS = (
    ("D01", "城北商行"),
    ("D02", "江南批发"),
    ("D03", "福满园超市"),
    ("D04", "老街副食"),
    ("D05", "海港贸易"),
    ("D06", "金泉烟酒"),
    ("D07", "青山便利"),
    ("D08", "五环供应链"),
    ("D09", "和顺食品"),
    ("D10", "长河商贸"),
)
STAFF = ("sales", "warehouse", "finance", "admin")
CONTRACT_ENDS = {"D01": 7, "D02": 12, "D03": 33, "D04": 62, "D05": 300}
"""Days from the first on which a dealer's contract ends."""


def open_month(database: Database) -> World:
    """The brand on the morning of the first day, everybody bound."""
    shop = Shop(database, now=FIRST)
    shop.people["import"] = IMPORT
    for role in STAFF:
        shop.hire(role, role)
    _sell(shop)
    for code, name in DEALERS:
        _sign(shop, code, name)
    _agree(shop)
    world = open_world(database, shop)
    for who in STAFF:
        world.bind(who)
    for code, _ in DEALERS:
        for role in ("owner", "buyer", "finance"):
            world.bind(f"{role} {code}")
    return world


def _sell(shop: Shop) -> None:
    brand = {"id": 1, "brand": "Spring", "revision": 1, "unit_synonyms": {"箱": ["件"], "瓶": []},
             "expense_categories": {"transport": ["运费"], "display": ["陈列"]}}  # fmt: skip
    shop.system(lambda session: session.execute(insert(catalogue), brand))
    packs = {"瓶": {"factor": 1}, "箱": {"factor": PIECES, "names": []}}
    for sku, name, size, price in GOODS:
        stock = STOCK_CASES.get(sku, PLENTY) * PIECES
        shop.product(
            sku, stock=stock, name_zh=name, size=size, base_unit="瓶", default_unit="箱", units=packs
        )
        shop.as_("import", set_price, sku=sku, unit="箱", price=price * 100, valid_from=SINCE)
    shop.as_("import", plan_stock, sku=LOW, reorder_point=LOW_FLOOR)


def _sign(shop: Shop, code: str, name: str) -> None:
    dealer = shop.dealer(code, name=name, credit_limit=LIMIT)
    row = {"dealer_id": dealer, "name": "总仓", "address": f"{name}路1号", "is_default": True}
    shop.system(lambda session: session.execute(system(insert(addresses)), row))
    if code in CONTRACT_ENDS:
        end = FIRST.date() + timedelta(days=CONTRACT_ENDS[code])
        shop.as_("import", _put_contract, dealer=code, number=f"HT-{code}", start=date(2025, 1, 1), end=end)


def _put_contract(session: Session, actor: Actor, *, dealer: str, **terms: object) -> None:
    put_contract(session.for_dealer(dealer_by_code(session, dealer).id), actor, **terms)


def _agree(shop: Shop) -> None:
    terms = Terms(code="M3", name="三月返利", whose="all", kind="whole", first_day=SINCE, last_day=MONTH_END)
    shop.as_("import", put_programme, terms=terms)
    shop.as_("import", put_tiers, programme="M3", wanted=TIERS)
    budget = {
        "whose": "all",
        "category": "",
        "first_day": SINCE,
        "last_day": date(2026, 6, 30),
        "amount": BUDGET,
    }
    level = {"kind": "claim", "role": "finance", "up_to": 10**9}
    shop.system(lambda session: session.execute(insert(budgets), budget))
    shop.system(lambda session: session.execute(insert(approval_levels), level))

"""A brand of the catalogue in memory: one buyer, every product in plenty at its price, no past. Fresh for every row."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert, select

from bot.schema import metadata
from bot.shelf import to_catalogue
from bot.understand.catalogue import Catalogue
from bot.understand.context import Context
from bot.understand.index import Index, build_index
from bot.understand.understand import understand
from core.credit.models import accounts
from core.db.engine import write_engine
from core.db.scope import SystemScope, system
from core.db.session import Session
from core.dealers.models import dealers
from core.people.actor import Actor
from core.people.models import members, persons
from core.pricing.models import level_prices
from core.products.models import products
from core.products.queries import catalogue_of
from core.products.service import put_products, put_words
from core.stock.models import stock_items

ZONE = ZoneInfo("Asia/Shanghai")
PLENTY = 10**9  # base units of each product
CREDIT = 10**14  # minor units
PRICE = 100  # minor units, where the catalogue names none
_SINCE = date(2000, 1, 1)
_BEFORE = datetime(2000, 1, 1, tzinfo=UTC)
_IMPORT = Actor(subject="system:eval", side="system", role="import", name="", zone=ZONE)
_KEPT = (
    "sku", "name_zh", "name_en", "spec", "size", "category", "base_unit", "default_unit", "aliases", "aliases_en",
    "barcode", "min_qty", "multiple", "tax_included",
)  # fmt: skip


@dataclass(slots=True)
class World:
    """The engine every row runs on, set back to the prepared template before each."""

    engine: Engine
    template: sqlite3.Connection
    index: Index
    catalogue: Catalogue
    buyer: Actor
    reference_date: str
    zone: ZoneInfo = ZONE

    def refresh(self) -> None:
        """Forget what the last row did."""
        self.template.backup(self._raw())

    def _raw(self) -> sqlite3.Connection:
        connection = self.engine.raw_connection()
        raw = connection.driver_connection
        connection.close()  # back to its pool of one
        assert isinstance(raw, sqlite3.Connection)
        return raw

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.engine.dispose()
        self.template.close()


def open_world(data: Mapping[str, Any]) -> World:
    """The world of a catalogue file's contents. Raises ValueError or a refusal for a catalogue that is not whole."""
    engine = write_engine("sqlite://")
    with engine.begin() as connection:
        metadata.create_all(connection)
    with engine.begin() as connection:
        session = Session(connection, SystemScope("eval"), _BEFORE)
        _stock_up(session, data)
        buyer = _hire(session)
        catalogue = to_catalogue(catalogue_of(session))
    world = World(
        engine=engine,
        template=sqlite3.connect(":memory:", check_same_thread=False),
        index=build_index(catalogue),
        catalogue=catalogue,
        buyer=buyer,
        reference_date=str(data.get("reference_date") or date.today().isoformat()),  # noqa: DTZ011 - rows name theirs
    )
    world._raw().backup(world.template)  # noqa: SLF001
    for words in ("1", "two cases", "一箱"):  # tables read at first use are read before anything is timed
        understand(words, Context(now=_BEFORE.astimezone(ZONE)), world.index)
    return world


def _stock_up(session: Session, data: Mapping[str, Any]) -> None:
    put_words(
        session,
        _IMPORT,
        brand=str(data.get("brand") or ""),
        unit_synonyms=data.get("unit_synonyms") or {},
        expense_categories=data.get("expense_categories") or {},
    )
    rows = [
        {
            **{name: row[name] for name in _KEPT if row.get(name) is not None},
            "units": {
                unit: pack if isinstance(pack, dict) else {"factor": pack}
                for unit, pack in row["units"].items()
            },
        }
        for row in data["products"]
        if row.get("status") in (None, "", "active")
    ]
    put_products(session, _IMPORT, rows)
    prices = {row["sku"]: row.get("price") for row in data["products"]}
    found = session.execute(
        select(products.c.id, products.c.sku, products.c.default_unit, products.c.units)
    ).all()
    session.execute(insert(stock_items), [{"product_id": row.id, "on_hand": PLENTY} for row in found])
    session.execute(
        insert(level_prices),
        [
            {
                "level": "",
                "product_id": row.id,
                "unit": row.default_unit,
                "factor": row.units[row.default_unit]["factor"],
                "price": round(float(prices[row.sku]) * 100) if prices.get(row.sku) else PRICE,
                "valid_from": _SINCE,
                "set_by": _IMPORT.subject,
                "set_at": _BEFORE,
            }
            for row in found
        ],
    )


def _hire(session: Session) -> Actor:
    """The one dealer with its one buyer."""
    person = {"name": "Buyer", "locale": "zh-Hans", "created_at": _BEFORE}
    person_id = session.execute(insert(persons).returning(persons.c.id), person).scalar_one()
    dealer = {"code": "D1", "name": "Dealer", "created_at": _BEFORE}
    dealer_id = session.execute(insert(dealers).returning(dealers.c.id), dealer).scalar_one()
    session.execute(system(insert(accounts)), {"dealer_id": dealer_id, "credit_limit": CREDIT})
    member = {
        "dealer_id": dealer_id,
        "person_id": person_id,
        "name": "Buyer",
        "role": "owner",
        "state": "active",
    }
    member_id = session.execute(
        system(insert(members).returning(members.c.id)), {**member, "created_at": _BEFORE}
    ).scalar_one()
    return Actor(
        subject=f"m:{member_id}",
        side="dealer",
        role="owner",
        name="Buyer",
        person_id=person_id,
        member_id=member_id,
        dealer_id=dealer_id,
        dealer_name="Dealer",
        zone=ZONE,
        channel="eval",
    )

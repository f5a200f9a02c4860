"""A small brand to trade with: products, dealers, people; verbs run on the lane, each in its own transaction."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select

from core.credit.models import accounts
from core.credit.service import set_credit_limit
from core.db.scope import DealerScope, Scope, StaffScope, SystemScope, system
from core.db.session import Fact, Session
from core.dealers.models import dealers
from core.orders.check import check
from core.orders.drafts import DraftLine, draft_by_id, draft_of, save_draft
from core.orders.payments import adjust_balance
from core.orders.place import OrderPlaced, place_order
from core.orders.quote import quote
from core.orders.supply import receive_stock
from core.people.actor import Actor
from core.people.models import members, staff
from core.pricing.service import set_price
from core.products.models import assortments, products
from tests.databases import Database

T = TypeVar("T")
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)
IMPORT = Actor(subject="system:import", side="system", role="import", name="", zone=ZONE)


@dataclass
class Shop:
    """One brand in one database. `now` moves only when a test moves it."""

    database: Database
    now: datetime = NOW
    facts: list[Fact] = field(default_factory=list)
    people: dict[str, Actor] = field(default_factory=dict)
    sources: int = 0

    def run(self, scope: Scope, verb: Callable[[Session], T]) -> T:
        """Run in a transaction of the lane; its facts are kept when it commits."""

        def unit(connection: Connection) -> tuple[T, list[Fact]]:
            session = Session(connection, scope, self.now)
            return verb(session), session.facts

        result, facts = self.database.lane.run(unit)
        self.facts.extend(facts)
        return result

    def system(self, verb: Callable[[Session], T]) -> T:
        return self.run(SystemScope("test"), verb)

    def as_(self, who: str, verb: Callable[..., T], **kwargs: Any) -> T:
        """Someone does something: verb(session, actor, **kwargs)."""
        actor = self.people[who]
        return self.run(self.scope(who), lambda session: verb(session, actor, **kwargs))

    def see(self, who: str, query: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Someone reads something: query(session, ...)."""
        return self.run(self.scope(who), lambda session: query(session, *args, **kwargs))

    def scope(self, who: str) -> Scope:
        actor = self.people[who]
        if actor.dealer_id is not None:
            return DealerScope(actor.dealer_id)
        return SystemScope("test") if actor.side == "system" else StaffScope(actor.region)

    def source(self) -> str:
        self.sources += 1
        return f"test:{self.sources}"

    def told(self, kind: str) -> list[dict[str, Any]]:
        return [dict(fact.data) for fact in self.facts if fact.kind == kind]

    def later(self, **span: int) -> None:
        self.now += timedelta(**span)

    def product(self, sku: str, *, stock: int = 0, price: int | None = None, **columns: Any) -> None:
        """A product sold by the piece or the case of 12; the price is of a case."""
        row = {
            "sku": sku,
            "name_zh": f"货{sku}",
            "base_unit": "piece",
            "default_unit": "case",
            "units": {"case": {"factor": 12}},
            "aliases": [],
            "aliases_en": [],
            "revision": 1,
            **columns,
        }
        self.system(lambda session: session.execute(insert(products), row))
        if price is not None:
            self.as_("import", set_price, sku=sku, unit="case", price=price, valid_from=date(2026, 1, 1))
        if stock:
            self.as_("import", receive_stock, sku=sku, base_qty=stock, source=self.source())

    def dealer(
        self, code: str, *, credit_limit: int = 0, balance: int = 0, payment_days: int = 30, **columns: Any
    ) -> int:
        """A dealer with an owner, a buyer and a bookkeeper named "owner CODE" and so on."""

        def add(session: Session) -> int:
            row = {"code": code, "name": f"商{code}", "created_at": self.now, "region": "north", **columns}
            dealer_id: int = session.execute(insert(dealers).returning(dealers.c.id), row).scalar_one()
            session.execute(system(insert(accounts)), {"dealer_id": dealer_id})
            for role in ("owner", "buyer", "finance"):
                member = {"dealer_id": dealer_id, "name": role, "role": role, "state": "active",
                          "created_at": self.now}  # fmt: skip
                member_id = session.execute(
                    system(insert(members).returning(members.c.id)), member
                ).scalar_one()
                self.people[f"{role} {code}"] = Actor(
                    subject=f"m:{member_id}", side="dealer", role=role, name=role, member_id=member_id,
                    dealer_id=dealer_id, zone=ZONE,
                )  # fmt: skip
            return dealer_id

        dealer_id = self.system(add)
        self.as_(
            "import", set_credit_limit, credit_limit=credit_limit, payment_days=payment_days, dealer=code
        )
        if balance:
            self.as_("import", adjust_balance, amount=balance, source=self.source(), reason="opening",
                     dealer=code, opening=True)  # fmt: skip
        return dealer_id

    def hire(self, who: str, role: str, region: str | None = None) -> None:
        row = {"name": who, "role": role, "region": region, "state": "active", "created_at": self.now}
        statement = insert(staff).returning(staff.c.id)
        staff_id = self.system(lambda session: session.execute(statement, row).scalar_one())
        self.people[who] = Actor(subject=f"s:{staff_id}", side="staff", role=role, name=who, staff_id=staff_id,
                                 region=region, zone=ZONE)  # fmt: skip

    def list_for(self, code: str, *skus: str) -> None:
        """Put products into a dealer's assortment."""

        def add(session: Session) -> None:
            dealer_id = session.execute(select(dealers.c.id).where(dealers.c.code == code)).scalar_one()
            for sku in skus:
                product_id = session.execute(select(products.c.id).where(products.c.sku == sku)).scalar_one()
                session.execute(
                    system(insert(assortments)), {"dealer_id": dealer_id, "product_id": product_id}
                )

        self.system(add)

    def draft(self, who: str, *lines: tuple[str, int], place: str = "private", **changes: Any) -> int:
        """Write a draft of (sku, pieces); its id."""
        actor = self.people[who]

        def write(session: Session) -> int:
            assert actor.member_id is not None
            draft = draft_of(session, member_id=actor.member_id, place=place)
            wanted = tuple(DraftLine(sku, qty, "piece", str(qty)) for sku, qty in lines)
            return save_draft(session, actor, replace(draft, lines=wanted, **changes)).id

        return self.run(self.scope(who), write)

    def order(
        self, who: str, *lines: tuple[str, int], place: str = "private", again: bool = True, **how: Any
    ) -> OrderPlaced:
        """Write a draft, look at its quote, and confirm what was shown."""
        draft_id = self.draft(who, *lines, place=place)
        return self.confirm(who, draft_id, again=again, **how)

    def confirm(self, who: str, draft_id: int, **how: Any) -> OrderPlaced:
        actor = self.people[who]

        def place(session: Session) -> OrderPlaced:
            draft = draft_by_id(session, draft_id)
            partial = how.get("shortage") == "partial"
            shown = quote(session, actor, draft.lines).shown(draft.version, partial=partial)
            return place_order(session, actor, draft_id=draft_id, shown=shown, **how)

        return self.run(self.scope(who), place)

    def violations(self) -> list[Any]:
        with self.database.reader.connect() as connection:
            return check(connection)

    def rows(self, statement: Any) -> list[Any]:
        """Read anything, as the system."""
        return self.system(lambda session: list(session.execute(system(statement))))


def open_shop(database: Database, stock: Iterable[tuple[str, int, int]] = ()) -> Shop:
    """A shop with staff and the products (sku, pieces in stock, price of a case in minor units)."""
    shop = Shop(database)
    shop.people["import"] = IMPORT
    for role in ("admin", "sales", "finance", "warehouse"):
        shop.hire(role, role)
    for sku, pieces, price in stock:
        shop.product(sku, stock=pieces, price=price)
    return shop

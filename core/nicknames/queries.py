"""Reading nicknames: a dealer its own, staff those of a dealer in their region."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.db.rows import json_map
from core.db.scope import scoped, system
from core.db.session import Session
from core.dealers.models import dealers
from core.nicknames.models import nicknames
from core.people.models import members
from core.products.models import products


@dataclass(frozen=True, slots=True)
class Nickname:
    """A word and the product it means to the dealer. active: whether the product is still sold."""

    id: int
    said: str
    sku: str
    name_zh: str
    name_en: str
    size: str
    active: bool


_goods = nicknames.join(products, products.c.id == nicknames.c.product_id)
_mine = scoped(
    select(
        nicknames.c.id,
        nicknames.c.said,
        products.c.sku,
        products.c.name_zh,
        products.c.name_en,
        products.c.size,
        products.c.active,
    )
    .select_from(_goods)
    .order_by(nicknames.c.said, nicknames.c.id)
)

_all = system(
    select(dealers.c.code, nicknames.c.said, products.c.sku, nicknames.c.kept_at)
    .select_from(_goods.join(dealers, dealers.c.id == nicknames.c.dealer_id))
    .order_by(nicknames.c.id)
)

OF_MEMBER = (
    select(json_map(nicknames.c.word, products.c.sku))
    .select_from(_goods)
    .where(nicknames.c.dealer_id == members.c.dealer_id)
    .correlate(members)
    .scalar_subquery()
)
"""{word as it is compared: sku} of a member's dealer, as a column of a statement that reads the member."""


def nicknames_of(session: Session) -> tuple[Nickname, ...]:
    """Every nickname of the session's dealer, by its word."""
    return tuple(Nickname(**row) for row in session.execute(_mine).mappings())


def all_nicknames(session: Session) -> list[tuple[str, str, str, datetime]]:
    """Every nickname as (dealer's code, word, sku, since when), for export."""
    return [tuple(row) for row in session.execute(_all)]

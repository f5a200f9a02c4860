"""The audit row lives and dies with its effect."""

import pytest
from sqlalchemy import select

from core.audit.models import audit
from core.orders.cancel import cancel_order
from core.orders.models import orders
from tests.core.shop import open_shop
from tests.databases import Database


def test_an_effect_that_is_undone_leaves_no_audit_row_and_one_that_is_kept_leaves_one(
    database: Database,
) -> None:
    shop = open_shop(database, stock=[("A", 600, 1200)])
    shop.dealer("D1", credit_limit=10**6)
    number = shop.order("buyer D1", ("A", 12)).number
    cancelled = select(audit.c.id).where(audit.c.action == "orders.cancel", audit.c.object_ref == number)

    class UndoError(Exception):
        pass

    def then_fails(session, actor):
        cancel_order(session, actor, number=number)
        raise UndoError

    with pytest.raises(UndoError):
        shop.as_("buyer D1", then_fails)
    assert shop.rows(select(orders.c.state).where(orders.c.number == number))[0].state == "confirmed"
    assert shop.rows(cancelled) == []
    shop.as_("buyer D1", cancel_order, number=number)
    assert len(shop.rows(cancelled)) == 1

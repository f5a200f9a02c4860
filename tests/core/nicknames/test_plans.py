"""Every statement of nicknames and corrections finds its rows by an index, on both databases."""

from datetime import timedelta

from bot.dialog.messages import Inbound
from bot.store.recall import recall
from core.corrections.queries import corrections_since
from core.corrections.service import Correction, forget_corrections, record_corrections
from core.nicknames.queries import nicknames_of
from core.nicknames.service import drop_nickname, keep_nickname
from tests.core.orders.test_plans import _postgresql_scans, _sqlite_scans, recorded
from tests.core.shop import Shop, open_shop
from tests.databases import Database


def everything(shop: Shop) -> None:
    """Each verb and each read once."""
    shop.as_("buyer D1", keep_nickname, word="大桶", said="大桶", sku="A")
    (found,) = shop.see("buyer D1", nicknames_of)
    one = Correction(kind="picked", message="a:b:c", word="大桶", sku="A", candidates=("A", "B"))
    shop.as_("buyer D1", record_corrections, by="a:b:d", found=[one])
    message = Inbound(channel="web", account="web", message_id="1", sender="9", chat="9", at=shop.now)
    shop.system(lambda session: recall(session, message))
    shop.as_("buyer D1", drop_nickname, nickname=found.id)
    shop.system(lambda session: corrections_since(session, shop.now - timedelta(days=1)))
    shop.system(forget_corrections)


def test_no_statement_reads_a_whole_table(database: Database) -> None:
    shop = open_shop(database, [("A", 100, 12_00)])
    shop.dealer("D1")
    with recorded(shop) as seen:
        everything(shop)
    assert len(seen) > 8
    scans = _sqlite_scans if database.name == "sqlite" else _postgresql_scans
    found = {statement: scans(shop, statement, parameters) for statement, parameters in seen.items()}
    bad = [f"{plan}\n{statement}" for statement, plan in found.items() if plan]
    assert not bad, "\n\n".join(bad)

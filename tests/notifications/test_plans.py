"""Every statement of contracts, alerts and their settings finds its rows by an index, on both databases."""

from datetime import timedelta
from typing import Any

from core.contracts.queries import contracts_of, ending_contracts
from core.contracts.service import decide_contract, put_contract, snooze_contract
from core.db.session import Session
from core.kit.say import Say
from core.people.actor import Actor
from core.stock.cover import ask_to_buy, cover_of, snooze_stock
from notifications.attention import escalate_alerts, raise_alert, see_alert, see_alerts_about
from notifications.preferences import preference_of, release_held, set_quiet
from tests.core.orders.test_plans import _postgresql_scans, _sqlite_scans, recorded
from tests.core.shop import TODAY, Shop, open_shop
from tests.databases import Database

END = TODAY + timedelta(days=30)


def everything(shop: Shop) -> None:
    """Each verb and each read once."""
    dealer = shop.people["owner D1"].dealer_id
    assert dealer is not None

    def put(session: Session, actor: Actor, **more: Any) -> str:
        return put_contract(session.for_dealer(dealer), actor, number="HT-1", start=TODAY, **more)

    shop.as_("import", put, end=END + timedelta(days=1))
    shop.as_("import", put, end=END, file="file:abc", file_name="a.pdf")
    shop.see("owner D1", contracts_of)
    (found,) = shop.see("sales", ending_contracts, TODAY)
    shop.as_("sales", snooze_contract, contract=found.id, ends_on=END)
    shop.as_("sales", decide_contract, contract=found.id, ends_on=END, decision="renew")
    shop.as_("warehouse", snooze_stock, sku="A")
    shop.see("warehouse", cover_of, "A")
    shop.as_("warehouse", ask_to_buy, sku="A")
    shop.as_("sales", set_quiet, quiet=(1, 2))
    shop.see("sales", preference_of, "s:1")
    shop.system(lambda session: raise_alert(session, Say(key="alerts.seen"), key="k", about="contract:1"))
    shop.as_("sales", see_alerts_about, about="contract:1")
    shop.as_("sales", see_alert, alert=1)
    shop.system(escalate_alerts)
    shop.system(release_held)


def test_no_statement_reads_a_whole_table(database: Database) -> None:
    shop = open_shop(database, [("A", 100, 12_00)])
    shop.dealer("D1")
    with recorded(shop) as seen:
        everything(shop)
    assert len(seen) > 20
    scans = _sqlite_scans if database.name == "sqlite" else _postgresql_scans
    found = {statement: scans(shop, statement, parameters) for statement, parameters in seen.items()}
    harmless = ("ix_alerts_unseen", "SCAN sold")  # a partial index walked whole; one product's sum
    bad = [
        f"{line}\n{statement}"
        for statement, plan in found.items()
        for line in plan
        if not any(each in line for each in harmless)
    ]
    assert not bad, "\n\n".join(bad)

"""Messages with buttons: once their matter is over they are given out to be closed, each once."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, insert

from bot.channels.cards import Over, Table, keep, newest_fact
from notifications.outbox.models import facts
from notifications.outbox.sender import Address
from tests.core.shop import Shop, open_shop
from tests.databases import Database

ADDRESS = Address(channel="telegram", account="bot", chat="7", subject="s:1", locale="en")
CLAIM = {
    "key": "alerts.claim_waits",
    "choices": [
        {"action": "approve-expense", "arg": "C260310-0001~26000"},
        {"action": "reject-expense", "arg": "C260310-0001"},
    ],
}


@pytest.fixture
def shop(database: Database) -> Shop:
    return open_shop(database)


@pytest.mark.parametrize(
    ("fact", "word"),
    [
        ("claims.approved", "approved"),
        ("claims.rejected", "rejected"),
        ("claims.cancelled", "cancelled"),
    ],
)
def test_a_claim_that_is_decided_or_withdrawn_closes_its_card_once(shop: Shop, fact: str, word: str) -> None:
    table = Table("telegram", "bot", timedelta(days=30))

    def run(connection: Connection) -> list[list[Over]]:
        keep(connection, ADDRESS, CLAIM, "5", newest_fact(connection), shop.now)
        found = [list(table.take_over(connection, shop.now))]
        row = {"kind": fact, "data": {"number": "C260310-0001"}, "at": shop.now}
        connection.execute(insert(facts), row)
        return [
            *found,
            list(table.take_over(connection, shop.now)),
            list(table.take_over(connection, shop.now)),
        ]

    before, (card,), after = shop.database.lane.run(run)
    assert before == after == []
    assert (card.message, card.word, card.payload, card.address) == ("5", word, CLAIM, ADDRESS)

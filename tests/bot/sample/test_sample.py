"""The sample brand is whole: it loads once and quickly, adds up, and everything it suggests saying is understood."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Table, func, select

from bot.dialog.messages import Inbound, Say
from bot.sample import SamplePersona, load_sample, person_behind, personas
from bot.shelf import Shelf
from bot.turn import Office, handle
from core.claims.check import check as check_claims
from core.claims.models import claims
from core.credit.models import accounts
from core.db.scope import SystemScope, system
from core.db.session import Session
from core.dealers.models import addresses, dealers
from core.orders.check import check
from core.orders.models import orders
from core.people.joining import Identity, bind_identity
from core.people.models import members, persons
from core.people.service import set_locale
from core.products.models import assortments, products
from core.stock.queries import low_stock, stock_of
from notifications.outbox.models import facts
from tests.databases import Database

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
LOCALES = {"zh": "zh-Hans", "en": "en"}


def load(database: Database, now: datetime = NOW) -> bool:
    return load_sample(database.lane, now, ZONE)


def rows(database: Database, table: Table) -> list[object]:
    return database.lane.run(lambda connection: list(connection.execute(system(select(table))).all()))


def test_the_sample_loads_once_within_five_seconds(database: Database) -> None:
    started = time.monotonic()
    assert load(database)
    assert time.monotonic() - started < 5
    before = len(rows(database, orders))
    assert not load(database, NOW + timedelta(days=3))
    assert len(rows(database, orders)) == before


def test_the_sample_is_a_whole_brand(database: Database) -> None:
    load(database)
    assert len(rows(database, products)) >= 40
    assert {row.level for row in rows(database, dealers)} == {"A", "B"}
    assert len(rows(database, dealers)) >= 4
    assert len(rows(database, addresses)) > len(rows(database, dealers))
    assert {row.role for row in rows(database, members)} == {"owner", "buyer", "finance"}
    terms = [(row.credit_limit, row.balance) for row in rows(database, accounts)]
    assert any(limit > 0 > balance for limit, balance in terms)
    assert any(limit == 0 < balance for limit, balance in terms)
    assert rows(database, assortments)
    assert {row.state for row in rows(database, orders)} == {"confirmed", "closed", "pending_review"}


def test_the_samples_past_adds_up_and_nobody_is_told_of_it(database: Database) -> None:
    load(database)
    with database.reader.begin() as connection:
        assert check(connection) == []
        assert check_claims(connection) == []
    assert {row.state for row in rows(database, claims)} == {"submitted", "paid"}
    assert rows(database, facts) == []


def test_the_samples_stock_has_something_low_and_something_coming(sqlite: Database) -> None:
    load(sqlite)

    def look(connection: Connection) -> tuple[set[str], object]:
        session = Session(connection, SystemScope("test"), NOW)
        return {item.sku for item in low_stock(session)}, stock_of(session, ["GZ-331"])["GZ-331"].inbound_on

    low, inbound = sqlite.lane.run(look)
    assert "SH-211" in low
    assert inbound == NOW.date() + timedelta(days=5)


def test_the_samples_past_is_before_the_day_of_loading(sqlite: Database) -> None:
    load(sqlite)
    placed = [row.placed_at for row in rows(sqlite, orders)]
    assert max(placed) == NOW - timedelta(hours=2)
    assert NOW - min(placed) > timedelta(days=50)


@dataclass
class Phone:
    """A persona's phone over the real turn."""

    database: Database
    persona: SamplePersona
    locale: str
    now: datetime = NOW
    said: int = 0
    office: Office = field(init=False)

    def __post_init__(self) -> None:
        shelf = Shelf(self.database.reader, lambda: self.now)
        shelf.refresh()
        self.office = Office(lane=self.database.lane, shelf=shelf, clock=lambda: self.now, secret="s" * 40,
                             process="test", zone=ZONE, public_url="http://127.0.0.1:8000")  # fmt: skip
        self.database.lane.run(self._bind)

    def _bind(self, connection: Connection) -> None:
        session = Session(connection, SystemScope("test"), self.now)
        person = person_behind(session, self.persona)
        key = self.persona.key
        bind_identity(
            session,
            person_id=person,
            identity=Identity(channel="web", account="web", external_id=key, chat=key),
        )
        set_locale(session, person_id=person, locale=self.locale)

    def says(self, text: str) -> set[str]:
        self.said += 1
        self.now += timedelta(minutes=1)
        key = self.persona.key
        inbound = Inbound(
            channel="web",
            account="web",
            message_id=f"{key}:{self.said}",
            sender=key,
            chat=key,
            at=self.now,
            text=text,
        )
        outcome = handle(self.office, inbound)
        assert outcome.status == "done", text
        return {key for say in outcome.says for key in keys(say)}


def keys(say: Say) -> Iterator[str]:
    yield say.key
    for line in say.lines:
        yield from keys(line)


@pytest.mark.parametrize("language", LOCALES)
def test_everything_the_demo_suggests_saying_is_understood(sqlite: Database, language: str) -> None:
    load(sqlite)
    missed = []
    for persona in personas():
        phone = Phone(sqlite, persona, LOCALES[language])
        answers = {text: phone.says(text) for text in persona.tries[language]}
        missed += [text for text, found in answers.items() if any("miss" in key for key in found)]
    assert missed == []


def test_every_persona_speaks_both_languages(sqlite: Database) -> None:
    load(sqlite)
    for persona in personas():
        assert persona.tries.keys() == LOCALES.keys()
        assert all(persona.name[language] and persona.about[language] for language in LOCALES)
    assert {persona.side for persona in personas()} == {"dealer", "staff"}
    count = sqlite.lane.run(
        lambda connection: connection.execute(select(func.count()).select_from(persons)).scalar()
    )
    assert count == 18

"""A brand with people who chat: the real turn over a real database, without a channel in between."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from sqlalchemy import Connection, bindparam, insert, select, update

from bot.dialog.handles import sign
from bot.dialog.messages import Inbound, Kind, Outcome, Say, Words
from bot.dialog.render import render
from bot.shelf import Shelf
from bot.turn import Office, handle
from core.db.scope import SystemScope, system
from core.db.session import Session
from core.kit.say import load
from core.people.models import identities, members, persons, staff
from notifications.address import address_facts
from notifications.outbox.models import outbox
from tests.core.shop import ZONE, Shop, open_shop
from tests.databases import Database

SECRET = "a secret of the tests, thirty-two and more"


@dataclass
class World:
    """A shop, an office, and everybody's chat. Names are the shop's: "owner north", "sales"."""

    shop: Shop
    office: Office
    locales: dict[str, str] = field(default_factory=dict)
    numbers: count = field(default_factory=lambda: count(1))
    last: dict[str, tuple[Say, ...]] = field(default_factory=dict)

    def bind(self, who: str, locale: str = "zh-Hans") -> None:
        """Give somebody of the shop a person and a chat."""
        actor = self.shop.people[who]
        self.locales[who] = locale
        table, key = (members, actor.member_id) if actor.member_id else (staff, actor.staff_id)

        def write(session: Session) -> None:
            row = {"name": actor.name, "locale": locale, "subject": actor.subject, "created_at": self.now}
            person = session.execute(insert(persons).returning(persons.c.id), row).scalar_one()
            own = system(
                update(table).where(table.c.id == bindparam("key")).values(person_id=bindparam("person"))
            )
            session.execute(own, {"key": key, "person": person})
            chat = {"channel": "web", "account": "web", "external_id": who, "chat": who, "person_id": person}
            session.execute(insert(identities), {**chat, "bound_at": self.now, "last_seen_at": self.now})

        self.shop.system(write)

    @property
    def now(self):
        return self.shop.now

    def inbound(self, who: str, text: str = "", **more: object) -> Inbound:
        self.shop.later(seconds=1)
        values = {"message_id": f"m{next(self.numbers)}", "text": text, **more}
        return Inbound(channel="web", account="web", sender=who, chat=who, at=self.now, **values)

    def hears(self, who: str, text: str = "", **more: object) -> Outcome:
        outcome = handle(self.office, self.inbound(who, text, **more))
        self.last[who] = outcome.says
        return outcome

    def says(self, who: str, text: str) -> str:
        """Say something; the answer as text with its numbered choices."""
        return self.words(who, self.hears(who, text).says)

    def presses(self, who: str, action: str, arg: str | None = None) -> str:
        """Press the button with this action among the last answer's or the notices' choices."""
        offered = [choice for say in self.last.get(who, ()) for choice in say.choices]
        found = next(c for c in offered if c.action == action and (arg is None or c.arg == arg))
        subject = self.shop.people[who].subject
        made = sign(
            SECRET, subject=subject, place="private", action=found.action, arg=found.arg, now=self.now
        )
        return self.words(who, self.hears(who, kind=Kind.CHOICE, choice=made).says)

    def words(self, who: str, says: tuple[Say, ...]) -> str:
        return "\n".join(self.render(who, say).text for say in says)

    def render(self, who: str, say: Say) -> Words:
        locale = self.locales.get(who, "zh-Hans")
        subject = self.shop.people[who].subject if who in self.shop.people else who

        def handle(action: str, arg: str) -> str:
            return sign(SECRET, subject=subject, place="private", action=action, arg=arg, now=self.now)

        return render(say, locale, now=self.now, zone=ZONE, sign=handle, numbered=True)

    def notices(self, who: str) -> list[str]:
        """What was pushed to somebody since last asked, as text; its choices can be pressed."""

        def address(connection: Connection) -> int:
            return address_facts(Session(connection, SystemScope("test"), self.now), ZONE, "CNY")

        while self.office.lane.run(address):
            pass
        subject = self.shop.people[who].subject
        waiting = (
            select(outbox.c.id, outbox.c.payload)
            .where(outbox.c.subject == subject, outbox.c.kind != "reply", outbox.c.state == "pending")
            .order_by(outbox.c.id)
        )
        rows = self.shop.rows(waiting)
        settled = {"state": "sent", "settled_at": self.now}
        sent = update(outbox).where(outbox.c.id.in_([row.id for row in rows])).values(**settled)
        self.shop.system(lambda session: session.execute(sent))
        says = tuple(load(row.payload) for row in rows)
        if says:
            self.last[who] = says
        return [self.render(who, say).text for say in says]

    def tomorrow(self) -> None:
        self.shop.now += timedelta(days=1)


def open_world(database: Database, shop: Shop | None = None) -> World:
    """An office over a shop; whoever is bound can chat."""
    shop = shop or open_shop(database)
    shelf = Shelf(database.reader, lambda: shop.now)
    shelf.refresh()
    office = Office(
        lane=database.lane, shelf=shelf, clock=lambda: shop.now, secret=SECRET, process="test", zone=ZONE
    )
    return World(shop, office)

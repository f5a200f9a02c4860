"""A brand and its dealers behind a WeChat account, and people who join them by scanning codes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.commands import Place
from bot.commands.people import invite
from tests.channels.wechat.fake import FakeWeChat
from tests.channels.wechat.people import Person
from tests.channels.wechat.serving import App, serving
from tests.databases import Database, Databases
from tests.e2e.books import at_rest, consistent
from tests.e2e.brand import load_brand


@contextmanager
def shop(databases: Databases, kind: str, folder: Path, **settings: str) -> Iterator[App]:
    url = databases.sqlite_url() if kind == "sqlite" else databases.postgresql_url()
    database = Database(url)
    load_brand(database, folder)
    try:
        with FakeWeChat() as wechat, serving(database, wechat, **settings) as app:
            yield app
            wechat.settled(within=30)
            at_rest(database)
            assert consistent(database) == []
            assert not wechat.violations
    finally:
        database.close()


def invited(app: App, **who: Any) -> str:
    """The address of the code for somebody new."""
    running = app.running
    place = Place(lane=running.lane, reader=running.reader, settings=app.settings, clock=running.clock)
    answer = invite(place, **who)
    link = answer.data["links"]["wechat"]
    assert link, answer.data
    return str(link)


def joins(app: App, name: str, **who: Any) -> Person:
    person = app.wechat.user(name)
    person.scans_code(invited(app, name=name, **who))
    person.hears("，您可以用了" if "dealer" not in who else "绑定到")
    return person

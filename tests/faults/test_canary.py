"""What people write and what must stay secret reaches no log, at DEBUG and through failures.

Seen to fail: with statements' parameters in tracebacks, and with the row that PostgreSQL quotes when it refuses one.
"""

import asyncio
import logging
import os
import sys
from pathlib import Path

from telegram.error import TelegramError

import bot.turn
from bot import logs
from bot.channels.telegram.account import Account, close_bot, open_bot
from bot.commands import Place
from bot.commands.people import invite
from bot.settings import Settings
from core.db.scope import system
from core.dealers.models import addresses
from core.people.models import persons
from tests.channels.telegram.fake import FakeTelegram
from tests.core.shop import open_shop
from tests.databases import Database
from tests.e2e.running import _processes
from tests.world import SECRET, open_world

PHONE, STREET, NAME, TAX = "13900001111", "金丝雀路八号", "金丝雀甲", "91310000CANARY0001"


def test_nothing_personal_or_secret_is_logged(database: Database, tmp_path: Path) -> None:
    log, secrets = tmp_path / "log", tmp_path / "secrets"
    process = _processes.Process(target=scenario, args=(database.url, log, secrets))
    process.start()
    process.join(60)
    logged = log.read_text(encoding="utf-8", errors="replace")
    assert process.exitcode == 0, logged[-3000:]
    for seen in ("turn_parked", "IntegrityError", "asked", "telegram failed"):
        assert seen in logged, logged[-3000:]
    for secret in (PHONE, STREET, NAME, TAX, SECRET, *secrets.read_text().split()):
        assert secret not in logged, logged[max(0, logged.find(secret) - 500) :][:900]


def scenario(url: str, log: Path, secrets: Path) -> None:
    """In a process of its own, whose standard error is the log."""
    with log.open("ab") as out:
        os.dup2(out.fileno(), sys.stderr.fileno())
    logs.configure(verbose=True)
    database = Database(url)
    shop = open_shop(database)
    shop.product("T-1", stock=120, price=60_00, name_zh="红茶")
    shop.dealer("north", credit_limit=10_000_00)
    world = open_world(database, shop)
    world.bind("owner north")
    world.hears("owner north", f"红茶2箱，送到{STREET}，{NAME} {PHONE} 税号{TAX}")
    step = bot.turn.step

    def fails(turn: bot.turn.Turn) -> object:
        if "糟" in turn.inbound.text:
            raise ValueError
        row = {
            "dealer_id": turn.session.dealer_id,
            "name": NAME,
            "address": turn.inbound.text,
            "phone": PHONE,
        }
        turn.session.connection.execute(system(addresses.insert()), row)
        stranger = {"name": NAME, "locale": None, "subject": PHONE, "created_at": turn.session.now}
        turn.session.connection.execute(persons.insert(), stranger)
        return step(turn)

    bot.turn.step = fails
    for text in (f"坏了 {PHONE} {NAME}", f"糟了 {STREET} {TAX}"):
        assert world.hears("owner north", text).status == "parked"
    place = Place(lane=database.lane, reader=database.reader,
                  settings=Settings(secret_key=SECRET, public_url="https://a.example", _env_file=None))  # fmt: skip
    token = invite(place, dealer="north", role="buyer", name=NAME, phone=PHONE).data["token"]
    world.hears("stranger", token)
    telegram_token = asyncio.run(talks_to_telegram())
    secrets.write_text("\n".join((token, telegram_token, telegram_token.partition(":")[2])))
    database.close()


async def talks_to_telegram() -> str:
    """Calls that work and calls that fail, by the real client."""
    with FakeTelegram() as telegram:
        account = Account(token=telegram.token, secret="s" * 20, api_url=telegram.url)
        client = open_bot(account)
        await client.get_me()
        logging.getLogger("a test").warning("asked")
        for kind in ("500", "502", "drop"):
            telegram.fault(kind)
            try:
                await client.get_me()
            except TelegramError:
                logging.getLogger("a test").exception("telegram failed at %s", client.base_url)
        await close_bot(client)
        return telegram.token

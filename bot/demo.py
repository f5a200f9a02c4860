"""The demo: the sample brand in one process, everybody's phone bound, a clock that can be moved to tomorrow.

Its data is a SQLite file under var/, with the days it was moved and the key its buttons are signed with beside it. Channels
that need an account are off.
"""

import asyncio
import secrets
from datetime import date, datetime, timedelta
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy import Connection

from bot.app import create_app, web_chat
from bot.channels.web import demo as page
from bot.channels.web.receive import ACCOUNT, CHANNEL
from bot.cli.listen import run
from bot.dialog.messages import Name
from bot.migrations import migrate
from bot.running import Running, open_parts
from bot.sample import SamplePersona, load_sample, person_behind, personas
from bot.schedule import jobs
from bot.settings import Settings
from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.clock import business_day, utc_now
from core.people.joining import Identity, bind_identity
from core.people.service import set_locale
from notifications.schedule import fire_due

FOLDER = Path("var")
DATABASE = FOLDER / "demo.sqlite3"
_OFF = ("telegram_token", "telegram_webhook_secret", "telegram_mode", "wechat_app_id", "wechat_app_secret",
        "wechat_token", "wechat_aes_key", "wecom_corp_id", "wecom_agent_id", "wecom_secret", "wecom_token",
        "wecom_aes_key", "migrate_database_url")  # fmt: skip


def settings_of(settings: Settings, host: str, port: int) -> Settings:
    """The environment's settings with the demo's own database, key and address, and no channel but the chat page."""
    shown = f"[{host}]" if ":" in host else host
    changes = {
        "database_url": f"sqlite:///{DATABASE}",
        "tell_dealers_of_contracts": True,
        "secret_key": _kept(FOLDER / "demo.key", secrets.token_urlsafe(32)),
        "public_url": f"http://{shown}:{port}" if port else "",
    }
    return settings.model_copy(update={**dict.fromkeys(_OFF, ""), **changes})


def open_demo(settings: Settings, host: str, port: int, *, fresh: bool) -> None:
    """Serve the demo until told to stop."""
    clock = DemoClock(FOLDER / "demo.days")

    def parts() -> Running:
        if fresh:
            for name in (DATABASE.name, f"{DATABASE.name}-wal", f"{DATABASE.name}-shm", f"{DATABASE.name}.anchors",
                         "demo.days"):  # fmt: skip
                (FOLDER / name).unlink(missing_ok=True)
            clock.forget()
        migrate(settings.database_url)
        running = open_parts(settings, clock=clock)
        load_sample(running.lane, clock(), settings.zone)
        return running

    run(settings, host, port, parts=parts, app=lambda running: demo_app(running, clock), said="demo")


def demo_app(running: Running, clock: "DemoClock") -> FastAPI:
    """The application with two phones on its front page."""
    app = create_app(running, home=False)
    zone = running.settings.zone

    async def become(chat: str, key: str, locale: str) -> None:
        persona = next(one for one in personas() if one.key == key)
        await asyncio.to_thread(_become, running, persona, chat, locale)

    async def next_day() -> date:
        await asyncio.to_thread(_next_day, running, clock)
        running.worker.wake()
        return business_day(clock(), zone)

    demo = page.Demo(
        web=web_chat(running),
        personas=[_shown(persona) for persona in personas()],
        become=become,
        today=lambda: business_day(clock(), zone),
        next_day=next_day,
    )
    app.include_router(page.router(demo))

    async def bind_phones(_stop: asyncio.Event) -> None:
        await page.open_phones(demo)

    running.others.append(bind_phones)
    return app


class DemoClock:
    """The present, some whole days on; how many is kept in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._days = int(path.read_text()) if path.exists() else 0

    def __call__(self) -> datetime:
        """The time it is in the demo."""
        return utc_now() + timedelta(days=self._days)

    def tomorrow(self) -> None:
        """Move on by a day."""
        self._days += 1
        self._path.write_text(str(self._days))

    def forget(self) -> None:
        """Back to the present."""
        self._days = 0


def _become(running: Running, persona: SamplePersona, chat: str, locale: str) -> None:
    identity = Identity(channel=CHANNEL, account=ACCOUNT, external_id=chat, chat=chat)

    def unit(connection: Connection) -> None:
        session = Session(connection, SystemScope("demo"), running.clock())
        person_id = person_behind(session, persona)
        bind_identity(session, person_id=person_id, identity=identity)
        set_locale(session, person_id=person_id, locale=locale)

    running.lane.run(unit)


def _next_day(running: Running, clock: DemoClock) -> None:
    clock.tomorrow()
    for job in jobs():
        fire_due(running.lane, job, process=running.office.process, clock=clock, zone=running.settings.zone)


def _shown(persona: SamplePersona) -> page.Persona:
    return page.Persona(
        key=persona.key,
        side="dealer" if persona.dealer else "staff",
        name=Name(**persona.name),
        about=Name(**persona.about),
        tries=persona.tries,
    )


def _kept(path: Path, new: str) -> str:
    """What the file holds; a new value is put there first when it is missing, for its owner's eyes only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(new)
    return path.read_text()

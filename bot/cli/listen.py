"""One serving process: it holds the database's lock, takes commands on the socket beside it, and listens."""

import socket
from collections.abc import Callable
from contextlib import ExitStack

import typer
import uvicorn
from fastapi import FastAPI

from bot.cli.desk import sentence, stop
from bot.cli.running import beside, hold, listening
from bot.commands import Place
from bot.running import Running
from bot.settings import Settings

GRACE = 6
"""Seconds that requests in flight get when the process is told to stop; with the worker's patience it ends within 20."""


class Server(uvicorn.Server):
    """Says its address once it listens, and ends the open streams when it is told to stop."""

    def __init__(self, config: uvicorn.Config, running: Running, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._running = running
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        if self.started:
            self._started()

    def handle_exit(self, sig: int, frame: object) -> None:
        """Streams end by themselves when they see this, so that stopping does not wait for them."""
        self._running.stopping = True
        super().handle_exit(sig, frame)  # type: ignore[arg-type]
        self._captured_signals.clear()  # being told to stop and stopping is a success: exit 0


def run(
    settings: Settings,
    host: str,
    port: int,
    *,
    parts: Callable[[], Running],
    app: Callable[[Running], FastAPI],
    said: str,
) -> None:
    """Serve until told to stop; ends with 1 when the port or the database is taken."""
    with ExitStack() as stack:
        if settings.sqlite and not stack.enter_context(hold(settings.database_url, alone=True)):
            stop(settings, "locked", code=1, path=str(beside(settings.database_url, "")))
        running = parts()
        served = app(running)
        if settings.sqlite:
            place = Place(lane=running.lane, reader=running.reader, settings=settings, clock=running.clock)
            stack.enter_context(listening(place))
        try:
            taken = socket.create_server(
                (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET
            )
        except OSError as error:
            running.lane.close()
            stop(settings, "taken", code=1, host=host, port=port, cause=error.strerror or "")
        stack.enter_context(taken)
        url = f"http://{f'[{host}]' if ':' in host else host}:{taken.getsockname()[1]}"
        config = uvicorn.Config(served, log_config=None, access_log=False, timeout_graceful_shutdown=GRACE)
        server = Server(config, running, lambda: typer.echo(sentence(settings, said, url=url)))
        server.run(sockets=[taken])
        if not server.started:
            stop(settings, "failed", code=1, reference="-")

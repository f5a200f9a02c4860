"""A canary over every test: what the product's own logging would write, at DEBUG, holds no secret and no telephone number.

Secrets are all tokens drawn while tests run, all that channels hide, and the tests' own keys; a test in which one reaches a log fails.
"""

import logging
import re
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import structlog

from bot import logs
from bot.channels import redact

KEYS = {"a secret of the tests, thirty-two and more", "s3cret-of-this-bot_0123456789"}
_PERSONAL = re.compile(r"(?<![\w.:-])1[3-9]\d{9}(?![\w.:-])|\d{8,10}:[A-Za-z0-9_-]{35}(?![\w-])")
"""A mobile number, a Telegram token."""


class Watch(logging.Handler):
    """Looks at every line that would be logged."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
        self.drawn: set[str] = set()
        self.found: list[str] = []

    def attach(self) -> None:
        """Look at every logger again: a test may have set up logging anew."""
        root = logging.getLogger()
        root.setLevel(logging.DEBUG)
        if self not in root.handlers:
            root.addHandler(self)
        for logger in root.manager.loggerDict.values():
            if isinstance(logger, logging.Logger):
                logger.disabled = False

    def emit(self, record: logging.LogRecord) -> None:
        self.look(self.format(record))

    def look(self, line: str) -> None:
        """Note a line with something in it that no log may hold."""
        hidden = (secret for secret in tuple(redact._hidden) if len(secret) >= 16 and len(set(secret)) > 4)
        known = any(secret in line for kind in (KEYS, tuple(self.drawn), hidden) for secret in kind)
        if known or _PERSONAL.search(line):
            self.found.append(line)

    def msg(self, line: str) -> None:
        """A line of structlog's, on its way to stderr."""
        self.look(line)
        sys.stderr.write(f"{line}\n")

    debug = info = warning = error = critical = exception = log = msg

    def drawing(self, draw: Callable[..., str]) -> Callable[..., str]:
        """Remember tokens as they are drawn."""

        def drawn(size: int | None = None) -> str:
            made = draw(size)
            self.drawn.add(made)
            return made

        return drawn


@contextmanager
def watched() -> Iterator[Watch]:
    """The product's logging at DEBUG, looked at."""
    watch, root = Watch(), logging.getLogger()
    before, level = list(root.handlers), root.level
    configure = structlog.configure

    def watching(**wanted: Any) -> None:
        """A logger that is kept would write to this test's stderr after it is closed."""
        configure(**{**wanted, "logger_factory": lambda *_: watch, "cache_logger_on_first_use": False})

    drawing = patch.object(secrets, "token_urlsafe", watch.drawing(secrets.token_urlsafe))
    with patch.object(structlog, "configure", watching), drawing:
        logs.configure(verbose=True)
        root.handlers = [*before, watch]
        yield watch
    root.handlers = before
    root.setLevel(level)
    structlog.reset_defaults()

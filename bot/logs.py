"""Logs: one line an event on stderr, tracebacks without local variables, client libraries quiet.

Local variables hold people's words, tokens and money; they never reach a log.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_ROW = re.compile(r"\nDETAIL:.*?(?=\n\[SQL:|\n\nThe above|\n\nDuring|\Z)", re.DOTALL)
"""Where PostgreSQL quotes the row it refuses."""


def without_rows(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Leave out what a database says of the rows in a failure."""
    if "exception" in entry:
        entry["exception"] = _ROW.sub("", entry["exception"])
    return entry


def configure(*, verbose: bool = False) -> None:
    """Set up structlog and the standard library's logging for a process."""
    level = logging.DEBUG if verbose else logging.INFO
    logging.basicConfig(
        stream=sys.stderr, level=level, format="%(levelname)s %(name)s %(message)s", force=True
    )
    for chatty in (
        "httpx",
        "httpx2",
        "httpcore",
        "telegram",
        "alembic",
        "apscheduler",
        "sqlalchemy",
        "uvicorn.access",
    ):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without_rows,
            structlog.processors.LogfmtRenderer(sort_keys=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )

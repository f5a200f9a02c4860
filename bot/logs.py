"""Logs: one line an event on stderr, tracebacks without local variables, client libraries quiet.

Local variables hold people's words, tokens and money; they never reach a log.
"""

import logging
import sys

import structlog


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
            structlog.processors.LogfmtRenderer(sort_keys=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )

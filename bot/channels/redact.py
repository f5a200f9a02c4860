"""Keeps secrets out of the log: tokens stand in the addresses that are called."""

import logging
import traceback
from typing import Any, Final

_MASK: Final = "***"
_hidden: set[str] = set()


def hide(secret: str) -> None:
    """From now on no log record of this process holds `secret`, whoever writes it."""
    if not secret:
        return
    if not _hidden:
        _install()
    _hidden.add(secret)


def redact(text: str) -> str:
    """The text without hidden secrets."""
    for secret in _hidden:
        text = text.replace(secret, _MASK)
    return text


def _install() -> None:
    # A filter on a logger misses its children's records, and handlers come later: the factory sees them all.
    make_record = logging.getLogRecordFactory()

    def make_clean_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make_record(*args, **kwargs)
        _clean(record)
        return record

    logging.setLogRecordFactory(make_clean_record)


def _clean(record: logging.LogRecord) -> None:
    try:
        message = record.getMessage()
    except (TypeError, ValueError):  # logging reports a bad format itself
        return
    if redact(message) != message:
        record.msg, record.args = redact(message), ()
    if record.exc_info and record.exc_info[1]:
        trace = "".join(traceback.format_exception(record.exc_info[1])).rstrip("\n")
        if redact(trace) != trace:
            record.exc_info, record.exc_text = None, redact(trace)

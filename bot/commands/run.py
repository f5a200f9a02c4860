"""Running one command, and saying what became of it as plain JSON: answer, refused, usage or failed."""

from collections.abc import Mapping
from typing import Any

import structlog

from bot.commands import Answer, Command, Place, command_named
from bot.commands.words import refused, say, texts
from bot.files.errors import FileRefusedError
from bot.files.words import refusal
from core.kit.errors import DealerError, NotFoundError
from core.kit.ids import reference

log = structlog.get_logger()


def perform(place: Place, name: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """Run a writing command by name."""
    return carry_out(place, command_named(name), args)


def carry_out(place: Place, command: Command, args: Mapping[str, Any]) -> dict[str, Any]:
    """Run a command; nothing it raises goes further."""
    try:
        answer: Answer = command(place, **args)
    except FileRefusedError as error:
        return {"refused": refusal(error, place.settings.locale)}
    except NotFoundError as error:
        key = f"unknown.{error.fields.get('kind', '')}"
        known = texts().has(f"commands.{key}")
        words = say(place, key if known else "unknown", reference=error.fields.get("reference", "?"))
        return {"refused": words}
    except DealerError as error:
        own = error.code.startswith("commands.")
        words = say(place, error.code.partition(".")[2], **error.fields) if own else refused(place, error)
        return {"refused": words}
    except Exception:
        code = reference()
        log.exception("command.failed", reference=code)
        return {"failed": say(place, "failed", reference=code)}
    return {"answer": {"data": answer.data, "lines": list(answer.lines), "ok": answer.ok}}

"""The child that reads a file: its bytes on standard input, what is asked as its argument, what it says as JSON out."""

import gc
import resource
import sys

import msgspec

from bot.files.child import MEMORY, SECONDS
from bot.files.errors import FileRefusedError
from bot.files.sheet import Said, parse


def main() -> None:
    """Give up what is not needed, then read. Numbers with decimals travel as text, which the readers of cells take."""
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(limit, (most, most))
    gc.disable()  # it lives for one file, within its limits
    asked = msgspec.json.decode(sys.argv[1])
    try:
        said = Said(parse(sys.stdin.buffer.read(), asked["name"], asked["columns"], asked["rows_under"]))
    except FileRefusedError as error:
        said = Said(None, error.code, error.fields)
    sys.stdout.buffer.write(msgspec.json.encode(said))


if __name__ == "__main__":
    main()

"""The child that looks at one file: bytes on standard input, JSON on standard output, under limits it sets itself."""

import resource
import sys

import msgspec

MEMORY = 1_500_000_000
"""Bytes of address space."""
SECONDS = 10
"""Of computing time."""


def main() -> None:
    """Limit this process, then look. The libraries are loaded before writing is forbidden."""
    from bot.media.errors import NotTakenError
    from bot.media.look import look

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    try:
        seen = look(sys.stdin.buffer.read())
    except NotTakenError as refused:
        said = {"refused": str(refused)}
    except MemoryError:
        said = {"refused": "size"}
    else:
        said = msgspec.to_builtins(seen)
    sys.stdout.buffer.write(msgspec.json.encode(said))


if __name__ == "__main__":
    main()

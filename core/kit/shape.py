"""Plain JSON values read into typed ones, also by many threads at once."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def reader(shape: type[T]) -> Callable[[Any], T]:
    """What makes a plain value one of this type, made at import. It raises msgspec.ValidationError for what does not fit.

    msgspec gathers what it must know of a type at the first use, and a second thread that meets it half gathered crashes the
    process (seen with msgspec 0.22): so it is gathered here, before there are threads.
    """
    msgspec.json.Decoder(shape)
    return partial(msgspec.convert, type=shape)

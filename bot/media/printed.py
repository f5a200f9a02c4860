"""What the text of a printed invoice says, for those that have no code."""

import re
import unicodedata
from functools import cache
from pathlib import Path

import yaml

from core.claims.rules import Invoice, day_of
from core.kit.money import parse_minor

_SHORT = 8
"""Digits of the numbers that are told apart by a code besides; a fully digital invoice has twenty and no code."""
_LONG_NUMBER = re.compile(r"(?<!\d)\d{20}(?!\d)")
_BLANKS = re.compile(r"[ \t]+")


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    path = Path(__file__).with_name("printed.yaml")
    return {name: re.compile(word) for name, word in yaml.safe_load(path.read_text(encoding="utf-8")).items()}


def invoice_in(text: str) -> Invoice | None:
    """The invoice a page names: its number beside the label, with its total and day where they are there.

    Labels and figures of a PDF's text may stand apart; a number of twenty digits is then taken where it is the only one.
    """
    print_, plain = _patterns(), _BLANKS.sub("", unicodedata.normalize("NFKC", text))
    if not print_["paper"].search(plain):
        return None
    lone = set(_LONG_NUMBER.findall(plain))
    match = print_["number"].search(plain)
    number = match[1] if match else lone.pop() if len(lone) == 1 else ""
    if not number:
        return None
    code = print_["code"].search(plain) if len(number) == _SHORT else None
    total = print_["total"].search(plain)
    amounts = [total[1]] if total else print_["amount"].findall(plain)
    day = print_["day"].search(plain)
    return Invoice(
        identity=f"{code[1] if code else ''}:{number}",
        amount=max((parse_minor(each.replace(",", "")) for each in amounts), default=None),
        day=day_of("".join(part.zfill(2) for part in day.groups())) if day else None,
    )

"""Words of the page itself, in each language: two written by hand, traditional characters made from the simplified."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from opencc import OpenCC

HANS, HANT, EN = "zh-Hans", "zh-Hant", "en"
_HERE = Path(__file__).parent


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Locale -> key -> text. Raises ValueError if a language lacks a key."""
    hans = _written(HANS)
    en = _written(EN)
    if hans.keys() != en.keys():
        raise ValueError(sorted(hans.keys() ^ en.keys()))
    convert = OpenCC("s2tw").convert
    return {HANS: hans, HANT: {key: convert(text) for key, text in hans.items()}, EN: en}


def _written(locale: str) -> Mapping[str, str]:
    text = (_HERE / f"texts.{locale}.yaml").read_text(encoding="utf-8")
    written: Mapping[str, str] = yaml.safe_load(text)
    return written


def preferred(chosen: str, accepted: str) -> str:
    """The page's language: what was chosen before, else the first the browser asks for that we speak, else Chinese."""
    if chosen in words():
        return chosen
    for wish in accepted.lower().split(","):
        tag = wish.split(";")[0].strip()
        if tag.startswith("en"):
            return EN
        if tag.startswith(("zh-hant", "zh-tw", "zh-hk", "zh-mo")):
            return HANT
        if tag.startswith("zh"):
            return HANS
    return HANS

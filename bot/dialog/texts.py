"""The words behind keys: one YAML file a locale in each flow's folder, rendered in the reader's language.

zh-Hans and en are written by hand; zh-Hant is made from zh-Hans with OpenCC, and a `texts.zh-Hant.yaml` may overrule single
keys. A key is the folder's name, a dot, and the name in the file; `errors.<locale>.yaml` holds whole keys, one a refusal.
A value is a sentence with `{named}` places, or its plural forms (`one`, `other`) chosen by the parameter `count`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from babel import Locale
from opencc import OpenCC

ROOT = Path(__file__).parent.parent
HANS, HANT, EN = "zh-Hans", "zh-Hant", "en"
LOCALES = (HANS, HANT, EN)
_PLACE = re.compile(r"\{(\w+)\}")

Text = str | Mapping[str, str]
Messages = dict[str, Text]


class TextsError(ValueError):
    """The texts are not fit to be served; every fault is listed."""


@dataclass(frozen=True, slots=True)
class Texts:
    """All messages by locale, and the names of units by locale."""

    messages: Mapping[str, Mapping[str, Text]]
    units: Mapping[str, Mapping[str, Text]]

    def has(self, key: str) -> bool:
        """Is there a text of this key?"""
        return key in self.messages[HANS]

    def text(self, locale: str, key: str, count: int | None = None) -> str:
        """The unfilled sentence. Raises KeyError for an unknown key."""
        return _form(self.messages[locale][key], locale, count)

    def unit(self, locale: str, unit: str, count: int) -> str:
        """The unit's name, as it stands in the catalogue where no other is known."""
        return _form(self.units[locale].get(unit, unit), locale, count)


def known_locale(tag: str) -> str:
    """The locale we write in for a language tag of a channel or a person."""
    parts = {part.lower() for part in re.split(r"[-_]", tag)}
    if "zh" not in parts:
        return EN if "en" in parts else HANS
    return HANT if parts & {"hant", "tw", "hk", "mo"} else HANS


def folders() -> tuple[Path, ...]:
    """Every folder that may hold texts: the dialogue's own, each flow's, and the alerts'."""
    alerts = ROOT.parent / "notifications" / "alerts"
    flows = sorted(path for path in (ROOT / "flows").iterdir() if path.is_dir())
    return (ROOT / "dialog", *flows, alerts)


@cache
def all_texts() -> Texts:
    """The program's texts, read and checked once. Raises TextsError."""
    return load_texts(folders())


def load_texts(paths: Iterable[Path]) -> Texts:
    """Read and check the texts of these folders. Raises TextsError naming every fault."""
    messages: dict[str, Messages] = {HANS: {}, EN: {}}
    overrides: Messages = {}
    faults: list[str] = []
    for path in paths:
        for locale, known in messages.items():
            texts = _named(path.name, _read(path / f"texts.{locale}.yaml"))
            for found in (texts, _read(path / f"errors.{locale}.yaml")):
                faults += [f"{key} is given twice in {locale}" for key in sorted(known.keys() & found)]
                known.update(found)
        overrides |= _named(path.name, _read(path / f"texts.{HANT}.yaml"))
    messages[HANT] = {**_traditional(messages[HANS]), **overrides}
    faults += _faults(messages)
    if faults:
        raise TextsError("; ".join(faults))
    english = _read(ROOT / "dialog" / "units.en.yaml")
    names = {HANS: {}, HANT: _traditional({unit: unit for unit in english}), EN: english}
    return Texts(messages=messages, units=names)


def places(text: Text) -> frozenset[str]:
    """The parameters a text names."""
    forms = [text] if isinstance(text, str) else text.values()
    return frozenset(name for form in forms for name in _PLACE.findall(form))


def _faults(messages: Mapping[str, Messages]) -> Iterable[str]:
    for key in sorted(set().union(*messages.values())):
        missing = [locale for locale in LOCALES if key not in messages[locale]]
        if missing:
            yield f"{key} is missing in {', '.join(missing)}"
        elif len({places(messages[locale][key]) - {"count"} for locale in LOCALES}) > 1:
            yield f"{key} names different parameters in different languages"


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    # Only strings: "yes" is a key, not a truth. A key written twice would silently lose its first text.
    text = path.read_text(encoding="utf-8")
    keys = [key.value for key, _ in getattr(yaml.compose(text, Loader=yaml.BaseLoader), "value", ())]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise TextsError(f"{path.name} gives {', '.join(twice)} twice")
    return yaml.load(text, Loader=yaml.BaseLoader) or {}  # noqa: S506 - nothing but strings is made of it


def _named(prefix: str, messages: Messages) -> Messages:
    return {f"{prefix}.{key}": text for key, text in messages.items()}


def _traditional(messages: Messages) -> Messages:
    convert = OpenCC("s2tw").convert
    return {
        key: convert(text)
        if isinstance(text, str)
        else {form: convert(words) for form, words in text.items()}
        for key, text in messages.items()
    }


def _form(text: Text, locale: str, count: int | None) -> str:
    if isinstance(text, str):
        return text
    form = plural(locale)(count if count is not None else 1)
    return text.get(form, text["other"])


@cache
def plural(locale: str) -> Any:
    """The plural rule of a locale."""
    return Locale.parse(locale, sep="-").plural_form

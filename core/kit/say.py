"""Words by key: what is to be said to somebody, before it is in any language.

A `Say` is stored as JSON (outbox, inbox) and rendered in the reader's language at delivery. The words behind a key live in
the texts beside the flow or alert that says them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from core.kit.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name in the languages it has; zh is the fallback."""

    zh: str
    en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A figure in a unit, shown without a trailing `.0`."""

    value: Decimal
    unit: str = ""


Param: TypeAlias = (
    "str | int | bool | Decimal | Money | date | datetime | Name | Quantity | Say | tuple[Say, ...] | None"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing the reader may pick: a button where there are buttons, a number everywhere.

    action: a word of the dialogue's closed set; arg: short ASCII (ids and versions). Both travel signed in the handle.
    url: instead of an action, a link to open.
    """

    label: "Say"
    action: str = ""
    arg: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture or file to send: `ref` names a stored file or `qr:<text>` to be drawn at delivery."""

    ref: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Words by key with typed parameters; `lines` are further Says under it, one a line."""

    key: str
    params: Mapping[str, Param] = field(default_factory=dict)
    lines: tuple["Say", ...] = ()
    choices: tuple[Choice, ...] = ()
    picture: Picture | None = None


def dump(say: Say) -> dict[str, Any]:
    """A Say as plain JSON; typed parameters carry a tag."""
    data: dict[str, Any] = {"key": say.key}
    if say.params:
        data["params"] = {name: _dump(value) for name, value in say.params.items()}
    if say.lines:
        data["lines"] = [dump(line) for line in say.lines]
    if say.choices:
        data["choices"] = [_dump_choice(choice) for choice in say.choices]
    if say.picture:
        data["picture"] = {"ref": say.picture.ref, "name": say.picture.name}
    return data


def load(data: Mapping[str, Any]) -> Say:
    """The Say of its JSON. Raises KeyError or ValueError for anything `dump` did not write."""
    picture = data.get("picture")
    return Say(
        key=data["key"],
        params={name: _load(value) for name, value in data.get("params", {}).items()},
        lines=tuple(load(line) for line in data.get("lines", ())),
        choices=tuple(_load_choice(choice) for choice in data.get("choices", ())),
        picture=Picture(ref=picture["ref"], name=picture["name"]) if picture else None,
    )


def _dump_choice(choice: Choice) -> dict[str, Any]:
    return {"label": dump(choice.label), "action": choice.action, "arg": choice.arg, "url": choice.url}


def _load_choice(data: Mapping[str, Any]) -> Choice:
    return Choice(label=load(data["label"]), action=data["action"], arg=data["arg"], url=data["url"])


def _dump(value: Param) -> Any:
    match value:
        case Money():
            return {"money": [value.minor, value.currency]}
        case Quantity():
            return {"quantity": [str(value.value), value.unit]}
        case Name():
            return {"name": [value.zh, value.en]}
        case Say():
            return {"say": dump(value)}
        case tuple():
            return {"says": [dump(item) for item in value]}
        case Decimal():
            return {"decimal": str(value)}
        case datetime():
            return {"at": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
    return value


def _load(value: Any) -> Param:
    if not isinstance(value, dict):
        plain: Param = value
        return plain
    ((tag, inner),) = value.items()
    match tag:
        case "money":
            return Money(inner[0], inner[1])
        case "quantity":
            return Quantity(value=Decimal(inner[0]), unit=inner[1])
        case "name":
            return Name(zh=inner[0], en=inner[1])
        case "say":
            return load(inner)
        case "says":
            return tuple(load(item) for item in inner)
        case "decimal":
            return Decimal(inner)
        case "at":
            return datetime.fromisoformat(inner)
        case "day":
            return date.fromisoformat(inner)
    raise ValueError(tag)

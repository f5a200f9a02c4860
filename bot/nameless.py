"""Taking people, dealers, telephones and addresses out of a text that leaves the installation."""

import re
from collections.abc import Callable, Iterable

from sqlalchemy import select

from core.db.scope import system
from core.db.session import Session
from core.dealers.models import addresses, dealers
from core.people.models import members, persons, staff
from core.products.models import products

_people = system(
    select(members.c.name).union(select(staff.c.name), select(persons.c.name), select(addresses.c.receiver))
    .subquery().select()
)  # fmt: skip
_places = system(
    select(dealers.c.name).union(select(addresses.c.name), select(addresses.c.address)).subquery().select()
)
_goods = select(products.c.name_zh, products.c.name_en)
_TELEPHONE = re.compile(r"(?<![\w.-])\+?\d(?:[ -]?\d){9,14}(?![\w.])|(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://\S+|(?<!\w)@\w{3,}")
_ROLES = frozenset({"owner", "buyer", "finance"})

Nameless = Callable[[str], str]


def nameless(session: Session, *, person: str, place: str, titles: str) -> Nameless:
    """What takes the names of this installation out of a text. person, place: what stands in their stead; titles: a
    regular expression of what follows a surname (Boss Li).
    """
    goods = {name for row in session.execute(_goods) for name in row if name}
    people = _telling(session.execute(_people).scalars(), goods)
    places = _telling(session.execute(_places).scalars(), goods)
    surnames = sorted({name[0] for name in people if "\u3400" <= name[0] <= "\u9fff"})
    titled = re.compile(f"[{''.join(surnames)}](?:{titles})") if surnames else None

    def without(text: str) -> str:
        for pattern, instead in ((_any(places), place), (_any(people), person), (titled, person)):
            text = pattern.sub(instead, text) if pattern else text
        return _ADDRESS.sub(person, _TELEPHONE.sub("000", text))

    return without


def _telling(names: Iterable[str | None], goods: set[str]) -> list[str]:
    """Names that tell who it is, longest first: never a single sign, nor the name of goods."""
    kept = {name.strip() for name in names if name and len(name.strip()) > 1}
    return sorted(kept - goods - _ROLES, key=lambda name: (-len(name), name))


def _any(names: list[str]) -> re.Pattern[str] | None:
    parts = (rf"(?<![^\W\d_]){re.escape(n)}(?![^\W\d_])" if n.isascii() else re.escape(n) for n in names)
    return re.compile("|".join(parts), re.IGNORECASE) if names else None

"""Finding dealers: staff by code within their region, the system anywhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import String, bindparam, func, or_, select

from core.db.rows import json_rows
from core.db.scope import MARK, REGION, scoped
from core.db.session import Session
from core.dealers.models import addresses, dealers
from core.kit.errors import NotFoundError

_columns = (
    dealers.c.id, dealers.c.code, dealers.c.name, dealers.c.region, dealers.c.level, dealers.c.state
)  # fmt: skip
_in_region = or_(
    bindparam(REGION, type_=dealers.c.region.type) == "*",
    dealers.c.region == bindparam(REGION, type_=dealers.c.region.type),
)
_by_code = (
    select(*_columns)
    .where(dealers.c.code == bindparam("code"), _in_region)
    .execution_options(**{MARK: "across"})
)

_codes = json_rows("codes", code=String())
_by_codes = (
    select(*_columns)
    .join(_codes, dealers.c.code == _codes.c.code)
    .where(_in_region)
    .execution_options(**{MARK: "across"})
)
_ids_by_codes = (
    select(dealers.c.code, dealers.c.id)
    .join(_codes, dealers.c.code == _codes.c.code)
    .where(_in_region)
    .execution_options(**{MARK: "across"})
)
_by_words = (
    select(*_columns)
    .where(
        _in_region,
        or_(
            func.lower(dealers.c.code) == bindparam("code", type_=String()),
            dealers.c.name.like(bindparam("pattern"), escape="/"),
        ),
    )
    .order_by(func.lower(dealers.c.code) != bindparam("code", type_=String()), dealers.c.id)
    .limit(bindparam("most"))
    .execution_options(**{MARK: "across"})
)
_by_id = select(*_columns).where(dealers.c.id == bindparam("dealer"))
_addresses = scoped(
    select(addresses.c.id, addresses.c.name, addresses.c.receiver, addresses.c.phone, addresses.c.address,
           addresses.c.is_default).order_by(addresses.c.is_default.desc(), addresses.c.id)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dealer:
    """A dealer as staff see it."""

    id: int
    code: str
    name: str
    region: str
    level: str
    state: str


@dataclass(frozen=True, slots=True)
class ShipTo:
    """Where a dealer wants goods sent."""

    id: int
    name: str
    receiver: str
    phone: str
    address: str
    is_default: bool


def dealer_by_code(session: Session, code: str) -> Dealer:
    """The dealer with this code in the session's region. Raises NotFoundError."""
    row = session.execute(_by_code, {"code": code}).mappings().one_or_none()
    if row is None:
        raise NotFoundError(kind="dealer", reference=code)
    return Dealer(**row)


def dealer_by_id(session: Session, dealer_id: int) -> Dealer:
    """A dealer the session is already bound to or knows of, in a turn or a job. Raises NotFoundError."""
    row = session.execute(_by_id, {"dealer": dealer_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError(kind="dealer", reference=str(dealer_id))
    return Dealer(**row)


def dealers_by_code(session: Session, codes: Sequence[str]) -> dict[str, Dealer]:
    """Dealers of the session's region by code; unknown ones are absent."""
    wanted = {"codes": [{"code": code} for code in dict.fromkeys(codes)]}
    return {row["code"]: Dealer(**row) for row in session.execute(_by_codes, wanted).mappings()}


def dealer_ids(session: Session, codes: Iterable[str]) -> dict[str, int]:
    """The same, ids alone, for many."""
    wanted = {"codes": [{"code": code} for code in dict.fromkeys(codes)]}
    return {row.code: row.id for row in session.execute(_ids_by_codes, wanted)}


def find_dealers(session: Session, words: str, *, most: int = 10) -> tuple[Dealer, ...]:
    """Dealers of the session's region whose code is this, or whose name holds these words; the code first."""
    words = words.strip()
    literal = words.replace("/", "//").replace("%", "/%").replace("_", "/_")
    sought = {"code": words.lower(), "pattern": f"%{literal}%", "most": most}
    found = session.execute(_by_words, sought).mappings()
    return tuple(Dealer(**row) for row in found)


def addresses_of(session: Session) -> tuple[ShipTo, ...]:
    """Addresses of the session's dealer, the default first."""
    return tuple(ShipTo(**row) for row in session.execute(_addresses).mappings())


def at_dealer(session: Session, code: str | None) -> Session:
    """The session bound to the dealer of this code; None keeps the dealer it is already bound to."""
    return session if code is None else session.for_dealer(dealer_by_code(session, code).id)

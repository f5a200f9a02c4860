"""Finding dealers: staff by code within their region, the system anywhere."""

from dataclasses import dataclass

from sqlalchemy import bindparam, or_, select

from core.db.scope import MARK, REGION
from core.db.session import Session
from core.dealers.models import dealers
from core.kit.errors import NotFoundError

_by_code = (
    select(dealers.c.id, dealers.c.code, dealers.c.name, dealers.c.region, dealers.c.level, dealers.c.state)
    .where(
        dealers.c.code == bindparam("code"),
        or_(
            bindparam(REGION, type_=dealers.c.region.type) == "*",
            dealers.c.region == bindparam(REGION, type_=dealers.c.region.type),
        ),
    )
    .execution_options(**{MARK: "across"})
)


@dataclass(frozen=True, slots=True)
class Dealer:
    """A dealer as staff see it."""

    id: int
    code: str
    name: str
    region: str
    level: str
    state: str


def dealer_by_code(session: Session, code: str) -> Dealer:
    """The dealer with this code in the session's region. Raises NotFoundError."""
    row = session.execute(_by_code, {"code": code}).mappings().one_or_none()
    if row is None:
        raise NotFoundError(kind="dealer", reference=code)
    return Dealer(**row)


def at_dealer(session: Session, code: str | None) -> Session:
    """The session bound to the dealer of this code; None keeps the dealer it is already bound to."""
    return session if code is None else session.for_dealer(dealer_by_code(session, code).id)

"""Keeping a nickname and dropping it."""

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from core.db.scope import scoped
from core.db.session import Session
from core.kit.errors import NotFoundError
from core.nicknames.errors import TooManyNicknamesError
from core.nicknames.models import nicknames
from core.people.actor import Actor
from core.people.policy import require
from core.people.trail import trail
from core.products.queries import products_by_sku

MOST = 200
"""Nicknames of one dealer: every one is looked for in every message."""

_count = scoped(select(func.count()).select_from(nicknames))
_insert = upsert(nicknames)
_keep = scoped(
    _insert.on_conflict_do_update(
        index_elements=["dealer_id", "word"],
        set_={name: _insert.excluded[name] for name in ("said", "product_id", "kept_by", "kept_at")},
    ).returning(nicknames.c.id)
)
_drop = scoped(
    delete(nicknames)
    .where(nicknames.c.id == bindparam("nickname"))
    .returning(nicknames.c.said, nicknames.c.product_id)
)


def keep_nickname(session: Session, actor: Actor, *, word: str, said: str, sku: str) -> None:
    """Let a word mean a product to the session's dealer from now on; word: as it is compared, said: as it was written.

    Raises NotAllowedError, NotFoundError, TooManyNicknamesError.
    """
    require(actor, "nicknames.keep")
    product = products_by_sku(session, [sku]).get(sku)
    if product is None:
        raise NotFoundError(kind="product", reference=sku)
    if session.execute(_count).scalar_one() >= MOST:
        raise TooManyNicknamesError(most=MOST)
    row = {
        "word": word,
        "said": said,
        "product_id": product.id,
        "kept_by": actor.subject,
        "kept_at": session.now,
    }
    kept = session.execute(_keep, row).scalar_one()
    trail(session, actor, "nicknames.keep", str(kept), said=said, sku=sku)


def drop_nickname(session: Session, actor: Actor, *, nickname: int) -> str:
    """Forget one; the word as it was written. Raises NotAllowedError, NotFoundError."""
    require(actor, "nicknames.keep")
    row = session.execute(_drop, {"nickname": nickname}).one_or_none()
    if row is None:
        raise NotFoundError(kind="nickname", reference=str(nickname))
    trail(session, actor, "nicknames.drop", str(nickname), said=row.said, product_id=row.product_id)
    return str(row.said)

"""Everything that must be true of an installation's database, whatever happened to it: what `dealer check` looks at.

Balances, orders and stock are core.orders.check's; here is what lies across the nouns. Each rule is a statement that finds
what breaks it. The order is that of the report: the first broken rule is named first.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, cast, func, literal, or_, select

from bot.schema import metadata
from bot.store.models import conversations, files, inbox, parked
from core.audit.seal import Anchor, verify
from core.claims.check import check as check_claims
from core.claims.models import claims
from core.credit.models import accounts
from core.db.references import foreign_rows
from core.db.scope import system
from core.db.session import Session
from core.dealers.models import dealers
from core.kit.violation import Violation
from core.orders.check import check as check_ledgers
from core.orders.models import order_lines, orders
from core.people.models import identities, invites, members, persons, staff
from core.rebates.check import check as check_rebates
from notifications.outbox.models import outbox

OVERDUE = timedelta(minutes=10)
"""How long after the end of its lease a message may still lie claimed: leases are minutes, somebody sweeps every second."""


def violations(session: Session, anchors: Iterable[Anchor] = ()) -> Iterator[Violation]:
    """Everything that does not hold, one after another."""
    yield from check_ledgers(session.connection)
    yield from check_claims(session.connection)
    yield from check_rebates(session.connection)
    for rule, statement in (*foreign_rows(metadata), *RULES):
        for row in session.execute(statement, {"late": session.now - OVERDUE}).all():
            yield Violation(rule, str(row.subject), row.kept, row.right)
    yield from verify(session, anchors)


def _wrong(
    subject: ColumnElement[Any],
    kept: ColumnElement[Any],
    source: Any,
    *wrong: ColumnElement[bool],
    right: str = "",
) -> Select[Any]:
    return system(
        select(subject.label("subject"), kept.label("kept"), literal(right).label("right"))
        .select_from(source)
        .where(or_(*wrong))
    )


def _is(prefix: str, key: ColumnElement[Any]) -> ColumnElement[bool]:
    return persons.c.subject == literal(prefix) + cast(key, String())


_answered = parked.join(
    inbox,
    and_(
        inbox.c.channel == parked.c.channel,
        inbox.c.account == parked.c.account,
        inbox.c.dedupe_key == parked.c.dedupe_key,
    ),
)
_unanswered = parked.outerjoin(
    inbox,
    and_(
        inbox.c.channel == parked.c.channel,
        inbox.c.account == parked.c.account,
        inbox.c.dedupe_key == parked.c.dedupe_key,
    ),
)
_acting = persons.outerjoin(members, _is("m:", members.c.id)).outerjoin(staff, _is("s:", staff.c.id))
_live = members.outerjoin(persons, persons.c.id == members.c.person_id)
_invited = invites.outerjoin(members, members.c.id == invites.c.member_id).outerjoin(
    staff, staff.c.id == invites.c.staff_id
)

_decided = claims.join(members, members.c.id == claims.c.member_id).outerjoin(
    staff, claims.c.decided_by == literal("s:") + cast(staff.c.id, String())
)

RULES: tuple[tuple[str, Select[Any]], ...] = (
    ("dealers.account", _wrong(dealers.c.code, literal(""), dealers.outerjoin(accounts, accounts.c.dealer_id == dealers.c.id),
                               and_(accounts.c.dealer_id.is_(None), select(orders.c.id).where(orders.c.dealer_id == dealers.c.id).exists()),
                               right="an account")),
    ("order_lines.order", _wrong(order_lines.c.sku, order_lines.c.order_id,
                                 order_lines.outerjoin(orders, orders.c.id == order_lines.c.order_id), orders.c.id.is_(None))),
    ("parked.applied", _wrong(parked.c.reference, parked.c.state, _answered,
                              parked.c.state.in_(("waiting", "dead", "dropped")), right="done")),
    ("parked.done", _wrong(parked.c.reference, parked.c.state, _unanswered,
                           and_(parked.c.state == "done", inbox.c.id.is_(None)), right="in the inbox")),
    ("outbox.lease", _wrong(outbox.c.key, outbox.c.state, outbox,
                            and_(outbox.c.state == "claimed", or_(outbox.c.lease_until.is_(None), outbox.c.leased_by == "")),
                            and_(outbox.c.state == "claimed", outbox.c.lease_until < bindparam("late")),
                            and_(outbox.c.state != "claimed", outbox.c.lease_until.is_not(None),
                                 outbox.c.state.in_(("pending", "waiting"))))),
    ("outbox.settled", _wrong(outbox.c.key, outbox.c.settled_at, outbox,
                              and_(outbox.c.state.in_(("sent", "unknown", "refused", "dead")), outbox.c.settled_at.is_(None)))),
    ("outbox.reply", _wrong(outbox.c.key, outbox.c.subject, outbox,
                            and_(outbox.c.kind == "reply", outbox.c.chat == ""), right="a chat")),
    ("conversations.version", _wrong(conversations.c.subject, conversations.c.version, conversations, conversations.c.version < 0)),
    ("claims.decided", _wrong(claims.c.number, claims.c.decided_by, _decided,
                              and_(claims.c.state.in_(("paid", "rejected")), claims.c.decided_by == ""),
                              claims.c.decided_by == literal("m:") + cast(claims.c.member_id, String()),
                              staff.c.person_id == members.c.person_id, right="somebody else")),
    ("files.size", _wrong(files.c.sha256, files.c.size, files, func.length(files.c.content) != files.c.size)),
    ("invites.once", _wrong(invites.c.id, invites.c.state, invites,
                            and_(invites.c.state.in_(("claimed", "used")), invites.c.claimed_by.is_(None)),
                            and_(invites.c.state == "open", invites.c.claimed_by.is_not(None)))),
    ("invites.hashed", _wrong(invites.c.id, func.length(invites.c.token_hash), invites,
                              func.length(invites.c.token_hash) != 64, right="64")),
    ("invites.live", _wrong(invites.c.id, invites.c.state, _invited,
                            and_(invites.c.state == "open", or_(members.c.state == "revoked", staff.c.state == "revoked")))),
    ("members.person", _wrong(members.c.id, members.c.state, _live,
                              and_(members.c.state.in_(("active", "pending")), persons.c.id.is_(None)), right="a person")),
    ("persons.acts_as", _wrong(persons.c.id, persons.c.subject, _acting,
                               and_(persons.c.subject.is_not(None), members.c.id.is_(None), staff.c.id.is_(None)),
                               and_(members.c.id.is_not(None), or_(members.c.person_id.is_(None), members.c.person_id != persons.c.id)),
                               and_(staff.c.id.is_not(None), or_(staff.c.person_id.is_(None), staff.c.person_id != persons.c.id)))),
    ("identities.person", _wrong(identities.c.external_id, identities.c.person_id,
                                 identities.outerjoin(persons, persons.c.id == identities.c.person_id), persons.c.id.is_(None))),
)  # fmt: skip
"""Each rule and what breaks it."""

"""Facts become notices: who must hear of what happened, in which words, with which next step.

Each kind of fact has its rule in `notifications/alerts/<noun>.py`, found by the fact's own name. A fact nobody must hear of
is listed in QUIET, so that a new kind without a rule is a failing test rather than a silence.
"""

from dataclasses import replace
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import bindparam, select, update

from core.db.session import Session
from notifications.alerts import attention, claims, contracts, orders, people, rebates, stock, talks, turns
from notifications.alerts.happened import Happened, Rule
from notifications.outbox.models import facts
from notifications.outbox.write import write_notices
from notifications.preferences import release_held, wanted_now

log = structlog.get_logger()

_new = (
    select(facts.c.id, facts.c.kind, facts.c.dealer_id, facts.c.data, facts.c.at)
    .where(facts.c.addressed_at.is_(None))
    .order_by(facts.c.id)
    .limit(50)
    .with_for_update(skip_locked=True)
)
_addressed = (
    update(facts)
    .where(facts.c.id.in_(bindparam("ids", expanding=True)))
    .values(addressed_at=bindparam("now"))
)


RULES: dict[str, Rule] = {
    **attention.RULES, **claims.RULES, **contracts.RULES, **orders.RULES, **people.RULES, **rebates.RULES,
    **stock.RULES, **talks.RULES, **turns.RULES,
}  # fmt: skip
QUIET = frozenset(
    {
        "contracts.snoozed",
        "people.revoked",
        "prices.changed",
        "rebates.used",
        "stock.recovered",
        "stock.snoozed",
    }
)


def address_facts(session: Session, zone: ZoneInfo, currency: str, *, tell_dealers: bool = False) -> int:
    """Write the notices of the oldest unaddressed facts. Returns how many facts were taken, and
    notices sent on after quiet hours. tell_dealers: of the end of their contracts.

    A rule that fails loses its own notices only; the administrators are told with the fact's number.
    """
    released = release_held(session)
    taken = session.execute(_new).all()
    if not taken:
        return released
    for row in taken:
        fact = Happened(
            ref=row.id,
            kind=row.kind,
            dealer_id=row.dealer_id,
            data=row.data,
            at=row.at,
            zone=zone,
            currency=currency,
            tell_dealers=tell_dealers,
        )
        _address(session, fact)
    session.execute(_addressed, {"ids": [row.id for row in taken], "now": session.now})
    return len(taken) + released


def _address(session: Session, fact: Happened) -> None:
    rule = RULES.get(fact.kind)
    if rule is None:
        if fact.kind not in QUIET:
            log.warning("fact_without_rule", kind=fact.kind)
        return
    try:
        with session.savepoint():
            write_notices(session, wanted_now(session, fact, list(rule(session, fact))))
    except Exception as error:
        log.exception("rule_failed", kind=fact.kind, fact=fact.ref)
        lost = replace(
            fact,
            kind="turns.dead",
            data={"reference": f"F{fact.ref}", "channel": fact.kind, "cause": type(error).__name__},
        )
        write_notices(session, list(RULES["turns.dead"](session, lost)))

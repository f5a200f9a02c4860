"""Verbs of contracts: bringing them in, and deciding what comes after them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import String, bindparam, insert, select, update

from core.contracts.errors import BadTermError, OtherDealerError, TermChangedError
from core.contracts.models import contracts
from core.contracts.queries import Contract, contract_by_id
from core.contracts.rules import SNOOZE
from core.db.rows import json_rows
from core.db.scope import scoped, system
from core.db.session import Session
from core.kit.clock import business_day
from core.people.actor import Actor
from core.people.policy import require
from core.people.trail import trail, trail_each

_known = system(
    select(
        contracts.c.id,
        contracts.c.dealer_id,
        contracts.c.starts_on,
        contracts.c.ends_on,
        contracts.c.file,
        contracts.c.file_name,
    )
    .where(contracts.c.number == bindparam("number"))
    .with_for_update()
)
_wanted = json_rows("contract_numbers", number=String())
_numbers = system(
    select(contracts.c.number).select_from(_wanted.join(contracts, contracts.c.number == _wanted.c.number))
)
_add_many = system(insert(contracts))
_add = scoped(insert(contracts).returning(contracts.c.id))
_change = scoped(
    update(contracts)
    .where(contracts.c.id == bindparam("contract"))
    .values(starts_on=bindparam("start"), ends_on=bindparam("end"), decision="", decided_by="",
            decided_at=None, snoozed_until=None)
)  # fmt: skip
_refile = scoped(
    update(contracts)
    .where(contracts.c.id == bindparam("contract"))
    .values(file=bindparam("ref"), file_name=bindparam("name"))
)
_decide = scoped(
    update(contracts)
    .where(contracts.c.id == bindparam("contract"), contracts.c.decision != bindparam("new"))
    .values(
        decision=bindparam("new"), decided_by=bindparam("by"), decided_at=bindparam("at"), snoozed_until=None
    )
    .returning(contracts.c.id)
)
_put_off = scoped(
    update(contracts)
    .where(
        contracts.c.id == bindparam("contract"),
        contracts.c.decision == "",
        (contracts.c.snoozed_until.is_(None)) | (contracts.c.snoozed_until < bindparam("until")),
    )
    .values(snoozed_until=bindparam("until"))
    .returning(contracts.c.id)
)


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a contract. repeated: it had been so before, nothing happened now."""

    number: str
    dealer_id: int
    ends_on: date
    until: date | None = None
    repeated: bool = False


def put_contract(
    session: Session,
    actor: Actor,
    *,
    number: str,
    start: date,
    end: date,
    file: str = "",
    file_name: str = "",
) -> str:
    """Write down a contract of the session's dealer: created | updated | unchanged. file "": what is kept stays.

    A changed term begins its reminders anew. Raises BadTermError, OtherDealerError.
    """
    require(actor, "contracts.put")
    if end < start:
        raise BadTermError(number=number, start=start, end=end)
    known = session.as_system("contract number").execute(_known, {"number": number}).one_or_none()
    if known is not None and known.dealer_id != session.dealer_id:
        raise OtherDealerError(number=number)
    if known is None:
        row = {"number": number, "starts_on": start, "ends_on": end, "created_at": session.now}
        contract, moved, filed = session.execute(_add, row).scalar_one(), False, bool(file)
    else:
        contract, moved = known.id, (known.starts_on, known.ends_on) != (start, end)
        filed = bool(file) and (known.file, known.file_name) != (file, file_name)
    if filed:
        session.execute(_refile, {"contract": contract, "ref": file, "name": file_name})
    if moved:
        session.execute(_change, {"contract": contract, "start": start, "end": end})
    if known is not None and not (moved or filed):
        return "unchanged"
    trail(session, actor, "contracts.put", number, after=_term(start, end, file_name))
    return "created" if known is None else "updated"


def put_contracts(session: Session, actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Write down many (dealer_id, number, start, end, file, file_name), in a system session; numbers must differ.

    created | updated | unchanged | backwards (it ends before it starts) | taken (another dealer's number) for each.
    """
    require(actor, "contracts.put")
    numbers = {"contract_numbers": [{"number": row["number"]} for row in rows]}
    known = set(session.execute(_numbers, numbers).scalars())
    fresh: list[Mapping[str, Any]] = []
    outcomes = []
    for row in rows:
        if row["number"] in known:
            outcomes.append(_again(session, actor, row))
        elif row["end"] < row["start"]:
            outcomes.append("backwards")
        else:
            fresh.append(row)
            outcomes.append("created")
    if fresh:
        new = [
            {"dealer_id": row["dealer_id"], "number": row["number"], "starts_on": row["start"],
             "ends_on": row["end"], "file": row["file"], "file_name": row["file_name"], "created_at": session.now}
            for row in fresh
        ]  # fmt: skip
        session.execute(_add_many, new)
        trail_each(session, actor, "contracts.put", [
            (row["dealer_id"], row["number"], {"after": _term(row["start"], row["end"], row["file_name"])})
            for row in fresh
        ])  # fmt: skip
    return outcomes


def _again(session: Session, actor: Actor, row: Mapping[str, Any]) -> str:
    terms = {name: row[name] for name in ("number", "start", "end", "file", "file_name")}
    try:
        return put_contract(session.for_dealer(row["dealer_id"]), actor, **terms)
    except BadTermError:
        return "backwards"
    except OtherDealerError:
        return "taken"


def _term(start: date, end: date, file_name: str) -> dict[str, str]:
    return {"start": start.isoformat(), "end": end.isoformat(), "file": file_name}


def decide_contract(
    session: Session, actor: Actor, *, contract: int, ends_on: date, decision: str
) -> Decided:
    """Say that a contract is to be renewed (renew) or left to end (end); the same again does nothing.

    Raises NotFoundError for one outside the staff's region, TermChangedError when it ends on another day than was shown.
    """
    found, bound = _shown(session, actor, contract, ends_on)
    values = {"contract": contract, "new": decision, "by": actor.subject, "at": session.now}
    done = bound.execute(_decide, values).scalar() is not None
    if done:
        trail(bound, actor, f"contracts.{decision}", found.number, before=found.decision)
        bound.report("contracts.decided", number=found.number, decision=decision,
                     ends_on=ends_on.isoformat(), card=f"{contract}~{ends_on.isoformat()}", by=actor.subject,
                     name=actor.name)  # fmt: skip
    return Decided(found.number, found.dealer_id, ends_on, repeated=not done)


def snooze_contract(session: Session, actor: Actor, *, contract: int, ends_on: date) -> Decided:
    """Be quiet about an undecided contract for a week; what fell due meanwhile is told then. Raises as `decide_contract`."""
    found, bound = _shown(session, actor, contract, ends_on)
    until = business_day(session.now, actor.zone) + SNOOZE
    done = bound.execute(_put_off, {"contract": contract, "until": until}).scalar() is not None
    if done:
        trail(bound, actor, "contracts.snooze", found.number, until=until.isoformat())
        card = f"{contract}~{ends_on.isoformat()}"
        bound.report("contracts.snoozed", number=found.number, card=card, by=actor.subject)
    return Decided(found.number, found.dealer_id, ends_on, until=until, repeated=not done)


def _shown(session: Session, actor: Actor, contract: int, ends_on: date) -> tuple[Contract, Session]:
    require(actor, "contracts.decide")
    found = contract_by_id(session, contract)
    if found.ends_on != ends_on:
        raise TermChangedError(number=found.number, shown=ends_on, ends_on=found.ends_on)
    return found, session.for_dealer(found.dealer_id)

"""Putting many people on the rolls at once, from a file: they are invited until they join."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, bindparam, insert, select, update

from core.db.base import Id
from core.db.rows import json_rows
from core.db.scope import system
from core.db.session import Session
from core.people.actor import Actor
from core.people.models import members, persons, staff
from core.people.policy import require

_places = json_rows("places", dealer_id=Id)
_members = system(
    select(members).where(members.c.dealer_id.in_(select(_places.c.dealer_id))).order_by(members.c.id)
)
_staff = select(staff).order_by(staff.c.id)
_new_members = system(insert(members))
_new_staff = insert(staff)
_change_member = system(
    update(members)
    .where(members.c.id == bindparam("row"), members.c.dealer_id == bindparam("at_dealer"))
    .values(name=bindparam("as_name"), phone=bindparam("as_phone"), role=bindparam("as_role"))
)
_change_staff = (
    update(staff)
    .where(staff.c.id == bindparam("row"))
    .values(
        name=bindparam("as_name"),
        phone=bindparam("as_phone"),
        role=bindparam("as_role"),
        region=bindparam("as_region"),
    )
)

_invited_members = system(
    select(members.c.id, members.c.name).where(members.c.state == "invited").order_by(members.c.id)
)
_invited_staff = select(staff.c.id, staff.c.name).where(staff.c.state == "invited").order_by(staff.c.id)
_new_person = insert(persons).returning(persons.c.id)
_admit_member = system(
    update(members)
    .where(members.c.id == bindparam("row"))
    .values(person_id=bindparam("person"), state="active")
)
_admit_staff = (
    update(staff).where(staff.c.id == bindparam("row")).values(person_id=bindparam("person"), state="active")
)


def put_members(session: Session, actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Create or change members of dealers (dealer_id, name, phone, role), in a system session; None keeps what is.

    A person is known again by telephone, else by name. Each row comes to created | updated | unchanged | revoked (left
    alone: somebody revoked comes back by a new invite). Raises NotAllowedError.
    """
    require(actor, "members.put")
    places = {"places": [{"dealer_id": dealer} for dealer in {row["dealer_id"] for row in rows}]}
    known = session.execute(_members, places).mappings().all()
    outcomes, new, changes = _compare(rows, known, ("name", "phone", "role"))
    if new:
        fresh = {"state": "invited", "created_at": session.now}
        session.execute(_new_members, [{"phone": "", **row, **fresh} for row in new])
    for was, row in changes:
        values = {f"as_{name}": row[name] for name in ("name", "phone", "role")}
        session.execute(_change_member, {"row": was["id"], "at_dealer": was["dealer_id"], **values})
    return outcomes


def put_staff(session: Session, actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Create or change the brand's people (name, phone, role, region; region None is every region). As put_members."""
    require(actor, "staff.put")
    known = session.execute(_staff).mappings().all()
    outcomes, new, changes = _compare(rows, known, ("name", "phone", "role", "region"))
    if new:
        fresh = {"state": "invited", "created_at": session.now}
        session.execute(_new_staff, [{"phone": "", "region": None, **row, **fresh} for row in new])
    for was, row in changes:
        values = {f"as_{name}": row[name] for name in ("name", "phone", "role", "region")}
        session.execute(_change_staff, {"row": was["id"], **values})
    return outcomes


def _compare(
    rows: Sequence[Mapping[str, Any]], known: Sequence[RowMapping], columns: Sequence[str]
) -> tuple[list[str], list[dict[str, Any]], list[tuple[RowMapping, dict[str, Any]]]]:
    """What each row comes to, the rows to insert, and the rows to change with what they were."""
    here = sorted(known, key=lambda row: row["state"] != "revoked")
    found = {key: row for row in here for key in _known_by(row)}
    outcomes: list[str] = []
    new: list[dict[str, Any]] = []
    changes: list[tuple[RowMapping, dict[str, Any]]] = []
    for given in rows:
        values = {name: value for name, value in given.items() if value is not None}
        was = next((found[key] for key in _sought_by(given) if key in found), None)
        if was is None:
            outcomes.append("created")
            new.append(values)
        elif was["state"] == "revoked":
            outcomes.append("revoked")
        elif all(was[name] == values.get(name, was[name]) for name in columns):
            outcomes.append("unchanged")
        else:
            outcomes.append("updated")
            changes.append((was, {name: values.get(name, was[name]) for name in columns}))
    return outcomes, new, changes


def _known_by(row: RowMapping) -> list[tuple[Any, ...]]:
    """How somebody on the rolls is known again; by name alone also to a row with a telephone, if he has none yet."""
    dealer = row.get("dealer_id")
    by_name = [(dealer, "name", row["name"])]
    return (
        [*by_name, (dealer, "phone", row["phone"])]
        if row["phone"]
        else [*by_name, (dealer, "bare", row["name"])]
    )


def _sought_by(given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Two people of one name and different telephones are two people."""
    dealer = given.get("dealer_id")
    if given.get("phone"):
        return [(dealer, "phone", given["phone"]), (dealer, "bare", given["name"])]
    return [(dealer, "name", given["name"])]


def admit_invited(session: Session, actor: Actor) -> None:
    """Make everybody on the rolls who has not joined a person without a chat yet, in a system session.

    For data brought from elsewhere whose people are known; their chats are bound afterwards. Raises NotAllowedError.
    """
    require(actor, "members.put")
    for rows, take, letter in (
        (session.execute(_invited_members).all(), _admit_member, "m"),
        (session.execute(_invited_staff).all(), _admit_staff, "s"),
    ):
        for row in rows:
            person = {"name": row.name, "subject": f"{letter}:{row.id}", "created_at": session.now}
            person_id = session.execute(_new_person, person).scalar_one()
            session.execute(take, {"row": row.id, "person": person_id})

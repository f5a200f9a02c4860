"""Verbs of dealers: the dealers themselves and where they want their goods. All of them take many rows at once.

A value of None keeps what is.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Integer, RowMapping, String, and_, bindparam, insert, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert

from core.db.base import Id, UtcDateTime
from core.db.rows import json_rows
from core.db.scope import system
from core.db.session import Session
from core.dealers.models import addresses, dealers
from core.people.actor import Actor
from core.people.policy import require


class Put(NamedTuple):
    """What became of one row: created | updated | unchanged; `id` is the dealer's."""

    id: int
    done: str


_DEALER = ("code", "name", "region", "level", "state")
_ADDRESS = ("name", "receiver", "phone", "address")
_NEW_DEALER = {"region": "", "level": "", "state": "active", "listed_only": 0}
_NEW_ADDRESS = {"receiver": "", "phone": "", "is_default": 0}

_codes = json_rows("codes", code=String())
_known = select(dealers).join(_codes, dealers.c.code == _codes.c.code)
_rows = json_rows("dealers", **{name: String() for name in _DEALER}, listed_only=Integer())
_insert = upsert(dealers).from_select(
    [*_DEALER, "listed_only", "created_at"],
    select(
        *[_rows.c[name] for name in _DEALER],
        _rows.c.listed_only == 1,
        bindparam("as_at", type_=UtcDateTime()).label("created_at"),
    ).where(true()),
)
_put = _insert.on_conflict_do_update(
    index_elements=["code"],
    set_={name: _insert.excluded[name] for name in ("name", "region", "level", "state", "listed_only")},
).returning(dealers.c.id, dealers.c.code)

_places = json_rows("places", dealer_id=Id)
_known_addresses = system(
    select(addresses).where(addresses.c.dealer_id.in_(select(_places.c.dealer_id))).order_by(addresses.c.id)
)
_address_rows = json_rows(
    "addresses", dealer_id=Id, **{name: String() for name in _ADDRESS}, is_default=Integer()
)
_insert_addresses = upsert(addresses).from_select(
    ["dealer_id", *_ADDRESS, "is_default"],
    select(
        _address_rows.c.dealer_id,
        *[_address_rows.c[name] for name in _ADDRESS],
        _address_rows.c.is_default == 1,
    ).where(true()),
)
_add_addresses = system(insert(addresses))
_put_addresses = system(
    _insert_addresses.on_conflict_do_update(
        index_elements=["dealer_id", "name"],
        set_={
            name: _insert_addresses.excluded[name] for name in ("receiver", "phone", "address", "is_default")
        },
    )
)
_list_only = (
    update(dealers).where(dealers.c.id.in_(bindparam("ids", expanding=True))).values(listed_only=True)
)
_no_other_default = system(
    update(addresses)
    .where(
        and_(addresses.c.dealer_id == bindparam("dealer"), addresses.c.is_default),
        addresses.c.name != bindparam("as_name"),
    )
    .values(is_default=False)
)


def put_dealers(session: Session, actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[Put]:
    """Create or change dealers by code; codes must differ within a call. Raises NotAllowedError."""
    require(actor, "dealers.put")
    codes = {"codes": [{"code": row["code"]} for row in rows]}
    known = {row["code"]: row for row in session.execute(_known, codes).mappings()}
    outcomes, changed = _compare(rows, [known.get(row["code"]) for row in rows], _NEW_DEALER)
    ids = {code: row["id"] for code, row in known.items()}
    if changed:
        put = session.execute(_put, {"dealers": changed, "as_at": session.now})
        ids |= {row.code: row.id for row in put}
    return [Put(ids[row["code"]], done) for row, done in zip(rows, outcomes, strict=True)]


def put_addresses(session: Session, actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Create or change addresses by (dealer id, name), in a system session; a dealer's first one is its default.

    created | updated | unchanged for each. One default a dealer: the last row that says so wins. Raises NotAllowedError.
    """
    require(actor, "dealers.put")
    places = {"places": [{"dealer_id": dealer} for dealer in {row["dealer_id"] for row in rows}]}
    known = {
        (row["dealer_id"], row["name"]): row for row in session.execute(_known_addresses, places).mappings()
    }
    rows = _with_defaults(rows, known)
    outcomes, changed = _compare(
        rows, [known.get((row["dealer_id"], row["name"])) for row in rows], _NEW_ADDRESS
    )
    defaults = {dealer for (dealer, _), row in known.items() if row["is_default"]}
    for row in changed:
        if row["is_default"] and row["dealer_id"] in defaults:
            session.execute(_no_other_default, {"dealer": row["dealer_id"], "as_name": row["name"]})
    fresh = [row for row in changed if (row["dealer_id"], row["name"]) not in known]
    if fresh:
        session.execute(_add_addresses, fresh)
    if len(fresh) < len(changed):
        session.execute(_put_addresses, {"addresses": changed})
    return outcomes


def _with_defaults(
    rows: Sequence[Mapping[str, Any]], known: Mapping[tuple[int, str], Any]
) -> list[dict[str, Any]]:
    """At most one default a dealer among the rows, and one where it has none yet."""
    settled = {dealer for (dealer, _), row in known.items() if row["is_default"]}
    last = {row["dealer_id"]: row["name"] for row in rows if row.get("is_default")}
    for row in rows:
        if row["dealer_id"] not in settled and row["dealer_id"] not in last:
            last[row["dealer_id"]] = row["name"]
    return [
        {
            **row,
            "is_default": int(last[row["dealer_id"]] == row["name"]) if row["dealer_id"] in last else None,
        }
        for row in rows
    ]


def _compare(
    rows: Sequence[Mapping[str, Any]], known: Sequence[RowMapping | None], new: Mapping[str, Any]
) -> tuple[list[str], list[dict[str, Any]]]:
    """What each row does, and the full rows of those that change something."""
    outcomes: list[str] = []
    changed: list[dict[str, Any]] = []
    for given, was in zip(rows, known, strict=True):
        values = {name: value for name, value in given.items() if value is not None}
        base = new if was is None else {name: was[name] for name in {*new, *values}}
        row = {**base, **values}
        if was is not None and row == base:
            outcomes.append("unchanged")
        else:
            outcomes.append("created" if was is None else "updated")
            for name in ("is_default", "listed_only"):
                if name in row:
                    row[name] = int(row[name])
            changed.append(row)
    return outcomes, changed


def list_only(session: Session, actor: Actor, dealer_ids: Sequence[int]) -> None:
    """From now on these dealers order only what is on their assortment. Raises NotAllowedError."""
    require(actor, "dealers.put")
    session.execute(_list_only, {"ids": list(dealer_ids)})

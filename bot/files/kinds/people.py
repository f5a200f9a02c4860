"""Files of people: members of dealers, and the brand's staff. They are invited afterwards, by `dealer invite`."""

from collections.abc import Sequence

from bot.files.cells import code, phone, text
from bot.files.errors import Fault
from bot.files.kinds import Column, Kind, Outcome, Row, one_of, through, unknown
from core.db.session import Session
from core.dealers.queries import dealer_ids
from core.people.actor import Actor
from core.people.rolls import put_members, put_staff

REVOKED = "revoked"


def save_members(session: Session, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """Members by dealer and telephone, else name; a row that says itself that somebody was revoked is left alone."""
    known = dealer_ids(session, [row["dealer"] for row in rows])

    def put(good: Sequence[Row]) -> list[Outcome]:
        values = [
            {
                "dealer_id": known[row["dealer"]],
                "name": row["name"],
                "phone": row.get("phone"),
                "role": row["role"],
            }
            for row in good
        ]
        return [_revoked(done) for done in put_members(session, actor, values)]

    def fault_of(row: Row) -> Fault | None:
        return unknown("dealer", row, known) or (None if "name" in row else Fault("missing", "name"))

    still = [row for row in rows if not _as_exported(row)]
    done = iter(through(still, fault_of, put))
    return ["unchanged" if _as_exported(row) else next(done) for row in rows]


def _as_exported(row: Row) -> bool:
    """Somebody revoked, or invited without a name: an export names them, and there is nothing to bring in."""
    return row.get("state") == REVOKED or ("state" in row and "name" not in row)


def save_staff(session: Session, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """Staff by telephone, else name."""
    values = [{name: row.get(name) for name in ("name", "phone", "role", "region")} for row in rows]
    return [_revoked(done) for done in put_staff(session, actor, values)]


def _revoked(done: str) -> Outcome:
    return Fault("revoked", "name") if done == "revoked" else done


MEMBERS = Kind(
    name="members",
    columns=(
        Column("dealer", code(40), required=True),
        Column("name", text(80)),
        Column("phone", phone),
        Column("role", one_of("member_roles"), required=True),
        Column("state", text(20)),  # as exported
    ),
    key=lambda row: f"{row['dealer']} / {row.get('phone') or row.get('name') or '-'}",
    save=save_members,
    rows_under=("members", "rows"),
    left_alone=_as_exported,
)
STAFF = Kind(
    name="staff",
    columns=(
        Column("name", text(80), required=True),
        Column("role", one_of("staff_roles"), required=True),
        Column("region", text(40)),
        Column("phone", phone),
    ),
    key=lambda row: str(row.get("phone") or row["name"]),
    save=save_staff,
    rows_under=("staff", "rows"),
)

"""Everybody on the rolls: who has joined by which channel, and invites for all who have not."""

import io
import os
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import segno
import xlsxwriter
from sqlalchemy import RowMapping, and_, bindparam, exists, select

from bot.commands import Answer, Place, loader, read, write
from bot.commands.errors import UnwritableError
from bot.commands.people import Links, links_of, span_of
from bot.commands.words import say
from core.db.scope import system
from core.db.session import Session
from core.dealers.models import dealers
from core.people.invites import LIFETIME, Invite, issue_invite, issue_on_rolls
from core.people.models import identities, invites, members, staff

BATCH = 100
"""Invites issued in one unit of work, so that chats are answered in between."""

Person = dict[str, Any]

_columns = ("id", "person_id", "name", "phone", "role", "state")
_members = system(
    select(*(members.c[name] for name in _columns), dealers.c.code, dealers.c.name.label("dealer_name"),
           members.c.dealer_id)
    .select_from(members.join(dealers, dealers.c.id == members.c.dealer_id))
    .where(members.c.state != "revoked")
    .order_by(dealers.c.id, members.c.id)
)  # fmt: skip
_staff = select(*(staff.c[name] for name in _columns)).where(staff.c.state != "revoked").order_by(staff.c.id)
_latest = (
    select(invites.c.member_id, invites.c.staff_id, invites.c.expires_at)
    .where(invites.c.state.in_(("open", "expired")), invites.c.kind != "channel")
    .order_by(invites.c.id)
)
_chats = select(identities.c.person_id, identities.c.channel).where(identities.c.revoked_at.is_(None))
_nobody = system(
    select(dealers.c.id, dealers.c.code, dealers.c.name)
    .where(
        dealers.c.state == "active",
        ~exists().where(and_(members.c.dealer_id == dealers.c.id, members.c.state != bindparam("gone"))),
    )
    .order_by(dealers.c.id)
)


def members_list(place: Place, *, dealer: str = "") -> Answer:
    """Who is on the rolls and who has joined, by which channels; `dealer` a code, "" for all with the staff."""
    people = [
        one
        for one in read(place, lambda session: _people(place, session))
        if not dealer or one["dealer"] == dealer
    ]
    lines = [say(place, "members.line", **_worded(place, one)) for one in people]
    counts = {state: sum(one["state"] == state for one in people) for state in STATES}
    lines.append(say(place, "members.sum", **counts) if people else say(place, "members.none"))
    data = [{name: value for name, value in one.items() if name not in _INNER} for one in people]
    return Answer(data, lines)


def invite_all(place: Place, *, out: str, expires: str = "", again: bool = False) -> Answer:
    """An invite for everybody who has not joined and holds none, in a workbook with a code to scan for each.

    A dealer with nobody gets an owner's invite. `again`: also for those who hold an open one, which is void then.
    """
    path, span = Path(out), span_of(expires) if expires else LIFETIME
    _try_out(path)
    people = read(place, lambda session: [*_people(place, session), *_empty_dealers(session)])
    wanted = [
        one
        for one in people
        if one["state"] in ("absent", "expired") or (again and one["state"] == "invited")
    ]
    held = sum(one["state"] == "invited" for one in people) - sum(one["state"] == "invited" for one in wanted)
    made: list[Invite] = []
    place.progress(0, len(wanted))
    for start in range(0, len(wanted), BATCH):
        made += write(place, _issue_all, None, place, wanted[start : start + BATCH], span)
        place.progress(len(made), len(wanted))
    found = links_of(place, made)
    if made:
        _save(place, path, wanted, made, found)
    data = {"invited": len(made), "held": held, "file": str(path) if made else None}
    lines = [say(place, "invite.all", count=len(made), file=path) if made else say(place, "invite.nobody")]
    if held:
        lines.append(say(place, "invite.held", count=held))
    return Answer(data, lines)


STATES = ("joined", "pending", "invited", "expired", "absent")
"""In, waiting for approval, holding an open invite, holding one that ran out, never invited."""
_INNER = ("id", "dealer_id")


def _people(place: Place, session: Session) -> list[Person]:
    now = place.clock()
    until = {
        ("m", held.member_id) if held.member_id else ("s", held.staff_id): held.expires_at
        for held in session.execute(_latest)
    }
    chats: dict[int, list[str]] = {}
    for chat in session.execute(_chats):
        chats.setdefault(chat.person_id, []).append(chat.channel)
    people = []
    found: list[tuple[str, RowMapping]] = [("m", row) for row in session.execute(_members).mappings()]
    found += [("s", row) for row in session.execute(_staff).mappings()]
    for letter, row in found:
        expires_at = until.get((letter, row["id"]))
        state = {"active": "joined", "pending": "pending"}.get(row["state"])
        if state is None:
            state = "absent" if expires_at is None else "invited" if expires_at > now else "expired"
        people.append(
            {
                "id": row["id"],
                "dealer_id": row.get("dealer_id"),
                "dealer": row.get("code") or "",
                "dealer_name": row.get("dealer_name") or "",
                "name": row["name"],
                "phone": row["phone"],
                "role": row["role"],
                "state": state,
                "channels": sorted(set(chats.get(row["person_id"] or 0, ()))),
                "invited_until": expires_at if state == "invited" else None,
            }
        )
    return people


def _empty_dealers(session: Session) -> Iterator[Person]:
    for row in session.execute(_nobody, {"gone": "revoked"}):
        yield {"id": None, "dealer_id": row.id, "dealer": row.code, "dealer_name": row.name, "name": "",
               "phone": "", "role": "owner", "state": "absent"}  # fmt: skip


def _worded(place: Place, one: Person) -> Person:
    until = one["invited_until"]
    at = until.astimezone(place.settings.zone).strftime("%Y-%m-%d %H:%M") if until else ""
    return {
        **one,
        "dealer": one["dealer"] or "-",
        "phone": one["phone"] or "-",
        "name": one["name"] or "-",
        "role": say(place, f"role.{one['role']}"),
        "state": say(place, f"members.{one['state']}", until=at),
        "channels": " ".join(one["channels"]) or "-",
    }


def _issue_all(session: Session, place: Place, people: Sequence[Person], span: timedelta) -> list[Invite]:
    actor = loader(place)
    made = []
    for one in people:
        bound = session.for_dealer(one["dealer_id"]) if one["dealer_id"] else session
        if one["id"] is None:
            made.append(issue_invite(bound, actor, role="owner", expires=span))
        else:
            made.append(issue_on_rolls(bound, actor, row_id=one["id"], expires=span))
    return made


def _try_out(path: Path) -> None:
    """Invites are said once: know that they can be written before they are made. Raises UnwritableError."""
    if path.suffix.lower() != ".xlsx":
        raise UnwritableError(name=path.name, cause=".xlsx")
    try:
        _partial(path).touch(mode=0o600)
    except OSError as error:
        raise UnwritableError(name=str(path), cause=error.strerror or "") from None
    _partial(path).unlink()


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.name}.partial")


def _save(
    place: Place, path: Path, people: Sequence[Person], made: Sequence[Invite], found: Sequence[Links]
) -> None:
    """The workbook, for its owner's eyes only."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        heads = ("dealer", "dealer_name", "name", "phone", "role", "link", "token", "until", "qr")
        sheet.write_row(
            0, 0, [say(place, f"invites.{head}") for head in heads], book.add_format({"bold": True})
        )
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 4, 14)
        sheet.set_column(5, 6, 46)
        sheet.set_column(7, 8, 18)
        for number, (one, invite, links) in enumerate(zip(people, made, found, strict=True), 1):
            link = links["wechat"] or links["telegram"] or links["web"]
            until = invite.expires_at.astimezone(place.settings.zone).strftime("%Y-%m-%d %H:%M")
            role = say(place, f"role.{one['role']}")
            cells = (one["dealer"], one["dealer_name"], one["name"], one["phone"], role,
                     links["telegram"] or links["web"] or "", invite.token, until)  # fmt: skip
            for column, cell in enumerate(cells):
                sheet.write_string(number, column, cell)
            picture = io.BytesIO()
            segno.make(link or invite.token).save(picture, kind="png", scale=3, border=2)
            sheet.set_row(number, 110)
            sheet.insert_image(
                number, len(heads) - 1, "qr.png", {"image_data": picture, "object_position": 1}
            )
    partial = _partial(path)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content.getvalue())
    partial.replace(path)

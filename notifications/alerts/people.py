"""People: who joined is told to whoever invited them and to the owner; who waits is told to whoever may let them in."""

from collections.abc import Iterable

from core.db.session import Session
from core.kit.say import Param, Say
from core.people.queries import bindings, subject_of
from notifications.alerts.happened import Happened, Rule, button, tell
from notifications.outbox.write import Notice
from notifications.recipients import Recipient, dealer_label, members_of, staff_of


def _deciders(session: Session, fact: Happened) -> list[Recipient]:
    """The dealer's owners, the region's sales, and whoever issued the invite, each once, without the newcomer."""
    if fact.dealer_id is None:
        found = staff_of(session, "admin")
    else:
        region = dealer_label(session, fact.dealer_id).region
        found = members_of(session, fact.dealer_id, ("owner",))
        issuer = str(fact.data["issued_by"])
        found += [
            who
            for who in staff_of(session, "sales", "admin", region=region)
            if who.subject == issuer or not found
        ]
    return [who for who in found if who.person_id != fact.data["person_id"]]


def _params(session: Session, fact: Happened) -> dict[str, Param]:
    at = dealer_label(session, fact.dealer_id).name if fact.dealer_id else ""
    place = Say(key="alerts.place_dealer", params={"dealer": at}) if at else Say(key="alerts.place_brand")
    return {
        "name": str(fact.data["name"]),
        "claimant": str(fact.data.get("claimant") or fact.data["name"]),
        "place": place,
        "role": Say(key=f"alerts.role_{fact.data['role']}"),
    }


def joined(session: Session, fact: Happened) -> Iterable[Notice]:
    """Somebody came in; "not them?" takes it back at once."""
    member = fact.data.get("member_id")
    staff_id = fact.data.get("staff_id")
    choices = (
        (button("revoke", "member-revoke", str(member)),)
        if member
        else (button("revoke", "staff-revoke", str(staff_id)),)
    )
    say = Say(key="alerts.joined", params=_params(session, fact), choices=choices)
    yield from tell(fact, _deciders(session, fact), say, kind="money")


def pending(session: Session, fact: Happened) -> Iterable[Notice]:
    """Somebody waits to be let in."""
    member = str(fact.data["member_id"])
    say = Say(
        key="alerts.pending",
        params=_params(session, fact),
        choices=(button("let_in", "member-approve", member), button("turn_away", "member-reject", member)),
    )
    yield from tell(fact, _deciders(session, fact), say, kind="money")


def unreachable(session: Session, fact: Happened) -> Iterable[Notice]:
    """A person blocked us or left a channel: the administrators should find another way."""
    params: dict[str, Param] = {"person": int(fact.data["person_id"]), "channel": str(fact.data["channel"])}
    yield from tell(fact, staff_of(session, "admin"), Say(key="alerts.unreachable", params=params))


def bound(session: Session, fact: Happened) -> Iterable[Notice]:
    """A further chat: the ones before it are told, and can take it back."""
    person, new = int(fact.data["person_id"]), int(fact.data["identity_id"])
    say = Say(
        key="alerts.bound",
        params={"channel": Say(key=f"alerts.channel_{fact.data['channel']}")},
        choices=(button("unbind", "unbind", str(new)),),
    )
    for chat in bindings(session, person):
        if chat.id != new:
            yield _to_chat(session, fact, person, (chat.channel, chat.account, chat.chat), say)


def unbound(session: Session, fact: Happened) -> Iterable[Notice]:
    """A chat was taken back: it is told, and nothing else will be said there."""
    person = int(fact.data["person_id"])
    channel, account, chat = (str(fact.data[name]) for name in ("channel", "account", "chat"))
    say = Say(key="alerts.unbound", params={"channel": Say(key=f"alerts.channel_{channel}")})
    yield _to_chat(session, fact, person, (channel, account, chat), say)


def _to_chat(session: Session, fact: Happened, person: int, chat: tuple[str, str, str], say: Say) -> Notice:
    """One chat is told, whichever the person prefers."""
    return Notice(
        key=f"{fact.kind}:{fact.ref}:{':'.join(chat)}",
        person_id=person,
        subject=subject_of(session, person) or f"p:{person}",
        say=say,
        kind="money",
        chat=chat,
    )


def _to_newcomer(key: str) -> Rule:
    def rule(session: Session, fact: Happened) -> Iterable[Notice]:
        params = _params(session, fact) if "role" in fact.data else {}
        who = Recipient(person_id=int(fact.data["person_id"]), subject=f"m:{fact.data['member_id']}", role="")
        yield from tell(fact, [who], Say(key=key, params=params), kind="money")

    return rule


RULES: dict[str, Rule] = {
    "people.joined": joined,
    "people.pending": pending,
    "people.approved": _to_newcomer("alerts.let_in_now"),
    "people.rejected": _to_newcomer("alerts.turned_away_now"),
    "people.unreachable": unreachable,
    "people.bound": bound,
    "people.unbound": unbound,
}

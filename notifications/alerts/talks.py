"""Talks: who asks for a person is shown to the region's sales; words go over to the other side."""

from collections.abc import Iterable

from core.db.session import Session
from core.kit.say import Picture, Say
from notifications.alerts.happened import Happened, Rule, button, tell
from notifications.outbox.write import Notice
from notifications.recipients import Recipient, dealer_label, members_of, staff_of

EVERYBODY = ("owner", "buyer", "finance")


def asked(session: Session, fact: Happened) -> Iterable[Notice]:
    """Somebody wants to talk to a person."""
    label = dealer_label(session, fact.dealer())
    params = {"dealer": label.name, "name": str(fact.data["name"]), "text": str(fact.data["text"])}
    say = Say(
        key="alerts.talk_asked",
        params=params,
        choices=(button("take", "talk-take", str(fact.data["talk_id"])),),
    )
    yield from tell(fact, staff_of(session, "sales", "admin", region=label.region), say, kind="money")


def said_by_dealer(session: Session, fact: Happened) -> Iterable[Notice]:
    """To the colleague who has the talk, or to everybody who may take it."""
    label = dealer_label(session, fact.dealer())
    found = staff_of(session, "sales", "finance", "admin", region=label.region)
    holder = [who for who in found if who.subject == f"s:{fact.data['staff_id']}"]
    params = {"dealer": label.name, "name": str(fact.data["name"]), "text": str(fact.data["text"])}
    choices = () if holder else (button("take", "talk-take", str(fact.data["talk_id"])),)
    said = Say(key=_key("alerts.talk_said", fact), params=params, choices=choices, picture=_file(fact))
    yield from tell(fact, holder or found, said, kind="money")


def _file(fact: Happened) -> Picture | None:
    file = str(fact.data.get("file", ""))
    return Picture(ref=file, name=str(fact.data["text"])) if file else None


def _key(words: str, fact: Happened) -> str:
    return f"{words}_file" if fact.data.get("file") else words


def _to_member(key: str) -> Rule:
    def rule(session: Session, fact: Happened) -> Iterable[Notice]:
        params = {name: str(fact.data[name]) for name in ("name", "text") if name in fact.data}
        said = Say(key=_key(key, fact), params=params, picture=_file(fact))
        yield from tell(fact, _member(session, fact), said, kind="money")

    return rule


def closed(session: Session, fact: Happened) -> Iterable[Notice]:
    """The other side hears that the talk is over."""
    if str(fact.data["by"]).startswith("s:"):
        yield from tell(fact, _member(session, fact), Say(key="alerts.talk_closed_for_dealer"))
        return
    label = dealer_label(session, fact.dealer())
    found = staff_of(session, "sales", "finance", "admin", region=label.region)
    holder = [who for who in found if who.subject == f"s:{fact.data['staff_id']}"]
    yield from tell(fact, holder, Say(key="alerts.talk_closed", params={"dealer": label.name}))


def _member(session: Session, fact: Happened) -> list[Recipient]:
    found = members_of(session, fact.dealer(), EVERYBODY)
    return [who for who in found if who.subject == f"m:{fact.data['member_id']}"]


RULES: dict[str, Rule] = {
    "talks.asked": asked,
    "talks.taken": _to_member("alerts.talk_taken"),
    "talks.said_by_dealer": said_by_dealer,
    "talks.said_by_staff": _to_member("alerts.talk_answer"),
    "talks.closed": closed,
}

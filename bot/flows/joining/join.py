"""The joining dialogue: a stranger gives an invite, by link, by QR or as text, and hears what becomes of it.

It is not one of the dialogue's flows: it runs before there is an actor, as the system, and reads nothing but the invite.
"""

import re
from functools import cache
from pathlib import Path

import yaml

from bot.dialog.messages import Choice, Inbound, Kind, Say
from bot.dialog.texts import known_locale
from core.db.session import Session
from core.dealers.queries import dealer_by_id
from core.people.joining import Claim, Identity, claim_invite, person_of, throttled_until, waits_for_approval
from core.people.queries import memberships

_TOKEN = re.compile(r"(?<![\w-])[A-Za-z0-9_-]{43}(?![\w-])")
_TRIES = re.compile(r"[A-Za-z0-9_-]{16,}")


def join(session: Session, inbound: Inbound) -> tuple[tuple[Say, ...], str]:
    """The answer to somebody without a role, and the language to say it in."""
    locale = _locale(inbound)
    if inbound.kind is Kind.LEFT:
        return (), locale
    identity = Identity(
        channel=inbound.channel, account=inbound.account, external_id=inbound.sender, chat=inbound.chat
    )
    found = _TOKEN.search(inbound.text)
    if found is None and not (inbound.kind is Kind.TEXT and _TRIES.fullmatch(inbound.text.strip())):
        return (_greeting(session, identity, inbound),), locale
    token = found.group() if found else inbound.text.strip()
    claim = claim_invite(session, token=token, identity=identity, name=inbound.sender_name, locale=locale)
    return _outcome(session, claim), locale


def brings_invite(inbound: Inbound) -> bool:
    """Whether a message carries an invite, so that somebody already known may join another dealer by it."""
    return inbound.kind in (Kind.TEXT, Kind.ENTERED) and _TOKEN.search(inbound.text) is not None


def _greeting(session: Session, identity: Identity, inbound: Inbound) -> Say:
    person = person_of(session, identity)
    if person is not None and waits_for_approval(session, person):
        return Say(key="joining.still_waiting")
    if throttled_until(session, identity) is not None:
        return Say(key="joining.throttled")
    return Say(key="joining.need_invite" if inbound.kind is Kind.ENTERED else "joining.not_known")


def _outcome(session: Session, claim: Claim) -> tuple[Say, ...]:
    match claim.status:
        case "joined" if claim.dealer_id is not None and _has_another(session, claim):
            dealer = dealer_by_id(session, claim.dealer_id).name
            return (Say(key="joining.also", params={"name": claim.name, "dealer": dealer}),)
        case "joined" if claim.dealer_id is not None:
            dealer = dealer_by_id(session, claim.dealer_id).name
            choices = (Choice(label=Say(key="joining.show_help"), action="help"),)
            key = f"joining.welcome_{claim.role}"
            return (Say(key=key, params={"name": claim.name, "dealer": dealer}, choices=choices),)
        case "joined":
            choices = (Choice(label=Say(key="joining.show_help"), action="help"),)
            return (Say(key="joining.welcome_staff", params={"name": claim.name}, choices=choices),)
        case "pending":
            return (Say(key="joining.pending"),)
        case "bound":
            return (Say(key="joining.bound", params={"name": claim.name}),)
        case "already":
            return (Say(key="joining.already"),)
        case "throttled":
            return (Say(key="joining.throttled"),)
    return (Say(key="joining.bad_token"),)


def _has_another(session: Session, claim: Claim) -> bool:
    """Whether the person belongs somewhere else too."""
    return claim.person_id is not None and len(memberships(session, claim.person_id)) > 1


def _locale(inbound: Inbound) -> str:
    """The language asked for, else what the channel says the person reads."""
    return _languages().get(inbound.text.strip().lower()) or known_locale(inbound.locale_hint)


@cache
def _languages() -> dict[str, str]:
    named = yaml.safe_load((Path(__file__).parent / "languages.yaml").read_text(encoding="utf-8"))
    return {word: locale for locale, words in named.items() for word in words}

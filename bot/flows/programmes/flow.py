"""Rebates for staff: how a dealer stands, and a settlement before its time."""

from datetime import datetime, time, timedelta

from bot.dialog.api import Says, Turn, capped, say
from bot.dialog.commands import Nothing, Values, Verb, staff_flow
from bot.dialog.messages import Param, Say
from bot.dialog.slots import Slot, SlotKind
from core.dealers.queries import at_dealer, dealer_by_code
from core.rebates.queries import Progress, standing
from core.rebates.settle import Settled, settle_rebate, settlement_due

DEALER = Slot("dealer", SlotKind.DEALER)
PROGRAMME = Slot("programme", SlotKind.WORDS)
PAST = timedelta(days=92)
"""Programmes that ended in these days are shown too: they may still be settled."""


def rebates(turn: Turn, values: Values) -> Says:
    """A dealer's balance and its programmes, running or ended lately."""
    here = dealer_by_code(turn.session, values["dealer"])
    zone = turn.actor.zone
    until = datetime.combine(turn.today, time.max, zone)
    seen = standing(at_dealer(turn.session, here.code), since=until - PAST, until=until)
    lines = [_progress(turn, each) for each in seen.progress] or [say("programmes.none")]
    params: dict[str, Param] = {"dealer": here.name, "balance": turn.money(seen.balance)}
    return (Say(key="programmes.stands", params=params, lines=capped(lines)),)


def _progress(turn: Turn, seen: Progress) -> Say:
    return say(
        "programmes.progress",
        code=seen.programme.code,
        name=seen.programme.name,
        base=turn.money(seen.base),
        earned=turn.money(seen.earned),
        paid=turn.money(seen.programme.paid),
        until=seen.programme.last_day,
    )


def settling(turn: Turn, values: Values) -> Say | Nothing:
    """What would be paid now."""
    here = dealer_by_code(turn.session, values["dealer"])
    due = settlement_due(turn.session, programme=values["programme"], dealer=here.code)
    said = Say(key=f"programmes.settling_{_way(due)}", params={"dealer": here.name, **_figures(turn, due)})
    return said if due.amount else Nothing(said)


def _way(settled: Settled) -> str:
    if settled.amount == 0:
        return "nothing"
    return "paid" if settled.amount > 0 else "taken"


def _figures(turn: Turn, settled: Settled) -> dict[str, Param]:
    return {
        "programme": settled.programme,
        "amount": turn.money(abs(settled.amount)),
        "base": turn.money(settled.base),
        "due": turn.money(settled.due),
    }


def settle(turn: Turn, values: Values) -> Says:
    """Pay what is due by now less what was paid before."""
    done = settle_rebate(turn.session, turn.actor, programme=values["programme"], dealer=values["dealer"])
    owed = (say("programmes.owed", owed=turn.money(done.owed)),) if done.owed else ()
    return (Say(key=f"programmes.settled_{_way(done)}", params=_figures(turn, done), lines=owed),)


VERBS = (
    Verb(name="rebates", policy="rebates.read", slots=(DEALER,), run=rebates),
    Verb(name="settling", policy="rebates.settle", slots=(DEALER, PROGRAMME), run=settle, preview=settling),
)

FLOW = staff_flow("programmes", VERBS)

"""Rebates asked about: what may be used, how the programmes stand, what is missing to the next tier, and why."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from bot.dialog.api import Flow, Says, Turn, capped, choice, quantity, say
from bot.dialog.messages import Param, Say
from bot.understand.types import Ask, Topic
from core.people.policy import require
from core.rebates.queries import Progress, Standing, Suggestion, balance_lines, standing, suggestions
from core.rebates.rules import spread

PROGRAMMES = 3
"""Programmes told of in one answer."""


def rebates(turn: Turn, moves: Sequence[Ask]) -> Says:
    """The balance and the programmes of today, or of the period that was named."""
    wanted = [sku for move in moves for item in move.items for sku in item.candidates]
    return _told(turn, moves[0].period, wanted)


def see(turn: Turn, _arg: str = "") -> Says:
    """The same from a button."""
    return _told(turn, None, ())


def _told(turn: Turn, period: str | None, wanted: Sequence[str]) -> Says:
    if not turn.private:
        return (say("dialog.group.private"),)
    require(turn.actor, "rebates.read")
    turn.explain("rebate-lines", period or "")
    seen = _standing(turn, period)
    if not seen.progress and not seen.balance:
        key = "rebates.none_then" if period else "rebates.none"
        return (Say(key=key, choices=(choice("rebates.person", "person"),)),)
    coach = suggestions(turn.session, seen.progress, on=turn.today, wanted=wanted)
    lines = [line for each in seen.progress[:PROGRAMMES] for line in _lines(turn, each, coach)]
    if len(seen.progress) > PROGRAMMES:
        lines.append(say("rebates.more", count=len(seen.progress) - PROGRAMMES))
    if not seen.progress:
        lines.append(say("rebates.no_programme_then" if period else "rebates.no_programme"))
    return (
        Say(
            key="rebates.balance",
            params={"balance": turn.money(seen.balance)},
            lines=tuple(lines),
            choices=(choice("rebates.lines_button", "rebate-lines", period or ""),),
        ),
    )


def _standing(turn: Turn, period: str | None) -> Standing:
    first, last = _days(period, turn.today)
    zone = turn.actor.zone
    since = datetime.combine(first, time.min, zone)
    return standing(turn.session, since=since, until=datetime.combine(last, time.max, zone))


def _days(period: str | None, today: date) -> tuple[date, date]:
    """The days of 2026, 2026-H1, 2026-Q3 or 2026-03; of None: today."""
    if not period:
        return today, today
    year, _, part = period.partition("-")
    spans = {"": (1, 12), "H1": (1, 6), "H2": (7, 12)} | {
        f"Q{quarter}": (3 * quarter - 2, 3 * quarter) for quarter in range(1, 5)
    }
    first, last = spans.get(part) or (int(part), int(part))
    after = date(int(year) + last // 12, last % 12 + 1, 1)
    return date(int(year), first, 1), after - timedelta(days=1)


def _lines(turn: Turn, seen: Progress, coach: dict[str, Suggestion]) -> list[Say]:
    """Where a programme stands, and what is missing to its next tier."""
    return [_stands(turn, seen), *_way_on(turn, seen, coach.get(seen.programme.code))]


def _stands(turn: Turn, seen: Progress) -> Say:
    params: dict[str, Param] = {
        "name": seen.programme.name,
        "earned": turn.money(seen.earned),
        "base": turn.money(seen.base),
        "until": seen.programme.last_day,
    }
    if seen.tier is None:
        return say("rebates.nothing_yet", **params)
    if seen.programme.kind == "whole":
        return say("rebates.whole", **params, percent=_percent(seen.tier.rate))
    return say("rebates.marginal", **params, percent=_percent(seen.tier.rate))


def _way_on(turn: Turn, seen: Progress, coach: Suggestion | None) -> list[Say]:
    paid = [say("rebates.paid", paid=turn.money(seen.programme.paid))] if seen.programme.paid else []
    if seen.pending:
        figures = {"pending": turn.money(seen.pending), "expected": turn.money(seen.expected)}
        paid.append(say("rebates.pending", **figures))
    if seen.next is None:
        if len(seen.programme.tiers) == 1:
            return paid
        at_top = seen.tier == seen.programme.tiers[-1]
        return [*paid, say("rebates.top" if at_top else "rebates.top_then")]
    if turn.now >= seen.programme.ends:
        return paid
    params: dict[str, Param] = {
        "missing": turn.money(seen.missing - 1),
        "percent": _percent(seen.next.rate),
        "gain": turn.money(seen.gain(seen.missing)),
    }
    if seen.next.above == 0 and seen.missing == 1:
        return [*paid, say("rebates.from_the_first", percent=_percent(seen.next.rate))]
    lines = [*paid, say("rebates.next" if seen.programme.kind == "whole" else "rebates.next_band", **params)]
    if coach is not None:
        lines.append(
            say(
                "rebates.goods",
                product=turn.name(coach.sku),
                qty=quantity(str(coach.units), coach.unit),
                cost=turn.money(coach.cost),
                gain=turn.money(coach.gain),
            )
        )
    return lines


def _percent(rate: int) -> str:
    """3000 is 3 %, 2500 is 2.5 %."""
    return f"{rate / 1000:g}%"


def why(turn: Turn, moves: Sequence[Ask]) -> Says:
    """The orders behind each programme's figure, and the lines behind the balance; both sum exactly."""
    return details(turn, moves[0].period or "")


def details(turn: Turn, period: str = "") -> Says:
    """The same from a button; its argument is a period, or nothing."""
    if not turn.private:
        return (say("dialog.group.private"),)
    require(turn.actor, "rebates.read")
    turn.explain("rebate-lines", period)
    seen = _standing(turn, period or None)
    said = [_by_order(turn, each) for each in seen.progress[:PROGRAMMES] if each.earned]
    lines = [
        say(
            f"rebates.line.{line.kind}",
            programme=line.programme,
            number=line.number,
            day=line.at.astimezone(turn.actor.zone).date(),
            amount=turn.money(abs(line.amount)) if line.kind == "used" else turn.money(line.amount),
        )
        for line in balance_lines(turn.session)
    ]
    if lines:
        said.append(
            Say(key="rebates.balance_of", params={"balance": turn.money(seen.balance)}, lines=capped(lines))
        )
    return tuple(said) or (say("rebates.no_lines"),)


def _by_order(turn: Turn, seen: Progress) -> Say:
    """What each order has earned so far; the shares sum to what the programme has."""
    orders: dict[str, int] = {}
    for one in seen.bought:
        orders[one.number] = orders.get(one.number, 0) + one.value
    shares = spread(seen.earned, list(orders.values()))
    lines = [
        say("rebates.of_order", number=number, bought=turn.money(bought), earned=turn.money(part))
        for (number, bought), part in zip(orders.items(), shares, strict=True)
    ]
    head = _stands(turn, seen)
    return Say(key=head.key, params=head.params, lines=capped(lines))


FLOW = Flow(
    name="rebates",
    topics={Topic.REBATE: rebates, Topic.TARGET: rebates, Topic.REBATE_WHY: why},
    choices={"rebates": see, "rebate-lines": details},
)

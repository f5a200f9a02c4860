"""The draft in words: what changed, the whole of it, what stands in the way, and the ways on."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from bot.dialog.api import Says, Turn, capped, choice, quantity, say
from bot.dialog.messages import Choice, Param, Say
from bot.dialog.packs import factor_of
from bot.dialog.questions import open_question
from bot.dialog.sheet import Edit, Snag, Trouble
from bot.dialog.state import Place
from bot.flows.orders.habit import doubt
from bot.understand.context import DraftLine
from bot.understand.types import Problem
from core.credit.rebate import rebate_balance
from core.dealers.queries import addresses_of
from core.orders.errors import LineProblem
from core.orders.quote import Quote, QuoteLine, Shown, ShownLine, quote
from core.pricing.rules import line_total


def read_back(turn: Turn, *, everything: bool = False) -> Says:
    """The whole draft with its total and what can be done with it."""
    if not turn.lines:
        question = open_question(turn)
        return (question,) if question else (say("orders.empty"),)
    quoted = _quote(turn)
    lines = [_line(turn, line) for line in quoted.lines]
    return (
        *_dealer(turn),
        Say(key="", lines=tuple(lines) if everything else capped(lines)),
        *_after(turn, quoted),
    )


def changed(turn: Turn, edits: Sequence[Edit]) -> Says:
    """What changed, the new total, and what can be done now."""
    before = {line.sku: line.total for line in turn.state.shown.lines} if turn.state.shown else {}
    if not turn.lines:
        gone = [say("orders.gone", product=turn.name(edit.sku)) for edit in edits]
        turn.state.forget_shown()
        turn.state.trusted = ()
        question = open_question(turn)
        end = question or say("orders.now_empty")
        return (Say(key="", lines=capped(gone)), end)
    quoted = _quote(turn)
    by_sku = {line.sku: line for line in quoted.lines}
    lines = [_edit(turn, edit, by_sku.get(edit.sku), before.get(edit.sku)) for edit in edits]
    doubt(turn, edits, quoted)
    return (*_dealer(turn), Say(key="", lines=capped(lines)), *_after(turn, quoted))


def difference(turn: Turn, shown: Shown) -> Says:
    """What is not as this person last saw it, the total, and the confirm for what there is now."""
    quoted = _quote(turn)
    now = {line.sku: line for line in quoted.lines}
    then = {line.sku: line for line in shown.lines}
    lines = []
    for sku in dict.fromkeys([*now, *then]):
        line, was = now.get(sku), then.get(sku)
        if line is None or was is None or line.base_qty != was.base_qty:
            lines.append(_edit(turn, _as_edit(turn, sku, was, line), line, was.total if was else None))
        elif line.total != was.total:
            lines.append(
                say(
                    "orders.price_now",
                    product=turn.name(sku),
                    was=turn.money(was.total),
                    now=turn.money(line.total),
                )
            )
    head = say("orders.stale") if lines else say("orders.look")
    body = lines or [_line(turn, line) for line in quoted.lines]
    return (*_dealer(turn), Say(key=head.key, lines=capped(body)), *_after(turn, quoted))


def troubles(turn: Turn, found: Sequence[Trouble]) -> Iterator[Say]:
    """One sentence for each thing that could not be done as it was said; goods nobody knows come together."""
    unknown = [each.text for each in found if each.problem is Problem.UNKNOWN and not each.near]
    if len(unknown) > 1:
        names = tuple(say("orders.name", product=text) for text in unknown)
        yield say("orders.cannot.unknown_several", count=len(unknown), names=names)
        found = [each for each in found if each.problem is not Problem.UNKNOWN or each.near]
    for trouble in found:
        product = turn.name(trouble.skus[0]) if trouble.skus else trouble.text
        figure = quantity(trouble.qty, trouble.unit or "") if trouble.qty is not None else None
        match trouble.problem:
            case Problem.UNKNOWN if trouble.near:
                near = tuple(say("orders.name", product=turn.name(sku)) for sku in trouble.near)
                yield say("orders.cannot.unknown_near", text=trouble.text, near=near)
            case Problem.UNKNOWN:
                yield say("orders.cannot.unknown", text=trouble.text)
            case Problem.NOT_WHOLE:
                pack = turn.product(trouble.skus[0])
                content = quantity(str(factor_of(pack, trouble.unit or "") or 1), pack.base_unit)
                yield say(
                    "orders.cannot.not_whole",
                    product=product,
                    qty=figure,
                    unit=quantity("1", trouble.unit or ""),
                    content=content,
                )
            case Snag.NOTHING_ASKED:
                yield say("dialog.number.nothing")
            case Snag.NO_SUCH_OPTION:
                yield say("orders.cannot.no_such_option")
            case Snag.NOT_IN_DRAFT if not trouble.skus and not trouble.text:
                yield say("orders.empty")
            case Snag.WHICH_LINE:
                several = tuple(say("orders.name", product=turn.name(sku)) for sku in trouble.skus)
                yield say("orders.cannot.which_line", several=several)
            case _:
                yield say(
                    f"orders.cannot.{trouble.problem.value}", product=product, qty=figure, text=trouble.text
                )


def ship_to(turn: Turn) -> str:
    """The name of the address the draft goes to; "" where the dealer has none."""
    wanted = turn.draft.address_id if turn.draft else None
    known = turn.state.ship_to
    if known is None or known.id != wanted:
        found = addresses_of(turn.session)
        name = next((each.name for each in found if each.id == wanted), found[0].name if found else "")
        known = turn.state.ship_to = Place(id=wanted, name=name)
    return known.name


def _quote(turn: Turn) -> Quote:
    assert turn.draft is not None
    quoted = with_rebate(turn, quote(turn.session, turn.actor, turn.draft.lines))
    if turn.private:
        turn.state.shown = quoted.shown(turn.draft.version)
        turn.state.shown_partial = quoted.shown(turn.draft.version, partial=True)
    return quoted


def with_rebate(turn: Turn, quoted: Quote) -> Quote:
    """The quote with the rebate to be used on it counted as available."""
    used = min(turn.state.rebate, quoted.total)
    if not used:
        return quoted
    return replace(quoted, account=replace(quoted.account, balance=quoted.account.balance + used))


def _rebate(turn: Turn, quoted: Quote) -> Says:
    """What of the total is paid with rebate, what then is left of it, and what is left to pay."""
    if not turn.state.rebate or not turn.private:
        return ()
    balance = rebate_balance(turn.session)
    turn.state.rebate = min(turn.state.rebate, balance)
    used = min(turn.state.rebate, quoted.total)
    figures = {"used": used, "left": balance - used, "rest": quoted.total - used}
    return (say("orders.rebate", **{name: turn.money(value) for name, value in figures.items()}),)


def _dealer(turn: Turn) -> Says:
    return (say("orders.dealer", dealer=turn.actor.dealer_name),) if turn.several_dealers else ()


def _after(turn: Turn, quoted: Quote) -> Says:
    """The total and where it goes, what stands in the way, and the question or the ways on."""
    says = [*_total(turn, quoted), *(_problem(turn, problem) for problem in quoted.problems)]
    question = open_question(turn)
    if question is not None:
        return (*says, question)
    if not turn.private:
        return (*says, say("dialog.group.private"))
    if quoted.problems:
        return (*says, say("orders.fix_first"))
    if quoted.shortages:
        turn.explain("stock-why", ",".join(line.sku for line in quoted.lines if line.short))
        says += [_shortage(turn, line) for line in quoted.lines if line.short]
        return (*says, Say(key="orders.ask_shortage", choices=shortage_choices(turn, quoted)))
    if quoted.excess:
        return (*says, over_credit(turn, quoted.excess, quoted.account.available, quoted.total))
    return (
        *says,
        Say(key="orders.ask_confirm", choices=(confirm_choice(turn), choice("orders.leave", "leave"))),
    )


def confirm_choice(turn: Turn, flags: str = "", key: str = "orders.confirm") -> Choice:
    """The button that places what was shown: bound to the draft's version."""
    version = turn.draft.version if turn.draft else 0
    return choice(key, "confirm", f"{version}-{flags}" if flags else version)


def shortage_choices(turn: Turn, quoted: Quote, flags: str = "") -> tuple[Choice, ...]:
    """What can be done about too little stock."""
    version = turn.draft.version if turn.draft else 0
    some = (
        choice("orders.part_rest_later", "confirm", f"{version}-{flags}b"),
        choice("orders.part_only", "confirm", f"{version}-{flags}p"),
    )
    none = (choice("orders.backorder", "confirm", f"{version}-{flags}b"),)
    ways = some if any(line.usable for line in quoted.lines) else none
    return (*ways, choice("orders.wait", "wait", version))


def over_credit(turn: Turn, excess: int, available: int, total: int, flags: str = "") -> Say:
    """By how much it does not fit, and three ways on."""
    account: tuple[Choice, ...] = ()
    if turn.may("account.read"):
        turn.explain("account-why")
        account = (choice("orders.see_account", "account"),)
    return Say(
        key="orders.beyond",
        params={"excess": turn.money(excess), "available": turn.money(available), "total": turn.money(total)},
        choices=(
            confirm_choice(turn, f"{flags}r", "orders.ask_review"),
            choice("orders.reduce", "reduce", turn.draft.version if turn.draft else 0),
            *account,
        ),
    )


def _total(turn: Turn, quoted: Quote) -> Says:
    draft = turn.draft
    assert draft is not None
    where = ship_to(turn)
    parts: list[Say] = []
    if turn.private:
        parts.append(say("orders.total", total=turn.money(quoted.total)))
    if draft.deliver_on:
        parts.append(say("orders.deliver", day=draft.deliver_on))
    if where:
        parts.append(say("orders.to", address=where))
    note = (say("orders.note", note=draft.note),) if draft.note else ()
    after = (*_rebate(turn, quoted), *note)
    return (say("orders.summary", parts=tuple(parts)), *after) if parts else after


def _line(turn: Turn, line: QuoteLine) -> Say:
    said = say(
        "orders.line",
        product=turn.name(line.sku),
        qty=_said(
            turn, DraftLine(sku=line.sku, base_qty=line.base_qty, unit=line.unit, qty=Decimal(line.qty))
        ),
        money=turn.money(line.total),
    )
    return said if turn.private else Say(key="orders.line_bare", params=said.params)


def _said(turn: Turn, line: DraftLine) -> Say:
    """A quantity as it was said, and what it comes to where that differs."""
    entry = turn.index.entries.get(line.sku)
    base = entry.product.base_unit if entry else line.unit
    if base == line.unit:
        return say("orders.qty", qty=quantity(line.qty, line.unit))
    return say("orders.qty_base", qty=quantity(line.qty, line.unit), base=quantity(str(line.base_qty), base))


def _edit(turn: Turn, edit: Edit, line: QuoteLine | None, was: int | None) -> Say:
    product = turn.name(edit.sku)
    if edit.after is None or line is None:
        return say("orders.gone", product=product)
    if edit.before is None:
        return _line(turn, line)
    if was is None:
        was = line_total(line.price, line.price_factor, edit.before.base_qty)
    said = say("orders.changed", product=product, was=_short(edit.before), now=_said(turn, edit.after))
    if not turn.private:
        return said
    grown = line.total - was
    sign = "orders.dearer" if grown >= 0 else "orders.cheaper"
    return Say(key=sign, params={"line": said, "money": turn.money(abs(grown))})


def _short(line: DraftLine) -> Say:
    return say("orders.qty", qty=quantity(line.qty, line.unit))


def _as_edit(turn: Turn, sku: str, was: ShownLine | None, line: QuoteLine | None) -> Edit:
    """A difference to what was shown as an edit; what was shown is told in base units."""
    base = line.base_unit if line else turn.product(sku).base_unit
    before = DraftLine(sku=sku, base_qty=was.base_qty, unit=base, qty=Decimal(was.base_qty)) if was else None
    after = next((each for each in turn.lines if each.sku == sku), None)
    if before is not None and after is not None and (factor := factor_of(turn.product(sku), after.unit)):
        before = replace(before, unit=after.unit, qty=Decimal(before.base_qty) / factor)
    return Edit(sku=sku, before=before, after=after)


def _shortage(turn: Turn, line: QuoteLine) -> Say:
    params: dict[str, Param] = {
        "product": turn.name(line.sku),
        "available": quantity(str(max(0, line.available)), line.base_unit),
        "short": quantity(str(line.short), line.base_unit),
    }
    if line.inbound_on:
        inbound = quantity(str(line.inbound_qty), line.base_unit)
        return say("orders.short_inbound", **params, day=line.inbound_on, inbound=inbound)
    return say("orders.short", **params)


def _problem(turn: Turn, problem: LineProblem) -> Say:
    limit = quantity(str(problem.limit), turn.product(problem.sku).base_unit) if problem.limit else None
    if problem.code == "inactive" and problem.successor:
        return say(
            "orders.problem.replaced", product=turn.name(problem.sku), successor=turn.name(problem.successor)
        )
    return say(f"orders.problem.{problem.code}", product=turn.name(problem.sku), limit=limit)

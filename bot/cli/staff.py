"""Staff's verbs: `--as` names somebody of the staff, whose policy and region apply as in chat."""

from collections.abc import Callable
from typing import Annotated

import typer

As = Annotated[str, typer.Option("--as", help="Whose name it is done in: a staff member's name or number.")]
Json = Annotated[bool, typer.Option("--json", help="The result as JSON on standard output.")]
Source = Annotated[
    str,
    typer.Option(
        help="What tells this act apart, such as a document number; given again, nothing is done twice."
    ),
]
Lines = Annotated[
    list[str] | None,
    typer.Option("--line", help="SKU=QUANTITY, once a line; 36, 3箱 or 3 case. A bare number is base units."),
]
Reason = Annotated[str, typer.Option(help="Why.")]


def ship(
    number: Annotated[str, typer.Argument(help="The order's number.")],
    staff: As,
    line: Lines = None,
    carrier: Annotated[str, typer.Option(help="Who carries it.")] = "",
    tracking: Annotated[str, typer.Option(help="The carrier's number.")] = "",
    source: Source = "",
    json: Json = False,
) -> None:
    """Ship an order: all that is reserved for it, or these lines."""
    from bot.cli.desk import written

    written("ship", as_json=json, staff=staff, number=number, lines=line or [], carrier=carrier,
            tracking=tracking, source=source)  # fmt: skip


def deliver(
    number: Annotated[str, typer.Argument(help="The order's number.")], staff: As, json: Json = False
) -> None:
    """Record that what was shipped has arrived."""
    from bot.cli.desk import written

    written("deliver", as_json=json, staff=staff, number=number)


def receive(
    sku: Annotated[str, typer.Argument(help="The product.")],
    quantity: Annotated[str, typer.Argument(help="36, 3箱 or 3 case; a bare number is base units.")],
    staff: As,
    source: Source = "",
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Goods came in; back-orders are filled first come first."""
    from bot.cli.desk import written

    written("receive", as_json=json, staff=staff, sku=sku, quantity=quantity, source=source, reason=reason)


def adjust(
    staff: As,
    reason: Annotated[str, typer.Option(help="Why; kept in the ledger.")],
    sku: Annotated[str, typer.Option(help="Correct this product's stock.")] = "",
    by: Annotated[str, typer.Option(help="By so many base units, signed.")] = "",
    to: Annotated[str, typer.Option(help="To what was counted.")] = "",
    dealer: Annotated[str, typer.Option(help="Correct this dealer's balance.")] = "",
    amount: Annotated[str, typer.Option(help="By this amount, signed; positive is the dealer's.")] = "",
    source: Source = "",
    json: Json = False,
) -> None:
    """Correct a product's stock (--sku with --by or --to) or a dealer's balance (--dealer with --amount)."""
    from bot.cli.desk import settings_now, stop, written

    stock, balance = bool(sku) and bool(by) != bool(to), bool(dealer) and bool(amount)
    if stock == balance or (stock and (dealer or amount)) or (balance and (sku or by or to)):
        stop(settings_now(), "one_purpose", options="--sku --by | --sku --to | --dealer --amount")
    written("adjust", as_json=json, staff=staff, reason=reason, sku=sku, by=by, to=to, dealer=dealer,
            amount=amount, source=source)  # fmt: skip


def pay(
    dealer: Annotated[str, typer.Argument(help="The dealer's code.")],
    amount: Annotated[str, typer.Argument(help="Such as 1280.50.")],
    staff: As,
    order: Annotated[str, typer.Option(help="The order it settles; else the oldest shipped first.")] = "",
    source: Source = "",
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Record a payment."""
    from bot.cli.desk import written

    written(
        "pay",
        as_json=json,
        staff=staff,
        dealer=dealer,
        amount=amount,
        order=order,
        source=source,
        reason=reason,
    )


def price(
    sku: Annotated[str, typer.Argument(help="The product.")],
    amount: Annotated[str, typer.Argument(help="The price of one unit, such as 45.00.")],
    staff: As,
    unit: Annotated[str, typer.Option(help="The unit priced; the product's default one without it.")] = "",
    dealer: Annotated[str, typer.Option(help="For this dealer only.")] = "",
    level: Annotated[str, typer.Option(help="For dealers of this level.")] = "",
    since: Annotated[
        str, typer.Option("--from", help="The first day, such as 2026-03-10; today without it.")
    ] = "",
    json: Json = False,
) -> None:
    """Set a price for a dealer, a level, or everybody."""
    from bot.cli.desk import settings_now, stop, written

    if dealer and level:
        stop(settings_now(), "one_purpose", options="--dealer | --level")
    written(
        "price",
        as_json=json,
        staff=staff,
        sku=sku,
        amount=amount,
        unit=unit,
        dealer=dealer,
        level=level,
        since=since,
    )


def credit(
    dealer: Annotated[str, typer.Argument(help="The dealer's code.")],
    staff: As,
    limit: Annotated[str, typer.Option(help="The credit limit, such as 50000.")] = "",
    days: Annotated[int | None, typer.Option(min=0, max=3650, help="Days to pay.")] = None,
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Set a dealer's credit limit, days to pay, or both."""
    from bot.cli.desk import settings_now, stop, written

    if not limit and days is None:
        stop(settings_now(), "one_purpose", options="--limit | --days")
    written("credit", as_json=json, staff=staff, dealer=dealer, limit=limit, days=days, reason=reason)


def return_(
    number: Annotated[str, typer.Argument(help="The order's number.")],
    staff: As,
    line: Lines = None,
    reason: Reason = "",
    restock: Annotated[bool, typer.Option(help="Whether the goods can be sold again.")] = True,
    source: Source = "",
    json: Json = False,
) -> None:
    """Take goods back from an order: stock and account get them."""
    from bot.cli.desk import settings_now, stop, written

    if not line or not reason:
        stop(settings_now(), "one_purpose", options="--line SKU=QUANTITY --reason")
    written(
        "return",
        as_json=json,
        staff=staff,
        number=number,
        lines=line,
        reason=reason,
        restock=restock,
        source=source,
    )


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    verbs: dict[str, Callable[..., None]] = {
        "ship": ship, "deliver": deliver, "receive": receive, "adjust": adjust, "pay": pay, "price": price,
        "credit": credit, "return": return_,
    }  # fmt: skip
    for name, verb in verbs.items():
        app.command(name)(verb)

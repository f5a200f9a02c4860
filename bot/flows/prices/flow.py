"""A new price from today: for one dealer, for a price level, or for everybody."""

from bot.dialog.api import Says, Turn, say
from bot.dialog.commands import Values, Verb, staff_flow
from bot.dialog.messages import Say
from bot.dialog.slots import Slot, SlotKind
from core.dealers.queries import dealer_by_code
from core.pricing.errors import NoSuchUnitError
from core.pricing.service import set_price


def _unit(turn: Turn, values: Values) -> str:
    """The product's own unit for the word that was said. Raises NoSuchUnitError."""
    product, said = turn.product(values["product"]), values.get("unit", "")
    if not said:
        return product.default_unit
    fits = turn.index.units.fits(product, said.lower(), strict=True)
    if len(fits) != 1:
        units = list(dict.fromkeys((product.base_unit, *product.units)))
        raise NoSuchUnitError(sku=product.sku, unit=said, units=units)
    return fits[0].key


def _for(turn: Turn, values: Values) -> Say:
    if "dealer" in values:
        return say("prices.for_dealer", dealer=dealer_by_code(turn.session, values["dealer"]).name)
    if "level" in values:
        return say("prices.for_level", level=values["level"])
    return say("prices.for_all")


def pricing(turn: Turn, values: Values) -> Say:
    """What will cost how much for whom."""
    return say(
        "prices.pricing",
        product=turn.name(values["product"]),
        price=turn.money(int(values["amount"])),
        unit=_unit(turn, values),
        whom=_for(turn, values),
    )


def price(turn: Turn, values: Values) -> Says:
    """Set it, from today."""
    set_price(
        turn.session,
        turn.actor,
        sku=values["product"],
        unit=_unit(turn, values),
        price=int(values["amount"]),
        valid_from=turn.today,
        dealer=values.get("dealer"),
        level=values.get("level"),
    )
    return (
        say(
            "prices.set",
            product=turn.name(values["product"]),
            price=turn.money(int(values["amount"])),
            unit=_unit(turn, values),
            whom=_for(turn, values),
        ),
    )


VERBS = (
    Verb(
        name="pricing",
        policy="prices.set",
        slots=(
            Slot("level", SlotKind.LEVEL, required=False),
            Slot("product", SlotKind.PRODUCT),
            Slot("amount", SlotKind.AMOUNT),
            Slot("unit", SlotKind.UNIT, required=False),
            Slot("dealer", SlotKind.DEALER, required=False),
        ),
        run=price,
        preview=pricing,
    ),
)

FLOW = staff_flow("prices", VERBS)

"""Quantities in a product's own packs: whole base units, or the reason why not."""

from decimal import Decimal

from bot.understand.catalogue import Product
from bot.understand.context import DraftLine
from bot.understand.types import Problem
from bot.understand.units import DOZEN

MAX_BASE = 10_000_000  # beyond any order; a slip of the keyboard, not a wish
_DOZEN_KEY = "打"


def factor_of(product: Product, unit: str) -> int | None:
    """Base units in one `unit` of the product; None when it is not sold so. A dozen is twelve everywhere."""
    pack = product.units.get(unit)
    if pack:
        return pack.factor
    return DOZEN if unit == _DOZEN_KEY else None


def units_of(product: Product) -> tuple[str, ...]:
    """The units it is sold in, the usual one first, then from small to large."""
    by_size = sorted(
        product.units, key=lambda unit: (unit != product.default_unit, product.units[unit].factor)
    )
    return tuple(by_size)


def to_base(product: Product, qty: Decimal, unit: str) -> int | Problem:
    """The whole base units of a quantity, or what is wrong with it. Zero and less are left to the caller."""
    factor = factor_of(product, unit)
    if factor is None:
        return Problem.UNIT_UNKNOWN
    base = qty * factor
    if abs(base) > MAX_BASE:
        return Problem.TOO_LARGE
    if base != base.to_integral_value():
        return Problem.NOT_WHOLE
    return int(base)


def line_of(product: Product, base_qty: int, *units: str) -> DraftLine:
    """A line of so many base units, said in the first of `units` that divides them, else in base units."""
    for unit in units:
        factor = factor_of(product, unit)
        if factor and base_qty % factor == 0:
            return DraftLine(sku=product.sku, base_qty=base_qty, unit=unit, qty=Decimal(base_qty // factor))
    return DraftLine(sku=product.sku, base_qty=base_qty, unit=product.base_unit, qty=Decimal(base_qty))


def raised(product: Product, line: DraftLine, base_qty: int, unit: str) -> DraftLine:
    """The line with another quantity, in the unit it was said in where that can be, a half of it included."""
    factor = factor_of(product, line.unit)
    if factor and unit == line.unit:
        qty = Decimal(base_qty) / factor
        if qty * factor == base_qty:
            return DraftLine(sku=line.sku, base_qty=base_qty, unit=line.unit, qty=qty)
    return line_of(product, base_qty, line.unit, unit)

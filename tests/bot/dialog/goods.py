"""A few products of no particular brand, for tests of the dialogue."""

from decimal import Decimal

from bot.understand.catalogue import Catalogue, Pack, Product
from bot.understand.context import DraftLine

SMALL = Product(
    sku="T-1", name_zh="保温杯", name_en="thermos", spec="0.5L*12个/箱", size="0.5L", base_unit="个", default_unit="箱",
    units={"个": Pack(factor=1), "箱": Pack(factor=12), "托": Pack(factor=480)},
)  # fmt: skip
LARGE = Product(
    sku="T-2", name_zh="保温杯", name_en="thermos", spec="1L*6个/箱", size="1L", base_unit="个", default_unit="箱",
    units={"个": Pack(factor=1), "箱": Pack(factor=6)},
)  # fmt: skip
TOWEL = Product(
    sku="W-1", name_zh="毛巾", name_en="towel", base_unit="条", default_unit="包",
    units={"条": Pack(factor=1), "包": Pack(factor=10), "打": Pack(factor=12), "箱": Pack(factor=100)},
)  # fmt: skip
CATALOGUE = Catalogue(
    products=(SMALL, LARGE, TOWEL),
    unit_synonyms={"箱": ("件", "case", "cases"), "托": ("pallet",), "打": ("dozen",)},
    expense_categories={"display": ("陈列",), "other": ()},
)
PRODUCTS = {product.sku: product for product in CATALOGUE.products}


def line(sku: str, qty: str, unit: str) -> DraftLine:
    """A draft line said in a unit."""
    figure = Decimal(qty)
    return DraftLine(sku=sku, base_qty=int(figure * PRODUCTS[sku].units[unit].factor), unit=unit, qty=figure)

"""Short ways to say moves and to let the reducer take them."""

from decimal import Decimal

from bot.dialog.draft import edit
from bot.dialog.packs import to_base
from bot.dialog.sheet import Result, Sheet
from bot.understand.types import Add, Item, Problem, Target, TargetKind
from tests.bot.dialog.goods import PRODUCTS, line

BOTH = ("T-1", "T-2")


def do(sheet: Sheet, *moves: object) -> Result:
    result = Result(sheet=sheet)
    for move in moves:
        result = edit(result.sheet, move, PRODUCTS.__getitem__)  # type: ignore[arg-type]
    return result


def item(sku: str, qty: str | None, unit: str | None = None, **more: object) -> Item:
    product = PRODUCTS[sku]
    figure = Decimal(qty) if qty is not None else None
    said = unit or (product.default_unit if qty is not None else None)
    base = to_base(product, figure, said) if figure is not None and said else None
    whole = base if isinstance(base, int) else None
    problem = base if isinstance(base, Problem) else Problem.NO_QUANTITY if figure is None else None
    return Item(text=sku, candidates=(sku,), qty=figure, unit=said, base_qty=whole, problem=problem, **more)  # type: ignore[arg-type]


def either(qty: str | None, unit: str | None = "箱") -> Item:
    figure = Decimal(qty) if qty is not None else None
    return Item(
        text="保温杯",
        candidates=BOTH,
        qty=figure,
        unit=unit if figure is not None else None,
        problem=Problem.AMBIGUOUS,
    )


def add(*items: Item) -> Add:
    return Add(items=items)


def of(*skus: str) -> Target:
    return Target(kind=TargetKind.SKUS, skus=skus)


def at(index: int) -> Target:
    return Target(kind=TargetKind.INDEX, index=index)


LAST, ALL = Target(kind=TargetKind.LAST), Target(kind=TargetKind.ALL)
CART = Sheet(lines=(line("T-1", "3", "箱"), line("W-1", "2", "包")))


def quantities(sheet: Sheet) -> dict[str, int]:
    return {held.sku: held.base_qty for held in sheet.lines}


ASKED = do(CART, add(either("2"))).sheet

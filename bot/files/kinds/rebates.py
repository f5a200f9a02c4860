"""Files of rebate programmes and their tiers, and of the balances a brand begins with."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.files.cells import code, day, money, text
from bot.files.errors import CellError, Fault
from bot.files.kinds import Column, Kind, Outcome, Row, one_of, through, unknown
from core.db.session import Session
from core.dealers.queries import dealer_ids
from core.kit.money import MAX_MINOR, Money
from core.orders.openings import put_openings
from core.people.actor import Actor
from core.products.queries import ProductView, products_by_sku
from core.rebates.errors import ProgrammeNotFoundError, ProgrammeSettledError, TiersError
from core.rebates.service import Terms, put_programme, put_tiers
from core.rebates.spend import put_rebate_openings


def rate(cell: Any) -> int:
    """Thousandths of a percent of 2, 2.5 or 2.5%. A bare number below 1 is refused: a sheet keeps 2 % as 0.02. Raises CellError."""
    said = str(cell).strip()
    try:
        value = Decimal(said.rstrip("%％").strip()) * 1000
    except InvalidOperation:
        raise CellError("not_a_percent", value=said[:60]) from None
    if not value.is_finite() or not 0 <= value <= 100_000 or value != value.to_integral_value():
        raise CellError("not_a_percent", value=said[:60])
    if not isinstance(cell, str) and 0 < value < 1000:
        raise CellError("unsure_percent", value=said[:60])
    return int(value)


def save_programmes(session: Session, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """Programmes by code: of one dealer, of a level, or of everybody where neither is named."""
    dealers = dealer_ids(session, [row["dealer"] for row in rows if row.get("dealer")])
    goods = products_by_sku(session, [row["sku"] for row in rows if row.get("sku")])
    return [_programme(session, actor, row, dealers, goods) for row in rows]


def _programme(
    session: Session,
    actor: Actor,
    row: Row,
    dealers: Mapping[str, int],
    goods: Mapping[str, ProductView],
) -> Outcome:
    if fault := unknown("dealer", row, dealers) or unknown("sku", row, goods):
        return fault
    if row.get("dealer") and row.get("level"):
        return Fault("dealer_and_level", "level")
    if row["to"] < row["from"]:
        return Fault("term_backwards", "to")
    whose = f"level:{row['level']}" if row.get("level") else "all"
    terms = Terms(
        code=row["code"],
        name=row.get("name") or row["code"],
        whose=f"dealer:{dealers[row['dealer']]}" if row.get("dealer") else whose,
        kind=row["kind"],
        sku=row.get("sku") or "",
        category=row.get("category") or "",
        first_day=row["from"],
        last_day=row["to"],
    )
    try:
        return put_programme(session, actor, terms)
    except ProgrammeSettledError:
        return Fault("programme_settled", "code")


def save_tiers(session: Session, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """Tiers by programme and threshold; those of one programme come in together."""
    by_code: dict[str, dict[int, int]] = {}
    for row in rows:
        by_code.setdefault(row["code"], {})[row["above"]] = row["percent"]
    outcomes = {each: _tiers(session, actor, each, wanted) for each, wanted in by_code.items()}
    return [outcomes[row["code"]][row["above"]] for row in rows]


def _tiers(
    session: Session, actor: Actor, programme: str, wanted: Mapping[int, int]
) -> Mapping[int, Outcome]:
    try:
        return put_tiers(session, actor, programme=programme, wanted=wanted)
    except ProgrammeNotFoundError:
        fault = Fault("unknown_programme", "code", {"value": programme})
    except ProgrammeSettledError:
        fault = Fault("programme_settled", "code")
    except TiersError:
        fault = Fault("tiers_fall", "percent")
    return dict.fromkeys(wanted, fault)


def save_balances(session: Session, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """What accounts and rebate balances begin with; a changed amount corrects by the difference."""
    dealers = dealer_ids(session, [row["dealer"] for row in rows])

    def put(good: Sequence[Row]) -> list[Outcome]:
        amounts: dict[str, dict[int, int]] = {"account": {}, "rebate": {}}
        for row in good:
            amounts[row["kind"]][dealers[row["dealer"]]] = row["amount"]
        done = {
            "account": put_openings(session, actor, amounts["account"]),
            "rebate": put_rebate_openings(session, actor, amounts["rebate"]),
        }
        outcomes = (done[row["kind"]][dealers[row["dealer"]]] for row in good)
        return [Fault("rebate_used", "amount") if each == "used" else each for each in outcomes]

    def fault_of(row: Row) -> Fault | None:
        if row["kind"] == "rebate" and not 0 <= row["amount"] <= MAX_MINOR:
            return Fault("negative_money", "amount", {"value": str(Money(row["amount"]).amount)})
        return unknown("dealer", row, dealers)

    return through(rows, fault_of, put)


def _tier_key(row: Row) -> str:
    above = row["above"]  # still text in a row with faults
    return f"{row['code']} / {Money(above).amount if isinstance(above, int) else above}"


PROGRAMMES = Kind(
    name="programmes",
    columns=(
        Column("code", code(40), required=True),
        Column("name", text(120)),
        Column("dealer", code(40)),
        Column("level", code(20)),
        Column("kind", one_of("programme_kinds"), required=True),
        Column("sku", code(60)),
        Column("category", text(80)),
        Column("from", day, required=True),
        Column("to", day, required=True),
    ),
    key=lambda row: str(row["code"]),
    save=save_programmes,
    rows_under=("programmes", "rows"),
)
TIERS = Kind(
    name="programme-tiers",
    columns=(
        Column("code", code(40), required=True),
        Column("above", money(), required=True),
        Column("percent", rate, required=True),
    ),
    key=_tier_key,
    save=save_tiers,
    together=lambda row: str(row["code"]),
    rows_under=("tiers", "rows"),
)
BALANCES = Kind(
    name="balances",
    columns=(
        Column("dealer", code(40), required=True),
        Column("kind", one_of("balance_kinds"), required=True),
        Column("amount", money(signed=True), required=True),
    ),
    key=lambda row: f"{row['dealer']} / {row['kind']}",
    save=save_balances,
    rows_under=("balances", "rows"),
)

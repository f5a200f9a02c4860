"""Files of claim budgets, and of who decides claims up to which amount."""

from collections.abc import Sequence

from sqlalchemy import select

from bot.files.cells import code, day, money, text
from bot.files.errors import Fault
from bot.files.kinds import Column, Kind, Outcome, Row, one_of, through, unknown
from core.claims.plan import BELOW_USED, put_budgets, put_levels
from core.db.session import Session
from core.dealers.queries import dealers_by_code
from core.people.actor import Actor
from core.products.models import catalogue

_categories = select(catalogue.c.expense_categories)


def save_budgets(session: Session, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """Budgets of a dealer, of a region, or (neither) of everybody; without a category for every kind of expense."""
    dealers = dealers_by_code(session, [row["dealer"] for row in rows if row.get("dealer")])
    names = _names(session)

    def put(good: Sequence[Row]) -> list[Outcome]:
        values = [
            {
                "whose": _whose(row, {code: one.id for code, one in dealers.items()}),
                "category": names.get((row.get("category") or "").lower(), row.get("category") or ""),
                "first_day": row["from"],
                "last_day": row["to"],
                "amount": row["amount"],
                "pay_to": row.get("pay_to"),
            }
            for row in good
        ]
        done = put_budgets(session, actor, values)
        return [Fault("budget_below_used", "amount") if each == BELOW_USED else each for each in done]

    def fault_of(row: Row) -> Fault | None:
        category = (row.get("category") or "").lower()
        if row["to"] < row["from"]:
            return Fault("ends_before", "to")
        if category and names and category not in names:
            return Fault("unknown_category", "category", {"value": row["category"]})
        return unknown("dealer", row, dealers)

    return through(rows, fault_of, put)


def _names(session: Session) -> dict[str, str]:
    """The brand's categories by their codes and words."""
    table = session.execute(_categories).scalar() or {}
    return {
        **{word.lower(): category for category, words in table.items() for word in words},
        **{category.lower(): category for category in table},
    }


def _whose(row: Row, ids: dict[str, int]) -> str:
    if row.get("dealer"):
        return f"dealer:{ids[row['dealer']]}"
    return f"region:{row['region']}" if row.get("region") else "all"


def save_levels(session: Session, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """The largest amount each role decides."""
    return list(put_levels(session, actor, rows))


BUDGETS = Kind(
    name="budgets",
    columns=(
        Column("dealer", code(40)),
        Column("region", text(40)),
        Column("category", text(40)),
        Column("from", day, required=True),
        Column("to", day, required=True),
        Column("amount", money(), required=True),
        Column("pay_to", one_of("balance_kinds")),
    ),
    key=lambda row: (
        f"{row.get('dealer') or row.get('region') or '*'} / {row.get('category') or '*'} / {row['from']} {row['to']}"
    ),
    save=save_budgets,
    rows_under=("budgets", "rows"),
)
LEVELS = Kind(
    name="approval-levels",
    columns=(
        Column("kind", one_of("approval_kinds"), required=True),
        Column("up_to", money(), required=True),
        Column("role", one_of("staff_roles"), required=True),
    ),
    key=lambda row: f"{row['kind']} / {row['role']}",
    save=save_levels,
    rows_under=("approval-levels", "levels", "rows"),
)

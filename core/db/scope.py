"""Whose rows a statement may touch.

Statements over dealers' tables are built by `scoped()` (one dealer) or `across()` (staff of a region, or the system);
the guard on every engine refuses any other statement that touches such a table, so that a forgotten filter raises
instead of leaking. Both are called once, at import: the dealer or region is bound at execution by the session.
"""

from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ClauseElement,
    Connection,
    Delete,
    Engine,
    Insert,
    Join,
    Select,
    String,
    Table,
    Update,
    bindparam,
    column,
    event,
    exists,
    or_,
    table,
)
from sqlalchemy.sql import visitors

from core.db.base import Id
from core.db.row_security import EVERYTHING, NOTHING, forget_between_transactions, hold

S = TypeVar("S", Select[Any], Update, Delete, Insert)

DEALER = "scope_dealer"
REGION = "scope_region"
MARK = "scope"
ROWS = "scope_rows"
_dealers = table(
    "dealers", column("id", Id), column("region", String())
)  # the noun itself is above this layer


class ScopeError(RuntimeError):
    """A programming error: a statement without its scope, or a session that may not run it."""


@dataclass(frozen=True, slots=True)
class DealerScope:
    """Everything of one dealer and nothing else."""

    dealer_id: int

    @property
    def rows(self) -> str:
        """What row-level security is told."""
        return str(self.dealer_id)


@dataclass(frozen=True, slots=True)
class StaffScope:
    """Dealers of a region (None: all); `dealer_id` is the one being dealt with, set after a look-up in the region."""

    region: str | None
    dealer_id: int | None = None

    @property
    def rows(self) -> str:
        """What row-level security is told."""
        return EVERYTHING if self.region is None else f"region:{self.region}"


@dataclass(frozen=True, slots=True)
class SystemScope:
    """All dealers, for a stated reason; `dealer_id` narrows `scoped()` statements to one."""

    reason: str
    dealer_id: int | None = None

    @property
    def rows(self) -> str:
        """What row-level security is told."""
        return EVERYTHING


Scope = DealerScope | StaffScope | SystemScope


def scoped_tables(statement: ClauseElement) -> set[Table]:
    """The dealers' tables a statement touches, in subqueries and targets too."""
    found = {
        element
        for element in visitors.iterate(statement)
        if isinstance(element, Table) and element.info.get("scoped")
    }
    target = getattr(statement, "table", None)
    if isinstance(target, Table) and target.info.get("scoped"):
        found.add(target)
    return found


def scoped(statement: S, *tables: Any) -> S:
    """Bind a statement to the session's dealer. `tables`: aliases to filter as well; plain tables are found by themselves."""
    if not isinstance(statement, Insert):
        for table in [*own_tables(statement), *tables]:
            statement = statement.where(table.c.dealer_id == bindparam(DEALER))
    return statement.execution_options(**{MARK: "dealer"})


def across(statement: S, *tables: Any) -> S:
    """Bind a statement to the dealers a staff member looks after (system: all)."""
    region = bindparam(REGION, type_=String())
    if not isinstance(statement, Insert):
        for table in [*own_tables(statement), *tables]:
            statement = statement.where(
                exists().where(
                    _dealers.c.id == table.c.dealer_id, or_(region == "*", _dealers.c.region == region)
                )
            )
    return statement.execution_options(**{MARK: "across"})


def system(statement: S) -> S:
    """A statement only a SystemScope may run: identifying a sender, seeding, checking. No filter is added."""
    return statement.execution_options(**{MARK: "system"})


def own_tables(statement: Any) -> list[Table]:
    """Dealers' tables in FROM or as target; those inside subqueries are scoped where the subquery is built.

    The far side of an outer join is bound by its ON clause, which must compare its dealer_id; ScopeError otherwise.
    """
    tables: set[Table] = set()
    stack: list[Any] = (
        list(statement.get_final_froms()) if isinstance(statement, Select) else [statement.table]
    )
    while stack:
        source = stack.pop()
        if isinstance(source, Table):
            if source.info.get("scoped"):
                tables.add(source)
        elif isinstance(source, Join):
            stack.append(source.left)
            if not source.isouter:
                stack.append(source.right)
            elif scoped_tables(source.right) and not _compares_dealer(source):
                raise ScopeError(f"outer join without dealer_id: {source}")
    return sorted(tables, key=lambda table: table.name)


def _compares_dealer(join: Join) -> bool:
    far = {column for column in join.right.c if column.key == "dealer_id"}
    return any(column in far for column in visitors.iterate(join.onclause))


_touches: WeakKeyDictionary[ClauseElement, frozenset[str]] = WeakKeyDictionary()


def touched(statement: ClauseElement) -> frozenset[str]:
    """Names of the dealers' tables a statement touches, remembered per statement object."""
    names = _touches.get(statement)
    if names is None:
        names = frozenset(table.name for table in scoped_tables(statement))
        _touches[statement] = names
    return names


def guard(engine: Engine) -> None:
    """Refuse, on this engine, statements over dealers' tables that carry no scope mark; tell PostgreSQL whose rows others see.

    A marked statement that no session runs sees everything if it is the system's, else nothing.
    """
    forget_between_transactions(engine)

    @event.listens_for(engine, "before_execute")
    def refuse(connection: Connection, element: Any, _multi: Any, _params: Any, options: Any) -> None:
        merged = {
            **connection.get_execution_options(),
            **getattr(element, "_execution_options", {}),
            **options,
        }
        if MARK in merged:
            hold(connection, merged.get(ROWS, EVERYTHING if merged[MARK] == "system" else NOTHING))
            return
        if not isinstance(element, ClauseElement):
            return
        names = touched(element)
        if names:
            raise ScopeError(f"unscoped statement over {', '.join(sorted(names))}")
        if element.__visit_name__ == "textclause":
            raise ScopeError("SQL text is not allowed here")

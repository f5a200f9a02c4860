"""A session: one connection inside the lane's transaction, one scope that cannot change, and what happened in it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, Insert
from sqlalchemy.sql.base import Executable

from core.db.scope import DEALER, MARK, REGION, ROWS, DealerScope, Scope, ScopeError, StaffScope, SystemScope


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened which others may need to hear of: order placed, stock crossed its floor."""

    kind: str
    dealer_id: int | None
    data: Mapping[str, Any]


@dataclass(slots=True)
class Session:
    """Runs statements under its scope. `now` is the time of the unit of work; `facts` leave with it at its commit."""

    connection: Connection
    scope: Scope
    now: datetime
    facts: list[Fact] = field(default_factory=list)

    @property
    def dealer_id(self) -> int:
        """The dealer this session is bound to. Raises ScopeError where there is none."""
        dealer_id = self.scope.dealer_id
        if dealer_id is None:
            raise ScopeError("no dealer in this session")
        return dealer_id

    def execute(
        self, statement: Executable, params: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Run a statement with the scope's binds added; inserts marked `scoped` get their `dealer_id`."""
        mark = statement.get_execution_options().get(MARK)
        if mark is None:
            return self.connection.execute(statement, params)
        extra = self._binds(str(mark), statement)
        if isinstance(params, Sequence):
            return self._run(statement, [{**row, **extra} for row in params])
        return self._run(statement, {**(params or {}), **extra})

    def _run(self, statement: Executable, params: Any) -> CursorResult[Any]:
        return self.connection.execute(statement, params, execution_options={ROWS: self.scope.rows})

    def _binds(self, mark: str, statement: Executable) -> dict[str, Any]:
        if mark == "dealer":
            plain_insert = isinstance(statement, Insert) and statement.select is None
            return {"dealer_id" if plain_insert else DEALER: self.dealer_id}
        if mark == "system":
            if not isinstance(self.scope, SystemScope):
                raise ScopeError("only the system may run this")
            return {}
        if isinstance(self.scope, DealerScope):
            raise ScopeError("a dealer's session may not look across dealers")
        if isinstance(statement, Insert):
            return {}
        region = self.scope.region if isinstance(self.scope, StaffScope) else None
        return {REGION: "*" if region is None else region}

    def for_dealer(self, dealer_id: int) -> "Session":
        """The same unit of work, bound to one dealer: staff after a look-up in their region, or the system.

        Raises ScopeError for a dealer's own session.
        """
        if isinstance(self.scope, DealerScope):
            raise ScopeError("a dealer's scope cannot be switched")
        if isinstance(self.scope, StaffScope):
            scope: Scope = StaffScope(self.scope.region, dealer_id)
        else:
            scope = SystemScope(self.scope.reason, dealer_id)
        return Session(self.connection, scope, self.now, self.facts)

    def as_system(self, reason: str) -> "Session":
        """The same unit of work seen by the system, for what concerns no single dealer: freed stock and who waits for it."""
        return Session(self.connection, SystemScope(reason), self.now, self.facts)

    def report(self, kind: str, *, dealer_id: int | None = None, **data: Any) -> None:
        """Note a fact; it is written out when the unit of work is kept, and forgotten if its savepoint is undone."""
        self.facts.append(Fact(kind, dealer_id if dealer_id is not None else self.scope.dealer_id, data))

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo writes and facts of the block when it raises."""
        before = len(self.facts)
        try:
            with self.connection.begin_nested():
                yield
        except BaseException:
            del self.facts[before:]
            raise

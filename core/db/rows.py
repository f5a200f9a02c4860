"""Many rows as one bound JSON array: one statement whatever their number, on both databases."""

from typing import Any

from sqlalchemy import BigInteger, Integer, bindparam, column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

from core.db.base import Json


class _JsonRows(FunctionElement[Any]):
    """A JSON array of objects as a table of the given columns."""

    inherit_cache = True
    name = "json_rows"

    def __init__(self, bind: str, columns: dict[str, TypeEngine[Any]]) -> None:
        self.shape = tuple((name, isinstance(kind, (Integer, BigInteger))) for name, kind in columns.items())
        super().__init__(bindparam(bind, type_=Json()))


@compiles(_JsonRows)  # SQLite, and where a statement is only looked at
def _sqlite(element: _JsonRows, compiler: SQLCompiler, **kw: Any) -> str:
    cells = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name, _ in element.shape)
    return f"(SELECT {cells} FROM json_each({compiler.process(element.clauses, **kw)}))"


@compiles(_JsonRows, "postgresql")
def _postgresql(element: _JsonRows, compiler: SQLCompiler, **kw: Any) -> str:
    cells = ", ".join(
        f"CAST(value->>'{name}' AS bigint) AS {name}" if whole else f"value->>'{name}' AS {name}"
        for name, whole in element.shape
    )
    source = compiler.process(element.clauses, **kw)
    return f"(SELECT {cells} FROM jsonb_array_elements(CAST({source} AS jsonb)) AS element(value))"


def json_rows(bind: str, **columns: TypeEngine[Any]) -> TableValuedAlias:
    """A table read from the JSON array bound as `bind` (name it after its shape: equal names must have equal columns).

    Integer columns come back whole, all others as text; absent keys are NULL.
    """
    element = _JsonRows(bind, columns)
    return element.table_valued(*(column(name, kind) for name, kind in columns.items()), name=f"{bind}_rows")

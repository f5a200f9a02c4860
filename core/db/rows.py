"""Many rows as one JSON value, in as a bound array or out as an object: one statement whatever their number, on both databases."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, bindparam, column
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


class _JsonMap(FunctionElement[Any]):
    """An aggregate: the rows' keys and values as one JSON object."""

    inherit_cache = True
    name = "json_map"
    type = Json()


@compiles(_JsonMap)
def _sqlite_map(element: _JsonMap, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_group_object({compiler.process(element.clauses, **kw)})"


@compiles(_JsonMap, "postgresql")
def _postgresql_map(element: _JsonMap, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(json_object_agg({compiler.process(element.clauses, **kw)}) AS text)"


def json_map(key: ColumnElement[Any], value: ColumnElement[Any]) -> FunctionElement[Any]:
    """The rows of a query as one object; empty or None when there are none."""
    return _JsonMap(key, value)

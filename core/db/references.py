"""Whose row hangs on whose: every row carries the dealer of every dealers' row it references."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import MetaData, Select, and_, select

from core.db.scope import system


def foreign_rows(metadata: MetaData) -> Iterator[tuple[str, Select[Any]]]:
    """A rule for each reference between dealers' tables, and the statement that finds rows of another dealer or of none.

    Composite keys refuse them; this sees what came in past the keys, as in a database repaired by hand.
    """
    for child in metadata.sorted_tables:
        for key in child.foreign_key_constraints:
            if not (child.info.get("scoped") and key.referred_table.info.get("scoped")):
                continue
            parent = key.referred_table.alias("parent")
            pairs = [(element.parent, parent.c[element.column.name]) for element in key.elements]
            same = and_(*(mine == theirs for mine, theirs in pairs))
            identity = next(mine for mine, _ in pairs if mine.name != "dealer_id")
            found = select(
                identity.label("subject"), child.c.dealer_id.label("kept"), parent.c.dealer_id.label("right")
            ).select_from(child.outerjoin(parent, same))
            yield (
                f"{child.name}.{identity.name}",
                system(found.where(identity.is_not(None), parent.c.dealer_id.is_(None))),
            )

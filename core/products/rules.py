"""What makes a product whole: names, a base unit of one, units that are multiples of it."""

from collections.abc import Mapping
from typing import Any

MOST_BASE_UNITS = 1_000_000
FAULTS = ("no_base_unit", "base_factor", "no_default_unit", "bad_factor", "bad_multiple", "missing")


def fault_of(row: Mapping[str, Any]) -> tuple[str, str] | None:
    """(fault, column) of a product's values, the first there is; None when it is whole."""
    units = row["units"]
    if row["base_unit"] not in units:
        return "no_base_unit", "base_unit"
    if any(not 1 <= pack["factor"] <= MOST_BASE_UNITS for pack in units.values()):
        return "bad_factor", "units"
    if units[row["base_unit"]]["factor"] != 1:
        return "base_factor", "units"
    if row["default_unit"] not in units:
        return "no_default_unit", "default_unit"
    if row["multiple"] < 1 or row["min_qty"] < 0:
        return "bad_multiple", "multiple"
    return None

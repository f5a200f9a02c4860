"""The naive reader of messages: a regular expression for quantities, the nearest name for everything before or after."""

import json
import re
from pathlib import Path

from rapidfuzz import fuzz, process

_AMOUNT = re.compile(
    r"(\d+(?:\.\d+)?)\s*([箱件瓶罐包袋盒桶支把台卷套双条提打托个]|cases?|box(?:es)?|bags?|bottles?)?"
)
_CLAUSE = re.compile(r"[,，。;；、\n]| and ")
_CLOSE = 60  # of a hundred


def predict(gold: Path, catalogue: Path, out: Path) -> None:
    """Predictions for a file of messages in the format of the evaluation."""
    products = json.loads(catalogue.read_text(encoding="utf-8"))["products"]
    names = {
        name: product
        for product in products
        for name in (product["name_zh"], product.get("name_en") or "", *product.get("aliases", ()))
        if name
    }
    rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    text = "".join(json.dumps({"id": row["id"], **_read(row["text"], names)}) + "\n" for row in rows)
    out.write_text(text, encoding="utf-8")


def _read(text: str, names: dict) -> dict:
    lines = [line for clause in _CLAUSE.split(text) if (line := _line(clause, names))]
    return {"intent": "order_create" if lines else "out_of_scope", "lines": lines}


def _line(clause: str, names: dict) -> dict | None:
    amount = _AMOUNT.search(clause)
    rest = clause.replace(amount[0], " ") if amount else clause
    found = process.extractOne(rest, names.keys(), scorer=fuzz.WRatio, score_cutoff=_CLOSE)
    if amount is None or found is None:
        return None
    product = names[found[0]]
    unit = amount[2] if amount[2] in product["units"] else product["default_unit"]
    pack = product["units"][unit]
    factor = pack["factor"] if isinstance(pack, dict) else pack
    qty = float(amount[1])
    return {"sku": product["sku"], "qty": qty, "unit": unit, "base_qty": qty * factor}

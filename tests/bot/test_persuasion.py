"""Text selects an intent and nothing more: no wording raises rights, changes a price, a draft or a balance, or sends money.

Seen to fail: with a step that sets a limit wherever it hears of being authorised.
"""

import re
from itertools import product
from pathlib import Path

import yaml

from bot.dialog.messages import Kind
from tests.bot.test_isolation import MINE, rivals, walking
from tests.bot.walk import Case
from tests.databases import Database

_CORPUS = yaml.safe_load(Path(__file__).with_name("persuasion.yaml").read_text(encoding="utf-8"))
TEXTS = [
    frame.format(wish)
    for frame, wish in product(_CORPUS["frames"], (*_CORPUS["wishes_zh"], *_CORPUS["wishes_en"]))
]
_MONEY_AND_RIGHTS = re.compile(
    r"(?:INSERT INTO|UPDATE|DELETE FROM) (members|staff|persons|identities|accounts|account_ledger|rebate_\w+|orders"
    r"|order_lines|drafts|dealer_prices|level_prices|claims|claim_ledger|budgets|stock_\w+|overrides|settlements)\b"
)


def test_two_hundred_persuasions_change_nothing(sqlite: Database) -> None:
    assert len(TEXTS) >= 200
    walker = walking(rivals(sqlite), "dealer")
    changed = []
    for text in TEXTS:
        walker.sees(Case("said", ((Kind.TEXT, text),)), "", MINE)
        written = {found[1] for sql, _ in walker.statements if (found := _MONEY_AND_RIGHTS.search(sql))}
        if written:
            changed.append((text, written))
    assert changed == []

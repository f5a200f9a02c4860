"""A refusal's fields become what its sentence needs."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.dialog.api import Turn
from bot.dialog.messages import Inbound, Name, Quantity
from bot.dialog.refusals import refusal
from bot.dialog.render import render
from bot.dialog.state import Dialogue
from bot.dialog.texts import LOCALES, all_texts
from bot.understand.index import build_index
from core.credit.errors import BadAmountError
from core.kit.errors import DealerError
from core.kit.money import Money
from core.orders.errors import OverCreditError, ReferenceAmbiguousError, ReturnQuantityError, TooLargeError
from core.people.actor import Actor
from core.stock.errors import BadQuantityError
from tests.bot.dialog.goods import CATALOGUE

NOW = datetime(2026, 3, 10, 1, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
TURN = Turn(
    session=None,  # type: ignore[arg-type]
    actor=Actor(subject="m:1", side="dealer", role="owner", name="", zone=ZONE),
    inbound=Inbound(channel="x", account="", message_id="1", sender="1", chat="1", at=NOW),
    state=Dialogue(),
    draft=None,
    index=build_index(CATALOGUE),
)


@pytest.mark.parametrize(
    ("error", "params"),
    [
        (
            OverCreditError(total=500, excess=100, available=400, credit_limit=400, oldest_overdue_on=date(2026, 3, 1)),
            {"total": Money(500), "excess": Money(100), "available": Money(400), "credit_limit": Money(400),
             "oldest_overdue_on": date(2026, 3, 1)},
        ),
        (BadAmountError(amount=0, most=900), {"amount": Money(0), "most": Money(900)}),
        (BadQuantityError(sku="T-1", base_qty=0, most=10), {"sku": Name(zh="保温杯 0.5L", en="thermos 0.5L"),
                                                            "base_qty": Quantity(value=0, unit="个"), "most": 10}),
        (TooLargeError(lines=3, most_lines=2, total=None, most_total=100), {"lines": 3, "most_lines": 2, "most_total": Money(100)}),
        (ReferenceAmbiguousError(reference="01", numbers=["A01", "B01"]), {"reference": "01", "numbers": "A01, B01"}),
        (ReturnQuantityError(number="1", sku="gone", asked=2, returnable=1),
         {"number": "1", "sku": Name(zh="gone"), "asked": Quantity(value=2), "returnable": Quantity(value=1)}),
    ],
)  # fmt: skip
def test_fields_become_parameters(error: DealerError, params: dict[str, object]) -> None:
    said = refusal(TURN, error)
    assert said.key == error.code
    assert dict(said.params) == params
    if error.code != "orders.over_credit":
        for locale in LOCALES:
            assert render(said, locale, now=NOW, zone=ZONE, sign=lambda a, b: "", texts=all_texts()).text

"""From the first invite to a paid and delivered order, over the Telegram webhook."""

from typing import Any

import pytest

from tests.e2e.books import at_rest, books, outbox_states
from tests.e2e.conftest import Open
from tests.e2e.stage import Stage
from tests.e2e.story import EN, ZH, trade

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.slow]


def test_from_invite_to_paid_and_delivered(undisturbed: dict[str, Any]):
    assert len(undisturbed["orders"]) == 2
    assert all("'closed', 'delivered', 'paid'" in order for order in undisturbed["orders"])
    assert ("QX", 600_000, 0, 0) in undisturbed["accounts"]
    assert ("T-26", 900, 0) in undisturbed["stock"]
    assert ("C-08", 160, 0) in undisturbed["stock"]
    assert undisturbed["drafts"] == []


def test_in_english(opened: Open, undisturbed: dict[str, Any]):
    app, invite = opened()
    trade(Stage(app, "en"), invite, EN)
    at_rest(app.database)
    final = books(app.database)
    for part in ("accounts", "account ledger", "settlements", "stock", "stock ledger", "audit", "facts"):
        assert final[part] == undisturbed[part]
    assert outbox_states(app.database).keys() == {"sent"}
    assert not app.telegram.violations


def test_on_postgresql(opened: Open, undisturbed: dict[str, Any]):
    app, invite = opened("postgresql")
    trade(Stage(app), invite, ZH)
    at_rest(app.database)
    assert books(app.database) == undisturbed
    assert outbox_states(app.database).keys() == {"sent"}
    assert not app.telegram.violations

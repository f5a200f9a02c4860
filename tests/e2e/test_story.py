"""From the first invite to a paid and delivered order, over the Telegram webhook."""

import pytest

from tests.e2e.books import at_rest, books, outbox_states
from tests.e2e.conftest import Open
from tests.e2e.stage import Stage
from tests.e2e.story import EN, ZH, trade


@pytest.mark.parametrize(
    ("kind", "language", "words"),
    [("sqlite", "zh-hans", ZH), ("sqlite", "en", EN), ("postgresql", "zh-hans", ZH)],
)
def test_from_invite_to_paid_and_delivered(opened: Open, kind: str, language: str, words: dict):
    app, invite = opened(kind)
    trade(Stage(app, language), invite, words)
    at_rest(app.database)
    final = books(app.database)
    assert len(final["orders"]) == 2
    assert all("'closed', 'delivered', 'paid'" in order for order in final["orders"])
    assert ("QX", 600_000, 0, 0) in final["accounts"]
    assert ("T-26", 900, 0) in final["stock"]
    assert final["drafts"] == []
    assert outbox_states(app.database).keys() == {"sent"}
    assert not app.telegram.violations

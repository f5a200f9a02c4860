"""The same script with every update twice, out of order, and kill -9 between: the books must be the same.

WHOLE=1 in the environment kills after every message, several times over; without it after every third.
"""

import os
import random
from typing import Any

import pytest

from tests.e2e.books import at_rest, books, outbox_states
from tests.e2e.conftest import Open
from tests.e2e.stage import Stage, killing
from tests.e2e.story import ZH, trade

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.slow]

WHOLE = bool(os.environ.get("WHOLE"))
SEEDS = range(5) if WHOLE else range(1)
EVERY = 1 if WHOLE else 3


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_update_twice_and_all_once_more_shuffled(opened: Open, undisturbed: dict[str, Any], kind: str):
    app, invite = opened(kind)
    telegram = app.telegram
    telegram.duplicates = 1
    trade(Stage(app), invite, ZH)
    at_rest(app.database)
    heard = {person.id: len(person.inbox) for person in telegram.chats.values()}
    old = list(telegram.sent)
    random.Random(7).shuffle(old)
    assert {telegram.redeliver(update).status for update in old} == {200}
    at_rest(app.database)
    assert books(app.database) == undisturbed
    assert {person.id: len(person.inbox) for person in telegram.chats.values()} == heard
    assert outbox_states(app.database).keys() == {"sent"}
    assert not telegram.violations


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", SEEDS)
def test_killed_after_each_message(opened: Open, undisturbed: dict[str, Any], seed: int):
    app, invite = opened()
    stage = Stage(app)
    stage.after = killing(app, stage, seed=seed, every=EVERY)
    trade(stage, invite, ZH, alerts=False)
    app.telegram.settled()
    at_rest(app.database)
    assert books(app.database) == undisturbed
    assert outbox_states(app.database).keys() <= {"sent", "unknown"}
    assert not app.telegram.violations


def test_killed_on_postgresql_the_next_process_takes_over_when_the_leases_end(
    opened: Open, undisturbed: dict[str, Any]
):
    app, invite = opened("postgresql")
    stage = Stage(app)
    stage.after = killing(app, stage, seed=3, every=8, ends_leases=True)
    trade(stage, invite, ZH, alerts=False)
    app.telegram.settled()
    at_rest(app.database)
    assert books(app.database) == undisturbed
    assert outbox_states(app.database).keys() <= {"sent", "unknown"}

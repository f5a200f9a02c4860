"""A nickname over the Telegram webhook: learned by one dealer's owner, used by a colleague, taken away, seen by staff."""

import pytest
from sqlalchemy import select

from bot.store.models import inbox
from core.nicknames.models import nicknames
from tests.e2e.conftest import Open
from tests.e2e.test_claims import people, rows

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.slow]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_word_chosen_twice_is_learned_and_taken_away(opened: Open, kind: str) -> None:
    app, invite = opened(kind)
    stage, admin, owner = people(app, invite)
    for boxes in (2, 3):
        stage.says(owner, f"内胎{boxes}箱")
        stage.hears(owner, "内胎有2种")
        stage.says(owner, "26的")
        stage.hears(owner, f"{boxes}箱")
        stage.says(owner, "清空")
    stage.hears(owner, "以后您说「内胎」")
    stage.presses(owner, "对")
    stage.hears(owner, "记住了")
    stage.says(owner, "内胎1箱")
    stage.hears(owner, "「内胎」= ")
    stage.says(admin, "看叫法 骑行天地")
    stage.hears(admin, "「内胎」= ")
    stage.says(owner, "删掉叫法 内胎")
    stage.hears(owner, "不记了")
    stage.says(owner, "内胎4箱")
    stage.hears(owner, "内胎有2种")
    assert rows(app, select(nicknames.c.id)) == []
    heard = [row.heard for row in rows(app, select(inbox.c.heard).where(inbox.c.text.like("内胎%")))]
    assert heard == ["asked", "asked", "understood", "asked"]
    assert not app.telegram.violations

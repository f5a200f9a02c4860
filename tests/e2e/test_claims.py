"""A claim over the Telegram webhook, its receipt a photo: fetched by the worker, on the approver's card, paid to the account."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.store.models import files, media
from core.claims.check import check
from core.claims.models import claims
from core.credit.models import accounts
from core.db.scope import system
from tests.bot.media.papers import invoice
from tests.channels.telegram.people import Person
from tests.channels.wechat.shop import joins, shop
from tests.databases import Databases
from tests.e2e.conftest import Open
from tests.e2e.running import App
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.slow]


def people(app: App, invite: str) -> tuple[Stage, Person, Person]:
    stage = Stage(app)
    admin, owner = stage.enter("陈总"), stage.enter("李老板")
    stage.starts(admin, invite)
    stage.hears(admin, "您可以用了")
    stage.says(admin, "邀请 骑行天地 老板 李老板")
    stage.starts(owner, stage.hears_invite(admin))
    stage.hears(owner, "绑定到「骑行天地」")
    return stage, admin, owner


def rows(app: App, statement: object) -> list:
    with app.database.reader.begin() as connection:
        return list(connection.execute(system(statement)))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_photo_becomes_the_receipt_of_a_paid_claim(opened: Open, kind: str) -> None:
    app, invite = opened(kind)
    stage, admin, owner = people(app, invite)
    receipt = invoice("24312000000012345678")
    stage.says(owner, "报陈列费260，昨天的")
    stage.hears(owner, "都齐了")
    owner.sends_photo(receipt)
    stage.hears(owner, "票据收到了")
    stage.hears(owner, "发票尾号 12345678")
    stage.says(owner, "提交")
    stage.hears(owner, "✅ 已提交")
    card = stage.hears(admin, "骑行天地 报费用：陈列费 ¥260")
    assert card.photo == receipt
    stage.presses(admin, "批准")
    stage.hears(admin, "已批")
    stage.hears(owner, "¥260 已记到账上")
    assert [(row.state, row.approved) for row in rows(app, select(claims))] == [("paid", 26_000)]
    assert 26_000 in [row.balance for row in rows(app, select(accounts))]
    with app.database.reader.connect() as connection:
        assert check(connection) == []
    assert not app.telegram.violations


def test_a_photo_received_before_a_kill_is_fetched_after_it(opened: Open) -> None:
    app, invite = opened()
    stage, _, owner = people(app, invite)
    stage.says(owner, "报陈列费260，昨天的")
    stage.hears(owner, "都齐了")
    update = owner.sends_photo(invoice("24312000000012345678"))
    app.telegram.wait_for(lambda: rows(app, select(media.c.id)), 10, f"update {update} was not kept")
    app.restart()
    stage.hears(owner, "发票尾号 12345678")
    app.telegram.wait_for(
        lambda: [row for row in rows(app, select(media.c.told)) if row.told], 10, "not told"
    )
    assert len(rows(app, select(files.c.sha256))) == 1


def test_an_album_gets_one_answer_and_a_wrong_file_its_reason(opened: Open) -> None:
    app, invite = opened()
    stage, _, owner = people(app, invite)
    for number in ("24312000000012345671", "24312000000012345672"):
        owner.sends_photo(invoice(number), album="album-1")
    stage.hears(owner, "要报费用吗")
    stage.presses(owner, "报费用")
    stage.hears(owner, "哪类费用")
    owner.sends_file(b"MZ\x90\x00 a program", "receipt.jpg", "image/jpeg")
    stage.hears(owner, "当不了票据")
    stage.says(owner, "陈列费300，昨天的")
    assert "票据2张" in stage.hears(owner, "都齐了").text


def test_a_photo_over_wechat_is_fetched_by_its_media_id_and_shown_to_the_approver(
    all_databases: Databases, tmp_path: Path
) -> None:
    receipt = invoice("24312000000012345678")
    with shop(all_databases, "sqlite", tmp_path) as app:
        sales = joins(app, "王经理", role="sales", region="华东")
        admin = joins(app, "陈总", role="admin")
        owner = joins(app, "李老板", dealer="QX", role="owner")
        owner.says("报陈列费260，昨天的")
        owner.hears("都齐了")
        owner.sends_photo(receipt)
        owner.hears("票据收到了")
        owner.hears("发票尾号 12345678", within=20)
        owner.picks("提交")
        owner.hears("✅ 已提交")
        admin.hears("骑行天地 报费用：陈列费 ¥260", within=20)
        admin.picks("批准")
        admin.hears("已批")
        owner.hears("¥260 已记到账上", within=20)
        sales.hears_nothing()

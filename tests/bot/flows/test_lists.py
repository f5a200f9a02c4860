"""Lists sent as a file, through the real turn and the child that looks at files."""

import io

import pytest
import xlsxwriter
from sqlalchemy import select

from bot.dialog.messages import Kind
from bot.store.models import list_columns
from core.orders.models import drafts
from tests.bot.flows.claiming import Claims
from tests.world import World

WHO = "owner north"
HEADS = ("品名", "规格", "数量(箱)", "备注")


def sheet(*rows: tuple[object, ...]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                page.write(number, place, cell)
    return content.getvalue()


def sends(world: World, content: bytes, name: str = "要货.xlsx", who: str = WHO) -> str:
    """The list is sent, fetched and read; what was said of it last."""
    phone = Claims(world)
    assert "收到清单" in phone.sends(who, content, kind=Kind.FILE, name=name)
    return phone.fetch(who)


def draft(world: World) -> dict[str, int]:
    kept = world.shop.rows(select(drafts.c.lines).order_by(drafts.c.id))
    return {line["sku"]: line["base_qty"] for row in kept for line in row.lines}


def test_a_spreadsheet_becomes_a_draft_with_its_title_total_and_blank_rows_left_out(world: World) -> None:
    content = sheet(
        ("城北商行 三月要货单",),
        HEADS,
        ("可乐", "330ml", 10, "老客户"),
        ("茉莉花茶", "1L", 2, ""),
        ("绿茶", "500ml", "", ""),
        ("合计", "", 12, ""),
    )
    said = sends(world, content)
    assert "2行要货（货名看「品名」列，数量看「数量(箱)」列" in said
    assert "另有1行没写数量" in said
    assert "合计 ¥660" in said
    assert draft(world) == {"C-1": 120, "T-101": 24}
    assert "已下单" in world.says(WHO, "下单")


def test_a_doubtful_row_is_asked_and_an_unknown_one_is_named(world: World) -> None:
    said = sends(world, sheet(("品名", "数量"), ("可乐", "3箱"), ("茉莉花茶", "5"), ("金银花露", "2")))
    assert "金银花露" in said
    assert "茉莉花茶有2种" in said
    assert draft(world) == {"C-1": 36}
    world.says(WHO, "2")
    assert draft(world) == {"C-1": 36, "T-101": 60}


def test_a_formula_or_words_for_a_quantity_are_asked_never_worked_out(world: World) -> None:
    said = sends(world, sheet(("品名", "数量"), ("可乐", "=1+2"), ("绿茶", "若干")))
    assert "可乐 330ml 要多少" in said
    assert draft(world) == {}
    assert "绿茶 500ml 要多少" in world.says(WHO, "3")
    assert draft(world) == {"C-1": 36}


def test_columns_nobody_can_tell_are_asked_once_and_remembered_for_this_dealer(world: World) -> None:
    content = sheet(("店里叫法", "上月", "这次"), ("可乐", 7, 4), ("绿茶", 9, 1))
    assert "哪一列是货名" in sends(world, content)
    asked = world.says(WHO, "1")
    assert "哪一列是要货的数量" in asked
    assert "上月（如「7」）" in asked
    assert "合计" in world.says(WHO, "2")
    assert draft(world) == {"C-1": 48, "G-200": 12}
    world.says(WHO, "清空购物单")
    again = sends(world, sheet(("店里叫法", "上月", "这次"), ("可乐", 7, 6)))
    assert "数量看「这次」列" in again
    assert draft(world) == {"C-1": 72}
    assert len(world.shop.rows(select(list_columns.c.id))) == 1


def test_a_head_nobody_knows_still_tells_the_unit_of_its_column(world: World) -> None:
    sends(world, sheet(("品名", "规格", "要几瓶"), ("茉莉花茶", "1L", 24), ("可乐", "", 12)))
    assert "合计" in world.says(WHO, "1")
    assert draft(world) == {"T-101": 24, "C-1": 12}


def test_columns_that_were_wrong_are_forgotten_and_asked_again(world: World) -> None:
    sends(world, sheet(("品名", "数量", "要"), ("可乐", 7, 4)))
    assert draft(world) == {"C-1": 84}
    assert "哪一列是货名" in world.says(WHO, "列不对")
    world.says(WHO, "撤销")
    assert draft(world) == {}


def test_csv_in_gbk_and_lines_of_text_are_lists_as_well(world: World) -> None:
    assert "合计 ¥144" in sends(world, "货名,要货数量\n可乐,3\n".encode("gb18030"), "单.csv")
    assert "合计" in sends(world, "可乐 2箱\n茉莉花茶1L 1箱\n".encode(), "单.txt")
    assert draft(world) == {"C-1": 60, "T-101": 12}


def test_a_list_is_no_receipt_and_leaves_the_claim_in_hand(world: World) -> None:
    world.says(WHO, "报运费260")
    assert "合计 ¥144" in sends(world, sheet(("品名", "数量"), ("可乐", 3)))
    assert "是哪天的费用" in world.says(WHO, "报运费260")


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\0" * 512, "旧.xls", "另存为 xlsx"),
        (b"PK\x03\x04 no workbook", "坏.xlsx", "打不开"),
        (b"\x00\x01\x02\x03" * 40, "什么.csv", "打不开"),
        ("\n".join("可乐,1" for _ in range(600)).encode(), "长.csv", "最多500行"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(
    world: World, content: bytes, name: str, words: str
) -> None:
    assert words in sends(world, content, name)
    assert draft(world) == {}


def test_a_list_without_quantities_orders_nothing(world: World) -> None:
    assert "没有数量" in sends(world, sheet(("品名", "数量"), ("可乐", ""), ("绿茶", 0)))
    assert draft(world) == {}


def test_more_rows_than_one_order_takes_are_refused_whole(world: World) -> None:
    rows = [("可乐", 1)] * 201
    assert "一次最多200行" in sends(world, sheet(("品名", "数量"), *rows))
    assert draft(world) == {}


@pytest.mark.parametrize("kind", ["xlsx", "txt"])
def test_a_list_longer_than_is_read_at_once_is_refused_whole(world: World, kind: str) -> None:
    note = "（送城北仓库，老王签收，放在门口左手边的架子上，不要压在水下面，谢谢）"
    if kind == "xlsx":
        content = sheet(("品名", "数量"), *[(f"可乐{note}", f"1箱{note}")] * 200)
    else:
        content = "\n".join([f"可乐 1箱{note}"] * 300).encode()
    assert "清单太长" in sends(world, content, f"长.{kind}")
    assert draft(world) == {}


def test_a_column_told_for_an_earlier_list_is_none_of_the_next_ones(world: World) -> None:
    sends(world, sheet(("店里叫法", "上月", "这次"), ("可乐", 7, 4)))
    world.says(WHO, "1")
    asked = world.last[WHO]
    assert "哪一列是货名" in sends(world, sheet(("款", "件", "到货价"), ("可乐", 3, 48)))
    asked, world.last[WHO] = world.last[WHO], asked
    assert "用不了了" in world.presses(WHO, "list-column")
    world.last[WHO] = asked
    assert "哪一列是要货的数量" in world.presses(WHO, "list-column")
    world.says(WHO, "1")
    assert draft(world) == {"C-1": 36}


def test_sheets_that_are_not_read_are_named(world: World) -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for name, row in (("饮料", ("可乐", 3)), ("茶", ("绿茶", 2)), ("空", ())):
            page = book.add_worksheet(name)
            for number, cells in enumerate((("品名", "数量"), row) if row else ()):
                page.write_row(number, 0, cells)
    assert "另有表格「茶」没看" in sends(world, content.getvalue())
    assert draft(world) == {"C-1": 36}


def test_a_list_with_nothing_on_its_first_sheet_is_answered(world: World) -> None:
    assert "是空的" in sends(world, sheet())
    assert "是空的" in sends(world, sheet(("", " ")))

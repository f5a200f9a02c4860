"""The print of an invoice, whatever order its words come out of the paper in."""

import pytest

from bot.media.printed import invoice_in


@pytest.mark.parametrize(
    ("text", "identity", "amount"),
    [
        ("电子发票\n发票号码：24312000000012345678\n（小写）¥1,260.00", ":24312000000012345678", 126_000),
        ("发票代码: 031002200111 发票号码: 87654321 ¥80.00 ¥12.80 ¥92.80", "031002200111:87654321", 9_280),
        ("发票号码：\n开票日期：\n24312000000012345678\n", ":24312000000012345678", None),
    ],
)
def test_a_printed_invoice_is_the_one_its_code_would_name(
    text: str, identity: str, amount: int | None
) -> None:
    read = invoice_in(text)
    assert read is not None
    assert (read.identity, read.amount) == (identity, amount)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "合同编号 24312000000012345678",
        "发票抬头 城北商行",
        "发票 24312000000012345678 24312000000012345679",
    ],
)
def test_what_names_no_invoice_or_several_is_read_as_none(text: str) -> None:
    assert invoice_in(text) is None

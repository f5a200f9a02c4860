"""Texts no grammar foresees: pieces of orders and of nonsense, repeated, mixed and cut, up to the longest message."""

from hypothesis import strategies as st

LONGEST = 10_000
PIECES = (
    "可乐3箱", "绿茶", "cola ", "3箱", "各", "和", "再来", "改成", "不要", "不对是", "半", "两箱半", "十来", "一", "万", "9", "0",
    "1.", "1,", "1-", "1/", "1x", "x", "*", "+", "-", "500ml", "12*500ml", "2w5", "三块五", "¥12", "元", "#", "单号", "订单12345",
    "明天", "周一", "1月1日", "下周三前", "monday ", "end of march ", "one ", "hundred ", "dozen ", "of ", "and ", "half a ",
    "第2个", "前两项", "最后一个", "line 2 ", "多少钱", "还有吗", "报销", "运费120", "备注", "送到", "撤销", "确认", "下单",
    "(", ")", "[", "{", "<", ">", "\\", "'", '"', "%", "|", "\t", "\n", "\r\n", ",", "，", "。", ":", "?", "!", "~", "…",
    "\u200b", "\u200d", "\u202e", "\u2066", "\ufeff", "\u0301", "\u20e3", "\x00", "\x1b", "🥤", "👨‍👩‍👧", "①", "⑳", "Ａ", "５", "㎏", "½",
    "係", "嚟", "聽日", "ﷺ", "ß", "İ", "ǆ", "a", "kele", "de", " ",
)  # fmt: skip

pieces = st.sampled_from(PIECES)
mixtures = st.lists(pieces | st.text(max_size=3), max_size=60).map("".join)
repeated = st.builds(
    lambda parts, size: ("".join(parts) * size)[:LONGEST],
    st.lists(pieces, min_size=1, max_size=4),
    st.sampled_from((3, 50, 700, LONGEST)),
)
texts = st.text(max_size=300) | mixtures | repeated | st.tuples(mixtures, repeated, mixtures).map("".join)
"""Any text a channel may bring."""


def text_of(data: bytes) -> str:
    """A text from a fuzzer's bytes: the first says how the rest is read, as pieces by number or as UTF-8."""
    if not data:
        return ""
    how, rest = data[0], data[1:]
    text = "".join(PIECES[b % len(PIECES)] for b in rest) if how % 2 else rest.decode("utf-8", "replace")
    return (text * (1 + (how >> 1) % 64 * 8))[:LONGEST]

"""Order numbers in a text: after a word for an order, before one, or by their shape."""

import re

_REF = re.compile(
    r"(?:单号|订单号?|单子|[那这]单|尾号|编号|单据|repeat|reorder|duplicate|order(?: number| no\.?| num)?|number|no\.|#)\s*(?:是|为|:)?\s*#?((?:[a-z]{1,4}-?)?[0-9][0-9a-z-]{2,20})(?![a-z0-9.])"
    r"|(?<![a-z0-9.])#?((?=[a-z0-9-]{0,24}[0-9])[a-z]{0,3}[0-9][0-9a-z]{2,12}(?:-[0-9a-z]{2,10}){0,2})\s?号?(?:那|这|的)?(?:张|个|笔)?(?:订单|单子|单(?![位品价]))"
    r"|(?<![a-z0-9.])([0-9]{4,12})号(?!\d)"
    r"|(?<![a-z0-9.])([0-9]{4})(?=(?:再|照样?|原样)(?:来|下|发|订|走)一(?:单|份|遍|次))"
    r"|(?<![a-z0-9])((?:[a-z]{1,4}-)?[0-9]{6,8}-[0-9a-z]{2,8}|[0-9]{4}-[0-9]{4}(?![0-9-])|(?:so|po|ord?|dd)-?[0-9]{4,}[0-9-]*)(?![a-z0-9])"
)


def refs_in(text: str) -> dict[int, tuple[str, int]]:
    """Order numbers by their place: the number and where its phrase ends."""
    found: dict[int, tuple[str, int]] = {}
    for match in _REF.finditer(text):
        number = next(g for g in match.groups() if g)
        found[match.start()] = (number.upper(), match.end())
    return found

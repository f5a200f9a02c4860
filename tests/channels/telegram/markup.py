"""Telegram's parse modes as its server applies them: the text that remains, or why it is refused.

Facts: core.telegram.org/bots/api#formatting-options; wording of refusals after tdlib's MessageEntity.cpp.
"""

import html
import re

_HTML_TAGS = {
    "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "a", "code", "pre", "blockquote",
    "tg-spoiler", "tg-emoji", "span",
}  # fmt: skip
_HTML_PIECE = re.compile(r"<(/?)([a-zA-Z][a-zA-Z-]*)((?:\s+[^<>]*)?)>|&(#\d+|#x[0-9a-fA-F]+|\w+);|<")
_HTML_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}

_RESERVED = set("_*[]()~`>#+-=|{}.!")
_PAIRED = ("||", "__", "*", "_", "~")


class MarkupError(ValueError):
    """The text is not valid in its parse mode."""


def plain(text: str, parse_mode: str) -> str:
    """The text without its markup. Raises `MarkupError`."""
    match parse_mode.lower():
        case "":
            return text
        case "html":
            return _html(text)
        case "markdownv2":
            return _markdown(text)
    raise MarkupError("unsupported parse_mode")


def _offset(text: str, end: int) -> int:
    return len(text[:end].encode("utf-8", "surrogatepass"))


def _html(text: str) -> str:
    out: list[str] = []
    open_tags: list[str] = []
    at = 0
    for found in _HTML_PIECE.finditer(text):
        out.append(text[at : found.start()])
        at = found.end()
        closing, tag, _attributes, entity = found.groups()
        where = _offset(text, found.start())
        if entity:
            out.append(_character(entity) or found.group())
        elif tag is None:
            raise MarkupError(f'can\'t parse entities: Unsupported start tag "" at byte offset {where}')
        elif tag.lower() not in _HTML_TAGS:
            raise MarkupError(f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {where}')
        elif not closing:
            open_tags.append(tag.lower())
        elif not open_tags or open_tags.pop() != tag.lower():
            raise MarkupError(
                f'can\'t parse entities: Unmatched end tag at byte offset {where}, found "</{tag}>"'
            )
    if open_tags:
        raise MarkupError(
            f"can't parse entities: Can't find end tag corresponding to start tag \"{open_tags[-1]}\""
        )
    return "".join([*out, text[at:]])


def _character(entity: str) -> str:
    return html.unescape(f"&{entity};") if entity.startswith("#") else _HTML_NAMED.get(entity, "")


def _markdown(text: str) -> str:
    out: list[str] = []
    open_marks: list[str] = []
    at = 0
    while at < len(text):
        sign, where = text[at], _offset(text, at)
        mark = next((mark for mark in _PAIRED if text.startswith(mark, at)), "")
        if sign == "\\" and at + 1 < len(text) and ord(text[at + 1]) < 127:
            out.append(text[at + 1])
            at += 2
        elif sign == "`":
            fence = "```" if text.startswith("```", at) else "`"
            end = text.find(fence, at + len(fence))
            if end < 0:
                raise MarkupError(
                    f"can't parse entities: Can't find end of code entity at byte offset {where}"
                )
            out.append(text[at + len(fence) : end])
            at = end + len(fence)
        elif mark:
            if open_marks and open_marks[-1] == mark:
                open_marks.pop()
            else:
                open_marks.append(mark)
            at += len(mark)
        elif link := re.compile(r"!?\[([^\]]*)\]\(([^)]*)\)").match(text, at):
            out.append(_markdown(link.group(1)))
            at = link.end()
        elif sign == ">" and (at == 0 or text[at - 1] == "\n"):
            at += 1
        elif sign in _RESERVED:
            raise MarkupError(
                f"can't parse entities: Character '{sign}' is reserved and must be escaped with the preceding '\\'"
            )
        else:
            out.append(sign)
            at += 1
    if open_marks:
        raise MarkupError(
            f"can't parse entities: Can't find end of the entity starting with '{open_marks[-1]}'"
        )
    return "".join(out)

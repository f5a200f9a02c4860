"""What WeChat signs and encrypts (safe mode), and the XML inside, read without DTD, entities or network.

Facts: developers.weixin.qq.com, message encryption: msg_signature = SHA-1 of the sorted token, timestamp, nonce and Encrypt;
AES-256-CBC with the key's first 16 bytes as IV; content = 16 random bytes, 4-byte length, XML, app id.
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias
from xml.parsers import expat

from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException
from wechatpy.utils import WeChatSigner

FRESH: Final = 300  # seconds a signed call may be off our clock
_DEPTH: Final = 6  # the deepest known message has four
_FIELDS: Final = 200

Xml: TypeAlias = "dict[str, str | Xml]"


class ForgedError(ValueError):
    """Not signed by WeChat, too old, for another account, or not in safe mode."""


class MalformedError(ValueError):
    """Signed, and yet not what WeChat sends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """The secrets an account shares with WeChat. Raises ValueError for a key that is not 43 base64 characters."""

    app_id: str
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    _key: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        try:
            key = base64.b64decode(f"{self.aes_key}=", validate=True)
        except binascii.Error as error:
            raise ValueError("the AES key must be 43 characters of base64") from error
        if len(key) != 32:
            raise ValueError("the AES key must be 43 characters of base64")
        object.__setattr__(self, "_key", key)

    def check_echo(self, query: Mapping[str, str], now: datetime) -> str:
        """What the address check must be answered with. Raises ForgedError."""
        self._check(query, "signature", now)
        return query.get("echostr", "")

    def open_echo(self, query: Mapping[str, str], now: datetime) -> str:
        """What WeCom's address check must be answered with, which comes encrypted. Raises ForgedError."""
        sealed = query.get("echostr", "")
        self._check(query, "msg_signature", now, sealed)
        try:
            return str(PrpCrypto(self._key).decrypt(sealed, self.app_id))
        except Exception as error:  # whatever the cipher makes of it
            raise ForgedError("no echo") from error

    def open(self, query: Mapping[str, str], body: bytes, now: datetime) -> bytes:
        """The XML in a call. Raises ForgedError, and MalformedError when it is signed but cannot be opened."""
        if query.get("encrypt_type", "aes") != "aes":
            raise ForgedError("plain mode")
        try:
            outer = read_xml(body)
        except MalformedError as error:
            raise ForgedError("no envelope") from error
        sealed = outer.get("Encrypt")
        if not isinstance(sealed, str) or not sealed:
            raise ForgedError("plain mode")
        self._check(query, "msg_signature", now, sealed)
        try:
            return str(PrpCrypto(self._key).decrypt(sealed, self.app_id)).encode()
        except InvalidAppIdException as error:
            raise ForgedError("another account's") from error
        except (
            Exception
        ) as error:  # whatever the cipher makes of it: IndexError, struct.error, ValueError ...
            raise MalformedError(f"cannot be decrypted: {type(error).__name__}") from error

    def close(self, xml: str, now: datetime) -> str:
        """An answer, encrypted and signed."""
        crypto = WeChatCrypto(self.token, self.aes_key, self.app_id)
        return str(crypto.encrypt_message(xml, secrets.token_hex(8), str(int(now.timestamp()))))

    def _check(self, query: Mapping[str, str], name: str, now: datetime, *sealed: str) -> None:
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        signer = WeChatSigner()
        signer.add_data(self.token, timestamp, nonce, *sealed)
        if not hmac.compare_digest(signer.signature.encode(), query.get(name, "").encode()):
            raise ForgedError("signature")
        is_number = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 12
        if not is_number or abs(int(timestamp) - now.timestamp()) > FRESH:
            raise ForgedError("too old")


def read_xml(raw: bytes) -> Xml:
    """The fields below the root; nested ones as a mapping. UTF-8 whatever it claims. Raises MalformedError.

    A field given twice is refused: two readers could take it for different things.
    """
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise MalformedError(f"no XML: {error}") from error
    return reader.fields


def _refuse(*_: Any) -> None:
    raise MalformedError("a document type")


class _Reader:
    """Collects the fields of one document."""

    def __init__(self) -> None:
        self.fields: Xml = {}
        self._open: list[tuple[str, Xml, list[str]]] = []
        self._count = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= _DEPTH or self._count > _FIELDS:
            raise MalformedError("too much in it")
        self._open.append((name, self.fields if not self._open else {}, []))

    def text(self, data: str) -> None:
        self._open[-1][2].append(data)

    def end(self, name: str) -> None:
        _, inner, text = self._open.pop()
        if not self._open:
            return
        parent = self._open[-1][1]
        if name in parent and len(self._open) == 1:
            raise MalformedError(f"{name} is given twice")
        parent[name] = inner or "".join(text)


def text_reply(*, to: str, own: str, text: str, now: datetime) -> str:
    """A passive text reply."""
    return (
        f"<xml><ToUserName>{_cdata(to)}</ToUserName><FromUserName>{_cdata(own)}</FromUserName>"
        f"<CreateTime>{int(now.timestamp())}</CreateTime><MsgType>{_cdata('text')}</MsgType>"
        f"<Content>{_cdata(text)}</Content></xml>"
    )


def _cdata(text: str) -> str:
    """The text where `]]>` cannot end it."""
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"

"""WeChat's safe mode written a second time, from its description, so that the bot's is checked against something else.

msg_signature = SHA-1 over the sorted and joined token, timestamp, nonce and ciphertext. Plaintext = 16 random bytes, the XML's
length in 4 bytes (network order), the XML, the app id; padded to 32 bytes; AES-256-CBC, IV = first half of the key.
"""

import base64
import hashlib
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32


def signature(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def encrypt(xml: bytes, aes_key: str, app_id: str) -> str:
    plain = os.urandom(16) + struct.pack(">I", len(xml)) + xml + app_id.encode()
    padding = BLOCK - len(plain) % BLOCK
    encryptor = _cipher(aes_key).encryptor()
    return base64.b64encode(
        encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()
    ).decode()


def decrypt(sealed: str, aes_key: str) -> tuple[bytes, str]:
    """The XML and the app id. Raises AssertionError for anything WeChat would not accept."""
    decryptor = _cipher(aes_key).decryptor()
    plain = decryptor.update(base64.b64decode(sealed, validate=True)) + decryptor.finalize()
    padding = plain[-1]
    assert 1 <= padding <= BLOCK
    assert plain[-padding:] == bytes([padding]) * padding
    (length,) = struct.unpack(">I", plain[16:20])
    return plain[20 : 20 + length], plain[20 + length : -padding].decode()


def _cipher(aes_key: str) -> Cipher:
    key = base64.b64decode(aes_key + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))

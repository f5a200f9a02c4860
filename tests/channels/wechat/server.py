"""The HTTP side of the fake: requests in, answers out, spoilt where a test asks for it."""

import contextlib
import io
import json
import socket
import sys
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from python_multipart import parse_form
from python_multipart.multipart import File

if TYPE_CHECKING:
    from tests.channels.wechat.fake import FakeWeChat

_JSON = "application/json; encoding=utf-8"


class Server(ThreadingHTTPServer):
    """Listens on loopback."""

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, wechat: "FakeWeChat", port: int = 0) -> None:
        self.wechat = wechat
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, client = super().get_request()
        self._open.add(connection)
        return connection, client

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def stop(self) -> None:
        """Stop listening and hang up on everybody."""
        self.shutdown()
        self.server_close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news; anything else is a fault of this fake."""
        if not isinstance(sys.exc_info()[1], OSError):
            self.wechat.bugs.append(traceback.format_exc())


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the name is inherited
        """Say nothing."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        wechat, parts = self.server.wechat, urlsplit(self.path)
        path, query = parts.path.removeprefix("/cgi-bin/"), dict(parse_qsl(parts.query))
        if path == "media/upload":
            sent: Any = self._uploaded(body)
        else:
            sent = json.loads(body) if body else {}
            if b"\\u" in body:  # WeChat shows it as it stands
                wechat.violations["text escaped as \\u"] += 1
        fault = wechat.take_fault(path)
        if wechat.latency:
            time.sleep(wechat.latency)
        if fault.isdecimal() and len(fault) == 3:
            self._send(int(fault), b"<html>Bad Gateway</html>", "text/html")
            return
        if fault.lstrip("-").isdecimal():
            self._send(200, json.dumps({"errcode": int(fault), "errmsg": "as asked"}).encode(), _JSON)
            return
        content, kind = wechat.call(path, query, sent)
        if wechat.lag:
            time.sleep(wechat.lag)
        if fault == "hang":
            wechat.wait_for_the_end()
        if fault in ("hang", "drop"):
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        self._send(200, content, kind)

    def _send(self, status: int, body: bytes, kind: str) -> None:
        head = f"HTTP/1.1 {status} -\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def _uploaded(self, body: bytes) -> bytes:
        found: list[bytes] = []

        def file(each: File) -> None:
            each.file_object.seek(0)
            if each.field_name == b"media":
                found.append(each.file_object.read())

        headers = {
            "Content-Type": self.headers["Content-Type"].encode(),
            "Content-Length": str(len(body)).encode(),
        }
        parse_form(headers, io.BytesIO(body), lambda field: None, file)
        return found[0] if found else b""

"""The fake's HTTP side: `/bot<token>/<method>` and `/file/bot<token>/<path>` on loopback, and faults on demand."""

import contextlib
import io
import json
import re
import socket
import sys
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from python_multipart import parse_form
from python_multipart.multipart import Field, File

from tests.channels.telegram.limits import ApiError

if TYPE_CHECKING:
    from tests.channels.telegram.fake import FakeTelegram

_NESTED = {"reply_markup", "allowed_updates", "commands", "entities", "link_preview_options", "scope"}
_BOT_PATH = re.compile(r"/bot([^/]*)/(\w+)")
_FILE_PATH = re.compile(r"/file/bot([^/]*)/files/(\S+)")


class Server(ThreadingHTTPServer):
    """Listens on loopback."""

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, telegram: "FakeTelegram", port: int = 0) -> None:
        self.telegram = telegram
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
            self.telegram.bugs.append(traceback.format_exc())


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
        if file := _FILE_PATH.fullmatch(urlsplit(self.path).path):
            self._download(*file.groups())
            return
        telegram = self.server.telegram
        telegram.requested.append(self.path)
        called = _BOT_PATH.fullmatch(urlsplit(self.path).path)
        name = called.group(2).lower() if called else ""
        fault = telegram.take_fault(name)
        if telegram.latency:
            time.sleep(telegram.latency)
        if fault.isdecimal():
            self._send(int(fault), b"<html>Bad Gateway</html>", "text/html")
            return
        status: int = 200
        answer: dict[str, Any] = {"ok": True}
        try:
            answer["result"] = telegram.call(called.group(1) if called else "", name, self._params(body))
        except ApiError as error:
            status, answer = error.code, error.body()
        if fault == "hang":
            telegram.wait_for_the_end()
        if fault in ("hang", "drop"):
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        self._send(status, json.dumps(answer).encode(), "application/json")

    def _download(self, token: str, file_id: str) -> None:
        telegram = self.server.telegram
        if token == telegram.token and file_id in telegram.files:
            self._send(200, telegram.files[file_id], "application/octet-stream")
        else:
            self._send(404, b'{"ok":false,"error_code":404,"description":"Not Found"}', "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        head = f"HTTP/1.1 {status} -\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def _params(self, body: bytes) -> dict[str, Any]:
        params: dict[str, Any] = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        kind = self.headers.get("Content-Type") or ""
        if kind.startswith("application/json"):
            return {**params, **json.loads(body)}
        if kind.startswith("multipart/form-data"):
            params |= _multipart(kind, body)
        else:
            params |= dict(parse_qsl(body.decode(), keep_blank_values=True))
        return {name: json.loads(value) if name in _NESTED else value for name, value in params.items()}


def _multipart(kind: str, body: bytes) -> dict[str, Any]:
    params: dict[str, Any] = {}

    def field(each: Field) -> None:
        params[(each.field_name or b"").decode()] = (each.value or b"").decode()

    def file(each: File) -> None:
        each.file_object.seek(0)
        params[(each.field_name or b"").decode()] = (
            each.file_object.read(),
            (each.file_name or b"").decode(),
        )

    parse_form(
        {"Content-Type": kind.encode(), "Content-Length": str(len(body)).encode()},
        io.BytesIO(body),
        field,
        file,
    )
    return params

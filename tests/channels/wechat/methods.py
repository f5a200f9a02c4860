"""The calls of WeChat's API the fake answers, with the checks and error codes of the real one (HTTP 200 throughout)."""

import re
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.channels.wechat.fake import FakeWeChat
    from tests.channels.wechat.people import Person

Body = Mapping[str, Any]
Method = Callable[["FakeWeChat", Body], dict[str, Any]]

METHODS: dict[str, Method] = {}
_FIELDS = {"thing": r".{1,20}", "time": r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", "phrase": r"[一-鿿]{1,5}"}


class ErrCodeError(Exception):
    """What comes as errcode."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def method(path: str) -> Callable[[Method], Method]:
    def keep(function: Method) -> Method:
        METHODS[path] = function
        return function

    return keep


@method("message/custom/send")
def send_message(wechat: "FakeWeChat", body: Body) -> dict[str, Any]:
    person = _whom(wechat, body)
    if body["msgtype"] == "text":
        text, image = str(body["text"]["content"]), b""
        if not text or len(text.encode()) > 2048:
            raise ErrCodeError(45002, "content size out of limit")
    elif body["msgtype"] == "image":
        text, image = "", wechat.files.get(body["image"]["media_id"], b"")
        if not image:
            raise ErrCodeError(40007, "invalid media_id")
    else:
        raise ErrCodeError(40008, "invalid message type")
    if code := person.take_quota():
        wechat.refused.append(code)
        raise ErrCodeError(code, f"out of response limit rid: {wechat.next_number()}")
    person.gets(text, how="custom", image=image)
    return {}


@method("message/template/send")
def send_template(wechat: "FakeWeChat", body: Body) -> dict[str, Any]:
    person = _whom(wechat, body)
    if body["template_id"] != wechat.template_id:
        raise ErrCodeError(40037, "invalid template_id")
    for name, field in body["data"].items():
        sort = re.sub(r"\d+$", "", name)
        if sort not in _FIELDS or not re.fullmatch(_FIELDS[sort], field["value"]):
            raise ErrCodeError(47003, f"argument invalid! data.{name}.value invalid")
    if person.refuses_templates:
        raise ErrCodeError(43101, "user refuse to accept the msg")
    if not person.follower:
        raise ErrCodeError(43004, "require subscribe")
    client = (person.openid, body.get("client_msg_id", ""))
    if client[1] and client in wechat.templates:
        return {"msgid": wechat.templates[client]}
    wechat.templates[client] = msg_id = wechat.next_number()
    lost = wechat.template_ends != "success"
    if not lost:
        text = "\n".join(str(field["value"]) for field in body["data"].values())
        person.gets(text, how="template")
    wechat.template_finished(person, msg_id)
    return {"msgid": msg_id}


@method("qrcode/create")
def create_code(wechat: "FakeWeChat", body: Body) -> dict[str, Any]:
    scene = body["action_info"]["scene"]["scene_str"]
    if body["action_name"] != "QR_STR_SCENE" or not 1 <= len(scene) <= 64:
        raise ErrCodeError(40053, "invalid action info")
    if "expire_seconds" not in body:
        wechat.violations["a code that expires after a minute"] += 1
    if not 60 <= body["expire_seconds"] <= 2_592_000:
        raise ErrCodeError(40053, "invalid expire_seconds")
    ticket = f"gQ{wechat.next_number()}"
    url = f"http://weixin.qq.com/q/{ticket}"
    wechat.codes[url] = scene
    return {"ticket": ticket, "expire_seconds": body["expire_seconds"], "url": url}


@method("menu/create")
def create_menu(wechat: "FakeWeChat", body: Body) -> dict[str, Any]:
    if not 1 <= len(body["button"]) <= 3:
        raise ErrCodeError(40016, "invalid button size")
    for group in body["button"]:
        if not 1 <= len(group["sub_button"]) <= 5 or len(group["name"].encode()) > 16:
            raise ErrCodeError(40023, "invalid sub button size")
        for button in group["sub_button"]:
            if len(button["name"].encode()) > 60 or not 1 <= len(button["key"].encode()) <= 128:
                raise ErrCodeError(40018, "invalid button name size")
    wechat.menu = dict(body)
    return {}


def fetch_token(wechat: "FakeWeChat", body: Body) -> dict[str, Any]:
    """stable_token: the same one until it ends; whoever forces it, or asks the older way, ends everybody's."""
    if (body.get("appid"), body.get("secret")) != (wechat.app_id, wechat.secret):
        raise ErrCodeError(40125, "invalid appsecret")
    if body.get("force_refresh"):
        wechat.violations["a token was forced"] += 1
    wechat.token_fetches += 1
    if not wechat.access_token or time.time() >= wechat.token_ends - 300:
        wechat.new_token()
    return {"access_token": wechat.access_token, "expires_in": max(1, int(wechat.token_ends - time.time()))}


def _whom(wechat: "FakeWeChat", body: Body) -> "Person":
    person = wechat.people.get(body["touser"])
    if person is None:
        raise ErrCodeError(40003, "invalid openid")
    return person

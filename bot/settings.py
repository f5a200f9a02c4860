"""The environment, read once: prefix DEALER_, also from `.env`. A channel is on when its settings are complete."""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url

SECRET_LENGTH = 32
_TELEGRAM_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_WECHAT_KEY = re.compile(r"[A-Za-z0-9+/]{43}")
_WECHAT_TEMPLATE = re.compile(r"[\w-]+/\w+/\w+", re.ASCII)

_CHANNELS = {
    "Telegram": ("telegram_token",),
    "WeChat": ("wechat_app_id", "wechat_app_secret", "wechat_token", "wechat_aes_key"),
    "WeCom": ("wecom_corp_id", "wecom_agent_id", "wecom_secret", "wecom_token", "wecom_aes_key"),
}


class SettingsError(ValueError):
    """Settings nobody should run with; the message names them and says what to do."""


class Settings(BaseSettings):
    """Every setting of the product."""

    model_config = SettingsConfigDict(env_prefix="DEALER_", env_file=".env", extra="ignore")

    database_url: str = "sqlite:///var/dealer.sqlite3"
    migrate_database_url: str = ""
    anchor_file: str = (
        ""  # where the audit trail's seals are also kept; beside the SQLite file, else under var/
    )
    secret_key: str = ""
    public_url: str = ""
    timezone: str = "Asia/Shanghai"
    locale: Literal["zh-Hans", "zh-Hant", "en"] = "zh-Hans"
    currency: str = "CNY"
    outbound_proxy: str = ""
    stock_display: Literal["exact", "banded"] = "exact"
    tell_dealers_of_contracts: bool = False  # that theirs ends; staff always are
    keep_files_days: int = Field(default=30, ge=1)  # of a received file that nothing refers to

    telegram_token: str = ""
    telegram_webhook_secret: str = ""
    telegram_mode: Literal["", "webhook", "polling"] = ""
    telegram_api_url: str = "https://api.telegram.org"

    wechat_app_id: str = ""
    wechat_app_secret: str = ""
    wechat_token: str = ""
    wechat_aes_key: str = ""
    wechat_api_url: str = "https://api.weixin.qq.com"
    wechat_template_alert: str = (
        ""  # TEMPLATE_ID/TEXT_FIELD/TIME_FIELD, for notices that no message may carry
    )

    wecom_corp_id: str = ""
    wecom_agent_id: str = ""
    wecom_secret: str = ""
    wecom_token: str = ""
    wecom_aes_key: str = ""
    wecom_api_url: str = "https://qyapi.weixin.qq.com"

    llm_url: str = ""  # an OpenAI-compatible server, as https://host/v1; off unless set
    llm_key: str = ""
    llm_model: str = ""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"no such time zone: {value}") from error
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The brand's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return self.database_url.startswith("sqlite")

    @property
    def anchors(self) -> Path:
        """The file of the audit trail's anchors, outside the database."""
        own = make_url(self.database_url).database if self.sqlite else ""
        return Path(self.anchor_file or f"{own or 'var/audit'}.anchors")

    @property
    def telegram(self) -> bool:
        """Whether Telegram is on."""
        return bool(self.telegram_token)

    @property
    def telegram_polls(self) -> bool:
        """Polling unless a webhook secret is set or the mode says otherwise."""
        return (self.telegram_mode or ("webhook" if self.telegram_webhook_secret else "polling")) == "polling"

    @property
    def wechat(self) -> bool:
        """Whether the WeChat service account is on."""
        return all(getattr(self, name) for name in _CHANNELS["WeChat"])

    @property
    def wecom(self) -> bool:
        """Whether the WeCom app is on."""
        return all(getattr(self, name) for name in _CHANNELS["WeCom"])

    @property
    def llm(self) -> bool:
        """Whether a language model has a second look at what was not understood."""
        return bool(self.llm_url and self.llm_model)

    def problems(self, *, role: str = "all") -> list[str]:
        """What makes these settings unsafe or incomplete for serving; empty when they are fine."""
        found = []
        if len(self.secret_key) < SECRET_LENGTH:
            found.append(f"DEALER_SECRET_KEY must be set to at least {SECRET_LENGTH} random characters")
        for channel, names in _CHANNELS.items():
            missing = [f"DEALER_{name.upper()}" for name in names if not getattr(self, name)]
            if missing and len(missing) < len(names):
                found.append(f"{channel} is half set: {', '.join(missing)} missing")
        if self.telegram and not self.telegram_polls and not self.telegram_webhook_secret:
            found.append("DEALER_TELEGRAM_WEBHOOK_SECRET is needed for webhook mode")
        if self.telegram_webhook_secret and not _TELEGRAM_SECRET.fullmatch(self.telegram_webhook_secret):
            found.append("DEALER_TELEGRAM_WEBHOOK_SECRET may hold 1 to 256 of A-Z a-z 0-9 _ - only")
        if not self.telegram and (self.telegram_webhook_secret or self.telegram_mode):
            found.append("Telegram is half set: DEALER_TELEGRAM_TOKEN missing")
        if self.wechat_aes_key and not _WECHAT_KEY.fullmatch(self.wechat_aes_key):
            found.append("DEALER_WECHAT_AES_KEY must be the 43 letters and digits of WeChat's EncodingAESKey")
        if self.wecom_aes_key and not _WECHAT_KEY.fullmatch(self.wecom_aes_key):
            found.append("DEALER_WECOM_AES_KEY must be the 43 letters and digits of WeCom's EncodingAESKey")
        if self.wecom_agent_id and not self.wecom_agent_id.isdecimal():
            found.append("DEALER_WECOM_AGENT_ID must be the app's number, as 1000002")
        if self.wechat_template_alert and not _WECHAT_TEMPLATE.fullmatch(self.wechat_template_alert):
            found.append(
                "DEALER_WECHAT_TEMPLATE_ALERT must be TEMPLATE_ID/TEXT_FIELD/TIME_FIELD, as abc123/thing1/time2"
            )
        if bool(self.llm_url) != bool(self.llm_model):
            found.append("The language model is half set: DEALER_LLM_URL and DEALER_LLM_MODEL go together")
        if self.sqlite and role != "all":
            found.append(
                "SQLite serves one process: use --role all, or PostgreSQL for separate web and worker"
            )
        if not self.sqlite and not self.migrate_database_url:
            found.append("DEALER_MIGRATE_DATABASE_URL (the owner) is needed on PostgreSQL")
        addresses = ("public_url", "telegram_api_url", "wechat_api_url", "wecom_api_url", "llm_url")
        unsafe = [name for name in addresses if not safe_address(getattr(self, name))]
        return found + [f"DEALER_{name.upper()} must be https (http is for loopback only)" for name in unsafe]


def safe_address(url: str) -> bool:
    """Empty, https, or plain http to this machine."""
    if not url:
        return True
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

"""Settings nobody should run with are refused, each by its name."""

import pytest

from bot.settings import Settings

GOOD = {"secret_key": "x" * 40, "_env_file": None}


def problems(role: str = "all", **values: str) -> list[str]:
    return Settings(**{**GOOD, **values}).problems(role=role)


def test_the_defaults_with_a_secret_may_serve() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"secret_key": ""}, "DEALER_SECRET_KEY"),
        ({"secret_key": "short"}, "DEALER_SECRET_KEY"),
        ({"telegram_webhook_secret": "abc"}, "DEALER_TELEGRAM_TOKEN"),
        ({"telegram_token": "1:a", "telegram_mode": "webhook"}, "DEALER_TELEGRAM_WEBHOOK_SECRET"),
        (
            {"telegram_token": "1:a", "telegram_webhook_secret": "has blanks"},
            "DEALER_TELEGRAM_WEBHOOK_SECRET",
        ),
        ({"wechat_app_id": "wx"}, "DEALER_WECHAT_APP_SECRET"),
        ({"wecom_corp_id": "ww", "wecom_token": "t"}, "DEALER_WECOM_AES_KEY"),
        ({"public_url": "http://orders.example.com"}, "DEALER_PUBLIC_URL"),
        ({"telegram_api_url": "http://10.0.0.7:8081"}, "DEALER_TELEGRAM_API_URL"),
        ({"database_url": "postgresql://app@db/dealer"}, "DEALER_MIGRATE_DATABASE_URL"),
    ],
)
def test_an_unsafe_or_half_set_setting_is_named(values: dict[str, str], named: str) -> None:
    assert any(named in problem for problem in problems(**values))


def test_plain_http_is_for_this_machine_only() -> None:
    assert problems(public_url="http://127.0.0.1:8000", telegram_api_url="http://localhost:8081") == []


def test_sqlite_serves_one_process_only() -> None:
    assert problems(role="web")
    assert problems(role="worker")


def test_a_telegram_token_alone_polls() -> None:
    settings = Settings(**GOOD, telegram_token="1:a")
    assert settings.telegram_polls
    assert not Settings(**GOOD, telegram_token="1:a", telegram_webhook_secret="s").telegram_polls


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no such time zone"):
        Settings(**GOOD, timezone="Asia/Nowhere")

"""Channels that need an account, and the language model, wired to a process: what each sends, hears and does meanwhile."""

import asyncio
from functools import partial

from fastapi import FastAPI

from bot.channels.redact import hide
from bot.channels.telegram import account as telegram_account
from bot.channels.telegram.cards import CardSender
from bot.channels.telegram.fetch import fetcher as telegram_fetcher
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.poll import poll
from bot.channels.telegram.routes import router as telegram_router
from bot.channels.telegram.send import TelegramSender
from bot.channels.wechat.account import draw_scene, set_menu
from bot.channels.wechat.answer import Desk, finish_all
from bot.channels.wechat.api import Api
from bot.channels.wechat.envelope import Seal
from bot.channels.wechat.fetch import fetcher as wechat_fetcher
from bot.channels.wechat.routes import router as wechat_router
from bot.channels.wechat.send import WeChatSender
from bot.channels.wecom.api import WeComApi
from bot.channels.wecom.routes import router as wecom_router
from bot.channels.wecom.send import WeComSender
from bot.model.client import Model
from bot.model.second import SecondLook
from bot.running import Running


def open_model(running: Running) -> None:
    """The language model that has a second look at what was not understood, where the worker is."""
    settings = running.settings
    hide(settings.llm_key)
    model = Model(url=settings.llm_url, key=settings.llm_key, model=settings.llm_model)
    second = SecondLook(
        lane=running.lane, clock=running.clock, shelf=running.shelf, model=model, take=running.take
    )
    running.worker.rounds.append(second.once)
    running.closing.append(model.close)


def open_telegram(running: Running, app: FastAPI, role: str) -> None:
    """Telegram: its sender everywhere, the webhook where the web is, polling where the worker is."""
    settings = running.settings
    account = telegram_account.Account(
        token=settings.telegram_token,
        secret=settings.telegram_webhook_secret,
        api_url=settings.telegram_api_url,
        proxy=settings.outbound_proxy or None,
    )
    bot = telegram_account.open_bot(account)
    sender = TelegramSender(bot, running.words, open_file=running.stored_file)
    cards = CardSender(sender, bot, running.words, running.lane, running.clock, account.bot_id)
    running.senders["telegram"] = cards
    running.worker.rounds.append(cards.close_decided)
    running.media.channels["telegram"] = telegram_fetcher(bot)
    park = partial(running.park_unreadable, "telegram", account.bot_id)
    intake = Intake(account=account, handle=running.take, park=park, answer=sender.answer_callback)
    polling = settings.telegram_polls

    async def stay_connected(stop: asyncio.Event) -> None:
        """Introduce ourselves, trying again until it is done; poll meanwhile where that is how updates come."""
        public = "" if polling or role == "web" else settings.public_url
        commands = {} if role == "web" else telegram_account.menus()
        connecting = telegram_account.connect(bot, account, public_url=public, commands=commands)
        known = asyncio.create_task(connecting)
        known.add_done_callback(lambda _: running.office.names.update(telegram=account.username))
        if polling and role != "web":
            await poll(bot, intake, stop)
        await stop.wait()
        known.cancel()

    running.others.append(stay_connected)
    running.closing.append(lambda: telegram_account.close_bot(bot))
    if not polling and role != "worker":
        app.include_router(telegram_router(intake))


def open_wechat(running: Running, app: FastAPI, role: str) -> None:
    """The WeChat service account: its sender everywhere, its address where the web is, its menu where the worker is."""
    settings = running.settings
    app_id = settings.wechat_app_id
    api = Api(
        url=settings.wechat_api_url,
        app_id=app_id,
        secret=settings.wechat_app_secret,
        lane=running.lane,
        process=running.post.process,
        clock=running.clock,
    )
    sender = WeChatSender(
        api, running.words, running.stored_file, running.lane, running.clock, settings.wechat_template_alert
    )
    running.senders["wechat"] = sender
    running.media.channels["wechat"] = wechat_fetcher(api)
    running.office.names.update(wechat=app_id)
    running.drawing["scene"] = partial(draw_scene, settings, running.lane, running.clock)
    desk = Desk(
        app_id=app_id,
        turn=running.turn,
        words=running.words,
        sender=sender,
        post=running.post,
        lane=running.lane,
        clock=running.clock,
        woken=running.worker.wake,
    )
    park = partial(running.park_unreadable, "wechat", app_id)

    async def have_menu(stop: asyncio.Event) -> None:
        setting = asyncio.create_task(set_menu(api))
        await stop.wait()
        setting.cancel()

    if role != "web":
        running.others.append(have_menu)
    running.closing += [finish_all, api.close]
    if role != "worker":
        hide(settings.wechat_token)
        hide(settings.wechat_aes_key)
        seal = Seal(app_id=app_id, token=settings.wechat_token, aes_key=settings.wechat_aes_key)
        app.include_router(wechat_router(seal, desk, park, running.clock))


def open_wecom(running: Running, app: FastAPI, role: str) -> None:
    """WeCom for staff: its sender everywhere, its address where the web is, closing of cards where the worker is."""
    settings = running.settings
    agent_id = settings.wecom_agent_id
    account = f"{settings.wecom_corp_id}:{agent_id}"
    api = WeComApi(
        url=settings.wecom_api_url,
        app_id=settings.wecom_corp_id,
        secret=settings.wecom_secret,
        lane=running.lane,
        process=running.post.process,
        clock=running.clock,
        account=account,
    )
    sender = WeComSender(api, running.words, running.stored_file, running.lane, running.clock, agent_id)
    running.senders["wecom"] = sender
    running.office.names.update(wecom=account)
    running.media.channels["wecom"] = wechat_fetcher(api)
    running.worker.rounds.append(sender.close_decided)
    running.closing.append(api.close)
    park = partial(running.park_unreadable, "wecom", account)
    if role != "worker":
        hide(settings.wecom_token)
        hide(settings.wecom_aes_key)
        seal = Seal(app_id=settings.wecom_corp_id, token=settings.wecom_token, aes_key=settings.wecom_aes_key)
        app.include_router(wecom_router(seal, account, agent_id, running.take, park, running.clock))

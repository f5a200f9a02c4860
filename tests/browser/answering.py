"""A web chat that answers like the product would, in the shapes the page must show."""

from bot.dialog.messages import Inbound, Kind, Outcome
from notifications.outbox.sender import Address
from tests.channels.web.office import Chat

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>&lt;b&gt; {{7*7}} ${x} \u202eabc"
LONG_LABEL = "0.75kg 大锤，12把一箱，¥420 一箱，10月12日到货 20箱，可以先发现有的4箱"


class Answering(Chat):
    """Answers like the product would, in the shapes the page must show."""

    answered: set[str]

    async def take(self, inbound: Inbound) -> Outcome:
        outcome = await super().take(inbound)
        if inbound.message_id in self.__dict__.setdefault("answered", set()):
            return Outcome(status="duplicate")
        self.answered.add(inbound.message_id)
        if inbound.kind is Kind.ENTERED:
            await self.say(inbound.chat, "您好，我是铁匠坊的订货助手")
        elif inbound.kind is Kind.CHOICE:
            await self.say(inbound.chat, f"按了 {inbound.choice}")
        elif inbound.media is not None:
            await self.say(inbound.chat, f"收到 {inbound.media.name}")
        elif inbound.text == "按钮":
            labels = ("确认", LONG_LABEL, HOSTILE)
            buttons = [{"label": label, "handle": f"h{n}"} for n, label in enumerate(labels)]
            link = {"label": "看物流", "url": "https://example.com/track"}
            await self.say(inbound.chat, "合计 ¥1,356", buttons=[*buttons, link])
        elif inbound.text == "清单":
            await self.say(
                inbound.chat, "\n".join(f"{n}. 内六角圆柱头螺钉 M{n} 12.9级 ¥{n},234" for n in range(60))
            )
        elif inbound.text == "二维码":
            await self.say(
                inbound.chat, "扫一下", picture={"ref": "qr:https://example.com/join/x", "name": ""}
            )
        else:
            await self.say(inbound.chat, f"听到：{inbound.text}")
        return outcome

    async def say(self, chat: str, text: str, **more: object) -> None:
        address = Address(channel="web", account="web", chat=chat, subject="m:1")
        await self.sender.send(address, {"text": text, **more})


def texts_of(chat: Chat) -> list[str]:
    return [inbound.text for inbound in chat.taken if inbound.kind is Kind.TEXT]

"""Every table of the product in one metadata: for migrations, checks and tests."""

from bot.channels import models as cards
from bot.channels.web import models as web
from bot.channels.wechat import models as wechat
from bot.store import models as store
from core.audit import models as audit
from core.claims import models as claims
from core.contracts import models as contracts
from core.corrections import models as corrections
from core.credit import models as credit
from core.credit import rebate_models
from core.db.base import metadata
from core.dealers import models as dealers
from core.nicknames import models as nicknames
from core.orders import models as orders
from core.people import models as people
from core.pricing import models as pricing
from core.products import models as products
from core.rebates import models as rebates
from core.stock import models as stock
from core.talks import models as talks
from notifications import models as notifications
from notifications.outbox import models as outbox

MODULES = (
    audit,
    people,
    dealers,
    products,
    pricing,
    stock,
    credit,
    orders,
    rebates,
    rebate_models,
    talks,
    nicknames,
    corrections,
    contracts,
    claims,
    store,
    outbox,
    notifications,
    web,
    wechat,
    cards,
)

__all__ = ["MODULES", "metadata"]

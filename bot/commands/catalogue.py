"""Looking over the catalogue."""

from sqlalchemy import select, union

from bot.commands import Answer, Place, read
from bot.commands.words import say
from bot.files.lint import Finding, findings
from core.db.scope import system
from core.db.session import Session
from core.pricing.models import dealer_prices, level_prices
from core.products.models import products
from core.products.queries import catalogue_of

_priced = system(
    select(products.c.sku).where(
        products.c.id.in_(union(select(level_prices.c.product_id), select(dealer_prices.c.product_id)))
    )
)


def lint(place: Place) -> Answer:
    """What in the catalogue is to be put right, and what to look at; ok unless something is wrong."""

    def look(session: Session) -> tuple[int, list[Finding]]:
        view = catalogue_of(session)
        priced = frozenset(session.execute(_priced).scalars())
        return len(view.products), findings(view, priced)

    count, found = read(place, look)
    data = [{"code": one.code, "word": one.word, "skus": list(one.skus), "hint": one.hint} for one in found]
    lines = [
        say(place, f"lint.{one.code}", word=one.word, skus=", ".join(one.skus))
        for one in sorted(found, key=lambda one: one.hint)
    ]
    wrong = sum(not one.hint for one in found)
    sums = {"count": count, "wrong": wrong, "hints": len(found) - wrong}
    lines.append(say(place, "lint.sum", **sums) if count else say(place, "lint.empty"))
    return Answer({"products": count, "findings": data}, lines, ok=bool(count) and not wrong)

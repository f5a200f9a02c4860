"""The catalogue index in memory: built and renewed off the turn's thread, swapped in whole."""

import threading

from sqlalchemy import Engine

from bot.understand.catalogue import Catalogue, Pack, Product
from bot.understand.index import Index, build_index
from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.clock import Clock
from core.products.queries import CatalogueView, ProductView, catalogue_of, products_since


class Shelf:
    """Holds the index every turn reads. `want(revision)` asks for a newer one without waiting for it."""

    def __init__(self, reader: Engine, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock
        self._busy = threading.Lock()
        self._index = build_index(Catalogue(products=()))
        self._revision = -1

    @property
    def index(self) -> Index:
        """The newest index there is."""
        return self._index

    @property
    def revision(self) -> int:
        """The catalogue revision of the index."""
        return self._revision

    def want(self, revision: int) -> None:
        """A turn saw this revision; renew in the background when the index is older."""
        if revision > self._revision and not self._busy.locked():
            threading.Thread(target=self.refresh, name="shelf", daemon=True).start()

    def refresh(self) -> None:
        """Bring the index to the newest revision: changed products only, where an index is there already."""
        with self._busy, self._reader.begin() as connection:
            session = Session(connection, SystemScope("catalogue"), self._clock())
            if self._revision < 0:
                view = catalogue_of(session)
                self._index = build_index(to_catalogue(view))
            else:
                view = products_since(session, self._revision)
                if view.revision == self._revision:
                    return
                changed = [to_product(product) for product in view.products if product.active]
                removed = [product.sku for product in view.products if not product.active]
                self._index = self._index.changed(changed, removed, view.revision)
            self._revision = view.revision


def to_catalogue(view: CatalogueView) -> Catalogue:
    """The catalogue as understanding sees it."""
    return Catalogue(
        products=tuple(to_product(product) for product in view.products if product.active),
        unit_synonyms={unit: tuple(names) for unit, names in view.unit_synonyms.items()},
        expense_categories={code: tuple(words) for code, words in view.expense_categories.items()},
        revision=view.revision,
    )


def to_product(view: ProductView) -> Product:
    """A product as understanding sees it."""
    return Product(
        sku=view.sku,
        name_zh=view.name_zh,
        name_en=view.name_en,
        spec=view.spec,
        size=view.size,
        base_unit=view.base_unit,
        default_unit=view.default_unit,
        units={
            unit: Pack(factor=pack["factor"], names=tuple(pack.get("names", ())))
            for unit, pack in view.units.items()
        },
        aliases=tuple(view.aliases),
        aliases_en=tuple(view.aliases_en),
        category=view.category,
    )

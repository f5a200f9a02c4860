"""What can be wrong with a product."""

from core.kit.errors import DealerError


class BadProductError(DealerError):
    """A product that could not be ordered rightly. Fields: sku, fault (a word of rules.FAULTS), column."""

    code = "products.bad_product"

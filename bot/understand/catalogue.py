"""What understanding knows of the brand's goods: plain values, read from core or from a catalogue file."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One unit a product is sold in: how many base units it holds, and the product's own names for it."""

    factor: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    sku: str
    name_zh: str
    name_en: str = ""
    spec: str = ""
    size: str = ""
    base_unit: str
    default_unit: str
    units: Mapping[str, Pack]
    aliases: tuple[str, ...] = ()
    aliases_en: tuple[str, ...] = ()
    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All products of the brand with the words for units and expense categories; `revision` grows with each change."""

    products: tuple[Product, ...]
    unit_synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    expense_categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    revision: int = 0

"""Time and memory of understanding at three sizes of catalogue, as ratios to `json.loads` of one megabyte in the same run."""

import gc
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from statistics import median
from time import process_time
from zoneinfo import ZoneInfo

from bot.evaluate.world import open_world
from bot.understand.catalogue import Catalogue, Product
from bot.understand.context import Context
from bot.understand.index import Index, build_index
from bot.understand.understand import understand

HERE = Path(__file__).parent
NOW = datetime(2026, 5, 14, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
MEGABYTE = json.dumps([{"sku": f"SKU-{k:05}", "name": "计时用的文本", "qty": k} for k in range(13_500)])
SIZES = (150, 5_000, 50_000)
_FIRST = "云山海河星月春秋金玉青白红紫松竹梅兰东西南北天地明清华新安宁福乐泰和顺昌"
_SECOND = "田谷岭峰泉湖溪川原野林园港湾城关口桥堂坊轩阁居舍庄里门窗台塔"
TEXTS = 240


@dataclass(frozen=True)
class Speed:
    """What was measured at one size: milliseconds of process CPU, megabytes, and the megabyte of JSON beside them."""

    products: int
    p95: float
    change: float
    megabytes: float
    json_ms: float


def trade(name: str) -> Catalogue:
    """A catalogue of the evaluation sets."""
    with open_world(json.loads((HERE / f"catalogue_{name}.json").read_text(encoding="utf-8"))) as world:
        products = tuple(entry.product for entry in world.index.entries.values())
    synonyms = json.loads((HERE / f"catalogue_{name}.json").read_text(encoding="utf-8"))["unit_synonyms"]
    return Catalogue(products=products, unit_synonyms={k: tuple(v) for k, v in synonyms.items()})


def grown(base: Catalogue, size: int) -> Catalogue:
    """The catalogue and as many further products as it takes, each of an invented line of its own."""
    return replace(base, products=tuple(_products(base.products, size)))


def _products(base: tuple[Product, ...], size: int) -> Iterator[Product]:
    yield from base[:size]
    for k in range(max(0, size - len(base))):
        product = base[k % len(base)]
        line = k // len(base)
        name = _FIRST[line % len(_FIRST)] + _SECOND[line // len(_FIRST) % len(_SECOND)]
        yield replace(
            product,
            sku=f"G{line:04}-{product.sku}",
            name_zh=name + product.name_zh,
            name_en=f"g{line:04}x {product.name_en}" if product.name_en else "",
            aliases=(),
            aliases_en=(),
        )


def texts() -> list[str]:
    """What dealers of the trade wrote, by hand."""
    lines = (HERE / "messages_drinks.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines][:TEXTS]


def json_ms() -> float:
    """Milliseconds to read one megabyte of JSON."""
    return median(_ms_of_json() for _ in range(9))


def _ms_of_json() -> float:
    started = process_time()
    json.loads(MEGABYTE)
    return (process_time() - started) * 1000


def measure(base: Catalogue, size: int) -> Speed:
    """One size of catalogue, measured."""
    catalogue = grown(base, size)
    gc.collect()
    before = _resident()
    index = build_index(catalogue)
    gc.collect()
    megabytes = (_resident() - before) / 2**20
    spent = sorted(_understood(text, index) for text in texts())
    changes = sorted(_changed(catalogue.products[k], index) for k in range(9))
    return Speed(size, spent[int(len(spent) * 0.95)], changes[4], megabytes, json_ms())


def _understood(text: str, index: Index) -> float:
    started = process_time()
    understand(text, Context(now=NOW), index)
    return (process_time() - started) * 1000


def _changed(product: Product, index: Index) -> float:
    started = process_time()
    index.changed([replace(product, spec="changed")], revision=1)
    return (process_time() - started) * 1000


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096

"""Run inside the peers' own environment: reads rows of values on stdin, writes each peer's answers, a line a row and peer."""

import json
import re
import sys
from datetime import datetime, timedelta
from importlib import import_module


def _numbers_cn2an(row):
    from cn2an import cn2an

    found = re.findall(r"[0-9.零一二三四五六七八九十百千万亿两]+", row["input"])
    return {"values": [cn2an(text, "smart") for text in found]}


def _money_jionlp(row):
    import jionlp

    found = jionlp.ner.extract_money(row["input"])
    return {"values": [float(each["detail"]["num"]) for each in found]}


def _dates_jionlp(row):
    import jionlp

    base = datetime.fromisoformat(row["reference"])
    found = jionlp.ner.extract_time(row["input"], time_base=base.timestamp())
    return {"resolved": [_span(*each["detail"]["time"]) for each in found]}


def _span(first, last):
    start, end = first[:10], last[:10]
    if start == end:
        return {"date": start}
    after = datetime.fromisoformat(end) + timedelta(days=1)
    return {"start": start, "end": after.date().isoformat()}


def _dates_dateparser(row):
    from dateparser.search import search_dates

    base = datetime.fromisoformat(row["reference"])
    found = search_dates(row["input"], languages=[row["lang"]], settings={"RELATIVE_BASE": base}) or []
    return {"resolved": [{"date": when.date().isoformat()} for _, when in found]}


def _numbers_recognizers(row):
    from recognizers_number import Culture, recognize_number

    culture = Culture.Chinese if row["lang"] == "zh" else Culture.English
    return {"values": [float(each.resolution["value"]) for each in recognize_number(row["input"], culture)]}


def _money_recognizers(row):
    from recognizers_number_with_unit import Culture, recognize_currency

    culture = Culture.Chinese if row["lang"] == "zh" else Culture.English
    return {"values": [float(each.resolution["value"]) for each in recognize_currency(row["input"], culture)]}


PEERS = {
    "cn2an": ("cn2an", {("number", "zh"): _numbers_cn2an}),
    "JioNLP": ("jionlp", {("money", "zh"): _money_jionlp, ("date", "zh"): _dates_jionlp}),
    "dateparser": ("dateparser", {("date", "zh"): _dates_dateparser, ("date", "en"): _dates_dateparser}),
    "Recognizers-Text": (
        "recognizers_number",
        {(kind, lang): read for kind, read in (("number", _numbers_recognizers), ("money", _money_recognizers)) for lang in ("zh", "en")},
    ),
}  # fmt: skip


def main() -> None:
    rows = [json.loads(line) for line in sys.stdin]
    for peer, (module, readers) in PEERS.items():
        try:
            import_module(module)
        except Exception:  # noqa: BLE001 - a peer that is not there is said so
            print(json.dumps({"peer": peer, "missing": True}))
            continue
        for row in rows:
            if read := readers.get((row["kind"], row["lang"])):
                try:
                    found = read(row)
                except Exception:  # noqa: BLE001 - what a peer breaks on, it has not read
                    found = {}
                print(json.dumps({"peer": peer, "id": row["id"], **found}))


if __name__ == "__main__":
    main()
